"""`inscape render`: its options, and how they become what is asked for."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inscape.errors import UnknownName, WrongCall

Add = Callable[[str, str, str], argparse.ArgumentParser]

EXAMPLES = """\
  inscape render runs/a.inscape --out tour.webm
  inscape render runs/a.inscape --out training.mp4 --play checkpoints tour --layer fc1 --seconds 12 --theme dark
  inscape render runs/a.inscape --out flow.gif --play layers --size 640x480
  inscape render runs/a.inscape --out figure.svg --layer conv2 --checkpoint epoch-3 --color-by correctness
  inscape render runs/a.inscape --out page.png --page --scale 2 --bookmark 1
  inscape render runs/a.inscape --out same.png --link 'http://127.0.0.1:7860/#layer=fc1&checkpoint=4'
"""


def options(add: Add) -> None:
    """Add the command's options."""
    command = add("render", "write a picture (png, svg) or a film (webm, mp4, gif) of a recording", EXAMPLES)
    command.add_argument("path", help="the recording")
    command.add_argument("--out", required=True, metavar="FILE", help="its extension is the format")
    what = command.add_argument_group("what is shown (where two differ, the later in this list holds)")
    what.add_argument("--link", metavar="ADDRESS", help="a link to a view, as the page's Share copies it")
    what.add_argument("--bookmark", metavar="NAME", help="a view saved in the recording: its name, or its place from 1")
    what.add_argument("--state", metavar="JSON", help="a part of window.inscape.state; @FILE reads it from a file")
    what.add_argument("--layer", metavar="NAME", help="(the last)")
    what.add_argument("--embedding", metavar="NAME", help="such as pca, umap, flow:flow (what suits the layer)")
    what.add_argument("--checkpoint", metavar="NAME", help="its name, or a place from 0, with a fraction between two")
    what.add_argument("--color-by", metavar="COLUMN", help="label, prediction, correctness")
    what.add_argument("--page", action="store_true", help="the whole page with its legend, not the stage alone")
    film = command.add_argument_group("films")
    film.add_argument(
        "--play",
        nargs="+",
        metavar="WHAT",
        help="tour: turn the view; checkpoints, layers: go from the first to the last (tour)",
    )
    film.add_argument("--seconds", type=float, default=8.0, help="how long it lasts")
    film.add_argument("--fps", type=float, help="frames a second (30; GIF: 20)")
    film.add_argument("--seed", type=int, default=0, help="of the tour's way")
    looks = command.add_argument_group("looks")
    looks.add_argument("--size", default="1280x820", metavar="WxH", help="in CSS pixels")
    looks.add_argument("--scale", type=float, default=1.0, help="pixels to a CSS pixel")
    looks.add_argument("--theme", default="light", help="light or dark")
    looks.add_argument("--transparent", action="store_true", help="no ground (png, svg)")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def render(arguments: argparse.Namespace) -> int:
    """Make the picture or film."""
    from inscape.view.render.asked import Asked, size_of
    from inscape.view.render.served import only_recording

    # The call is looked at before the recording, and both before anything is started.
    asked = Asked(
        out=Path(arguments.out),
        state=_given(arguments.state),
        link=arguments.link,
        size=size_of(arguments.size),
        scale=arguments.scale,
        theme=arguments.theme,
        page=arguments.page,
        transparent=arguments.transparent,
        play=tuple(arguments.play or ["tour"]),
        seconds=arguments.seconds,
        fps=arguments.fps,
        seed=arguments.seed,
    )
    _, folder = only_recording(arguments.path)
    state = _state(arguments, folder, asked.state)

    import dataclasses

    from inscape.view.render.rendering import render as make

    done = make(folder, dataclasses.replace(asked, state=state), progress=not (arguments.quiet or arguments.json))
    if arguments.json:
        print(json.dumps({**dataclasses.asdict(done), "path": str(done.path)}), flush=True)
        return 0
    from inscape.recording.files import human_bytes

    film = f", {done.frames} frames at {done.fps:g} a second" if done.fps else ""
    print(f"{done.path}: {done.width}×{done.height}{film}, {human_bytes(done.bytes)}", flush=True)
    return 0


def _state(arguments: argparse.Namespace, folder: Path, given: Any) -> dict[str, Any]:
    """The public state that the options amount to."""
    named = {
        "layer": arguments.layer,
        "embedding": arguments.embedding,
        "checkpoint": _checkpoint(arguments.checkpoint, folder),
        "colorBy": arguments.color_by,
    }
    saved = {} if arguments.bookmark is None else _bookmark(folder, arguments.bookmark)
    if arguments.layer is not None and arguments.embedding is None:
        # What was saved for another layer would be asked of this one.
        saved = {key: value for key, value in saved.items() if key not in ("embedding", "layerPlace", "basis")}
    return {**saved, **given, **{key: value for key, value in named.items() if value is not None}}


def _given(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    remedy = 'give a part of window.inscape.state, such as \'{"layer": "fc1", "selection": [3, 5]}\', or @FILE'
    try:
        state = json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except OSError as error:
        raise WrongCall("the state can't be read", got=f"{text[1:]}: {error.strerror}", remedy=remedy) from error
    except ValueError as error:
        raise WrongCall("the state is no JSON", got=f"{text[:80]}: {error}", remedy=remedy) from error
    if not isinstance(state, dict):
        raise WrongCall("the state is an object", got=text[:80], remedy=remedy)
    return state


def _checkpoint(text: str | None, folder: Path) -> str | float | None:
    """A checkpoint by its name; what is no name and a number is a place."""
    if text is None:
        return None
    index = json.loads((folder / "zarr.json").read_bytes())["attributes"]["inscape"]
    if text in [entry["name"] for entry in index.get("checkpoints", [])]:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _bookmark(folder: Path, wanted: str) -> dict[str, Any]:
    """The state of a saved view."""
    from inscape.recording.names import offer
    from inscape.recording.people.documents import read

    entries = read(folder, "bookmarks").entries
    found = [entry for entry in entries if wanted in (entry["name"], entry["sentence"])]
    if not found and wanted.isdigit() and 1 <= int(wanted) <= len(entries):
        found = [entries[int(wanted) - 1]]
    if not found:
        choices = [name for entry in entries for name in (entry["name"], entry["sentence"])]
        raise UnknownName("there is no such bookmark", got=repr(wanted), remedy=offer(wanted, choices))
    state: dict[str, Any] = found[0]["state"]
    return state
