"""Reading what was recorded: samples, layers, checkpoints, activations, predictions."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from inscape.errors import AmbiguousLayer, UnknownLayer, UnknownName
from inscape.recording import index, receipts
from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.files import read_json
from inscape.recording.names import offer, to_folder
from inscape.recording.plan import PAGE, PAGE_COLUMNS, Plan
from inscape.recording.thumbnails import cut_cell


class Recorded:
    """What a recording was made of: the base of `Recording`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.refresh()

    def refresh(self) -> None:
        """Read the index again: a recording that is being written grows."""
        index.settle(self.path)
        self._index = index.read(self.path)
        self._plan = Plan.from_json(self._index["plan"])
        for name in ("labels", "class_names"):
            self.__dict__.pop(name, None)

    def __len__(self) -> int:
        return self._plan.samples

    def __repr__(self) -> str:
        counts = f"{len(self):,} samples, {len(self.layers)} layers, {len(self.checkpoints)} checkpoints"
        return f"Recording({str(self.path)!r}: {counts})"

    @property
    def plan(self) -> Plan:
        """What the recording holds, in full."""
        return self._plan

    @property
    def layers(self) -> list[str]:
        """The names of the recorded layers, in execution order."""
        return [layer.name for layer in self._plan.layers]

    @property
    def checkpoints(self) -> list[str]:
        """The names of the published checkpoints, in the order of recording."""
        return [entry["name"] for entry in self._index["checkpoints"]]

    @property
    def title(self) -> str:
        """The title, as the page shows it."""
        return str(self._index["title"])

    @property
    def complete(self) -> bool:
        """Whether the recording was finished."""
        return bool(self._index["complete"])

    @cached_property
    def class_names(self) -> list[str] | None:
        """The names of the classes."""
        names: list[str] | None = self._index["class_names"]
        return names

    @cached_property
    def labels(self) -> AnyArray | None:
        """The label of each sample: (N,) int32, -1 where there is none; None without labels."""
        return self.column("label") if self._plan.labels else None

    @property
    def columns(self) -> list[str]:
        """The names of the samples' columns."""
        return (["label"] if self._plan.labels else []) + [column.name for column in self._plan.columns]

    def column(self, name: str) -> AnyArray:
        """Read one column of the samples (N,): ``label``, ``text``, ``file``, any of the user's."""
        if name not in self.columns:
            raise UnknownName("the samples have no such column", got=repr(name), remedy=offer(name, self.columns))
        recorded = receipts.load(self.path, receipts.SAMPLES)
        if any(start not in recorded for start, _ in self._plan.parts()):
            raise UnknownName(
                "the samples are not all recorded yet",
                got=f"{len(recorded)} of {len(list(self._plan.parts()))} parts of {self.path}",
                remedy="wait for the first checkpoint, or finish it with resume=True (--resume)",
            )
        values = LazyArray(self.path, f"samples/{to_folder(name)}")[...]
        return values.astype(object) if values.dtype.kind in "OUT" else values

    def thumbnail(self, sample: int) -> AnyArray:
        """Read the thumbnail of one sample: (h, w, 3) uint8."""
        if self._plan.thumbnail is None:
            raise UnknownName("the samples have no thumbnails", got=str(self.path), remedy="record images to have them")
        if not 0 <= sample < len(self):
            raise UnknownName("there is no such sample", got=str(sample), remedy=f"choose from 0 to {len(self) - 1}")
        page = LazyArray(self.path, f"samples/thumbnails/{sample // PAGE}")[...]
        return cut_cell(page.tobytes(), sample % PAGE, self._plan.thumbnail, PAGE_COLUMNS)

    def layer(self, name: str) -> str:
        """Resolve a layer's name: its own, or a bare one that picks exactly one occurrence."""
        if name in self.layers:
            return name
        occurrences = [layer for layer in self.layers if layer.split(":")[0].split("[")[0] == name]
        if len(occurrences) == 1:
            return occurrences[0]
        if occurrences:
            raise AmbiguousLayer(
                "several recorded tensors answer to this name",
                got=repr(name),
                remedy="choose one of " + ", ".join(map(repr, occurrences)),
            )
        raise UnknownLayer("the recording has no such layer", got=repr(name), remedy=offer(name, self.layers))

    def checkpoint(self, name: str | int | None = None) -> str:
        """Resolve a checkpoint's name; without one, the last."""
        if name is None:
            if not self.checkpoints:
                raise UnknownName(
                    "the recording has no finished checkpoint yet",
                    got=str(self.path),
                    remedy="wait for the first one, or finish the recording with resume=True (--resume)",
                )
            return self.checkpoints[-1]
        if str(name) not in self.checkpoints:
            raise UnknownName(
                "the recording has no such checkpoint", got=repr(name), remedy=offer(str(name), self.checkpoints)
            )
        return str(name)

    def activation(self, layer: str, checkpoint: str | int | None = None) -> LazyArray:
        """The activations (N, D) of a layer at a checkpoint (the last by default), read when sliced or converted.

        Raises:
            UnknownLayer, AmbiguousLayer, UnknownName: with the nearest names.
        """
        name = self.layer(layer)
        group = (
            "input"
            if name == "input"
            else f"checkpoints/{to_folder(self.checkpoint(checkpoint))}/layers/{to_folder(name)}"
        )
        if name == "input":
            self.checkpoint(checkpoint)
        return LazyArray(self.path, f"{group}/activation", self._summary(group).get("digest"))

    def _summary(self, group: str) -> dict[str, Any]:
        document = read_json(self.path / group / "zarr.json")
        summary: dict[str, Any] = document.get("attributes", {}).get("inscape", {})
        return summary

    def nonfinite(self, layer: str, checkpoint: str | int | None = None) -> dict[str, Any]:
        """Count the non-finite activations of a layer: ``nonfinite``, ``overflow`` (of float16), the first places."""
        group = self.activation(layer, checkpoint).path.removesuffix("/activation")
        return {k: v for k, v in self._summary(group).items() if k in ("nonfinite", "overflow", "nonfinite_first")}

    def prediction(self, checkpoint: str | int | None = None) -> AnyArray:
        """The predicted class (N,) int32."""
        return self._score("prediction", checkpoint)

    def confidence(self, checkpoint: str | int | None = None) -> AnyArray:
        """The probability of the predicted class (N,) float32."""
        return self._score("confidence", checkpoint)

    def loss(self, checkpoint: str | int | None = None) -> AnyArray:
        """The cross-entropy of each sample in nats (N,) float32, NaN without a label."""
        return self._score("loss", checkpoint)

    def _score(self, name: str, checkpoint: str | int | None) -> AnyArray:
        if not self._plan.predictions or (name == "loss" and not self._plan.loss):
            raise UnknownName(
                f"the recording has no {name}",
                got=f"{self.path}: its model was not recorded as a classifier",
                remedy="record with predictions=True when the model's output holds one number a class",
            )
        return LazyArray(self.path, f"checkpoints/{to_folder(self.checkpoint(checkpoint))}/{name}")[...]

    def weights(self, checkpoint: str | int | None = None) -> str:
        """The digest of a checkpoint's weights: hexadecimal SHA-256."""
        return str(self._summary(f"checkpoints/{to_folder(self.checkpoint(checkpoint))}").get("weights", ""))
