"""The flow of a cloud from layer to layer: three or four passes of the samples through the model, a few axes a layer.

Li, Zhao and Scheidegger, "Visualizing neural networks with the grand tour" (Distill, 2020) show a linear layer
W = U Σ Vᵀ in the view V before and U after, so that points move by scaling along coordinates alone. Here a layer has at
most 64 axes A (its units, or the subspace that carries its variance). What feeds axes A through a linear layer is Wᵀ A,
computed by the exact adjoint. With Wᵀ A = V Σ Uᵀ the cloud before, seen in V, becomes the cloud after, seen in A U, by
scaling along coordinates, at any width.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from inscape.capture.memory import heap_kept
from inscape.capture.mode import recording_mode
from inscape.errors import DataError, ModelError, WrongCall
from inscape.probe.flow import kinds
from inscape.probe.flow.affine import Function, adjoint
from inscape.probe.flow.assemble import Step, assemble
from inscape.probe.flow.axes import RAW, Range, factor_rows
from inscape.probe.flow.batches import Batches, Ranges, blocks, gathered, take
from inscape.probe.flow.calls import Call, Value, Watch, rows, run, trace, unrows
from inscape.probe.flow.path import choose
from inscape.probe.flow.projector import Projector
from inscape.probe.flow.result import Flow

FEW = 3
"""Samples by which the functions are asked what they do."""

FITTED = 6 << 30
"""Bytes of activations that the axes of wide layers are fitted to: of all samples, or of so many, evenly spaced."""

FEWEST = 192
"""Samples that the axes are fitted to at least."""

NEIGHBORS = 8
"""Samples beside each other that the axes are fitted to: few, for data often comes in the order of its classes."""

LARGEST = 240 << 20
"""Bytes of a batch's largest activation."""

Progress = Callable[[int, int], None]
"""Told how many more samples passed, and how many will in all."""


DOUBLE = 1 << 17
"""Layers of so many units are pulled back in float64."""


class _Arrived(Exception):
    """The last layer of the way was computed; the rest of the pass is not needed."""


