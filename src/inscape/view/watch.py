"""Notices that a recording has changed on the disk: a training goes on, a result was made, people added something."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inscape.recording import people

PAUSE = 0.3
"""Seconds between two looks. A look is five `stat` a recording: of its index and of the documents of what people added,
each of which is replaced by one rename at every change."""

Changed = Callable[[str, dict[str, Any]], None]
Added = Callable[[str, str], None]


class Watch:
    """Looks at the indexes of recordings, and at what people added to them.

    Args:
        recordings: folders by name.
        changed: called with a recording's name and what is known of it now, see `facts`.
        added: called with a recording's name and the version of what people added to it.
        needed: looks are taken only while this is true.
    """

    def __init__(
        self, recordings: Mapping[str, Path], changed: Changed, added: Added, needed: Callable[[], bool]
    ) -> None:
        self._recordings = recordings
        self._changed = changed
        self._added = added
        self._needed = needed
        self._tags = {name: tags(path) for name, path in recordings.items()}

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(PAUSE)
            if not self._needed():
                continue
            for name, path in self._recordings.items():
                before, self._tags[name] = self._tags[name], await asyncio.to_thread(tags, path)
                if self._tags[name][0] != before[0]:
                    self._changed(name, await asyncio.to_thread(facts, path))
                if self._tags[name][1] != before[1]:
                    self._added(name, await asyncio.to_thread(people.version, path))


def tag(path: Path) -> str | None:
    """What changes whenever the recording's index does; None where there is no recording."""
    return _tag(path / "zarr.json")


def tags(path: Path) -> tuple[str | None, list[str | None]]:
    """What changes whenever the index does, and whenever people add something."""
    return tag(path), [_tag(path / people.FOLDER / kind / "zarr.json") for kind in people.KINDS]


def _tag(file: Path) -> str | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"


def facts(path: Path) -> dict[str, Any]:
    """What a page must know to decide whether to read the index again.

    Returns:
        ``tag`` (None where the recording is gone), ``created``, ``checkpoints``, ``complete``, and ``people``: the
        version of what people added.
    """
    index = read_index(path) or {}
    return {
        "tag": tag(path),
        "created": index.get("created"),
        "checkpoints": len(index.get("checkpoints", [])),
        "complete": index.get("complete", True),
        "people": people.version(path),
    }


def read_index(path: Path) -> dict[str, Any] | None:
    """`attributes.inscape` of a recording, None where it can't be read now. Knows no Zarr."""
    try:
        index = json.loads((path / "zarr.json").read_bytes())["attributes"]["inscape"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return index if isinstance(index, dict) else None
