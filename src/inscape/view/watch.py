"""Notices that a recording has changed on the disk: a training goes on, a result was made, a folder was removed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PAUSE = 0.3
"""Seconds between two looks. A look is one `stat` a recording: its index is replaced by one rename at every change."""

Changed = Callable[[str, dict[str, Any]], None]


class Watch:
    """Looks at the indexes of recordings.

    Args:
        recordings: folders by name.
        changed: called with a recording's name and what is known of it now, see `facts`.
        needed: looks are taken only while this is true.
    """

    def __init__(self, recordings: Mapping[str, Path], changed: Changed, needed: Callable[[], bool]) -> None:
        self._recordings = recordings
        self._changed = changed
        self._needed = needed
        self._tags = {name: tag(path) for name, path in recordings.items()}

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(PAUSE)
            if not self._needed():
                continue
            for name, path in self._recordings.items():
                now = await asyncio.to_thread(tag, path)
                if now != self._tags[name]:
                    self._tags[name] = now
                    self._changed(name, await asyncio.to_thread(facts, path))


def tag(path: Path) -> str | None:
    """What changes whenever the recording's index does; None where there is no recording."""
    try:
        found = os.stat(path / "zarr.json")
    except OSError:
        return None
    return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"


def facts(path: Path) -> dict[str, Any]:
    """What a page must know to decide whether to read the index again.

    Returns:
        ``tag`` (None where the recording is gone), ``created``, ``checkpoints`` and ``complete``.
    """
    index = read_index(path) or {}
    return {
        "tag": tag(path),
        "created": index.get("created"),
        "checkpoints": len(index.get("checkpoints", [])),
        "complete": index.get("complete", True),
    }


def read_index(path: Path) -> dict[str, Any] | None:
    """`attributes.inscape` of a recording, None where it can't be read now. Knows no Zarr."""
    try:
        index = json.loads((path / "zarr.json").read_bytes())["attributes"]["inscape"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return index if isinstance(index, dict) else None
