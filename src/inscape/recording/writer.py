"""Begins, continues and completes a recording. The bytes themselves are written by parts (`part`)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from inscape.errors import Mismatch, RecordingExists, StorageFailed
from inscape.recording import index, journal, receipts
from inscape.recording.arrays import create_array, create_group, open_array
from inscape.recording.files import free_bytes, human_bytes, read_json, remove_partials, storage
from inscape.recording.lock import Lock
from inscape.recording.names import to_folder
from inscape.recording.part import Part
from inscape.recording.plan import Plan

OWN = {"receipts", "samples", "input", "checkpoints", "people", "zarr.json", *journal.KINDS}
SPLITS_LIMIT = 16
"""More values than this in a column `split` are no parts of a data set."""


def is_taken(root: Path) -> bool:
    """Whether something is at a path already; an empty folder is not, nor are the locks of a run that never began."""
    with storage(root, "looking at the output"):
        if not root.is_dir():
            return root.exists()
        return any(not entry.name.startswith((".lock", ".index")) for entry in root.iterdir())


def refuse_existing(root: Path) -> None:
    """Refuse a place that is taken.

    Raises:
        RecordingExists: with the ways to go on.
    """
    if is_taken(root):
        raise RecordingExists(
            "the output exists already",
            got=str(root),
            remedy="choose another place; or pass resume=True (--resume) to go on, overwrite=True (--overwrite) "
            "to replace it",
        )


def _is_leftover(root: Path) -> bool:
    """Whether a folder holds nothing but what a recording that was killed at its beginning leaves."""
    names = {entry.name for entry in root.iterdir()} if root.is_dir() else {""}
    return "zarr.json" not in names and all(name in OWN or name.startswith(".") for name in names)


class Writer:
    """The one process that writes activations into a recording; it holds the recording's lock until `close`.

    Raises:
        RecordingExists: the place is taken and neither `resume` nor `overwrite` was asked for.
        RecordingLocked: another process is writing here.
        Mismatch: what should be resumed was planned otherwise.
        StorageFailed: the folder can't be written, or the disk can't hold what is planned.
    """

    def __init__(self, root: Path, plan: Plan, *, version: str, resume: bool = False, overwrite: bool = False) -> None:
        self.root = root
        self.plan = plan
        if not (resume or overwrite):
            refuse_existing(root)
        elif is_taken(root) and not _is_leftover(root):
            index.read(root)  # raises: what is not a recording is neither resumed nor deleted
        with storage(root, "creating the recording"):
            root.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(root / ".lock")
        self._lock.__enter__()
        try:  # everything that decides is looked at again, now that nobody else writes
            if not (resume or overwrite):
                refuse_existing(root)
            if resume and (root / "zarr.json").exists():
                self._continue(Plan.from_json(index.read(root)["plan"]))
            else:
                self._begin(version)
        except BaseException:
            self.close()
            raise

    def _clear(self) -> None:
        """Remove what is there: the proofs first, so that what a crash leaves of it vouches for nothing."""
        with storage(self.root, "replacing the recording"):
            (self.root / journal.NAME).unlink(missing_ok=True)
            shutil.rmtree(self.root / "receipts", ignore_errors=True)
            (self.root / "zarr.json").unlink(missing_ok=True)
            for entry in self.root.iterdir():
                if not entry.name.startswith((".lock", ".index")):
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def _begin(self, version: str) -> None:
        self._clear()
        need = self.plan.checkpoint_bytes() + self.plan.input_bytes()
        free = free_bytes(self.root)
        if need > free:
            raise StorageFailed(
                "the disk can't hold this recording",
                got=f"{human_bytes(need)} needed for one checkpoint, {human_bytes(free)} free at {self.root}",
                remedy="record fewer layers, a smaller reduction (mean, pool:4), dtype='float16', or onto another disk",
            )
        with storage(self.root, "creating the recording"):
            (self.root / "receipts").mkdir(exist_ok=True)
            index.create(self.root, self.plan, version)
            self._prepare_samples()

    def _continue(self, before: Plan) -> None:
        differences = before.differences(self.plan)
        if before.data.get("first") != self.plan.data.get("first"):
            raise Mismatch(
                "the data changed since this recording was begun",
                got=f"the first samples, labels or columns differ from those recorded at {self.root}",
                remedy="resume with the same data, in the same order; or record into another place",
            )
        if differences:
            raise Mismatch(
                "what should be resumed was recorded otherwise",
                got="; ".join(differences),
                remedy="call with the same model, data and settings as before, or pass overwrite=True (--overwrite)",
            )
        index.settle(self.root)
        # Not what lies at the root: a result may be on its way there, under a lock of its own.
        for folder in ("samples", "input", "checkpoints", "receipts/samples", "receipts/checkpoints"):
            remove_partials(self.root / folder)
        with storage(self.root, "continuing the recording"):
            self._prepare_samples()

    def close(self) -> None:
        """Let others write."""
        self._lock.__exit__(None, None, None)

    def checkpoints(self) -> list[str]:
        """The published checkpoints."""
        return [entry["name"] for entry in index.read(self.root)["checkpoints"]]

    def begin_checkpoint(self, name: str, weights: str) -> list[Part]:
        """Prepare the arrays of a checkpoint and return the parts that are still to be written.

        Raises:
            Mismatch: parts of this checkpoint were recorded from other weights.
        """
        kind = receipts.checkpoint_kind(name)
        done = receipts.load(self.root, kind)
        others = {r.weights for r in done.values()} - {weights}
        if others:
            raise Mismatch(
                f"checkpoint {name!r} was begun with other weights",
                got=f"weights {next(iter(others))[:12]} there, {weights[:12]} now",
                remedy="give this state a name of its own (checkpoint=…), or load the weights it was begun with",
            )
        if name not in self.checkpoints():
            self._check_space()
            with storage(self.root, "preparing a checkpoint"):
                self._prepare_checkpoint(name)
        samples = receipts.load(self.root, receipts.SAMPLES)
        parts = [
            Part(name, start, stop, start not in samples)
            for start, stop in self.plan.parts()
            if start not in done or start not in samples
        ]
        if parts and index.read(self.root)["complete"]:
            index.publish(self.root, complete=False)
        return parts

    def check_inputs(self, name: str) -> None:
        """Make sure that a checkpoint saw the same data as the samples that are stored.

        Raises:
            Mismatch: it did not; its parts are unpublished again.
        """
        samples = receipts.load(self.root, receipts.SAMPLES)
        parts = receipts.load(self.root, receipts.checkpoint_kind(name))
        others = [part for start, part in parts.items() if start in samples and samples[start].inputs != part.inputs]
        for part in others:
            (self.root / part.path).unlink(missing_ok=True)
        if others:
            raise Mismatch(
                "the data changed between two checkpoints of one recording",
                got=f"samples {others[0].start} to {others[0].stop} of checkpoint {name!r} differ from the first",
                remedy="probe data must be the same every time: no augmentation, no shuffling, no changed files",
            )

    def finish_checkpoint(self, name: str, info: dict[str, Any] | None = None) -> None:
        """Publish a checkpoint whose parts are all written."""
        self.check_inputs(name)
        parts = receipts.load(self.root, receipts.checkpoint_kind(name))
        path = f"checkpoints/{to_folder(name)}"
        entries = index.read(self.root)["checkpoints"]
        known = next((e for e in entries if e["name"] == name), None)  # only receipts of the samples were renewed
        entry = known or {"name": name, "path": to_folder(name), **self._accuracies(path), **(info or {})}
        with storage(self.root, "publishing a checkpoint"):
            for layer in self.plan.layers:
                group = layer.path if layer.name == "input" else f"{path}/{layer.path}"
                source = receipts.load(self.root, receipts.SAMPLES) if layer.name == "input" else parts
                self._describe(group, {**layer.index(), **receipts.combined(source, f"{group}/activation")})
            weights = next((r.weights for r in parts.values()), "")
            recorded = (self._described(path).get("recorded") if known else None) or index.now()
            self._describe(path, {**entry, "weights": weights, "recorded": recorded})
            index.publish(self.root, checkpoints=entries if known else [*entries, entry])

    def _described(self, group: str) -> dict[str, Any]:
        file = self.root / group / "zarr.json"
        content: dict[str, Any] = read_json(file).get("attributes", {}).get("inscape", {}) if file.is_file() else {}
        return content

    def _describe(self, group: str, content: dict[str, Any]) -> None:
        """Give a group its attributes. One that has them is left alone: its metadata may be in the index already."""
        if self._described(group) != json.loads(json.dumps(content)):
            create_group(self.root, group, {"inscape": content})

    def finish(self) -> None:
        """Mark the recording complete, unless a checkpoint was begun and not finished."""
        published = {to_folder(name) for name in self.checkpoints()}
        begun = self.root / "receipts" / "checkpoints"
        if begun.is_dir() and any(entry.name not in published for entry in begun.iterdir()):
            return
        with storage(self.root, "completing the recording"):
            index.publish(self.root, complete=True)

    def _accuracies(self, checkpoint: str) -> dict[str, Any]:
        """The accuracy over all samples with a label, and by split where there is a column of that name."""
        if not (self.plan.predictions and self.plan.labels and self.plan.loss):
            return {"accuracy": None}
        label = np.asarray(open_array(self.root, "samples/label")[...])
        right = label == np.asarray(open_array(self.root, f"{checkpoint}/prediction")[...])
        known = label >= 0
        found: dict[str, Any] = {"accuracy": float(right[known].mean()) if known.any() else None}
        if any(column.name == "split" for column in self.plan.columns):
            split = np.asarray(open_array(self.root, "samples/split")[...]).astype(object)
            names = list(dict.fromkeys(split[known].tolist()))
            if len(names) <= SPLITS_LIMIT:
                found["splits"] = {str(name): float(right[known & (split == name)].mean()) for name in names}
        return found

    def _check_space(self) -> None:
        need, free = self.plan.checkpoint_bytes(), free_bytes(self.root)
        if need > free:
            raise StorageFailed(
                "the disk can't hold another checkpoint",
                got=f"{human_bytes(need)} needed, {human_bytes(free)} free at {self.root}",
                remedy="free some space and resume; the checkpoints recorded so far are kept",
            )

    def _create(self, path: str, shape: tuple[int, ...], rows: int, dtype: Any, dimensions: tuple[str, ...]) -> None:
        if not (self.root / path / "zarr.json").exists():
            chunks = (min(rows, shape[0]), *shape[1:])
            create_array(self.root, path, shape=shape, chunks=chunks, dtype=dtype, dimensions=dimensions)

    def _prepare_samples(self) -> None:
        plan = self.plan
        names = None if plan.class_names is None else list(plan.class_names)
        for group in ("samples", "samples/thumbnails", "checkpoints", "embeddings"):
            if not (self.root / group / "zarr.json").exists():
                create_group(self.root, group, {"class_names": names} if group == "samples" and names else {})
        if plan.labels:
            self._create("samples/label", (plan.samples,), plan.part, "int32", ("sample",))
        for column in plan.columns:
            dtype = str if column.dtype == "string" else column.dtype
            self._create(f"samples/{to_folder(column.name)}", (plan.samples,), plan.part, dtype, ("sample",))
        for layer in plan.layers:
            if layer.name == "input":
                shape = (plan.samples, layer.units)
                self._create("input/activation", shape, plan.rows(layer), layer.dtype, ("sample", "unit"))

    def _prepare_checkpoint(self, name: str) -> None:
        plan, path = self.plan, f"checkpoints/{to_folder(name)}"
        for layer in plan.layers:
            if layer.name != "input":
                shape = (plan.samples, layer.units)
                target = f"{path}/{layer.path}/activation"
                self._create(target, shape, plan.rows(layer), layer.dtype, ("sample", "unit"))
        if plan.predictions:
            self._create(f"{path}/prediction", (plan.samples,), plan.part, "int32", ("sample",))
            self._create(f"{path}/confidence", (plan.samples,), plan.part, "float32", ("sample",))
        if plan.loss:
            self._create(f"{path}/loss", (plan.samples,), plan.part, "float32", ("sample",))