def prepare(
    model: nn.Module,
    batches: Batches,
    samples: int,
    path: Sequence[str] | None = None,
    *,
    dims: int = 16,
    route: str = "longest",
    iterations: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> Flow:
    """Follow the samples through a model, layer by layer.

    Args:
        model: left as it was.
        batches: gives the inputs of ranges of samples; called once a pass.
        samples: N, at least 2.
        path: names of layers to go through, from the first to the last; None goes from the data to the output.
        dims: axes of layers with more than 64 units, 2 to 64.
        route: ``longest`` takes the branches of residual blocks, ``shortest`` the skip connections.
        iterations: passes that sharpen the axes of wide layers, at least 1.
        seed: of the range finder.
        progress: told of every batch, see `Progress`.

    Raises:
        DataError: fewer than two samples.
        ModelError: the model computes other things for other samples.
        UnknownLayer, WrongCall: a layer that is not there, or a path that can't be gone.
    """
    if not 2 <= dims <= RAW:
        raise WrongCall("a wide layer is seen by 2 to 64 axes", got=str(dims), remedy="--dims 16")
    if iterations < 1:
        raise WrongCall("axes are sharpened at least once", got=f"{iterations} iterations", remedy="iterations=1")
    if samples < 2:
        raise DataError("a flow needs two samples at least", got=str(samples), remedy="give more data")
    with contextlib.ExitStack() as stack:
        stack.enter_context(recording_mode(model))
        few = next(iter(batches([(0, min(FEW, samples))])))
        values = trace(model, few, take(few, min(FEW, samples) - 1))
        way = choose(values, path, route)
        stack.enter_context(heap_kept())
        return _Preparation(model, batches, samples, values, way, dims, seed, progress).prepare(few, iterations)


class _Preparation:
    """The passes, in order."""

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        samples: int,
        values: list[Value],
        way: list[Value],
        dims: int,
        seed: int,
        progress: Progress | None,
    ) -> None:
        self._model = model
        self._batches = batches
        self._samples = samples
        self._values = values
        self._way = way
        self._place = {value.index: i for i, value in enumerate(way)}
        self._ranges = [Range(value.units, min(dims, max(samples - 1, 2))) for value in way]
        self._steps = [Step(a, b) for a, b in itertools.pairwise(way)]
        self._seed = seed
        self._progress = progress
        self._total = 0

    def prepare(self, few: Any, iterations: int) -> Flow:
        fitted = self._fitted()
        count = sum(stop - start for start, stop in fitted)
        if all(r.raw for r in self._ranges):
            iterations = 0
        self._total = self._samples + (1 + iterations) * count
        generator = torch.Generator().manual_seed(self._seed)
        weights = torch.randn(count, max(r.width for r in self._ranges), generator=generator)

        def fit(place: int, x: torch.Tensor, start: int) -> None:
            found = self._ranges[place]
            found.fit(x, weights[start : start + x.shape[0], : found.width])

        self._stream(fit, fitted)
        for found in self._ranges:
            found.end()
        for i in range(iterations):
            self._stream(lambda place, x, start: self._ranges[place].sharpen(x), fitted)
            for found in self._ranges:
                found.end(last=i == iterations - 1)
        self._ask(few)
        return self._project(few)

    def _batch(self) -> int:
        largest = 4 * max(value.units for value in self._way)
        return max(8, min(256, LARGEST // largest // 8 * 8))

    def _fitted(self) -> Ranges:
        """The samples that axes are fitted to: all, or some spread evenly over them."""
        wanted = max(FEWEST, FITTED // (4 * sum(value.units for value in self._way)))
        if wanted >= self._samples:
            return blocks(self._samples, self._batch())
        size = min(self._batch(), NEIGHBORS)
        found = blocks(self._samples, size)
        count = min(len(found), -(-wanted // size))
        return [found[i * len(found) // count] for i in range(count)]

    def _stream(self, told: Callable[[int, torch.Tensor, int], None], ranges: Ranges) -> None:
        """Pass samples, and be told of each stop's: (its place, (n, D), how many passed before)."""
        start = 0
        for count, inputs in gathered(self._batches, ranges, self._batch()):

            def after(index: int, tensor: torch.Tensor, start: int = start, count: int = count) -> None:
                place = self._place.get(index)
                if place is None:
                    return
                x = rows(self._way[place], tensor).float().cpu()
                if x.shape[0] != count:
                    raise DataError(
                        "the data gave another number of samples than it was asked for",
                        got=f"{x.shape[0]} where {count} were asked for",
                        remedy="give data that answers the same every time",
                    )
                if x.shape[1] != self._way[place].units:
                    raise ModelError(
                        f"{self._way[place].name} has another size from batch to batch",
                        got=f"{x.shape[1]:,} numbers a sample, {self._way[place].units:,} before",
                        remedy="bring all samples to one size (pad texts to one length)",
                    )
                told(place, x, start)
                if place == len(self._way) - 1:
                    raise _Arrived

            self._pass(inputs, Watch(after=after))
            start += count
            if self._progress:
                self._progress(count, self._total)

    def _pass(self, inputs: Any, watch: Watch) -> None:
        with contextlib.suppress(_Arrived):
            run(self._model, inputs, watch)

    def _at_calls(self, few: Any, told: Callable[[int, Step, Call, torch.Tensor], None]) -> None:
        """Pass a few samples, and be told of each step's call before it happens."""
        by_call = {step.target.call: (i, step) for i, step in enumerate(self._steps)}

        def before(call: Call) -> None:
            place, step = by_call.get(call.number, (0, None))
            if step is None:
                return
            for tensor in call.tensors():
                if call.values.get(id(tensor)) == step.source.index:
                    told(place, step, call, tensor)
                    return

        self._pass(few, Watch(before=before))

    def _ask(self, few: Any) -> None:
        """What kind each step is; and what feeds the axes of its end."""

        def ask(place: int, step: Step, call: Call, x: torch.Tensor) -> None:
            kind = kinds.classify(call, step.source, step.target, self._values, x)
            step.kind = kind.name
            wanted = self._ranges[place + 1].matrix()
            function = kind.stand_in or kind.function
            if kind.name in (kinds.LINEAR, kinds.JOINING, kinds.MAX_POOLING) and function is not None:
                flat = _flat(function, step)
                at = rows(step.source, x)
                if step.source.units <= DOUBLE:
                    at, wanted = at.double(), wanted.double()
                pulled = adjoint(flat, at, wanted.to(at.device)).cpu()
                feeding, mixing = factor_rows(pulled)
                step.feeding, step.mixing = feeding.float(), mixing.double()
            elif kind.name in (kinds.COORDINATEWISE, kinds.SOFTMAX):
                step.feeding, step.mixing = wanted, torch.eye(len(wanted), dtype=torch.float64)

        self._at_calls(few, ask)

    def _project(self, few: Any) -> Flow:
        projectors: list[Projector] = []
        for place, found in enumerate(self._ranges):
            step = self._steps[place] if place < len(self._steps) else None
            derived = place > 0 and self._steps[place - 1].kind == kinds.LINEAR
            projectors.append(Projector(found, step.feeding if step else None, self._samples, derived))
            if step:
                step.feeding = projectors[-1].feeding
        self._stream(lambda place, x, start: projectors[place].add(x, start), blocks(self._samples, self._batch()))
        for step, before, after in zip(self._steps, projectors, projectors[1:], strict=False):
            if after.derived and before.fed is not None and step.mixing is not None:
                step.error = after.derive(before.fed, step.mixing)
        for projector in projectors:
            projector.end()
        own, fed = [p.own for p in projectors], [p.fed for p in projectors]
        self._check(few, own, fed)
        return assemble(self._way, self._ranges, self._steps, own, fed)

    def _check(self, few: Any, own: list[torch.Tensor], fed: list[torch.Tensor | None]) -> None:
        """Compare what was stored with the functions themselves, in float64, by the first samples."""

        def check(place: int, step: Step, call: Call, x: torch.Tensor) -> None:
            into = fed[place]
            if step.kind not in kinds.EXACT or step.feeding is None or into is None:
                return
            function = kinds.function_of(call, step.source, step.target, self._values)
            y = rows(step.target, function(x.double())).cpu()
            start = self._ranges[place].project(rows(step.source, x).cpu().double(), step.feeding)
            end = self._ranges[place + 1].project(y, self._ranges[place + 1].axes)
            n = len(y)
            errors = (
                (start - into[:n]).norm(dim=1) / _radius(into),
                (end - own[place + 1][:n]).norm(dim=1) / _radius(own[place + 1]),
            )
            step.error = max(step.error, *(float(e.max()) for e in errors))

        self._at_calls(few, check)


def _flat(function: Function, step: Step) -> Function:
    """The function between rows: (n, D) to (n, D')."""
    return lambda x: rows(step.target, function(unrows(step.source, x)))


def _radius(cloud: torch.Tensor) -> float:
    return max(float(cloud.norm(dim=1).max()), 1e-12)
