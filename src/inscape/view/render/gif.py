"""A GIF with one palette for all of its frames, so that nothing flickers."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Colors = np.ndarray[Any, Any]

LOOKED_AT = 12
"""Frames that the palette is made of, spread over the film."""

EXACT = 128
"""Colors that are taken as they are: the most frequent, which are the ground, the ink and the classes."""


class Gif:
    """Keeps the frames as the browser gave them, and writes them once all colors are known."""

    def __init__(self, path: Path, rate: float) -> None:
        self._path = path
        self._rate = rate
        self._frames: list[bytes] = []

    def add(self, png: bytes) -> None:
        """Take the next frame."""
        self._frames.append(png)

    def close(self) -> None:
        """Write the file."""
        palette = self._palette()
        nearest = Nearest(palette)
        frames = (_indexed(nearest(_packed(png)), palette) for png in self._frames)
        next(frames).save(
            self._path,
            format="GIF",
            save_all=True,
            append_images=frames,
            duration=durations(len(self._frames), self._rate),
            loop=0,
            optimize=False,  # it would give each frame a palette of its own
            disposal=1,
        )

    def _palette(self) -> Colors:
        """(color, 3): 256 at most."""
        chosen = {round(i * (len(self._frames) - 1) / (LOOKED_AT - 1)) for i in range(LOOKED_AT)}
        seen = np.concatenate([_packed(self._frames[i]).reshape(-1) for i in sorted(chosen)])
        colors, counts = np.unique(seen, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        exact, rest = _unpacked(colors[order[:EXACT]]), _unpacked(colors[order[EXACT:]])
        if not len(rest):
            return exact
        # Each color once: a median cut by area would spend itself on what is exact already.
        strip = Image.fromarray(rest[None])
        cut = strip.quantize(256 - EXACT, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette()
        return np.concatenate([exact, np.array(cut, np.uint8).reshape(-1, 3)])[:256]


class Nearest:
    """The nearest color of a palette. Pillow's own is quicker and off by a little, which shows on a plain ground."""

    def __init__(self, palette: Colors) -> None:
        self._palette = palette.astype(np.float32)
        self._known = np.zeros(1 << 24, bool)
        self._place = np.zeros(1 << 24, np.uint8)

    def __call__(self, colors: Colors) -> Colors:
        """(row, column): places in the palette."""
        new = np.unique(colors[~self._known[colors]])
        for some in np.array_split(new, len(new) // 4096 + 1):
            # |a − b|² less |a|², in whole numbers that float32 holds exactly.
            distances = (self._palette**2).sum(axis=1) - 2 * _unpacked(some).astype(np.float32) @ self._palette.T
            self._place[some] = np.argmin(distances, axis=1)
        self._known[new] = True
        return self._place[colors]


def _packed(png: bytes) -> Colors:
    """(row, column): a color as one number."""
    rgb = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(np.uint32)
    return rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]


def _unpacked(colors: Colors) -> Colors:
    return np.stack([colors >> 16, (colors >> 8) & 255, colors & 255], axis=-1).astype(np.uint8)


def _indexed(places: Colors, palette: Colors) -> Image.Image:
    image = Image.fromarray(places, "P")
    image.putpalette(palette.tobytes())
    return image


def durations(frames: int, rate: float) -> list[int]:
    """Milliseconds of each frame: whole hundredths of a second, right in their sum.

    >>> durations(4, 30)
    [30, 40, 30, 30]
    >>> sum(durations(90, 30))
    3000
    """
    ends = [int(100 * i / rate + 0.5) for i in range(frames + 1)]
    return [10 * (after - before) for before, after in pairwise(ends)]
