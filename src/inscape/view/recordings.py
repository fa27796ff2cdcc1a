"""Finds the recordings that a server is asked to show, by their metadata alone: no Zarr is needed to serve one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inscape.errors import CorruptRecording, RecordingNotFound, SchemaError, WrongCall
from inscape.recording import journal

SCHEMA = 1
"""The schema that the page reads: `inscape.recording.index.SCHEMA`, without its import of Zarr."""

SUFFIX = ".inscape"

_REMEDY = "give the folder of a recording (NAME.inscape), or a folder of such folders; `inscape record` makes one"


def find(paths: Sequence[str | Path]) -> dict[str, Path]:
    """The recordings at `paths`, by the names they have in addresses: the folder's, without `.inscape`.

    A path is a recording, or a folder whose `*.inscape` are all meant. Two of one name become `name` and `name-2`; one
    that is named twice is shown once.

    Raises:
        RecordingNotFound: a path is no recording and holds none.
        SchemaError: a recording is of a schema that this version does not read.
        CorruptRecording: a recording's `zarr.json` is no JSON.
        WrongCall: no path was given.
    """
    folders = [folder for path in paths for folder in _folders(Path(path))]
    if not folders:
        raise WrongCall("nothing to serve", got="no path", remedy=_REMEDY)
    named: dict[str, Path] = {}
    for folder in dict.fromkeys(folders):
        stem = folder.name.removesuffix(SUFFIX) or "recording"
        name, number = stem, 1
        while name in named:
            number += 1
            name = f"{stem}-{number}"
        named[name] = folder
        settle(folder)
    return named


def settle(folder: Path) -> None:
    """Finish what a killed process was publishing in a recording; Zarr is loaded where there is such a thing alone."""
    if journal.is_open(folder):
        from inscape.recording import index

        index.settle(folder)


def _folders(path: Path) -> list[Path]:
    path = path.expanduser()
    if not path.exists():
        raise RecordingNotFound("there is no recording at this path", got=f"{path}: nothing is there", remedy=_REMEDY)
    if not path.is_dir():
        raise RecordingNotFound("there is no recording at this path", got=f"{path}: a file", remedy=_REMEDY)
    path = path.resolve()
    if (path / "zarr.json").is_file():
        check(path)
        return [path]
    inside = sorted(folder for folder in path.glob(f"*{SUFFIX}") if (folder / "zarr.json").is_file())
    if not inside:
        raise RecordingNotFound(
            "there is no recording at this path",
            got=f"{path}: a folder with neither a zarr.json nor a *{SUFFIX} in it",
            remedy=_REMEDY,
        )
    for folder in inside:
        check(folder)
    return [folder.resolve() for folder in inside]


def check(folder: Path) -> None:
    """Refuse a folder that the page could not read.

    Raises:
        RecordingNotFound: a Zarr group which is no recording.
        SchemaError: a recording of another schema.
        CorruptRecording: its `zarr.json` is no JSON.
    """
    index = _index(folder)
    if not isinstance(index, dict):
        raise RecordingNotFound(
            "this Zarr group is not a recording of Inscape",
            got=f"{folder / 'zarr.json'} has no attribute 'inscape'",
            remedy=_REMEDY,
        )
    schema = index.get("schema")
    if schema != SCHEMA:
        newer = isinstance(schema, int) and schema > SCHEMA
        raise SchemaError(
            f"this recording is of a schema that is {'newer than' if newer else 'not'} what this version shows",
            got=f"{folder}: schema {schema!r}, written by inscape {index.get('version', '?')}; this one reads {SCHEMA}",
            remedy="upgrade inscape: pip install --upgrade inscape" if newer else "record it again",
        )


def _index(folder: Path) -> Any:
    file = folder / "zarr.json"
    try:
        metadata = json.loads(file.read_bytes())
    except ValueError as error:
        raise CorruptRecording(
            "a recording's metadata cannot be read",
            got=f"{file}: {error}",
            remedy="run `inscape verify` on it, and record it again or take it from a backup",
        ) from error
    attributes = metadata.get("attributes") if isinstance(metadata, dict) else None
    return attributes.get("inscape") if isinstance(attributes, dict) else None
