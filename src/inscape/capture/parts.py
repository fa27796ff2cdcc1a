"""Recording parts: the pure function that every engine runs, `record_part(spec) -> receipt`, and its streamed form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from inscape.capture.discover import class_scores
from inscape.capture.inputs import as_tensors, attention_mask, call, check_finite, checksum_bytes, prefetch, to_device
from inscape.capture.memory import keep_pages
from inscape.capture.mode import device_of, recording_mode, seed_everything
from inscape.capture.taps import Taps
from inscape.errors import DataError
from inscape.recording import Part, PartWriter, Plan, Receipt, WriteQueue
from inscape.recording.plan import PAGE, PAGE_COLUMNS

if TYPE_CHECKING:
    from inscape.data import Batch, Source


@dataclass(frozen=True)
class PartSpec:
    """All that recording a part depends on; the same spec gives the same bytes, wherever it runs."""

    root: Path
    plan: Plan
    model: nn.Module
    source: Source
    weights: str
    part: Part


def record_part(spec: PartSpec) -> Receipt:
    """Record one part and publish it."""
    return list(record_parts(spec, [spec.part]))[-1]


def record_parts(
    spec: PartSpec, parts: Sequence[Part], progress: Callable[[int], None] | None = None
) -> Iterator[Receipt]:
    """Record parts in one stream: reading, the forward pass and writing overlap, within and across parts.

    Yields:
        The checkpoint's receipt of each part, some time after it was published.
    """
    plan, model = spec.plan, spec.model
    device = device_of(model)
    keep_pages()
    taps = Taps(plan.layers, plan.seed)
    ranges = [r for part in parts for r in plan.batches(part.start, part.stop)]
    published: list[Receipt] = []
    handed = 0
    with (
        recording_mode(model),
        taps.attached(model),
        WriteQueue() as queue,
        closing(prefetch(spec.source.batches(ranges))) as batches,
    ):
        for part in parts:
            writer = PartWriter(spec.root, plan, part, queue)
            taps.sink, taps.wants = writer.layer, writer.wants
            pages = _Pages(plan, part, writer)
            seed_everything(plan.seed + part.start)
            for start, stop in plan.batches(part.start, part.stop):
                batch: Batch = next(batches)
                given = as_tensors(batch.inputs)
                if not plan.allow_nonfinite:
                    check_finite(given, start)
                for content in checksum_bytes(given, batch):
                    writer.inputs(content)
                inputs = to_device(given, device)
                taps.begin(start, stop - start, attention_mask(inputs))
                output = call(model, inputs)
                taps.ends(given, output)
                _columns(plan, writer, batch, start)
                pages.add(batch)
                _scores(plan, writer, output, batch)
                if progress:
                    progress(stop - start)
            pages.flush()
            writer.finish(spec.weights, published)
            while handed < len(published):
                yield published[handed]
                handed += 1
        queue.drain()
    yield from published[handed:]


def _columns(plan: Plan, writer: PartWriter, batch: Batch, start: int) -> None:
    if not writer.part.with_samples:
        return
    if plan.labels:
        labels = batch.labels if batch.labels is not None else np.full(len(batch), -1)
        writer.column("label", labels.astype(np.int32))
    for column in plan.columns:
        if column.name not in batch.columns:
            raise DataError(
                "a column of the samples is missing from a batch",
                got=f"{column.name!r} in samples {start} to {start + len(batch)}",
                remedy="give every sample the same columns",
            )
        values = np.asarray(batch.columns[column.name])
        writer.column(column.name, values.astype(object) if column.dtype == "string" else values.astype(column.dtype))


def _scores(plan: Plan, writer: PartWriter, output: Any, batch: Batch) -> None:
    """Prediction, its probability and, where labels and classes are the same thing, the cross-entropy."""
    if not plan.predictions:
        return
    found = class_scores(output)
    assert found is not None, "discovery saw an output"
    scores = found.float()
    if plan.model.get("probabilities"):
        log_probability = scores.clamp(min=torch.finfo(torch.float32).tiny).log()
    else:
        log_probability = functional.log_softmax(scores, dim=1)
    best, prediction = log_probability.max(dim=1)
    writer.score("prediction", prediction.to(torch.int32).cpu().numpy())
    writer.score("confidence", best.exp().cpu().numpy())
    if plan.loss:
        labels = batch.labels if batch.labels is not None else np.full(len(batch), -1)
        target = torch.as_tensor(labels.astype(np.int64), device=scores.device)
        known = (target >= 0) & (target < scores.shape[1])
        chosen = log_probability.gather(1, torch.where(known, target, 0)[:, None])[:, 0]
        loss = torch.where(known, -chosen, torch.nan)
        writer.score("loss", loss.cpu().numpy())


class _Pages:
    """Collects thumbnails until a page is full."""

    def __init__(self, plan: Plan, part: Part, writer: PartWriter) -> None:
        self._plan = plan
        self._writer = writer
        self._wanted = part.with_samples and plan.thumbnail is not None
        self._cells: list[np.ndarray[Any, np.dtype[np.uint8]]] = []
        self._first = part.start

    def add(self, batch: Batch) -> None:
        if not self._wanted:
            return
        from inscape.data.thumbnails import thumbnails_of

        images = batch.thumbnails
        if images is None:
            images = thumbnails_of(batch.inputs, self._plan.display or (0.0, 1.0))
        self._cells += list(images)
        while len(self._cells) >= PAGE:
            self._encode(PAGE)

    def flush(self) -> None:
        if self._cells:
            self._encode(len(self._cells))

    def _encode(self, count: int) -> None:
        from inscape.data.thumbnails import encode_page

        cells, cell = self._cells[:count], self._plan.thumbnail
        assert cell is not None
        size = sum(image.nbytes for image in cells)
        self._writer.page(self._first, lambda: encode_page(cells, cell, PAGE_COLUMNS), size)
        self._first += count
        del self._cells[:count]
