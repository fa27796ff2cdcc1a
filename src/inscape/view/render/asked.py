"""What is to be rendered, checked before anything is started."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from inscape.errors import WrongCall
from inscape.view.render.link import fragment


class Format(Enum):
    """What a file can be, by its extension."""

    PNG = "png"
    SVG = "svg"
    GIF = "gif"
    MP4 = "mp4"
    WEBM = "webm"

    @property
    def moves(self) -> bool:
        """Whether it is a film."""
        return self not in (Format.PNG, Format.SVG)


MOVEMENTS = ("tour", "checkpoints", "layers")
THEMES = ("light", "dark")

LARGEST = 8192
"""Pixels of a side: what every graphics driver can draw."""
SMALLEST = 64
LONGEST = 600.0
"""Seconds of a film."""
FASTEST = 60.0
"""Frames a second; a GIF has 50 at most, since it counts hundredths and viewers take one of them for ten."""
GIF_FASTEST = 50.0


@dataclass(frozen=True)
class Asked:
    """One picture or film.

    Attributes:
        out: the file; its extension is the format.
        state: a part of the page's public state (``window.inscape.state``).
        link: an address of the page, or what follows its ``#``: shown first, then `state`.
        size: width and height in CSS pixels.
        scale: pixels to a CSS pixel.
        theme: light or dark.
        page: the whole page with its legend, in place of the stage alone.
        transparent: leave the ground out (PNG and SVG).
        play: what moves in a film: the tour, the checkpoints from first to last, the layers from first to last.
        seconds, fps: of a film; by default 8 seconds of 30 frames (GIF: 20).
        seed: of the tour's way.

    Raises:
        WrongCall: it can't be, and why.
    """

    out: Path
    state: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None
    size: tuple[int, int] = (1280, 820)
    scale: float = 1.0
    theme: str = "light"
    page: bool = False
    transparent: bool = False
    play: Sequence[str] = ("tour",)
    seconds: float = 8.0
    fps: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        form = self.format
        fragment(self.link)
        width, height = self.pixels
        if not (min(self.size) >= SMALLEST and max(width, height) <= LARGEST) or not 0.1 <= self.scale <= 8:
            raise WrongCall(
                "a picture of this size can't be drawn",
                got=f"{self.size[0]}x{self.size[1]} at {self.scale:g} pixels each",
                remedy=f"give a --size of at least {SMALLEST}, and at most {LARGEST} a side with its --scale",
            )
        if form in (Format.MP4, Format.WEBM) and (width % 2 or height % 2):
            raise WrongCall(
                "a video has an even number of pixels each way",
                got=f"{width}x{height}",
                remedy=f"give --size {self.size[0] + self.size[0] % 2}x{self.size[1] + self.size[1] % 2}",
            )
        if self.theme not in THEMES:
            raise WrongCall("there is no such theme", got=repr(self.theme), remedy=f"choose {' or '.join(THEMES)}")
        unknown = [name for name in self.play if name not in MOVEMENTS]
        if unknown or not self.play:
            raise WrongCall("nothing moves so", got=repr(self.play), remedy=f"choose from {', '.join(MOVEMENTS)}")
        if not 0 < self.seconds <= LONGEST:
            raise WrongCall(
                "a film can't last so long", got=f"{self.seconds:g} s", remedy=f"give up to {LONGEST:g} --seconds"
            )
        fastest = GIF_FASTEST if form is Format.GIF else FASTEST
        if not 1 <= self.rate <= fastest:
            raise WrongCall(
                "so many frames a second can't be shown",
                got=f"{self.rate:g}",
                remedy=f"give --fps from 1 to {fastest:g}",
            )
        if self.transparent and form not in (Format.PNG, Format.SVG):
            raise WrongCall(
                "a film has a ground", got=f"--transparent for {self.out.name}", remedy="write .png or .svg"
            )
        if self.page and form is Format.SVG:
            raise WrongCall(
                "an SVG holds the stage alone", got="--page for an SVG", remedy="write .png, or leave --page"
            )
        if self.seed < 0:
            raise WrongCall("a seed is a whole number from 0", got=str(self.seed), remedy="0 is the usual")

    @property
    def format(self) -> Format:
        """The format that the extension names."""
        try:
            return Format(self.out.suffix.lower().removeprefix("."))
        except ValueError:
            raise WrongCall(
                "no format that can be written has this extension",
                got=self.out.name,
                remedy="name the file " + ", ".join(f".{form.value}" for form in Format),
            ) from None

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.fps or (20.0 if self.format is Format.GIF else 30.0)

    @property
    def frames(self) -> int:
        """How many there are: one of a picture."""
        return max(2, round(self.seconds * self.rate)) if self.format.moves else 1

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the file."""
        return round(self.size[0] * self.scale), round(self.size[1] * self.scale)


def size_of(text: str) -> tuple[int, int]:
    """Read a size as it stands on the command line.

    >>> size_of("1280x820")
    (1280, 820)
    """
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text.strip())
    if match is None:
        raise WrongCall("a size is width x height", got=repr(text), remedy="write it like 1280x820")
    return int(match[1]), int(match[2])
