"""The units of a layer laid out in the plane: those that follow each other lie together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32, Float64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.neighbors import Neighbors

MDS_UP_TO = 500
"""Units up to which all distances are laid out (MDS); above it neighborhoods are (UMAP)."""

NEIGHBORS = 15
_MEASURED = 2_000
"""Units whose neighborhoods are compared, in layers that have more."""


@dataclass(frozen=True)
class UnitMap:
    """D units in the plane, and how far to trust where they lie."""

    places: Float32[np.ndarray, "unit 2"]
    """(D, 2), without units, the live ones centered on 0; dead units lie in a row below them."""
    method: Literal["mds", "umap"]
    trustworthiness: float | None
    """0 to 1, of the live units; 1 where no unit has a neighbor on the map that it does not follow. None under 5."""
    recall: float | None
    """0 to 1: the share of the k units that a unit follows most that are among its k neighbors on the map."""
    k: int
    stress: float | None
    """Of MDS: √(Σ(δ − d)² / Σδ²) over all pairs of live units; 0 where the map shows every distance as it is."""


def unit_map(
    distances: Shaped[np.ndarray, "unit unit"],
    dead: Bool[np.ndarray, " unit"] | None = None,
    method: Literal["auto", "mds", "umap"] = "auto",
    seed: int = 0,
    k: int = NEIGHBORS,
) -> UnitMap:
    """Units laid out by their distances: metric MDS up to 500 live units, UMAP above.

    Args:
        distances: (D, D) real, finite, ≥ 0, symmetric, as `unit_distances` gives them.
        dead: (D,) units that no distance is known of: they get places in a row below the others.
        method: "mds", "umap", or "auto".
        seed: 0 to 2³² − 1, of UMAP; MDS draws nothing.
        k: neighbors that the layout is judged by, and that UMAP keeps; at most half of the other units.

    Raises:
        ArrayError: distances is not such a matrix, or all units are dead.

    MDS starts from the classical solution (Torgerson, Psychometrika 17, 1952) and minimizes the raw stress by
    majorization (De Leeuw, "Applications of convex analysis to multidimensional scaling", 1977).

    >>> import numpy as np
    >>> line = np.array([0.0, 0.1, 0.2, 0.4, 0.7])
    >>> found = unit_map(np.abs(line[:, None] - line))
    >>> found.method, round(found.stress, 6)
    ('mds', 0.0)
    """
    distances = _validate.matrix(distances, "distances")
    D = len(distances)
    if distances.shape != (D, D):
        raise ArrayError(
            "distances between units are a square matrix",
            got=f"an array of shape {distances.shape}",
            remedy="give shape.unit_distances(X)",
        )
    if method not in ("auto", "mds", "umap"):
        raise ArrayError("there is no such layout of units", got=repr(method), remedy="choose auto, mds or umap")
    seed = _validate.check_seed(seed)
    live = np.arange(D) if dead is None else np.flatnonzero(~np.asarray(dead))
    n = len(live)
    if n == 0:
        raise ArrayError(
            "every unit gives the same for every sample: there is nothing to lay out",
            got=f"{D:,} dead units",
            remedy="look at another layer or checkpoint, or record more varied samples",
        )
    known = distances if n == D else distances[np.ix_(live, live)]
    chosen: Literal["mds", "umap"] = "umap" if method == "umap" or (method == "auto" and n > MDS_UP_TO) else "mds"
    if n < 4:
        chosen = "mds"  # UMAP has no neighborhoods there
    k = min(_validate.check_integer(k, "k", 1, 65_536, "a neighborhood has one unit at least"), max(1, (n - 1) // 2))
    stress = None
    if chosen == "mds":
        places, stress = _mds(known.astype(np.float64))
    else:
        places = _umap(known, k, seed)
    trustworthiness, recall = _quality(known, places, k, seed) if n >= 5 else (None, None)
    everywhere = np.zeros((D, 2), np.float32)
    everywhere[live] = places
    gone = np.setdiff1d(np.arange(D), live)
    everywhere[gone] = _row_below(places, len(gone))
    return UnitMap(everywhere, chosen, trustworthiness, recall, k, stress)


def _mds(distances: np.ndarray) -> tuple[Float64[np.ndarray, "unit 2"], float]:
    """The plane layout whose distances come nearest to the given ones, and its stress."""
    n = len(distances)
    places = _classical(distances)
    whole = float(np.square(distances).sum())
    if n < 3 or whole == 0:
        return places, 0.0
    before = np.inf
    for _ in range(1_000):
        shown = _between(places)
        stress = float(np.square(distances - shown).sum())
        if before - stress <= 1e-9 * whole:
            break
        before = stress
        # The Guttman transform: each unit moves to where the others want it.
        ratio = np.divide(distances, shown, out=np.zeros_like(shown), where=shown > 1e-12)
        places = (ratio.sum(axis=1)[:, None] * places - ratio @ places) / n
    places -= places.mean(axis=0)
    return _upright(places), float(np.sqrt(np.square(distances - _between(places)).sum() / whole))


def _between(places: np.ndarray) -> np.ndarray:
    difference = places[:, None, :] - places[None, :, :]
    found: np.ndarray = np.sqrt(np.einsum("ijk,ijk->ij", difference, difference))
    return found


def _classical(distances: np.ndarray) -> Float64[np.ndarray, "unit 2"]:
    """Torgerson's solution: the two leading axes of the doubly centered squared distances."""
    n = len(distances)
    places = np.zeros((n, 2))
    if n < 2:
        return places
    if n <= 2 * MDS_UP_TO:
        from scipy.linalg import eigh

        squared = np.square(distances, dtype=np.float64)
        squared -= squared.mean(axis=0)
        squared -= squared.mean(axis=1)[:, None]
        values, vectors = eigh(-0.5 * squared, subset_by_index=[max(0, n - 2), n - 1])
    else:
        values, vectors = _leading(distances)
    order = np.argsort(values)[::-1]
    found = vectors[:, order] * np.sqrt(np.maximum(values[order], 0.0))
    places[:, : found.shape[1]] = found
    return _upright(places)


