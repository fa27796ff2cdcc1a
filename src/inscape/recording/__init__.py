"""The store: create, open, append, read, verify. Knows Zarr; knows no torch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inscape.recording.embedding import Embedding, Step
    from inscape.recording.part import Part, PartWriter
    from inscape.recording.people.access import Colors, Handles, Selections
    from inscape.recording.people.bookmarks import Bookmark, Bookmarks
    from inscape.recording.plan import ColumnPlan, LayerPlan, Plan
    from inscape.recording.queue import WriteQueue
    from inscape.recording.receipts import Receipt
    from inscape.recording.recording import Recording, open_recording
    from inscape.recording.results import Provenance, ResultArray
    from inscape.recording.writer import Writer

# Loaded on first use: the server writes what people add, by `people`, and needs neither NumPy nor Zarr for that.
_LAZY = {
    "Bookmark": "people.bookmarks",
    "Bookmarks": "people.bookmarks",
    "Colors": "people.access",
    "ColumnPlan": "plan",
    "Embedding": "embedding",
    "Handles": "people.access",
    "LayerPlan": "plan",
    "Part": "part",
    "PartWriter": "part",
    "Plan": "plan",
    "Provenance": "results",
    "Receipt": "receipts",
    "Recording": "recording",
    "ResultArray": "results",
    "Selections": "people.access",
    "Step": "embedding",
    "WriteQueue": "queue",
    "Writer": "writer",
    "open_recording": "recording",
}

__all__ = [
    "Bookmark",
    "Bookmarks",
    "Colors",
    "ColumnPlan",
    "Embedding",
    "Handles",
    "LayerPlan",
    "Part",
    "PartWriter",
    "Plan",
    "Provenance",
    "Receipt",
    "Recording",
    "ResultArray",
    "Selections",
    "Step",
    "WriteQueue",
    "Writer",
    "open_recording",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'inscape.recording' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"inscape.recording.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(__all__) | set(globals()))
