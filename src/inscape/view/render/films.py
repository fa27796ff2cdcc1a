"""What takes frames and makes a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from inscape.view.render.asked import Asked, Format


class Film(Protocol):
    """Frames go in one after another, as PNG; `close` completes the file."""

    def add(self, png: bytes) -> None:
        """Take the next frame."""

    def close(self) -> None:
        """Complete the file."""


def film(asked: Asked, path: Path) -> Film:
    """What makes the file that is asked for, at a path of its own.

    Raises:
        RenderFailed: a package or an encoder is missing.
    """
    if asked.format is Format.GIF:
        from inscape.view.render.gif import Gif

        return Gif(path, asked.rate)
    from inscape.view.render.video import Video

    return Video(path, asked.format, asked.rate, asked.pixels)
