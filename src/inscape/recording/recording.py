"""A recording, to read."""

from __future__ import annotations

import os
from typing import Any

from inscape.recording import receipts
from inscape.recording.derived import Derived
from inscape.recording.files import human_bytes
from inscape.recording.names import to_folder
from inscape.recording.people.access import Colors, Handles, Selections
from inscape.recording.people.bookmarks import Bookmarks
from inscape.recording.verify import verify


class Recording(Derived):
    """What a network did while it looked at N samples: made by `inscape.record`, read by `inscape.open`.

    Example:
        >>> rec = inscape.open("runs/a.inscape")                       # doctest: +SKIP
        >>> rec.layers, rec.checkpoints                                # doctest: +SKIP
        (['conv1', 'fc1'], ['0'])
        >>> np.asarray(rec.activation("fc1")).shape                    # doctest: +SKIP
        (2000, 64)
    """

    @property
    def selections(self) -> Selections:
        """Named selections: ``rec.selections["odd ones"] = [3, 5]`` or a mask (N,); read as sorted int64 ids."""
        return Selections(self.path)

    @property
    def bookmarks(self) -> Bookmarks:
        """Saved views with a sentence each, in order."""
        return Bookmarks(self.path)

    @property
    def handles(self) -> Handles:
        """Named sets of the Tour's handles."""
        return Handles(self.path)

    @property
    def colors(self) -> Colors:
        """The user's own colors, ``"#rrggbb"`` by the name of a class or group."""
        return Colors(self.path)

    def info(self) -> dict[str, Any]:
        """Everything worth knowing, as plain JSON."""
        plan = self._plan
        parts = len(list(plan.parts()))
        unfinished = []
        folder = self.path / "receipts" / "checkpoints"
        published = {to_folder(name) for name in self.checkpoints}
        for kind in sorted(folder.iterdir()) if folder.is_dir() else []:
            if kind.name not in published:
                done = len(list(kind.glob("*.json")))
                unfinished.append({"checkpoint": kind.name, "parts": done, "of": parts})
        size = sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        return {
            "path": str(self.path),
            "title": self._index["title"],
            "schema": self._index["schema"],
            "version": self._index["version"],
            "created": self._index["created"],
            "complete": self.complete,
            "samples": len(self),
            "samples_recorded": sum(r.stop - r.start for r in receipts.load(self.path, receipts.SAMPLES).values()),
            "columns": self.columns,
            "class_names": self.class_names,
            "model": self._index["model"],
            "data": self._index["data"],
            "layers": [layer.index() for layer in plan.layers],
            "checkpoints": self._index["checkpoints"],
            "unfinished": unfinished,
            "embeddings": self.embeddings,
            "flows": self.flows,
            "similarities": self.similarities,
            "trails": self.trails,
            "neighbors": [stored.describe() for stored in self.stored_neighbors],
            "units": self.units,
            "bytes": size,
            "size": human_bytes(size),
        }

    def verify(self) -> dict[str, int]:
        """Check every published byte against its checksum and its receipt.

        Returns:
            What was checked: ``arrays``, ``chunks``, ``receipts``.

        Raises:
            CorruptRecording: naming the first damaged chunk.
        """
        return verify(self.path)


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Open a recording for reading.

    Raises:
        RecordingNotFound: there is none at the path.
        SchemaError: a newer Inscape wrote it.
    """
    return Recording(path)