def _leading(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two leading axes of a large layer, without a second matrix of its size."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    n = len(distances)

    def times(vector: np.ndarray) -> np.ndarray:
        centered = vector.ravel() - vector.mean()
        product = np.empty(n)
        for block in _validate.row_blocks(distances.shape):
            product[block] = np.square(distances[block]) @ centered
        found: np.ndarray = -0.5 * (product - product.mean())
        return found

    operator = LinearOperator((n, n), matvec=times, dtype=np.float64)
    start = np.random.default_rng(0).normal(size=n)
    values, vectors = eigsh(operator, k=2, which="LA", v0=start, tol=1e-3, maxiter=300)
    return values, vectors


def _upright(places: np.ndarray) -> np.ndarray:
    """Turned so that it is widest from left to right, and mirrored so that it is the same on every machine."""
    centered = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centered, full_matrices=False)
    turned = centered @ axes.T
    found = np.zeros_like(places)
    found[:, : turned.shape[1]] = turned
    for column in found.T:
        if column[np.argmax(np.abs(column))] < 0:
            column *= -1
    return found


def _umap(distances: np.ndarray, k: int, seed: int) -> np.ndarray:
    from inscape.shape.umap import umap

    indices, near = _nearest(distances, k, np.arange(len(distances)))
    neighbors = Neighbors(indices.astype(np.int32), near.astype(np.float32), exact=True, metric="precomputed")
    start = _classical(distances)
    widest = np.abs(start).max()
    start *= 10.0 / widest if widest > 0 else 1.0
    # Duplicates begin at one place, and must be able to part from others there.
    start += np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    places = umap(start, dims=2, neighbors=neighbors, init=start, seed=seed)
    found: np.ndarray = places - places.mean(axis=0)
    return found


def _nearest(distances: np.ndarray, k: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest other units of some units, and how far they are; equally near ones by their index."""
    indices = np.empty((len(rows), k), np.int64)
    for block in _validate.row_blocks((len(rows), len(distances))):
        here = _without_itself(distances[rows[block]], rows[block])
        indices[block] = np.argsort(here, axis=1, kind="stable")[:, :k]
    return indices, distances[rows[:, None], indices]


def _without_itself(block: np.ndarray, rows: np.ndarray) -> np.ndarray:
    found = np.array(block, dtype=np.float64)
    found[np.arange(len(rows)), rows] = np.inf
    return found


def _quality(distances: np.ndarray, places: np.ndarray, k: int, seed: int) -> tuple[float, float]:
    """Trustworthiness (Venna and Kaski 2001, equation 1) and neighbor recall of the map, by the units' distances."""
    n = len(distances)
    rows = np.arange(n)
    if n > _MEASURED:
        rows = np.sort(np.random.default_rng(seed).choice(n, _MEASURED, replace=False))
    places = places.astype(np.float64)
    invented, kept = 0.0, 0
    for block in _validate.row_blocks((len(rows), n), 2_000_000):
        here = rows[block]
        seen = np.argsort(
            _without_itself(np.square(places[here, None, :] - places).sum(axis=2), here), axis=1, kind="stable"
        )[:, :k]
        order = np.argsort(_without_itself(distances[here], here), axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(1, n + 1)[None, :], axis=1)
        there = np.take_along_axis(ranks, seen, 1)
        invented += float(np.maximum(there - k, 0).sum())
        kept += int(np.count_nonzero(there <= k))
    worst = len(rows) * k * (2 * n - 3 * k - 1) / 2
    return 1.0 - invented / worst, kept / (len(rows) * k)


def _row_below(places: np.ndarray, count: int) -> np.ndarray:
    """Places for units without any: evenly in a row under the map, as wide as it at most."""
    low, high = places.min(axis=0), places.max(axis=0)
    size = float((high - low).max()) or 1.0
    across = float(high[0] - low[0]) or size
    step = min(size / 20, across / max(1, count - 1))
    along = (np.arange(count) - (count - 1) / 2) * step + (low[0] + high[0]) / 2
    return np.stack([along, np.full(count, low[1] - size / 8)], axis=1)
