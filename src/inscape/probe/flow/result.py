"""What a flow is: stops, and the transitions between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from inscape.probe.flow import kinds


@dataclass(frozen=True)
class Stop:
    """A layer on the way.

    Attributes:
        name: of the tensor; `aliases` are its other names.
        units: D.
        shape: raw, without the axis of the samples.
        raw: whether the coordinates are the units themselves, less their means.
        share: of the variance, in the coordinates: 1 where they are the units; of layers of 65,536 units or more, that
            of a quarter of the samples (256 at least), drawn by chance.
        center: (k,) what was taken from the units, where they are the coordinates; zeros for probabilities.
        coordinates: (N, k), k ≤ 64.
    """

    name: str
    aliases: tuple[str, ...]
    units: int
    shape: tuple[int, ...]
    raw: bool
    share: float
    center: Float32[np.ndarray, " dimension"]
    coordinates: Float32[np.ndarray, "sample dimension"]


@dataclass(frozen=True)
class Transition:
    """What leads from one stop to the next. With k and k' the dimensions of the stops:

    Attributes:
        kind: ``linear``, ``joining``, ``coordinate-wise``, ``softmax`` (exact), ``max-pooling`` (a stand-in) or
            ``alignment``.
        operation: the function: ``conv2d``, ``add``.
        before: (N, k') the cloud of the stop before, seen by the axes that feed those of the stop after.
        turn: (k, k') scalar products of the stop's own axes with those of `before`: the turn between the two views.
        rotation: (k', k') orthogonal: `before` goes to coordinates @ rotation of the stop after.
        scaling: (k',) the factors by which a linear step moves points along coordinates (a joining one adds what the
            other branches give); None for the others.
        residual: for an exact step the largest error of an end point, as a share of the cloud's radius, against the
            function in float64; for a stand-in and an alignment the share of the cloud's size that it misses. Where a
            linear step ends in a layer of 65,536 units or more, the ends follow from the beginnings, and are measured
            on the maps in one batch of eight.
    """

    kind: str
    operation: str
    before: Float32[np.ndarray, "sample dimension"]
    turn: Float64[np.ndarray, "dimension next"]
    rotation: Float64[np.ndarray, "next next"]
    scaling: Float64[np.ndarray, " next"] | None
    residual: float

    @property
    def exact(self) -> bool:
        """Whether points move as the layer itself moves them."""
        return self.kind in kinds.EXACT


@dataclass(frozen=True)
class Flow:
    """A way through a network: S stops and the S − 1 transitions between them."""

    stops: tuple[Stop, ...]
    transitions: tuple[Transition, ...]
