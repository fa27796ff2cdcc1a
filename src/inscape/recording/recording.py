"""Reading a recording."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from inscape.errors import AmbiguousLayer, UnknownLayer, UnknownName
from inscape.recording import index, receipts, results
from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.embedding import Embedding
from inscape.recording.files import human_bytes, read_json
from inscape.recording.flow import StoredFlow
from inscape.recording.names import from_folder, offer, to_folder
from inscape.recording.people.access import Colors, Handles, Selections
from inscape.recording.people.bookmarks import Bookmarks
from inscape.recording.plan import PAGE, PAGE_COLUMNS, Plan
from inscape.recording.results import combine_digests
from inscape.recording.similarity import StoredSimilarity
from inscape.recording.thumbnails import cut_cell
from inscape.recording.trails import StoredTrails, moved
from inscape.recording.verify import verify


class Recording:
    """What a network did while it looked at N samples: made by `inscape.record`, read by `inscape.open`.

    Example:
        >>> rec = inscape.open("runs/a.inscape")                       # doctest: +SKIP
        >>> rec.layers, rec.checkpoints                                # doctest: +SKIP
        (['conv1', 'fc1'], ['0'])
        >>> np.asarray(rec.activation("fc1")).shape                    # doctest: +SKIP
        (2000, 64)
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.refresh()

    def refresh(self) -> None:
        """Read the index again: a recording that is being written grows."""
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

    @property
    def embeddings(self) -> list[str]:
        """The names of the stored embeddings."""
        paths = results.published(self.path)
        return [from_folder(path.removeprefix("embeddings/")) for path in paths if path.startswith("embeddings/")]

    def embedding(
        self, name: str, layer: str | None = None, checkpoint: str | int | None = None, *, lent: str | None = None
    ) -> Embedding:
        """A stored embedding: the whole sequence, or one step of it by layer (and checkpoint, by default the last).

        With `lent`, the title of another recording, it is a step which that recording lent (see `inscape.lend`).

        Raises:
            UnknownName: there is no such embedding, or it has no such step.
        """
        if name not in self.embeddings:
            raise UnknownName(
                "the recording has no such embedding",
                got=repr(name),
                remedy=offer(name, self.embeddings) if self.embeddings else f"make it: inscape.embed(rec, {name!r})",
            )
        path = f"embeddings/{to_folder(name)}"
        content = self._summary(path)
        stale = self.is_stale(content)
        if layer is None and checkpoint is None and lent is None:
            return Embedding(self.path, path, content, selected=None, single=False, stale=stale)
        steps = [(step["layer"], step["checkpoint"]) for step in content["steps"]]
        there = [i for i, step in enumerate(content["steps"]) if step.get("lent") == lent]
        layers = list(dict.fromkeys(steps[i][0] for i in there))
        only = layers[0] if len(layers) == 1 else None
        wanted_layer = only if layer is None else layer if lent is not None else self.layer(layer)
        wanted = [
            i
            for i in there
            if (wanted_layer is None or steps[i][0] == wanted_layer)
            and (checkpoint is None or steps[i][0] == "input" or steps[i][1] == str(checkpoint))
        ]
        if checkpoint is None and (lent is None or layer is not None):
            order = {c: i for i, c in enumerate(self.checkpoints)}
            wanted = sorted(wanted, key=lambda i: order.get(steps[i][1], -1))[-1:]
        if not wanted:
            raise UnknownName(
                "the embedding has no such step",
                got=f"layer {layer!r}, checkpoint {checkpoint!r}",
                remedy="it has " + ", ".join(f"{a} at {b}" for a, b in steps[:12]) + ("…" if len(steps) > 12 else ""),
            )
        return Embedding(self.path, path, content, selected=wanted, single=len(wanted) == 1, stale=stale)

    @property
    def flows(self) -> list[str]:
        """The names of the stored flows."""
        paths = results.published(self.path)
        return [from_folder(path.removeprefix("flows/")) for path in paths if path.startswith("flows/")]

    def flow(self, name: str = "flow") -> StoredFlow:
        """A stored flow from layer to layer.

        Raises:
            UnknownName: there is no such flow.
        """
        if name not in self.flows:
            remedy = offer(name, self.flows) if self.flows else "make it: inscape.flow(rec, model, data)"
            raise UnknownName("the recording has no such flow", got=repr(name), remedy=remedy)
        path = f"flows/{to_folder(name)}"
        content = self._summary(path)
        at = content["checkpoint"]
        current = at in self.checkpoints and combine_digests([self.weights(at)]) == content["provenance"]["input"]
        return StoredFlow(self.path, path, content, stale=not current)

    @property
    def similarities(self) -> list[str]:
        """The names of the stored matrices of similarities."""
        paths = results.published(self.path)
        return [from_folder(path.removeprefix("similarity/")) for path in paths if path.startswith("similarity/")]

    def similarity(self, name: str = "cka") -> StoredSimilarity:
        """A stored matrix of similarities of layers.

        Raises:
            UnknownName: there is no such matrix.
        """
        if name not in self.similarities:
            remedy = offer(name, self.similarities) if self.similarities else "make it: inscape.similarity(rec)"
            raise UnknownName("the recording has no such matrix of similarities", got=repr(name), remedy=remedy)
        path = f"similarity/{to_folder(name)}"
        content = self._summary(path)
        own = content["rows"] + (content["columns"] if content["other"] is None else [])
        return StoredSimilarity(self.path, path, content, stale=self._changed(own))

    @property
    def trails(self) -> list[str]:
        """The names of the stored trails."""
        paths = results.published(self.path)
        return [from_folder(path.removeprefix("trails/")) for path in paths if path.startswith("trails/")]

    def trail(self, name: str) -> StoredTrails:
        """Stored trails: the paths of all samples through checkpoints or layers.

        Raises:
            UnknownName: there are none of this name.
        """
        if name not in self.trails:
            remedy = offer(name, self.trails) if self.trails else "make them: inscape.trails(rec, layer)"
            raise UnknownName("the recording has no such trails", got=repr(name), remedy=remedy)
        path = f"trails/{to_folder(name)}"
        content = self._summary(path)
        return StoredTrails(self.path, path, content, stale=self.is_stale(content) or moved(self.path, content))

    def weights(self, checkpoint: str | int | None = None) -> str:
        """The digest of a checkpoint's weights: hexadecimal SHA-256."""
        return str(self._summary(f"checkpoints/{to_folder(self.checkpoint(checkpoint))}").get("weights", ""))

    def is_stale(self, content: dict[str, Any]) -> bool:
        """Whether a result's input has changed since it was computed; of a lent step it can't be known here."""
        try:
            digests = [
                s["input"] if s.get("lent") else self.activation(s["layer"], s["checkpoint"]).digest or ""
                for s in content["steps"]
            ]
        except (UnknownName, UnknownLayer, AmbiguousLayer):
            return True
        return bool(combine_digests(digests) != content["provenance"]["input"])

    def _changed(self, activations: list[dict[str, Any]]) -> bool:
        """Whether any of these has another digest than it had."""
        try:
            return any((self.activation(a["layer"], a["checkpoint"]).digest or "") != a["input"] for a in activations)
        except (UnknownName, UnknownLayer, AmbiguousLayer):
            return True

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
