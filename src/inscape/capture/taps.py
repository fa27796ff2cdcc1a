"""Hooks that hand over the reduced activations of the layers a part wants, while the model runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from inscape.capture import structure
from inscape.capture.reductions import reduce
from inscape.capture.unwrap import named_modules
from inscape.errors import DataError
from inscape.recording.arrays import AnyArray
from inscape.recording.plan import LayerPlan

Sink = Callable[[str, AnyArray], None]


class Taps:
    """The hooks of one recording.

    Activations are reduced and copied inside the hook: a module behind it may change its input in place. Set `start`,
    `size` and `mask` before each forward pass, and `sink` for whoever takes the rows.
    """

    def __init__(self, layers: Sequence[LayerPlan], seed: int) -> None:
        self._by_module: dict[str, list[LayerPlan]] = {}
        self._ends: list[LayerPlan] = []
        for layer in layers:
            if layer.tap["module"]:
                self._by_module.setdefault(layer.tap["module"], []).append(layer)
            else:
                self._ends.append(layer)
        self._seed = seed
        self._calls: dict[str, int] = {}
        self._taken: set[str] = set()
        self.sink: Sink = _nowhere
        self.wants: frozenset[str] = frozenset()
        self.start = 0
        self.size = 0
        self.mask: torch.Tensor | None = None

    @contextmanager
    def attached(self, model: nn.Module) -> Iterator[None]:
        """Hang the hooks on the model; they are taken off whatever happens."""
        handles = []
        try:
            for name, module in named_modules(model):
                if name in self._by_module:
                    handles.append(module.register_forward_hook(self._hook(name)))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def begin(self, start: int, size: int, mask: torch.Tensor | None) -> None:
        """Announce the next forward pass."""
        self.start, self.size, self.mask = start, size, mask
        self._calls.clear()
        self._taken.clear()

    def _hook(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        layers = self._by_module[name]

        def hook(module: nn.Module, arguments: Any, output: Any) -> None:
            occurrence = self._calls.get(name, 0)
            self._calls[name] = occurrence + 1
            for layer in layers:
                if layer.tap["occurrence"] == occurrence:
                    self._take(layer, structure.pick(output, tuple(layer.tap["selector"])))

        return hook

    def ends(self, inputs: Any, output: Any) -> None:
        """Take the data itself and the model's output, where they are wanted; check that every layer was called."""
        for layer in self._ends:
            whole = inputs if layer.name.startswith("input") else output
            self._take(layer, structure.pick(whole, tuple(layer.tap["selector"])))
        missing = self.wants - self._taken
        if missing:
            raise DataError(
                "a layer was not called for some samples",
                got=f"{', '.join(sorted(missing))} in samples {self.start} to {self.start + self.size}",
                remedy="record layers that every sample goes through; the model seems to branch on its data",
            )

    def _take(self, layer: LayerPlan, tensor: torch.Tensor) -> None:
        if layer.name not in self.wants:
            return
        tap = layer.tap
        if tap["multiple"] > 1:
            tensor = tensor.reshape(-1, tap["multiple"], *tensor.shape[1:])
        elif tap["sample_axis"]:
            tensor = tensor.movedim(tap["sample_axis"], 0)
        rows = reduce(
            tensor.detach(),
            layer.reduction,
            tap["channels"],
            layer=layer.name,
            seed=self._seed,
            first=self.start,
            mask=self.mask,
        )
        if rows.shape != (self.size, layer.units):
            raise DataError(
                f"samples of differing shapes reached {layer.name}",
                got=f"{tuple(tensor.shape)} in samples {self.start} to {self.start + self.size}, which gives "
                f"{rows.shape[1]} units; the first samples gave {layer.units}",
                remedy="bring all samples to one shape (--image-size, padding), or record with reduction='mean'",
            )
        self._taken.add(layer.name)
        self.sink(layer.name, rows.cpu().numpy())


def _nowhere(name: str, rows: np.ndarray[Any, np.dtype[Any]]) -> None:
    raise AssertionError(f"no sink for {name}")
