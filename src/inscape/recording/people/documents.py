"""The documents on the disk: one Zarr group a kind, whose attributes hold its entries, replaced by one rename."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inscape.errors import CorruptRecording, InscapeError, RecordingNotFound, SchemaError, StorageFailed, WrongCall
from inscape.recording.files import human_bytes, remove_partials, write_atomically
from inscape.recording.lock import Lock
from inscape.recording.people.entries import NEEDED

KINDS = ("selections", "bookmarks", "handles", "colors")

FOLDER = "people"
SCHEMA = 1

LARGEST = 8 << 20
"""Bytes that all entries of one kind may take: a page reads them whole."""

MOST = 1000
"""Entries of one kind."""

WAIT = 30.0
"""Seconds that a writer waits for the others; one change takes some milliseconds."""

Entry = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """The entries of one kind, in order.

    Attributes:
        version: counts the changes since the recording was made; 0 where nobody has added anything.
        entries: plain JSON, see ARCHITECTURE.md.
    """

    version: int = 0
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Draft:
    """A document that is being changed, by the only one who may.

    Attributes:
        entries: to be changed in place.
        version: what the document will have; an entry that is changed takes it over.
        samples: N of the recording.
        people: afterwards, the version of all documents together.
    """

    entries: list[Entry]
    version: int
    samples: int
    people: str = ""


def read(root: Path, kind: str) -> Document:
    """Read the entries of one kind.

    Raises:
        CorruptRecording: the file was changed into something else.
        SchemaError: a newer Inscape wrote it.
    """
    file = _place(root, kind)
    try:
        content = _parsed(file.read_bytes())["attributes"]["inscape"]
        schema, version, entries = content["schema"], content["version"], content["entries"]
        intact = type(schema) is int and type(version) is int and isinstance(entries, list)
        if intact and schema <= SCHEMA:
            intact = all(_is_entry(kind, entry) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return Document()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(file, kind, f"{type(error).__name__}: {error}") from error
    if not intact:
        raise _damaged(file, kind, "JSON of another form")
    if schema > SCHEMA:
        raise SchemaError(
            f"the {kind} of this recording were written by a newer Inscape",
            got=f"schema {schema} in {file}; this one reads {SCHEMA}",
            remedy="upgrade: pip install --upgrade inscape",
        )
    return Document(version, entries)


def version(root: Path) -> str:
    """The version of all documents together: another one after every change. Never raises."""
    return "-".join(_version(root, kind) for kind in KINDS)


def samples_of(root: Path) -> int:
    """N, as the recording's index has it now. Knows no Zarr.

    Raises:
        RecordingNotFound: there is no recording (any more).
    """
    try:
        return int(json.loads((root / "zarr.json").read_bytes())["attributes"]["inscape"]["samples"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingNotFound(
            "there is no recording to keep this in",
            got=f"{root}: {error or type(error).__name__}",
            remedy="look whether the folder was moved, removed, or is being recorded anew",
        ) from error


@contextmanager
def changing(root: Path, kind: str, wait: float = WAIT) -> Iterator[Draft]:
    """Change the entries of one kind; they are written when the context ends, if they differ then.

    Raises:
        RecordingLocked: others have been writing for `wait` seconds.
        StorageFailed: the disk refused; what was there stays.
        WrongCall: there would be too much.
        RecordingNotFound, CorruptRecording, SchemaError: there is nothing that could be changed.
    """
    samples_of(root)  # first: the lock would bring a folder back that was removed
    with _said_plainly(root, kind), Lock(root / ".locks" / FOLDER, wait=wait):
        before = read(root, kind)
        draft = Draft([dict(entry) for entry in before.entries], before.version + 1, samples_of(root))
        yield draft
        if draft.entries != before.entries:
            _write(root, kind, Document(draft.version, draft.entries))
        draft.people = version(root)


def _write(root: Path, kind: str, document: Document) -> None:
    file = _place(root, kind)
    attributes = {"schema": SCHEMA, "version": document.version, "entries": document.entries}
    content = _group({"inscape": attributes})
    if len(document.entries) > MOST or len(content) > LARGEST:
        raise WrongCall(
            f"the recording can't keep so many {kind}",
            got=f"{len(document.entries)} of them, {human_bytes(len(content))}",
            remedy=f"remove some: {MOST:,} and {human_bytes(LARGEST)} are the most",
        )
    if file.parent.is_dir():
        remove_partials(file.parent)  # of a killed process: the lock says that none is alive
    parent = root / FOLDER / "zarr.json"
    if not parent.exists():
        write_atomically(parent, _group({}))
    write_atomically(file, content)


def _group(attributes: dict[str, Any]) -> bytes:
    document = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
    return json.dumps(document, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()


def _parsed(content: bytes) -> Any:
    """JSON that can be sent on: other tools may have written NaN, or half of a pair of surrogates."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    parsed = json.loads(content, parse_constant=refuse)
    if b"\\u" in content:
        json.dumps(parsed, ensure_ascii=False).encode()
    return parsed


def _is_entry(kind: str, entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and type(entry.get("version")) is int
        and all(key in entry for key in NEEDED[kind])
    )


def _place(root: Path, kind: str) -> Path:
    """The document's file. Links are not followed: a recording from elsewhere could name any folder by them."""
    file = root / FOLDER / kind / "zarr.json"
    for path in (file, file.parent, file.parent.parent):
        if path.is_symlink():
            raise _damaged(file, kind, f"{path} is a link")
    return file


def _version(root: Path, kind: str) -> str:
    try:
        return str(read(root, kind).version)
    except InscapeError:
        return "x"


def _damaged(file: Path, kind: str, problem: str) -> CorruptRecording:
    return CorruptRecording(
        f"the {kind} that people added can't be read",
        got=f"{file}: {problem}",
        remedy=f"restore the file from a copy, or remove it: only the {kind} are lost",
    )


@contextmanager
def _said_plainly(root: Path, kind: str) -> Iterator[None]:
    """Say the system's refusals in words that fit here."""
    try:
        yield
    except StorageFailed as error:
        raise _refused(root, kind, error.got) from error
    except InscapeError:
        raise
    except OSError as error:
        raise _refused(root, kind, str(error)) from error


def _refused(root: Path, kind: str, got: str) -> StorageFailed:
    return StorageFailed(
        f"the recording can't be written, so its {kind} can't be changed",
        got=got,
        remedy=f"make {root} writable and free some space on its disk, or work with a copy of it",
    )
