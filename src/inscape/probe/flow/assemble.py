"""From projections to stops and transitions: small matrices only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inscape.probe.flow import kinds
from inscape.probe.flow.axes import Range
from inscape.probe.flow.calls import Value
from inscape.probe.flow.result import Flow, Stop, Transition

Floats = np.ndarray


@dataclass
class Step:
    """A step under way.

    Attributes:
        source: the tensor that it leads from.
        target: the tensor that it leads to.
        kind: see `kinds`.
        feeding: (r, D) orthonormal rows: the axes that feed those of the target.
        mixing: (width of the target, r): the target's axes pulled back are mixing @ feeding.
        error: of the end points, against the function in float64.
    """

    source: Value
    target: Value
    kind: str = kinds.ALIGNMENT
    feeding: torch.Tensor | None = None
    mixing: torch.Tensor | None = None
    error: float = 0.0


def assemble(
    way: Sequence[Value],
    ranges: Sequence[Range],
    steps: Sequence[Step],
    own: Sequence[torch.Tensor],
    fed: Sequence[torch.Tensor | None],
) -> Flow:
    """Turn each stop's axes to its principal ones, and each step's to those by which it scales.

    Args:
        way: the tensors.
        ranges: their axes and means.
        steps: between them.
        own: each stop's samples on its axes, (N, width).
        fed: each step's samples, of its beginning, on the axes that feed its end.
    """
    turned = [_principal(found, cloud.numpy()) for found, cloud in zip(ranges, own, strict=True)]
    simplex = [value.operation == "softmax" for value in way]
    stops = []
    for value, found, cloud, (R, share), probabilities in zip(way, ranges, own, turned, simplex, strict=True):
        shift = cloud.numpy().astype(np.float64).mean(axis=0)
        center = (found.center.numpy() + shift if found.raw else np.zeros(R.shape[1])).astype(np.float32)
        coordinates = ((cloud.numpy() - shift) @ R).astype(np.float32)
        if probabilities and found.raw:
            coordinates, center = coordinates + center, np.zeros_like(center)
        stops.append(
            Stop(value.name, tuple(value.aliases), value.units, value.shape, found.raw, share, center, coordinates)
        )
    transitions = []
    for i, step in enumerate(steps):
        feeding_cloud = fed[i]
        if step.kind == kinds.ALIGNMENT or feeding_cloud is None or step.feeding is None or step.mixing is None:
            transitions.append(_aligned(step, stops[i], stops[i + 1]))
            continue
        axes = ranges[i].matrix()
        between = (
            (axes.double() @ step.feeding.double().T).numpy()
            if axes.shape[1] < 1 << 15
            else (axes @ step.feeding.T).double().numpy()
        )
        transitions.append(
            _fed(step, feeding_cloud.numpy(), turned[i][0], turned[i + 1][0], between, own[i + 1].numpy(), stops[i + 1])
        )
    return Flow(tuple(stops), tuple(transitions))


def _principal(found: Range, cloud: Floats) -> tuple[Floats, float]:
    """(width, k): the turn to principal axes, the least of them left out; and the share of the variance kept."""
    if found.raw:
        return np.eye(found.units), 1.0
    centered = cloud - cloud.mean(axis=0, dtype=np.float64)
    covariance = centered.T @ centered
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(values)[::-1][: found.dims]
    R = vectors[:, order]
    R *= np.where(R[np.abs(R).argmax(axis=0), np.arange(R.shape[1])] < 0, -1.0, 1.0)
    share = float(values[order].clip(0).sum() / found.variance) if found.variance > 0 else 1.0
    return R, min(share, 1.0)


def _fed(
    step: Step, cloud: Floats, here: Floats, there: Floats, between: Floats, own: Floats, stop: Stop
) -> Transition:
    """A transition whose beginning is seen by the axes that feed its end.

    Args:
        step: the step.
        cloud: (N, r) the beginning on the feeding axes.
        here: the turn of the beginning's own axes.
        there: the turn of the end's.
        between: (width, r) products of the beginning's axes with the feeding ones.
        own: (N, width) the end on its axes.
        stop: the end.
    """
    assert step.mixing is not None
    k = there.shape[1]
    r = cloud.shape[1]
    mixing = step.mixing.numpy()
    scaling: Floats | None
    if step.kind in (kinds.COORDINATEWISE, kinds.SOFTMAX):
        P, scaling, rotation = there, None, np.eye(k)
    else:
        U, sizes, Pt = np.linalg.svd(there.T @ mixing, full_matrices=True)
        m = min(k, r)
        P, rotation = Pt[:m].T, U
        scaling = np.zeros(k)
        scaling[: len(sizes)] = sizes
        # Directions that nothing feeds stay where they are, and end at zero.
    before = np.zeros((len(cloud), k))
    before[:, : P.shape[1]] = (cloud - cloud.mean(axis=0, dtype=np.float64)) @ P
    turn = np.zeros((here.shape[1], k))
    turn[:, : P.shape[1]] = here.T @ between @ P
    residual = step.error
    end = (own - own.mean(axis=0, dtype=np.float64)) @ there @ rotation
    if scaling is not None:
        missed = np.linalg.norm(before * scaling - end, axis=1)
        if step.kind == kinds.LINEAR:
            residual = max(residual, float(missed.max()) / max(float(np.linalg.norm(end, axis=1).max()), 1e-12))
        elif step.kind == kinds.MAX_POOLING:
            residual = _share(missed, end)
    exactly = scaling if step.kind in (kinds.LINEAR, kinds.JOINING) else None
    return Transition(step.kind, step.target.operation, before.astype(np.float32), turn, rotation, exactly, residual)


def _aligned(step: Step, here: Stop, there: Stop) -> Transition:
    """Orthogonal Procrustes of two clouds that nothing linear connects."""
    X, Y = here.coordinates.astype(np.float64), there.coordinates.astype(np.float64)
    k = Y.shape[1]
    U, sizes, Vt = np.linalg.svd(X.T @ Y, full_matrices=False)
    turn = U @ Vt
    before = X @ turn
    # The picture fits every cloud to the stage: a common factor is no difference.
    factor = float(sizes.sum() / max((before * before).sum(), 1e-12))
    residual = _share(factor * before - Y, Y)
    return Transition(
        kinds.ALIGNMENT, step.target.operation, before.astype(np.float32), turn, np.eye(k), None, residual
    )


def _share(missed: Floats, whole: Floats) -> float:
    """The size of what is missed, as a share of the whole."""
    return float(np.linalg.norm(missed)) / max(float(np.linalg.norm(whole)), 1e-12)
