"""One entry is written or removed at a time, whoever else writes; a change of what somebody else changed is refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inscape.errors import ChangedMeanwhile, UnknownEntry, WrongCall
from inscape.recording.names import offer
from inscape.recording.people.documents import WAIT, Entry, changing, read
from inscape.recording.people.entries import checked_content, checked_name, shown

_OWN = ("name", "created", "changed", "version", "position")
"""What an entry has besides its content."""


@dataclass(frozen=True)
class Change:
    """What was done.

    Attributes:
        entry: as it is now; of a removed one, as it was.
        created: whether there was none of its name before.
        version: of all that people added to the recording, see `documents.version`.
    """

    entry: Entry
    created: bool
    version: str


def find(root: Path, kind: str, name: str) -> Entry:
    """Read one entry.

    Raises:
        UnknownEntry: with the nearest names.
    """
    entries = read(root, kind).entries
    place = _place(entries, checked_name(kind, name))
    if place is None:
        raise _unknown(kind, name, entries)
    return entries[place]


def put(
    root: Path, kind: str, name: str, given: Mapping[str, Any], *, expected: int | None = None, wait: float = WAIT
) -> Change:
    """Write an entry, a new one or over the old one of this name.

    Args:
        root, kind, name: which one.
        given: its content. What is left out stays as it was (but for `by`: who changes it last); None or "" removes
            what needn't be there. `name` renames it; `position` puts a bookmark at that place, counted from 0.
        expected: the version that the entry must have now; 0, that there must be none; None, whatever it is.
        wait: seconds to wait for other writers.

    Raises:
        ChangedMeanwhile: it has another version than was expected, or a new name is taken.
        WrongCall: the name or the content is not what it should be.
        RecordingLocked, StorageFailed, RecordingNotFound, CorruptRecording: see `documents.changing`.
    """
    name = checked_name(kind, name)
    with changing(root, kind, wait) as draft:
        place = _place(draft.entries, name)
        before = None if place is None else draft.entries[place]
        _expect(kind, name, before, expected)
        content = {key: value for key, value in given.items() if key not in ("name", "position")}
        if before is not None:
            content = {k: v for k, v in before.items() if k not in (*_OWN, "by")} | content
        new_name = checked_name(kind, given.get("name", name))
        if new_name != name and _place(draft.entries, new_name) is not None:
            raise ChangedMeanwhile(
                f"there is another one of this name among the {kind}",
                got=repr(new_name),
                remedy="choose another name, or remove that one first",
            )
        content = checked_content(kind, content, draft.samples)
        rest = [entry for entry in draft.entries if entry is not before]
        target = _target(kind, given.get("position"), place, len(rest))
        if before is None or target != place or new_name != name or not _same(before, content):
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            created = now if before is None else before.get("created", now)
            entry = {"name": new_name, "created": created, "changed": now, "version": draft.version, **content}
            draft.entries[:] = [*rest[:target], entry, *rest[target:]]
            _number(kind, draft.entries)
        else:
            entry = before
    return Change(entry, before is None, draft.people)


def remove(root: Path, kind: str, name: str, *, expected: int | None = None, wait: float = WAIT) -> Change:
    """Remove an entry.

    Raises:
        UnknownEntry: there is none of this name.
        ChangedMeanwhile: it has another version than was expected.
        RecordingLocked, StorageFailed, RecordingNotFound, CorruptRecording: see `documents.changing`.
    """
    name = checked_name(kind, name)
    with changing(root, kind, wait) as draft:
        place = _place(draft.entries, name)
        if place is None:
            raise _unknown(kind, name, draft.entries)
        _expect(kind, name, draft.entries[place], expected)
        entry = draft.entries.pop(place)
        _number(kind, draft.entries)
    return Change(entry, False, draft.people)


def _place(entries: list[Entry], name: str) -> int | None:
    return next((place for place, entry in enumerate(entries) if entry["name"] == name), None)


def _target(kind: str, position: Any, place: int | None, end: int) -> int:
    if position is None:
        return end if place is None else place
    if kind != "bookmarks" or type(position) is not int or position < 0:
        raise WrongCall(
            "a position is the place of a bookmark",
            got=shown(position),
            remedy="give a whole number ≥ 0 for a bookmark",
        )
    return min(position, end)


def _number(kind: str, entries: list[Entry]) -> None:
    if kind == "bookmarks":
        for position, entry in enumerate(entries):
            entry["position"] = position


def _same(before: Entry, content: dict[str, Any]) -> bool:
    return {k: v for k, v in before.items() if k not in (*_OWN, "by")} == {
        k: v for k, v in content.items() if k != "by"
    }


def _expect(kind: str, name: str, entry: Entry | None, expected: int | None) -> None:
    now = 0 if entry is None else entry.get("version")
    if expected is None or expected == now:
        return
    what = "was removed" if entry is None else "was made" if expected == 0 else "was changed"
    by = f" by {entry['by']}" if entry is not None and entry.get("by") else ""
    raise ChangedMeanwhile(
        f"{name!r} among the {kind} {what} meanwhile{by}",
        got="there is none now" if entry is None else f"version {now}, not {expected or 'a new name'}",
        remedy="look at what it is now, then change that; or keep yours under another name",
    )


def _unknown(kind: str, name: str, entries: list[Entry]) -> UnknownEntry:
    names = [entry["name"] for entry in entries]
    return UnknownEntry(f"there is no such name among the {kind}", got=repr(name), remedy=offer(name, names))
