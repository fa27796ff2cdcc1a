"""One picture or film from beginning to end: serve, open, draw frame by frame, write whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inscape.errors import InscapeError, RenderFailed, StorageFailed, WrongCall
from inscape.progress import Progress, Report
from inscape.view.render.asked import Asked, Format
from inscape.view.render.chrome import chrome
from inscape.view.render.films import film
from inscape.view.render.interruption import Interruption
from inscape.view.render.page import Driven, opened
from inscape.view.render.playing import place_at
from inscape.view.render.served import only_recording, served

STAGED = ("tour", "trails")
"""The views whose stage is a picture by itself."""


@dataclass(frozen=True)
class Rendered:
    """What was written.

    Attributes:
        path, format, width, height, bytes: of the file; width and height in pixels.
        frames, fps: one frame and None of a picture.
        layer, checkpoint: what it shows at its end.
    """

    path: Path
    format: str
    width: int
    height: int
    bytes: int
    frames: int
    fps: float | None
    layer: str
    checkpoint: str


def render(recording: str | Path, asked: Asked, progress: bool | Report | None = None) -> Rendered:
    """Make a picture or a film of a recording, with the page's own renderer.

    The same call gives the same frames, however fast the machine is.

    Args:
        recording: the path of a recording.
        asked: what of it, and where it goes.
        progress: a bar of frames: True, False, or None for where the error output is a terminal.

    Raises:
        RecordingNotFound, SchemaError, CorruptRecording: the recording can't be shown.
        WrongCall: it has no such layer, checkpoint or the like.
        RenderFailed: a browser or an encoder is missing or fails, or the recording has nothing to show.
        StorageFailed: the file can't be written.

    Example:
        >>> from inscape.view.render import Asked, render
        >>> render("runs/demo.inscape", Asked(Path("tour.webm"), {"layer": "fc1"}, seconds=10))   # doctest: +SKIP
    """
    name, folder = only_recording(recording)
    with Interruption() as interruption, _written(asked.out) as partial:
        interruption.check()
        with served(name, folder) as address, chrome() as browser, opened(browser, address, asked) as page:
            if not asked.page and page.state["view"] not in STAGED:
                raise WrongCall(
                    "only the Tour and the Trails have a stage of their own to draw",
                    got=f"the view {page.state['view']}",
                    remedy="draw the whole page with --page, or leave the view",
                )
            if asked.format.moves:
                made = film(asked, partial)
                with Progress("rendering", asked.frames, "frames", progress) as bar:
                    for png in frames(page, asked):
                        interruption.check()
                        made.add(png)
                        bar(1)
                    made.close()
            else:
                page.set({"playing": False})
                page.frame(0)
                content = page.svg().encode() if asked.format is Format.SVG else page.png()
                partial.write_bytes(content)
            state = page.state
            interruption.check()
        size = partial.stat().st_size
    width, height = asked.pixels
    return Rendered(
        path=asked.out,
        format=asked.format.value,
        width=asked.size[0] if asked.format is Format.SVG else width,
        height=asked.size[1] if asked.format is Format.SVG else height,
        bytes=size,
        frames=asked.frames,
        fps=asked.rate if asked.format.moves else None,
        layer=str(state["layer"]),
        checkpoint=str(state["checkpointName"]),
    )


def frames(page: Driven, asked: Asked) -> Iterator[bytes]:
    """Draw the frames of a film one after another, as PNG."""
    if page.state["view"] == "trails":
        yield from _growing(page, asked)
        return
    count = asked.frames
    by_layers = "layers" in asked.play
    if by_layers and page.state["layerPlace"] is None and "embedding" not in asked.state and page.ways["flows"]:
        page.set({"embedding": page.ways["flows"][0]})
    state, ways = page.state, page.ways
    checkpoints, last_layer = ways["checkpoints"], len(ways["layers"]) - 1
    on_flow = state["layerPlace"] is not None
    at_layer = 0
    if "checkpoints" in asked.play and checkpoints[0] == checkpoints[1]:
        raise WrongCall(
            "there is one checkpoint to show, and nothing to play",
            got=f"{state['embedding']} of {state['layer']}",
            remedy="choose another --embedding or --layer, or leave --play",
        )
    start: dict[str, Any] = {"playing": "tour" in asked.play, "checkpointPlaying": False}
    page.set(start | ({"layer": ways["layers"][0]} if by_layers else {}))
    page.frame(0)
    for i in range(count):
        share = i / (count - 1)
        if "checkpoints" in asked.play:
            page.set({"checkpoint": place_at(share, *checkpoints)})
        if by_layers and on_flow:
            page.set({"layerPlace": place_at(share, 0, last_layer)})
        elif by_layers:
            # From layer to layer by the page's own transitions; the last one ends in the rest at the end.
            while at_layer < int(place_at(share, 0, last_layer) + 0.5):
                page.press("j")
                at_layer += 1
        page.frame(0 if i == 0 else 1 / asked.rate)
        yield page.png()


def _growing(page: Driven, asked: Asked) -> Iterator[bytes]:
    """The trails from their first step to their last, whatever else a film plays: nothing else moves there."""
    trails, ways = page.state["trails"], page.ways
    if not trails or ways["trails"] is None:
        raise RenderFailed(
            "there are no trails to draw", got="a recording without", remedy="make some: `inscape trails`, then again"
        )
    along = "checkpoints" if trails["place"] is None else "layers"
    other = [name for name in asked.play if name not in ("tour", along)]
    if other:
        raise WrongCall(
            f"these trails go through {along}", got=f"--play {other[0]}", remedy=f"play {along}, or choose other trails"
        )
    for i in range(asked.frames):
        share = i / (asked.frames - 1)
        if along == "checkpoints":
            page.set({"playing": False, "checkpoint": place_at(share, *ways["checkpoints"])})
        else:
            page.set({"playing": False, "trails": {"place": place_at(share, *ways["trails"])}})
        page.frame(0 if i == 0 else 1 / asked.rate)
        yield page.png()


@contextmanager
def _written(out: Path) -> Iterator[Path]:
    """A name beside the file's own to write to; the file appears when the block has ended well."""
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex}.partial")
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise WrongCall(
            "the file can't be written there",
            got=f"{out.parent}: {'not writable' if out.parent.is_dir() else 'no such folder'}",
            remedy="name a folder that is there and that you may write to",
        )
    try:
        yield partial
        partial.replace(out)
    except InscapeError:
        raise
    except OSError as error:
        raise StorageFailed(
            "the file could not be written",
            got=f"{out}: {error.strerror or error}",
            remedy="make room or choose another place",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
