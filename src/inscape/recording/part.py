"""The writing of one part: a range of samples of one checkpoint, by one writer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from inscape.recording import receipts
from inscape.recording.arrays import AnyArray, create_array, digest_rows, open_array
from inscape.recording.files import array_crc32c, storage
from inscape.recording.names import to_folder
from inscape.recording.plan import PAGE, LayerPlan, Plan
from inscape.recording.queue import WriteQueue
from inscape.recording.receipts import ArrayReceipt, Receipt

FIRST_PLACES = 16


@dataclass(frozen=True)
class Part:
    """What one writer writes: samples ``start`` to ``stop`` of a checkpoint, and of the samples where still missing."""

    checkpoint: str
    start: int
    stop: int
    with_samples: bool


class _Rows:
    """One array being filled in order: whole chunks are handed to the queue, statistics and digest go along."""

    def __init__(self, root: Path, path: str, queue: WriteQueue, start: int, stop: int) -> None:
        self.path = path
        self._array: zarr.Array[Any] = open_array(root, path, write=True)
        self._root = root
        self._queue = queue
        self._row = start
        self._stop = stop
        self._buffer: AnyArray | None = None
        self._filled = 0
        self._hasher = hashlib.sha256()
        self._nonfinite = 0
        self._overflow = 0
        self._first: list[list[int]] = []

    def append(self, rows: AnyArray) -> None:
        """Take rows in order. They are copied, so the caller may reuse them."""
        taken = 0
        while taken < len(rows):
            if self._buffer is None:
                size = min(self._array.chunks[0], self._stop - self._row)
                self._buffer = np.empty((size, *self._array.shape[1:]), dtype=rows.dtype)
                self._filled = 0
            count = min(len(self._buffer) - self._filled, len(rows) - taken)
            self._buffer[self._filled : self._filled + count] = rows[taken : taken + count]
            self._filled += count
            taken += count
            if self._filled == len(self._buffer):
                self._flush()

    def _flush(self) -> None:
        buffer, row = self._buffer, self._row
        assert buffer is not None
        self._row += len(buffer)
        self._buffer = None
        self._queue.submit(lambda: self._write(buffer, row), buffer.nbytes)

    def _write(self, block: AnyArray, row: int) -> None:
        dtype = self._array.dtype
        stored = block
        if np.issubdtype(dtype, np.floating):
            with np.errstate(over="ignore", invalid="ignore"):
                stored = block.astype(dtype, copy=False)
                # One sum finds out whether a second look is needed; it almost never is.
                suspicious = not np.isfinite(stored.sum(dtype=np.float32))
            if suspicious:
                self._count(block, stored, row)
        digest_rows(self._hasher, stored)
        with storage(self._root, f"writing {self.path}"):
            self._array[row : row + len(stored)] = stored

    def _count(self, block: AnyArray, stored: AnyArray, row: int) -> None:
        bad = ~np.isfinite(stored)
        self._nonfinite += int(bad.sum())
        self._overflow += int((bad & np.isfinite(block)).sum())
        if len(self._first) < FIRST_PLACES:
            places = np.argwhere(bad.reshape(len(bad), -1))[: FIRST_PLACES - len(self._first)]
            self._first += [[int(sample) + row, int(unit)] for sample, unit in places]

    def receipt(self) -> ArrayReceipt:
        """What was written; called on the queue, after the last write."""
        return ArrayReceipt(self._hasher.hexdigest(), self._nonfinite, self._overflow, self._first)


class PartWriter:
    """Writes one part through a queue; `finish` publishes it, behind everything that it vouches for."""

    def __init__(self, root: Path, plan: Plan, part: Part, queue: WriteQueue) -> None:
        self._root = root
        self._plan = plan
        self.part = part
        self._queue = queue
        self._crc = 0
        checkpoint = f"checkpoints/{to_folder(part.checkpoint)}"
        self._layers = {
            layer.name: self._rows(_activation(checkpoint, layer))
            for layer in plan.layers
            if layer.name != "input" or part.with_samples
        }
        names = [
            n
            for n, there in (("prediction", plan.predictions), ("confidence", plan.predictions), ("loss", plan.loss))
            if there
        ]
        self._scores = {name: self._rows(f"{checkpoint}/{name}") for name in names}
        columns = (["label"] if plan.labels else []) + [c.name for c in plan.columns]
        self._columns = {n: self._rows(f"samples/{to_folder(n)}") for n in columns} if part.with_samples else {}
        self._pages: dict[str, ArrayReceipt] = {}

    def _rows(self, path: str) -> _Rows:
        return _Rows(self._root, path, self._queue, self.part.start, self.part.stop)

    @property
    def wants(self) -> frozenset[str]:
        """The layers whose rows this part takes."""
        return frozenset(self._layers)

    def layer(self, name: str, rows: AnyArray) -> None:
        """Append activations (n, D) float32 of one layer."""
        self._layers[name].append(rows)

    def score(self, name: str, rows: AnyArray) -> None:
        """Append ``prediction``, ``confidence`` or ``loss`` (n,)."""
        self._scores[name].append(rows)

    def column(self, name: str, rows: AnyArray) -> None:
        """Append ``label`` or a column of the user's (n,)."""
        if name in self._columns:
            self._columns[name].append(rows)

    def inputs(self, content: AnyArray) -> None:
        """Add the model's input to the part's checksum."""
        self._crc = array_crc32c(content, self._crc)

    def page(self, first: int, encode: Callable[[], bytes], size: int) -> None:
        """Write one page of thumbnails (WebP) which begins at sample `first`, encoded from `size` bytes of pixels."""
        number = first // PAGE
        path = f"samples/thumbnails/{number}"

        def write() -> None:
            encoded = encode()
            content = np.frombuffer(encoded, dtype=np.uint8)
            with storage(self._root, "writing thumbnails"):
                if not (self._root / path / "zarr.json").exists():
                    create_array(
                        self._root,
                        path,
                        shape=content.shape,
                        chunks=content.shape,
                        dtype="uint8",
                        dimensions=(f"byte_{number}",),
                        attributes={"media_type": "image/webp", "first": first},
                    )
                open_array(self._root, path, write=True)[:] = content
            self._pages[path] = ArrayReceipt(hashlib.sha256(encoded).hexdigest())

        self._queue.submit(write, size)

    def finish(self, weights: str, published: list[Receipt]) -> None:
        """Publish the part once its writes are done: the samples' receipt first, then the checkpoint's."""
        part = self.part

        def publish() -> None:
            samples = {rows.path: rows.receipt() for rows in self._columns.values()} | self._pages
            if "input" in self._layers:
                samples[self._layers["input"].path] = self._layers["input"].receipt()
            checkpoint = {rows.path: rows.receipt() for n, rows in self._layers.items() if n != "input"}
            checkpoint |= {rows.path: rows.receipt() for rows in self._scores.values()}
            with storage(self._root, "publishing a part"):
                if part.with_samples:
                    first = Receipt(receipts.SAMPLES, part.start, part.stop, samples, inputs=self._crc)
                    receipts.publish(self._root, first)
                    published.append(first)
                second = Receipt(
                    receipts.checkpoint_kind(part.checkpoint), part.start, part.stop, checkpoint, self._crc, weights
                )
                receipts.publish(self._root, second)
                published.append(second)

        self._queue.submit(publish)


def _activation(checkpoint: str, layer: LayerPlan) -> str:
    group = layer.path if layer.name == "input" else f"{checkpoint}/{layer.path}"
    return f"{group}/activation"
