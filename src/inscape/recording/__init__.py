"""The store: create, open, append, read, verify. Knows Zarr; knows no torch."""

from inscape.recording.embedding import Embedding, Step
from inscape.recording.part import Part, PartWriter
from inscape.recording.plan import ColumnPlan, LayerPlan, Plan
from inscape.recording.queue import WriteQueue
from inscape.recording.receipts import Receipt
from inscape.recording.recording import Recording, open_recording
from inscape.recording.results import Provenance, ResultArray
from inscape.recording.writer import Writer

__all__ = [
    "ColumnPlan",
    "Embedding",
    "LayerPlan",
    "Part",
    "PartWriter",
    "Plan",
    "Provenance",
    "Receipt",
    "Recording",
    "ResultArray",
    "Step",
    "WriteQueue",
    "Writer",
    "open_recording",
]
