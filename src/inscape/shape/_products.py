"""Inner products of all pairs of layers, by products of their units or of their samples, whichever costs less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from inscape.shape import _validate
from inscape.shape._centered import Centered

BUDGET = 1 << 30
"""Bytes that blocks of rows and products take together, beside the layers themselves where those are in memory."""
WIDEST = 12_000
"""Units, or samples where there are fewer, of a layer whose product with itself is held whole (1.2 GB as float64)."""
_FEW = 1_024
"""Samples below which float64 costs nothing that anybody would notice."""

Tell = Callable[[int, int], None]
"""Told the work done, and all of it."""


@runtime_checkable
class Factor(Protocol):
    """N rows of D numbers, read by blocks."""

    N: int
    D: int

    def rows(self, rows: slice, dtype: Any) -> np.ndarray:
        """Some rows (B, D)."""
        ...


@dataclass(frozen=True)
class Inner:
    """For layers x and y with Gram matrices K = XXᵀ, L = YYᵀ of the centered samples.

    Attributes:
        cross: (rows, columns): the sum of K_mn L_mn over m ≠ n.
        own_rows, own_columns: the same of each with itself.
        norms_rows, norms_columns: (layers, N): the diagonals of K and L, squared lengths of the samples.
    """

    cross: np.ndarray
    own_rows: np.ndarray
    own_columns: np.ndarray
    norms_rows: np.ndarray
    norms_columns: np.ndarray


def inner(rows: Sequence[Centered], columns: Sequence[Centered] | None, tell: Tell, budget: int = BUDGET) -> Inner:
    """All inner products of Gram matrices, without their diagonals."""
    every = [*rows, *(columns or ())]
    N = every[0].N
    by_units, by_samples = costs(N, [x.D for x in rows], None if columns is None else [y.D for y in columns])
    dtype = np.float64 if N < _FEW else np.float32
    if N * sum(x.D for x in every) * np.dtype(dtype).itemsize <= budget // 2:
        for x in every:
            x.hold(dtype)
    if max(x.D for x in every) <= WIDEST and by_units <= by_samples:
        return _by_units(rows, columns, dtype, tell, budget)
    return _by_samples(rows, columns, dtype, tell, budget)


def costs(N: int, rows: Sequence[int], columns: Sequence[int] | None) -> tuple[float, float]:
    """Multiplications by products of units (D × D a pair), and of samples (N × N a layer)."""
    if columns is None:
        pairs = (sum(rows) ** 2 - sum(d * d for d in rows)) / 2 + sum(d * d for d in rows) / 2
        return N * pairs, N * N / 2 * (sum(rows) + len(rows) ** 2)
    own = sum(d * d for d in (*rows, *columns)) / 2
    combined = len(rows) * len(columns) + len(rows) + len(columns)
    return N * (sum(rows) * sum(columns) + own), N * N / 2 * (sum(rows) + sum(columns) + combined)


def pairs(rows: Sequence[Factor], columns: Sequence[Factor] | None) -> Iterator[tuple[int, int]]:
    """The pairs of a matrix: all of them, or those on and above the diagonal of one that is symmetric."""
    for i in range(len(rows)):
        for j in range(i, len(rows)) if columns is None else range(len(columns)):
            yield i, j


def each_product(
    rows: Sequence[Factor],
    columns: Sequence[Factor] | None,
    use: Callable[[int, int, np.ndarray], None],
    dtype: Any,
    budget: int = BUDGET,
) -> None:
    """Call `use(i, j, XᵢᵀYⱼ)` of every pair. Groups of layers are read together, blocks of rows at a time.

    Where a group's rows fit in half the budget all at once, a product is used as it comes. Otherwise the products of
    the group are summed up over the blocks in float64, and the group is as large as the other half has room for.
    """
    N, item = rows[0].N, np.dtype(dtype).itemsize
    groups = [_groups(side, N * item, budget // 4) for side in (rows, columns) if side is not None]
    if columns is None:
        groups.append(groups[0])
    for a, above in enumerate(groups[0]):
        for beside in groups[1][a if columns is None else 0 :]:
            width = sum(rows[i].D for i in above) + sum((columns or rows)[j].D for j in beside)
            if N * width * item <= budget // 2 or (len(above) == len(beside) == 1 and N * item * width <= budget):
                _at_once(rows, columns, above, beside, use, dtype)
            else:
                _summed(rows, columns, above, beside, use, dtype, budget)


def _groups(layers: Sequence[Factor], bytes_a_unit: int, most: int) -> list[list[int]]:
    """Consecutive layers whose rows, or whose products, fit in `most` bytes; at least one each."""
    found: list[list[int]] = []
    width = 0
    for i, layer in enumerate(layers):
        together = width + layer.D
        fits = together * bytes_a_unit <= most or together * together * 8 <= most
        if found and fits:
            found[-1].append(i)
            width = together
        else:
            found.append([i])
            width = layer.D
    return found


def _wanted(above: list[int], beside: list[int], symmetric: bool) -> list[tuple[int, int]]:
    return [(i, j) for i in above for j in beside if not symmetric or i <= j]


def _at_once(
    rows: Sequence[Factor],
    columns: Sequence[Factor] | None,
    above: list[int],
    beside: list[int],
    use: Callable[[int, int, np.ndarray], None],
    dtype: Any,
) -> None:
    everything = slice(0, rows[0].N)
    here = {i: rows[i].rows(everything, dtype) for i in above}
    there = {
        j: here[j] if columns is None and j in here else (columns or rows)[j].rows(everything, dtype) for j in beside
    }
    for i, j in _wanted(above, beside, columns is None):
        use(i, j, here[i].T @ there[j])


def _summed(
    rows: Sequence[Factor],
    columns: Sequence[Factor] | None,
    above: list[int],
    beside: list[int],
    use: Callable[[int, int, np.ndarray], None],
    dtype: Any,
    budget: int,
) -> None:
    others = columns or rows
    sums = {(i, j): np.zeros((rows[i].D, others[j].D)) for i, j in _wanted(above, beside, columns is None)}
    width = sum(rows[i].D for i in above) + sum(others[j].D for j in beside)
    for block in _validate.row_blocks((rows[0].N, width), budget // 4 // np.dtype(dtype).itemsize):
        here = {i: rows[i].rows(block, dtype) for i in above}
        there = {j: here[j] if columns is None and j in here else others[j].rows(block, dtype) for j in beside}
        for i, j in sums:
            sums[i, j] += here[i].T @ there[j]
    for (i, j), product in sums.items():
        use(i, j, product)


def _by_units(
    rows: Sequence[Centered], columns: Sequence[Centered] | None, dtype: Any, tell: Tell, budget: int
) -> Inner:
    """‖XᵀY‖² is the sum of K_mn L_mn; the diagonal is taken out again."""
    norms_rows = _norms(rows, dtype, budget)
    norms_columns = norms_rows if columns is None else _norms(columns, dtype, budget)
    cross = norms_rows @ norms_columns.T * -1.0
    total = sum(1 for _ in pairs(rows, columns)) + (0 if columns is None else len(rows) + len(columns))
    done = 0

    def add(i: int, j: int, product: np.ndarray) -> None:
        nonlocal done
        cross[i, j] += _squares(product)
        if columns is None:
            cross[j, i] = cross[i, j]
        done += 1
        tell(done, total)

    each_product(rows, columns, add, dtype, budget)
    if columns is None:
        own = np.diag(cross).copy()
        return Inner(cross, own, own, norms_rows, norms_rows)
    own_rows, own_columns = np.empty(len(rows)), np.empty(len(columns))
    for layers, norms, own in ((rows, norms_rows, own_rows), (columns, norms_columns, own_columns)):
        for i, layer in enumerate(layers):
            own[i] = _with_itself(layer, dtype, budget) - float(norms[i] @ norms[i])
            done += 1
            tell(done, total)
    return Inner(cross, own_rows, own_columns, norms_rows, norms_columns)


def _with_itself(layer: Centered, dtype: Any, budget: int) -> float:
    """‖XᵀX‖²."""
    found: list[float] = []
    each_product([layer], None, lambda _i, _j, product: found.append(_squares(product)), dtype, budget)
    return found[0]


def _norms(layers: Sequence[Centered], dtype: Any, budget: int) -> np.ndarray:
    """(layers, N): the squared length of every centered sample."""
    found = np.empty((len(layers), layers[0].N))
    for i, layer in enumerate(layers):
        for block in _validate.row_blocks((layer.N, layer.D), budget // 16 // np.dtype(dtype).itemsize):
            values = layer.rows(block, dtype)
            found[i, block] = np.einsum("nd,nd->n", values, values)
    return found


def _squares(product: np.ndarray) -> float:
    """The sum of squares, added up in float64."""
    whole = product.astype(np.float64, copy=False)
    return float(np.vdot(whole, whole))


def _by_samples(
    rows: Sequence[Centered], columns: Sequence[Centered] | None, dtype: Any, tell: Tell, budget: int
) -> Inner:
    """Blocks of all Gram matrices, one below the other, are multiplied with each other; none is ever held whole."""
    every = [*rows, *(columns or ())]
    N, item = every[0].N, np.dtype(dtype).itemsize
    blocks = _square_blocks(N, sum(x.D for x in every), len(every), budget // item)
    S = np.zeros((len(rows), len(columns or rows)))
    own, norms = np.zeros(len(every)), np.empty((len(every), N))
    grams = np.empty((len(every), max(b.stop - b.start for b in blocks) ** 2), dtype)
    total, done = len(blocks) * (len(blocks) + 1) // 2 * len(every), 0
    for a, above in enumerate(blocks):
        here = [x.rows(above, dtype) for x in every]
        for below in blocks[a:]:
            size = (above.stop - above.start) * (below.stop - below.start)
            for i, x in enumerate(every):
                gram = here[i] @ (here[i] if below is above else x.rows(below, dtype)).T
                if below is above:
                    norms[i, above] = np.diag(gram)
                    np.fill_diagonal(gram, 0.0)
                grams[i, :size] = gram.ravel()
                done += 1
                tell(done, total)
            weight = 1.0 if below is above else 2.0
            for piece in _validate.row_blocks((size, len(every)), 4_000_000):
                whole = grams[:, piece].astype(np.float64, copy=False)
                S += weight * (whole[: len(rows)] @ (whole if columns is None else whole[len(rows) :]).T)
                if columns is not None:
                    own += weight * np.einsum("ij,ij->i", whole, whole)
    split = len(rows)
    if columns is None:
        return Inner(S, np.diag(S).copy(), np.diag(S).copy(), norms, norms)
    return Inner(S, own[:split], own[split:], norms[:split], norms[split:])


def _square_blocks(N: int, width: int, layers: int, room: int) -> list[slice]:
    """Blocks of B samples: two of them of all layers, and B × B products of all layers, have room."""
    most = min(room / 3 / width, (room / 3 / layers) ** 0.5, 4_096.0)
    step = 1 << max(0, int(np.log2(max(most, 1.0))))  # as chunks of the store lie
    return [slice(start, min(start + step, N)) for start in range(0, N, step)]
