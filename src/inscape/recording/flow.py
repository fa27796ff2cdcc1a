"""A stored flow, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.names import from_folder
from inscape.recording.results import Provenance


@dataclass(frozen=True)
class FlowStop:
    """A layer on the way of a flow.

    Attributes:
        name: of the tensor; `aliases` are its other names.
        layer: the recorded layer that it is, or None.
        units: D.
        shape: raw, without the axis of the samples.
        raw: whether the coordinates are the units themselves, less `center`.
        share: of the variance, in the coordinates.
        center: (k,) what was taken from the units, where they are the coordinates.
    """

    name: str
    aliases: list[str]
    layer: str | None
    units: int
    shape: list[int]
    raw: bool
    share: float
    center: list[float]


@dataclass(frozen=True)
class FlowTransition:
    """What leads from one stop to the next.

    Attributes:
        kind: ``linear``, ``joining``, ``coordinate-wise``, ``softmax``, ``max-pooling`` or ``alignment``.
        operation: the function.
        exact: whether points move as the layer itself moves them.
        residual: see `inscape.probe.flow.Transition`.
    """

    kind: str
    operation: str
    exact: bool
    residual: float


class StoredFlow:
    """A result of `inscape.flow`: S stops and the S − 1 transitions between them.

    Attributes:
        name: its name in the recording.
        checkpoint: the state of the weights.
        stops: the layers on the way.
        transitions: between them.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether the checkpoint was recorded anew since.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        self._root = root
        self._path = path
        self.name = from_folder(path.removeprefix("flows/"))
        self.checkpoint: str = content["checkpoint"]
        self.stops = [FlowStop(**stop) for stop in content["stops"]]
        self.transitions = [FlowTransition(**step) for step in content["transitions"]]
        self.provenance = Provenance(**content["provenance"])
        self.stale = stale

    def _read(self, name: str, i: int) -> AnyArray:
        array: AnyArray = LazyArray(self._root, f"{self._path}/{name}_{i}")[...]
        return array

    def coordinates(self, stop: int) -> AnyArray:
        """(N, k) float32: the cloud at a stop."""
        return self._read("coordinates", stop)

    def before(self, step: int) -> AnyArray:
        """(N, k') float32: the cloud of stop `step`, seen by the axes that feed those of the next."""
        return self._read("before", step)

    def turn(self, step: int) -> AnyArray:
        """(k, k') float64: products of the stop's own axes with those of `before`."""
        return self._read("turn", step)

    def rotation(self, step: int) -> AnyArray:
        """(k', k') float64, orthogonal: `before` goes to the next stop's coordinates @ rotation."""
        return self._read("rotation", step)

    def scaling(self, step: int) -> AnyArray | None:
        """(k',) float64: the factors of a linear step along coordinates; None for other kinds."""
        return self._read("scaling", step) if self.transitions[step].kind in ("linear", "joining") else None

    def __repr__(self) -> str:
        flag = ", STALE" if self.stale else ""
        return f"StoredFlow({self.name!r}, {len(self.stops)} stops at {self.checkpoint}{flag})"
