"""How alike two layers are: CKA, SVCCA, Procrustes and the nuclear-norm similarity, for all pairs of many layers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64

from inscape.errors import ArrayError, WrongCall
from inscape.shape import _validate
from inscape.shape._aligning import by_singular_values
from inscape.shape._centered import Centered
from inscape.shape._products import Inner, Tell, inner
from inscape.shape.pca import Rows

METHODS = ("cka", "svcca", "procrustes", "nuclear")
"""What `similarity_matrix` measures by."""


def cka(
    X: Rows,
    Y: Rows,
    *,
    unbiased: bool = False,
    batch: int | None = None,
) -> float:
    """Linear centered kernel alignment of two layers: 1 where one is the other, rotated and scaled.

    Args:
        X: (N, D) real, finite: an array, or anything with shape, dtype and row slicing.
        Y: (N, D') of the same samples.
        unbiased: take the unbiased estimate. The biased one overstates where N is not much larger than D: of 2,000
            samples of 2,048 units it can say 0.5 where 10,000 samples say 0.2.
        batch: with `unbiased`: the mean over minibatches of about so many consecutive samples, which should be in no
            order; None takes all samples together, which costs no more and says more.

    Returns:
        0 to 1; the unbiased estimate can lie a little outside. 0 where a layer is constant.

    Raises:
        ArrayError: X or Y is no such matrix, or there are fewer than 2 samples (unbiased: 4).

    Kornblith et al., "Similarity of neural network representations revisited", ICML (2019), eq. 3: HSIC(K, L) /
    √(HSIC(K, K) HSIC(L, L)) with K = XXᵀ, L = YYᵀ. Unbiased: HSIC₁ of Song et al., JMLR 13 (2012), eq. 5; in
    minibatches: Nguyen, Raghu and Kornblith, ICLR (2021), eq. 2.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(cka(X, 3 * X[:, ::-1]), 6), cka(X, np.random.default_rng(1).normal(size=(50, 4))) < 0.2
    (1.0, True)
    """
    return float(similarity_matrix([X], [Y], method="cka", unbiased=unbiased, batch=batch)[0, 0])


def similarity_matrix(
    X: Sequence[Rows],
    Y: Sequence[Rows] | None = None,
    *,
    method: str = "cka",
    unbiased: bool = False,
    batch: int | None = None,
    names: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Float64[np.ndarray, "row column"]:
    """The similarity of every layer with every other, or of every layer of X with every one of Y.

    Args:
        X: layers (N, D), each with its own D: arrays, or anything with shape, dtype and row slicing (Zarr, a memory
            map), read by blocks of rows.
        Y: further layers of the same N samples; None compares X with itself.
        method: ``cka``; ``svcca``: the mean canonical correlation of the directions that hold 99% of the variance;
            ``procrustes``: 1 − d/√2 with `procrustes_distance` d; ``nuclear``: ‖XᵀY‖_* / (‖X‖_F ‖Y‖_F), centered, by
            which UMAP Tour compares layers.
        unbiased, batch: of ``cka``, see there.
        names: of the layers of X, then of Y, for messages.
        progress: told the work done and all of it.

    Returns:
        (len(X), len(Y) or len(X)), 1 for the same up to rotation and scale (SVCCA: up to any invertible linear map of
        the kept directions), 0 for nothing in common; 0 where a layer is constant, with itself too.

    Raises:
        ArrayError: a layer is no such matrix; the numbers of samples differ; too few samples; or a method other than
            ``cka`` is asked of layers with more than 12,000 units and samples.
        WrongCall: there is no such method.

    ``cka`` multiplies D × D a pair or N × N a layer, whichever costs less, in float32 (float64 below 1,024 samples)
    with sums in float64, right to 1e-6. All methods hold 1 GiB at most, and the others beside it what the wide layers'
    products with themselves take. Means are taken out in float64.

    Raghu et al., "SVCCA", NeurIPS (2017). Williams et al., "Generalized shape metrics on neural representations",
    NeurIPS (2021). Li and Scheidegger, "Comparing deep neural nets with UMAP Tour" (2021); in their code
    `procrustes_similarity`: ‖XᵀY‖_* / √(‖XᵀX‖_* ‖YᵀY‖_*), the same number.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> similarity_matrix([X, X @ np.diag([1, 1, 1, 0]), np.ones((50, 2))]).round(1).tolist()
    [[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if method not in METHODS:
        raise WrongCall("there is no such similarity", got=repr(method), remedy="choose from " + ", ".join(METHODS))
    if batch is not None and not (method == "cka" and unbiased):
        raise WrongCall(
            "minibatches are of the unbiased CKA", got=f"batch = {batch!r}", remedy="leave out batch, or unbiased=True"
        )
    least = 4 if method == "cka" and unbiased else 2
    sides = _sides(X, Y, names, least)
    rows = [Centered(x, name) for x, name in sides[0]]
    columns = None if Y is None else [Centered(y, name) for y, name in sides[1]]
    tell: Tell = progress or (lambda done, total: None)
    if method != "cka":
        found = by_singular_values(rows, columns, method, tell)
    elif batch is None:
        found = _ratio(*_hsic(inner(rows, columns, tell), rows[0].N, unbiased))
    else:
        found = _minibatches(sides, rows, columns, batch, tell)
    found[[x.constant for x in rows]] = 0.0
    found[:, [y.constant for y in columns or rows]] = 0.0
    return found


def procrustes_distance(X: Rows, Y: Rows) -> float:
    """How far two layers stay apart when one is rotated onto the other, both centered and of Frobenius norm 1.

    Args:
        X: (N, D) real, finite: an array, or anything with shape, dtype and row slicing.
        Y: (N, D') of the same samples; the narrower one counts as padded with zeros.

    Returns:
        min over orthogonal Q of ‖X̂ Q − Ŷ‖_F = √(2 − 2 ‖X̂ᵀŶ‖_*), 0 to √2; √2 where a layer is constant.

    Raises:
        ArrayError: X or Y is no such matrix, or the samples differ.

    Williams et al., "Generalized shape metrics on neural representations", NeurIPS (2021), eq. 3.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(procrustes_distance(X, 2 * X[:, [1, 0, 2]] + 5), 6)
    0.0
    """
    alike = float(similarity_matrix([X], [Y], method="procrustes")[0, 0])
    return (1.0 - alike) * math.sqrt(2.0)


Side = list[tuple[Any, str]]


def _sides(X: Sequence[Rows], Y: Sequence[Rows] | None, names: Sequence[str] | None, least: int) -> tuple[Side, Side]:
    """The layers with their names, all of as many samples."""
    layers = [*X, *(Y or ())]
    if not len(X) or (Y is not None and not len(Y)):
        raise WrongCall("there is nothing to compare", got="no layer", remedy="give at least one layer a side")
    if names is None and Y is not None and len(X) == len(Y) == 1:
        names = ["X", "Y"]
    names = [f"X[{i}]" for i in range(len(X))] + [f"Y[{i}]" for i in range(len(Y or ()))] if names is None else names
    if len(names) != len(layers):
        raise WrongCall("every layer has one name", got=f"{len(names)} for {len(layers)}", remedy="leave names out")
    for layer, name in zip(layers, names, strict=True):
        _validate.check_shape(layer.shape, name, rows=least)
        if layer.shape[0] != layers[0].shape[0]:
            raise ArrayError(
                "layers must describe the same samples",
                got=f"{names[0]} has {layers[0].shape[0]:,} samples, {name} has {layer.shape[0]:,}",
                remedy="pass the same samples, in the same order, to all",
            )
    named = list(zip(layers, names, strict=True))
    return named[: len(X)], named[len(X) :]


def _hsic(sums: Inner, N: int, unbiased: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """HSIC of every pair, and of each with itself, up to a common factor.

    The samples are centered, so the rows of a Gram matrix sum to zero, and without its diagonal to minus that.
    """
    together = sums.norms_rows @ sums.norms_columns.T
    alone = [np.einsum("ln,ln->l", norms, norms) for norms in (sums.norms_rows, sums.norms_columns)]
    if not unbiased:
        return sums.cross + together, sums.own_rows + alone[0], sums.own_columns + alone[1]
    totals = [norms.sum(axis=1) for norms in (sums.norms_rows, sums.norms_columns)]

    def estimate(product: np.ndarray, sums_product: np.ndarray, diagonal: np.ndarray) -> np.ndarray:
        found: np.ndarray = product + sums_product / ((N - 1) * (N - 2)) - 2.0 / (N - 2) * diagonal
        return found / (N * (N - 3))

    return (
        estimate(sums.cross, np.outer(*totals), together),
        estimate(sums.own_rows, totals[0] ** 2, alone[0]),
        estimate(sums.own_columns, totals[1] ** 2, alone[1]),
    )


def _ratio(cross: np.ndarray, own_rows: np.ndarray, own_columns: np.ndarray) -> np.ndarray:
    """CKA; 0 where the estimate of a layer with itself is not positive: then there is nothing to measure by."""
    product = np.outer(np.maximum(own_rows, 0.0), np.maximum(own_columns, 0.0))
    found: np.ndarray = np.divide(cross, np.sqrt(product), out=np.zeros_like(cross), where=product > 0)
    return found


def _minibatches(
    sides: tuple[Side, Side], rows: list[Centered], columns: list[Centered] | None, batch: int, tell: Tell
) -> np.ndarray:
    N = rows[0].N
    batch = _validate.check_integer(batch, "batch", 4, N, f"a minibatch has from 4 samples to all {N:,}")
    count = N // batch
    edges = np.linspace(0, N, count + 1).astype(int)  # all samples are used, in batches of nearly one size
    sums: list[np.ndarray] = []
    for k, (start, stop) in enumerate(itertools.pairwise(edges)):
        part = slice(int(start), int(stop))

        def cut(side: Side, whole: list[Centered], part: slice = part) -> list[Centered]:
            # All batches of a layer share its scale, so that their estimates can be added.
            return [
                Centered(np.asarray(x[part]), name, scale=known.scale)
                for (x, name), known in zip(side, whole, strict=True)
            ]

        here = cut(sides[0], rows)
        there = None if columns is None else cut(sides[1], columns)
        found = _hsic(inner(here, there, lambda done, total: None), part.stop - part.start, True)
        sums = [a + b for a, b in zip(sums, found, strict=True)] if sums else list(found)
        tell(k + 1, count)
    return _ratio(sums[0], sums[1], sums[2])
