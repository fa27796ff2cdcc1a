"""A stored flow, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inscape.recording.arrays import AnyArray
from inscape.recording.stored import Stored


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


class StoredFlow(Stored):
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
        super().__init__(root, path, content, stale=stale)
        self.checkpoint: str = content["checkpoint"]
        self.stops = [FlowStop(**stop) for stop in content["stops"]]
        self.transitions = [FlowTransition(**step) for step in content["transitions"]]

    def coordinates(self, stop: int) -> AnyArray:
        """(N, k) float32: the cloud at a stop."""
        return self._array(f"coordinates_{stop}")

    def before(self, step: int) -> AnyArray:
        """(N, k') float32: the cloud of stop `step`, seen by the axes that feed those of the next."""
        return self._array(f"before_{step}")

    def turn(self, step: int) -> AnyArray:
        """(k, k') float64: products of the stop's own axes with those of `before`."""
        return self._array(f"turn_{step}")

    def rotation(self, step: int) -> AnyArray:
        """(k', k') float64, orthogonal: `before` goes to the next stop's coordinates @ rotation."""
        return self._array(f"rotation_{step}")

    def scaling(self, step: int) -> AnyArray | None:
        """(k',) float64: the factors of a linear step along coordinates; None for other kinds."""
        return self._array(f"scaling_{step}") if self.transitions[step].kind in ("linear", "joining") else None

    def __repr__(self) -> str:
        return self._shown(f"{self.name!r}, {len(self.stops)} stops at {self.checkpoint}")
