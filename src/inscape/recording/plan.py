"""What a recording will hold, decided before anything is written and the same for whoever writes a part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from inscape.recording.arrays import chunk_rows
from inscape.recording.names import to_folder

PAGE = 1024
"""Thumbnails a page; parts begin on page boundaries, so a page has one writer."""

PAGE_COLUMNS = 32


@dataclass(frozen=True)
class LayerPlan:
    """One layer as it will be recorded.

    Attributes:
        name: as the person names it: ``conv1``, ``gru[1]``, ``block:0``, ``input``.
        module: the class of the module, for reading.
        shape: the raw shape of one sample.
        units: D after the reduction.
        reduction: resolved, never ``auto``.
        dtype: ``float32`` or ``float16``.
        tap: how capture finds the tensor (opaque here).
    """

    name: str
    module: str
    shape: tuple[int, ...]
    units: int
    reduction: str
    dtype: str
    tap: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The layer's group: inside a checkpoint, or at the root for the data itself."""
        return "input" if self.name == "input" else f"layers/{to_folder(self.name)}"

    @property
    def row_bytes(self) -> int:
        """Bytes a sample."""
        return self.units * np.dtype(self.dtype).itemsize

    def index(self) -> dict[str, Any]:
        """The layer's entry in the recording's index."""
        entry = {k: v for k, v in asdict(self).items() if k != "tap"}
        return {**entry, "shape": list(self.shape), "path": self.path}


@dataclass(frozen=True)
class ColumnPlan:
    """One column of the samples: ``string``, or a NumPy type's name."""

    name: str
    dtype: str


@dataclass(frozen=True)
class Plan:
    """Everything that fixes the bytes of a recording apart from the weights and the data."""

    samples: int
    layers: tuple[LayerPlan, ...]
    columns: tuple[ColumnPlan, ...] = ()
    labels: bool = False
    class_names: tuple[str, ...] | None = None
    thumbnail: tuple[int, int] | None = None
    display: tuple[float, float] | None = None
    predictions: bool = False
    loss: bool = False
    batch_size: int = 256
    seed: int = 0
    allow_nonfinite: bool = False
    title: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def part(self) -> int:
        """Samples a part: whole pages, and few enough receipts for large recordings."""
        return PAGE if self.samples <= 64 * PAGE else 4 * PAGE

    def parts(self) -> Iterator[tuple[int, int]]:
        """The ranges of samples, each with one writer."""
        for start in range(0, self.samples, self.part):
            yield start, min(start + self.part, self.samples)

    def batches(self, start: int, stop: int) -> list[tuple[int, int]]:
        """The ranges of the forward passes of one part: the same whoever records it, so that the bits are the same."""
        return [(s, min(s + self.batch_size, stop)) for s in range(start, stop, self.batch_size)]

    def rows(self, layer: LayerPlan) -> int:
        """Samples a chunk of this layer."""
        return chunk_rows(layer.row_bytes, self.part, len(self.layers))

    def checkpoint_bytes(self) -> int:
        """Bytes that one checkpoint takes (the data itself apart)."""
        return self.samples * sum(layer.row_bytes for layer in self.layers if layer.name != "input")

    def input_bytes(self) -> int:
        """Bytes that the data itself takes, once."""
        return self.samples * sum(layer.row_bytes for layer in self.layers if layer.name == "input")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Plan:
        """Read what `to_json` wrote."""
        return cls(
            **{
                **content,
                "layers": tuple(LayerPlan(**{**layer, "shape": tuple(layer["shape"])}) for layer in content["layers"]),
                "columns": tuple(ColumnPlan(**column) for column in content["columns"]),
                "class_names": None if content["class_names"] is None else tuple(content["class_names"]),
                "thumbnail": None if content["thumbnail"] is None else tuple(content["thumbnail"]),
                "display": None if content["display"] is None else tuple(content["display"]),
            }
        )

    def digest(self) -> str:
        """Digest of the plan; two writers of one recording must agree on it."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def differences(self, other: Plan) -> list[str]:
        """What another plan would do otherwise, in words."""
        mine, theirs = self.to_json(), other.to_json()
        found = []
        for key in mine:
            if mine[key] == theirs[key] or key == "title":  # a folder may be renamed
                continue
            if key == "layers":
                a, b = [x["name"] for x in mine[key]], [x["name"] for x in theirs[key]]
                if a != b:
                    found.append(f"layers: {', '.join(a)} there, {', '.join(b)} now")
                else:
                    changed = [x["name"] for x, y in zip(mine[key], theirs[key], strict=True) if x != y]
                    found.append(f"layers {', '.join(changed)} differ in shape, reduction or dtype")
            else:
                found.append(f"{key}: {_brief(mine[key])} there, {_brief(theirs[key])} now")
        return found


def _brief(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "…"
