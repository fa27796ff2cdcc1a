"""The orthogonal map that brings one cloud of samples next to another."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Shaped

from inscape.errors import ArrayError
from inscape.shape import _validate


def procrustes(
    X: Shaped[np.ndarray, "sample dimension"], Y: Shaped[np.ndarray, "sample dimension"]
) -> Float64[np.ndarray, "dimension dimension"]:
    """The orthogonal Q which minimizes ‖X Q − Y‖_F; nothing is centered or scaled.

    Args:
        X: (N, D) real, finite; it is turned.
        Y: (N, D) real, finite; it stays.

    Returns:
        Q, (D, D) float64, orthogonal; a reflection where that fits better than a rotation.

    Raises:
        ArrayError: X and Y are not matrices of one shape, or hold a number that is not finite.

    Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31 (1966): with the
    singular value decomposition XᵀY = U S Vᵀ, Q = U Vᵀ.

    >>> import numpy as np
    >>> X = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
    >>> turn = [[0.0, 1.0], [-1.0, 0.0]]
    >>> np.allclose(procrustes(X, X @ turn), turn)
    True
    """
    X, Y = _validate.matrix(X), _validate.matrix(Y, "Y")
    _validate.check_same_rows(X, Y)
    if X.shape[1] != Y.shape[1]:
        raise ArrayError(
            "X and Y must have the same number of dimensions",
            got=f"X of shape {X.shape}, Y of shape {Y.shape}",
            remedy="pad the narrower one with columns of zeros",
        )
    # A common scale changes nothing in Q, and keeps the products away from overflow and underflow.
    product = _scaled(X).T @ _scaled(Y)
    U, _, Vt = np.linalg.svd(product)
    Q: np.ndarray = U @ Vt + 0.0  # + 0.0 turns -0.0 into 0.0
    return Q


def _scaled(X: np.ndarray) -> np.ndarray:
    X = X.astype(np.float64)
    largest = np.abs(X).max()
    return X / largest if largest > 0 else X
