"""Exact nearest neighbors by products of matrices: approximate distances propose, exact ones decide.

A product gives ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y up to a known rounding error. A few more candidates than asked for are
proposed by it, measured exactly, and accepted where the bound on the error proves that no other sample can be nearer.
Rows without that proof try float64, and then the differences themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float64, Int64, Shaped

from inscape.shape import _torch_products, _validate
from inscape.shape._gram import gram, pays

_Blocks = Iterator[tuple[slice, np.ndarray, np.ndarray]]

_SPARE = 9
_CANCELLED = 1e-5  # of the squared lengths: a squared distance below that has lost digits in a float64 product
_MANY_PAIRS = 400_000_000  # from where torch is worth its import
_PAIRS = 8_000_000  # distances held at once: 64 MB as float64


def on_sphere(X: Shaped[np.ndarray, "sample unit"]) -> Float64[np.ndarray, "sample unit_and_one"]:
    """Points whose half squared Euclidean distance is the cosine distance of the rows of X.

    Rows of zeros have no direction: a coordinate of their own puts them at cosine distance 1 from all others.
    """
    points = np.zeros((len(X), X.shape[1] + 1))
    points[:, :-1] = X
    # Divided by the largest entry first: squares of tiny or huge numbers would vanish or overflow.
    largest = np.abs(points).max(axis=1, keepdims=True)
    points /= np.where(largest > 0, largest, 1.0)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    points /= np.where(lengths > 0, lengths, 1.0)
    points[:, -1] = lengths[:, 0] == 0
    return points


def squared_distances(
    points: Shaped[np.ndarray, "sample unit"],
    indices: Int64[np.ndarray, "row neighbor"],
    rows: Int64[np.ndarray, " row"] | None = None,
) -> Float64[np.ndarray, "row neighbor"]:
    """The squared distance of each row's sample (all samples where rows is None) to its neighbors, by differences."""
    squared = np.empty(indices.shape)
    rows = np.arange(len(points)) if rows is None else rows
    step = max(1, 500_000 // (indices.shape[1] * points.shape[1]))
    for start in range(0, len(rows), step):
        some = slice(start, start + step)
        difference = np.subtract(points[indices[some]], points[rows[some], None], dtype=np.float64)
        np.einsum("ijk,ijk->ij", difference, difference, out=squared[some])
    return squared


def nearest(
    points: Shaped[np.ndarray, "sample unit"],
    k: int,
    rows: Int64[np.ndarray, " row"] | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> tuple[Int64[np.ndarray, "row {k}"], Float64[np.ndarray, "row {k}"]]:
    """The k nearest other samples of each row, the nearest first, equally near ones by index; squared distances."""
    rows = np.arange(len(points)) if rows is None else rows
    _, first, groups = np.unique(_digests(points), return_index=True, return_inverse=True)
    if len(first) == len(points):
        return _nearest_distinct(points, k, rows, progress)
    # Copies of one sample are so many ties. Each is represented by its first copy, and put back afterwards.
    order = np.argsort(first)
    first, rank = first[order], np.argsort(order)
    groups = rank[groups.reshape(-1)]
    members = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    wanted = np.unique(groups[rows])
    others = min(k, len(first) - 1)
    close, far = np.empty((len(wanted), 0), np.int64), np.empty((len(wanted), 0))
    if others:
        close, far = _nearest_distinct(points[first], others, wanted, progress)
    found = np.empty((len(rows), k), np.int64)
    lists = {}
    for group, near, squared in zip(wanted, close, far, strict=True):
        # k + 1 of its own copies, since one of them is the sample itself.
        parts = [members[group][: k + 1], *(members[g][:k] for g in near)]
        candidates = np.concatenate(parts)
        distance = np.repeat(np.concatenate([[-1.0], squared]), [len(part) for part in parts])
        lists[group] = candidates[np.lexsort((candidates, distance))][: k + 1]
    for i, row in enumerate(rows):
        near = lists[groups[row]]
        found[i] = near[near != row][:k]
    return found, squared_distances(points, found, rows)


def _digests(points: np.ndarray) -> np.ndarray:
    """16 bytes a row, equal for equal rows alone (but for one chance in 10³⁰): no copy of the points to sort."""
    found = np.empty(len(points), np.dtype((np.void, 16)))
    for rows in _validate.row_blocks(points.shape):
        block = points[rows]
        plain = np.ascontiguousarray(block + 0 if block.dtype.kind == "f" else block)  # −0 is 0
        digests = [hashlib.blake2b(row.data, digest_size=16).digest() for row in plain]
        found[rows] = np.frombuffer(b"".join(digests), found.dtype)
    return found


def _nearest_distinct(
    points: np.ndarray, k: int, rows: np.ndarray, progress: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    found, distances = np.empty((len(rows), k), np.int64), np.empty((len(rows), k))
    left = np.arange(len(rows))
    count = min(k + _SPARE, len(points) - 1)
    single = points.dtype in (np.float16, np.float32) and points.shape[1] > 4 and not pays(points)
    for dtype in (np.float32, np.float64) if single else (np.float64,):
        unproved = []
        for some, candidates, limit, known in _propose(points, rows[left], count, dtype):
            here = left[some]
            squared = squared_distances(points, candidates, rows[here]) if known is None else known
            order = np.lexsort((candidates, squared))[:, :k]
            found[here] = np.take_along_axis(candidates, order, 1)
            distances[here] = np.take_along_axis(squared, order, 1)
            proved = distances[here, -1] < limit
            unproved.append(here[~proved])
            progress(int(np.count_nonzero(proved)))
        left = np.concatenate(unproved) if unproved else left[:0]
        if not len(left):
            return found, distances
    everything = np.arange(len(points))
    for i in left:
        squared = squared_distances(points, everything[None], rows[i : i + 1])[0]
        squared[rows[i]] = np.inf
        found[i] = np.argsort(squared, kind="stable")[:k]
        distances[i] = squared[found[i]]
    progress(len(left))
    return found, distances


def _propose(
    points: np.ndarray, rows: np.ndarray, count: int, dtype: type
) -> Iterator[tuple[slice, np.ndarray, np.ndarray, np.ndarray | None]]:
    """By blocks: candidates of each row, a squared distance below which no sample is that isn't among them, and the
    squared distances of the candidates where the products tell them well enough."""
    wide = pays(points)
    centered: _Centered | _Wide = _Wide(points) if wide else _Centered(points, dtype)
    norms = centered.norms
    # The classical bound on a product of D terms (Higham 2002, §3.1), the rounding of the centered points, and that of
    # the three-term sum.
    bound = (points.shape[1] + 8) * 2.0 * np.finfo(dtype).eps
    widest = norms.max()
    many = dtype == np.float32 and len(rows) * len(points) > _MANY_PAIRS
    smallest: Callable[..., _Blocks] = _torch_products.smallest if many and count < len(points) - 1 else _smallest
    for some, candidates, worst in smallest(centered, rows, count):
        own = norms[rows[some]]
        limit = np.full(len(own), np.inf)
        if count < len(points) - 1:
            limit = (2.0 * worst.astype(np.float64) + own - bound * (own + widest)) * centered.scale**2
        known = centered.squared(rows[some], candidates) if isinstance(centered, _Wide) else None
        yield some, candidates, limit, known


class _Wide:
    """Points of more units than there are points: what is known of them is their Gram matrix, in float64."""

    scale = 1.0
    dtype = np.float64

    def __init__(self, points: np.ndarray) -> None:
        self._points = points
        self._gram = gram(points)
        self.norms = np.diag(self._gram).copy()

    def products(self, rows: np.ndarray) -> np.ndarray:
        """Of these rows with all."""
        found: np.ndarray = self._gram[rows]
        return found

    def squared(self, rows: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """The squared distance of each row to its candidates, to seven digits or by differences."""
        own, products = self.norms[rows, None], np.take_along_axis(self._gram[rows], indices, 1)
        found: np.ndarray = own + self.norms[indices] - 2.0 * products
        for row, column in np.argwhere(found < _CANCELLED * (own + self.norms[indices])):
            pair = indices[row : row + 1, column : column + 1]
            found[row, column] = squared_distances(self._points, pair, rows[row : row + 1])[0, 0]
        return found


class _Centered:
    """Points about their mean, to the order of one, where squares neither overflow nor vanish."""

    def __init__(self, points: np.ndarray, dtype: type) -> None:
        self._points, self.dtype = points, dtype
        self._mean = points.mean(axis=0, dtype=np.float64)
        blocks = list(_validate.row_blocks(points.shape))
        largest = max(np.abs(points[rows] - self._mean).max() for rows in blocks)
        self.scale = float(largest) if largest > 0 else 1.0
        self.shape = points.shape
        # In float32 they are kept, in float64 only where they are few: few rows are looked at in it.
        self.whole: np.ndarray | None = None
        if dtype == np.float32 or len(blocks) == 1:
            self.whole = np.empty(points.shape, dtype)
            for rows in blocks:
                self.whole[rows] = self._prepared(points[rows])
        self.norms = np.empty(len(points))
        for rows in blocks:
            block = self[rows]
            self.norms[rows] = np.einsum("ij,ij->i", block, block, dtype=np.float64)

    def _prepared(self, block: np.ndarray) -> np.ndarray:
        prepared: np.ndarray = ((block - self._mean) / self.scale).astype(self.dtype)
        return prepared

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        return self._prepared(self._points[rows]) if self.whole is None else self.whole[rows]

    def products(self, rows: np.ndarray) -> np.ndarray:
        """Of these rows with all."""
        chosen = self[rows]
        if self.whole is not None:
            found: np.ndarray = chosen @ self.whole.T
            return found
        found = np.empty((len(rows), len(self._points)), self.dtype)
        for columns in _validate.row_blocks(self.shape):
            found[:, columns] = chosen @ self[columns].T
        return found


def _smallest(centered: _Centered, rows: np.ndarray, count: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """By blocks: the samples that seem nearest, and the largest score among them."""
    half: np.ndarray = (0.5 * centered.norms).astype(centered.dtype)
    step = max(1, _PAIRS // len(half))
    for start in range(0, len(rows), step):
        some = slice(start, min(start + step, len(rows)))
        here = rows[some]
        # Half the squared distance less a constant of the row: one pass less over the block.
        scores = centered.products(here)
        np.subtract(half, scores, out=scores)
        scores[np.arange(len(here)), here] = np.inf
        candidates = np.argpartition(scores, count - 1, axis=1)[:, :count]
        yield some, candidates, np.take_along_axis(scores, candidates, 1).max(axis=1)
