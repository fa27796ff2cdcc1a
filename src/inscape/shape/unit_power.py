"""What a unit tells: how well each unit of a layer parts a class, or any set of samples, from the rest."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, Shaped
from numpy.typing import DTypeLike

from inscape.errors import ArrayError
from inscape.shape import _validate
from inscape.shape.pca import Rows
from inscape.shape.units import check_layer

TREES = 100
"""Trees a class. Rauber et al. grow 1,000, which takes ten times as long; on the demo's fc1 both name the same 8 to 10
of the 10 leading units of every class."""

LEARNED_FROM = 4_000
"""Samples that the trees learn from where there are more: as many of each class as its share of all."""

_COLUMNS = 32_000_000
"""Activations whose ranks are found at once."""


def unit_auc(X: Rows, groups: Shaped[np.ndarray, " sample"]) -> Float32[np.ndarray, "group unit"]:
    """The area under the ROC curve of every unit for every class against the rest, in closed form.

    Args:
        X: (N, D) real, finite, N ≥ 3: an array, or anything with shape, dtype and row slicing (Zarr).
        groups: (N,) integers from 0, the class of each sample, −1 for samples that are left out; or truth values: a
            selection against the rest, which gives one row.

    Returns:
        (C, D), 0 to 1: the chance that the unit is larger for a sample of the class than for one of the rest, a tie
        counted as half. ½ tells nothing; 0 as much as 1 (the unit falls for the class). NaN for a class that no sample
        is of.

    Raises:
        ArrayError: X or groups is not such an array, or all samples are of one class.

    Mann and Whitney, Annals of Mathematical Statistics 18 (1947): the area is U / (n₁ n₂), U from the ranks, ties
    averaged. Every D columns are ranked once for all classes.

    >>> import numpy as np
    >>> unit_auc(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0]]), np.array([0, 0, 1, 1])).tolist()
    [[0.0, 0.5], [1.0, 0.5]]
    """
    from scipy.stats import rankdata

    check_layer(X, None)
    N, D = X.shape
    members, known = _members(groups, N)
    weights = members[:, known].astype(np.float64)
    inside = weights.sum(axis=1)[:, None]
    outside = weights.shape[1] - inside
    found = np.full((len(members), D), np.nan, np.float32)
    for columns in _columns(N, D):
        values = _read(X, columns)[known]
        ranks = rankdata(values, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[:, columns] = (weights @ ranks - inside * (inside + 1) / 2) / (inside * outside)
    return found


def unit_trees(
    X: Rows,
    groups: Shaped[np.ndarray, " sample"],
    trees: int = TREES,
    seed: int = 0,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Float32[np.ndarray, "group unit"]:
    """How much each unit helps extremely randomized trees to tell every class from the rest.

    Args:
        X: (N, D) real, finite, N ≥ 3: an array, or anything with shape, dtype and row slicing (Zarr).
        groups: (N,) as for `unit_auc`.
        trees: 1 or more a class.
        seed: 0 to 2³² − 1, of the trees and of the 4,000 samples they learn from where there are more.
        progress: told the classes done and their number.

    Returns:
        (C, D), ≥ 0, each row of sum 1: the decrease of impurity by the unit, averaged over the trees (all zero where no
        unit varies). NaN for a class without samples.

    Raises:
        ArrayError: X or groups is not such an array, or all samples are of one class.

    Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 63 (2006), as scikit-learn has them;
    one against the rest by Rauber et al., IEEE TVCG 23 (2017), section 4.3.

    >>> import numpy as np
    >>> X = np.array([[0.0, 1.0], [0.0, 2.0], [1.0, 1.0], [1.0, 2.0]])
    >>> unit_trees(X, np.array([True, True, False, False]), trees=10).argmax()
    np.int64(0)
    """
    check_layer(X, None)
    trees = _validate.check_integer(trees, "trees", 1, 100_000, "a forest has at least one tree")
    seed = _validate.check_seed(seed)
    N, D = X.shape
    members, known = _members(groups, N)
    rows = _learned_from(members, known, seed)
    values = _rows(X, rows)
    found = np.full((len(members), D), np.nan, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sklearn.ensemble import ExtraTreesClassifier

        for i, inside in enumerate(members[:, rows]):
            if inside.any() and not inside.all():
                forest = ExtraTreesClassifier(n_estimators=trees, random_state=seed, n_jobs=-1)
                found[i] = forest.fit(values, inside).feature_importances_
            if progress is not None:
                progress(i + 1, len(members))
    return found


def _members(groups: np.ndarray, N: int) -> tuple[np.ndarray, np.ndarray]:
    """(C, N) which samples are of each group, and (N,) which are of any; truth values are one group and the rest."""
    groups = np.asarray(groups)
    if groups.shape != (N,) or groups.dtype.kind not in "biu":
        raise ArrayError(
            "groups are an integer a sample, or a truth value",
            got=f"an array of shape {groups.shape} and dtype {groups.dtype} for {N:,} samples",
            remedy="give the labels (N,), with -1 for samples that have none, or a mask (N,)",
        )
    if groups.dtype.kind == "b":
        if groups.all() or not groups.any():
            raise ArrayError(
                "a selection is told from the rest where there are both",
                got=f"{np.count_nonzero(groups):,} of {N:,} samples selected",
                remedy="select some of the samples",
            )
        return groups[None], np.ones(N, bool)
    present = np.unique(groups[groups >= 0])
    if len(present) < 2:
        raise ArrayError(
            "a class is told from the rest where there are two classes at least",
            got=f"{len(present)} among the labels of {N:,} samples",
            remedy="record samples of more than one class, with labels",
        )
    members: np.ndarray = groups == np.arange(int(present[-1]) + 1)[:, None]
    return members, groups >= 0


def _columns(N: int, D: int) -> list[slice]:
    step = max(1, _COLUMNS // N)
    return [slice(start, min(start + step, D)) for start in range(0, D, step)]


def _read(X: Rows, columns: slice) -> np.ndarray:
    """Some columns of all samples, read by blocks of rows."""
    N, D = X.shape
    values = np.empty((N, columns.stop - columns.start), _kept(X.dtype))
    bad = 0
    for rows in _validate.row_blocks((N, D)):
        block = np.asarray(X[rows])
        bad += _validate.count_not_finite(block)
        values[rows] = block[:, columns]
    if bad:
        raise _validate.not_finite("X", bad, N)
    return values


def _rows(X: Rows, rows: np.ndarray) -> np.ndarray:
    """Some samples, as float32: trees compare in nothing finer."""
    N, D = X.shape
    values = np.empty((len(rows), D), np.float32)
    bad = 0
    for block in _validate.row_blocks((N, D)):
        inside = slice(*np.searchsorted(rows, [block.start, block.stop]))
        if inside.stop > inside.start:
            values[inside] = np.asarray(X[block])[rows[inside] - block.start]
            bad += int(np.count_nonzero(~np.isfinite(values[inside]).all(axis=1)))
    if bad:
        raise _validate.not_finite("X", bad, N)
    return values


def _kept(dtype: DTypeLike) -> np.dtype:
    kind = np.dtype(dtype)
    return np.dtype(np.uint8) if kind.kind == "b" else kind


def _learned_from(members: np.ndarray, known: np.ndarray, seed: int) -> np.ndarray:
    """The samples of any group, ascending; where they are too many, a share of each group, one sample at least."""
    if np.count_nonzero(known) <= LEARNED_FROM:
        return np.flatnonzero(known)
    random = np.random.default_rng(seed)
    share = LEARNED_FROM / np.count_nonzero(known)
    kinds = [np.flatnonzero(inside) for inside in (*members, known & ~members.any(axis=0))]
    chosen = [random.choice(there, max(1, round(share * len(there))), replace=False) for there in kinds if len(there)]
    found: np.ndarray = np.sort(np.concatenate(chosen))
    return found
