"""The plane in which groups of samples lie furthest apart: a view to begin with."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from jaxtyping import Float64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate

SHRINKAGE = 0.1
"""How much of the average variance counts in every direction: without it, one along which nothing varies would win."""


def discriminant(
    X: Shaped[np.ndarray, "sample dimension"], groups: Shaped[np.ndarray, " sample"], shrinkage: float = SHRINKAGE
) -> Float64[np.ndarray, "dimension dimension"]:
    """A basis whose first two columns show groups of samples as far apart, for their widths, as a plane can.

    Args:
        X: (N, D) real, finite, D ≥ 2.
        groups: (N,) which group each sample is of; two groups at least.
        shrinkage: from 0 to 1, the weight of the average variance against the variances within the groups.

    Returns:
        (D, D) float64, orthonormal columns: the two leading discriminants, of which the second is made orthogonal to
        the first; of two groups the discriminant, the later one in the order of the groups to the right, and the
        direction orthogonal to it in which they vary most. Then directions that complete them.

    Raises:
        ArrayError: X is no finite matrix of two columns at least, or `groups` does not part its rows.

    Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936); for more groups
    Rao (1948): the leading solutions of B v = λ W v, with B the scatter between the groups and W the one within.

    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 5.0, 0.0], [0.0, 5.0, 2.0]])
    >>> np.round(np.abs(discriminant(X, np.array([0, 0, 1, 1]))[:, :2]).T)
    array([[0., 1., 0.],
           [0., 0., 1.]])
    """
    X = _validate.matrix(X, rows=2).astype(np.float64)
    names = np.unique(groups)
    if X.shape[1] < 2 or np.shape(groups) != (len(X),) or len(names) < 2:
        raise ArrayError(
            "a discriminant parts the samples of two groups or more, in two dimensions or more",
            got=f"X of shape {X.shape}, {len(names)} groups in an array of shape {np.shape(groups)}",
            remedy="give a row of X and a group to every sample",
        )
    means = np.array([X[groups == name].mean(axis=0) for name in names])
    counts = np.array([np.count_nonzero(groups == name) for name in names])
    residual = X - means[np.searchsorted(names, groups)]
    within = residual.T @ residual / len(X)
    average = np.trace(within) / len(within) or 1.0
    within = (1 - shrinkage) * within + shrinkage * average * np.eye(len(within))
    apart = means - X.mean(axis=0)
    between = (apart.T * counts) @ apart / len(X)
    _, vectors = scipy.linalg.eigh(between, within)
    first, second = vectors[:, -1], vectors[:, -2]
    if len(names) == 2:
        first = first * (1.0 if (means[1] - means[0]) @ first >= 0 else -1.0)
        first = first / np.linalg.norm(first)
        rest = residual - np.outer(residual @ first, first)
        second = np.linalg.eigh(rest.T @ rest)[1][:, -1]
    return completed(np.stack([first, second], axis=1))


def completed(columns: Float64[np.ndarray, "dimension two"]) -> Float64[np.ndarray, "dimension dimension"]:
    """Orthonormal columns that span what the given ones span, one after the other, and then everything."""
    Q, R = np.linalg.qr(np.concatenate([columns, np.eye(len(columns))], axis=1))
    signs = np.where(np.diag(R) < 0, -1.0, 1.0)
    basis: np.ndarray = Q * signs
    return basis
