"""What may stand in a study file: its sections and their keys, checked before anything is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from inscape.errors import WrongCall
from inscape.recording.names import offer
from inscape.studies.bookmarks import check_bookmarks
from inscape.studies.embed import METHODS
from inscape.studies.similarity import METHODS as SIMILARITIES

DATA = {"source", "splits", "labels", "class_names", "image_size", "resize", "mode", "mean", "std", "strict"}
RECORD = {"layers", "reduction", "dtype", "batch_size", "predictions", "channels", "engine", "allow_nonfinite"}
SECTIONS = {
    "study": {"title", "out", "seed"},
    "model": {"factory", "arguments"},
    "data": DATA,
    "record": RECORD,
    "checkpoints": {"weights", "train", "restore", "arguments"},
}
RESULTS = {
    "embed": {"embed", "layers", "checkpoints", "dims", "seed", "name", "quality", "joint", "later"},
    "similarity": {"similarity", "layers", "checkpoints", "unbiased", "name", "later"},
    "flow": {"flow", "path", "checkpoint", "route", "dims", "iterations", "seed", "later"},
}
"""The keys of each kind of result; the first names the kind."""
RECORDING = {"out", "title", "checkpoints", "data", "record", "result", "bookmark"}
"""The keys of a further recording of the same model."""


def check(path: Path, content: Mapping[str, Any]) -> None:
    """Make sure that a study file says nothing that no study knows, and all that one needs.

    Raises:
        WrongCall: naming the key, with the nearest that there are.
    """
    for name, section in content.items():
        if name in ("result", "recording", "bookmark"):
            if not isinstance(section, list) or not all(isinstance(entry, dict) for entry in section):
                raise WrongCall(f"a study lists its {name}s", got=f"{name} in {path}", remedy=f"write [[{name}]]")
        elif name not in SECTIONS or not isinstance(section, dict):
            raise WrongCall("a study has no such section", got=f"[{name}] in {path}", remedy=offer(name, SECTIONS))
        else:
            _keys(section, SECTIONS[name], name, path)
    for name, key in (("study", "out"), ("model", "factory")):
        if key not in content.get(name, {}):
            raise WrongCall("a study needs a key", got=f"no {name}.{key} in {path}", remedy=f"add {key} to [{name}]")
    _data(content.get("data", {}), "data", path)
    _results(content.get("result", []), path)
    check_bookmarks(path, content.get("bookmark", []))
    for entry in content.get("recording", []):
        _recording(entry, content, path)
    outs = [content["study"]["out"], *(entry["out"] for entry in content.get("recording", []))]
    names = [Path(out).name for out in outs]
    if len(set(names)) < len(names):  # they lie side by side where --out says another folder
        raise WrongCall(
            "two recordings of a study have one name",
            got=", ".join(names) + f" in {path}",
            remedy="give each a file name of its own under out",
        )


def _keys(section: Mapping[str, Any], known: Collection[str], name: str, path: Path) -> None:
    for key in section:
        if key not in known:
            raise WrongCall("a study has no such key", got=f"{name}.{key} in {path}", remedy=offer(key, known))


def _data(section: Mapping[str, Any], name: str, path: Path) -> None:
    if ("source" in section) == ("splits" in section):
        got = "both source and splits" if "source" in section else f"no {name}.source"
        raise WrongCall(
            "a study needs its data once",
            got=f"{got} in {path}",
            remedy=f'add source to [{name}], or splits = {{ train = "…", test = "…" }}',
        )
    splits = section.get("splits")
    if splits is None:
        return
    if not isinstance(splits, dict) or not splits or not all(isinstance(value, str) for value in splits.values()):
        raise WrongCall(
            "splits name the data of each split",
            got=f"{name}.splits = {splits!r} in {path}",
            remedy='write splits = { train = "…", test = "…" }',
        )
    if "labels" in section:
        raise WrongCall(
            "one file of labels does not fit several splits",
            got=f"{name}.labels beside {name}.splits in {path}",
            remedy="keep the labels with the data of each split",
        )


def _recording(entry: Mapping[str, Any], content: Mapping[str, Any], path: Path) -> None:
    _keys(entry, RECORDING, "recording", path)
    if not isinstance(entry.get("out"), str):
        raise WrongCall("a study needs a key", got=f"no recording.out in {path}", remedy="add out to [[recording]]")
    checkpoints = entry.get("checkpoints", "last")
    listed = isinstance(checkpoints, list) and bool(checkpoints) and all(isinstance(c, str) for c in checkpoints)
    if checkpoints not in ("last", "all") and not listed:
        raise WrongCall(
            "a recording names the checkpoints that it is of",
            got=f"recording.checkpoints = {checkpoints!r} in {path}",
            remedy='write "last", "all" or a list of names',
        )
    for name, known in (("data", DATA), ("record", RECORD)):
        if not isinstance(entry.get(name, {}), dict):
            raise WrongCall("a study has no such key", got=f"recording.{name} in {path}", remedy="make it a table")
        _keys(entry.get(name, {}), known, f"recording.{name}", path)
    if "data" in entry:
        _data(entry["data"], "recording.data", path)
    _results(entry.get("result", []), path)
    check_bookmarks(path, entry.get("bookmark", []))
    states = content.get("checkpoints", {})
    if "train" in states and "restore" not in states:
        raise WrongCall(
            "a further recording needs the states of the training again",
            got=f"[checkpoints] with train and no restore in {path}",
            remedy='add restore = "file.py:function", a function of (model, checkpoint, folder)',
        )


def _results(results: Any, path: Path) -> None:
    for result in results:
        kind = next((kind for kind in RESULTS if kind in result), None)
        unknown = set(result) - RESULTS[kind or "embed"]
        if unknown or kind is None:
            got = ", ".join(sorted(unknown)) or f"none of {', '.join(RESULTS)}"
            known = sorted(RESULTS[kind]) if kind else list(RESULTS)
            raise WrongCall("a result of the study is unknown", got=f"{got} in {path}", remedy=offer(got, known))
        if kind == "similarity" and result["similarity"] not in SIMILARITIES:
            raise WrongCall(
                "there is no such similarity",
                got=f"similarity = {result['similarity']!r} in {path}",
                remedy="choose from " + ", ".join(SIMILARITIES),
            )
        if kind == "embed" and result["embed"] not in METHODS:
            raise WrongCall(
                "there is no such embedding",
                got=f"embed = {result['embed']!r} in {path}",
                remedy="choose from " + ", ".join(METHODS),
            )
