"""The largest eigenvalues of a symmetric matrix, to machine precision, without paying for all of them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

_SMALL = 320
_RESIDUAL = 1e-13
_OVERSAMPLE = 8


def largest(
    S: Float64[np.ndarray, "n n"], count: int
) -> tuple[Float64[np.ndarray, " {count}"], Float64[np.ndarray, "n {count}"]]:
    """The `count` largest eigenvalues of a positive semidefinite S, falling, and their eigenvectors as columns.

    A block Krylov iteration (Golub and Van Loan, Matrix Computations, 4th edition, §10.3.6) that ends when every
    residual ‖S v − λ v‖ is below 1e-13 λ₁; where it does not get there within a third of the space, and for a small
    S, LAPACK decomposes the whole of it.
    """
    n = len(S)
    if n > _SMALL and 6 * (count + _OVERSAMPLE) <= n:
        found = _krylov(S, count)
        if found is not None:
            return found
    values, vectors = np.linalg.eigh(S)
    return values[::-1][:count].copy(), vectors[:, ::-1][:, :count].copy()


def _krylov(S: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray] | None:
    n, width = len(S), count + _OVERSAMPLE
    most = n // (3 * width) * width
    K, SK, T = np.empty((n, most), order="F"), np.empty((n, most), order="F"), np.empty((most, most))
    # Any fixed start that favors no coordinate will do.
    block = np.random.Generator(np.random.PCG64(0)).standard_normal((n, width))
    for end in range(width, most + 1, width):
        known, new = K[:, : end - width], slice(end - width, end)
        for _ in range(2):  # once is not enough in floating point, twice is (Giraud et al. 2005)
            block -= known @ (known.T @ block)
            orthonormal = _orthonormal(block)
            if orthonormal is None:
                return None  # The space is exhausted (a matrix of low rank): the whole decomposition is safe.
            block = orthonormal
        K[:, new] = block
        SK[:, new] = S @ block
        T[:end, new] = K[:, :end].T @ SK[:, new]
        T[new, :end] = T[:end, new].T
        if (end // width) % 2 == 0:  # a look costs about as much as a block
            values, coefficients = np.linalg.eigh(T[:end, :end])
            values, coefficients = values[::-1][:count], coefficients[:, ::-1][:, :count]
            vectors = K[:, :end] @ coefficients
            residuals = np.linalg.norm(SK[:, :end] @ coefficients - vectors * values, axis=0)
            if residuals.max() <= _RESIDUAL * max(values[0], 0.0):
                return values, vectors
        block = SK[:, new].copy()
    return None


def _orthonormal(block: np.ndarray) -> np.ndarray | None:
    """An orthonormal basis of the columns by Cholesky, or None where they are (nearly) dependent.

    Two of these in a row are as good as Householder's (Yamamoto et al. 2015), and are products of matrices alone:
    LAPACK's QR of a tall, narrow block spends most of its time in starting threads.
    """
    norms = np.linalg.norm(block, axis=0)
    if norms.min() <= 1e-10 * norms.max():
        return None
    block = block / norms
    try:
        triangle = np.linalg.cholesky(block.T @ block)
    except np.linalg.LinAlgError:
        return None
    if np.diag(triangle).min() < 1e-6:
        return None
    orthonormal: np.ndarray = block @ np.linalg.inv(triangle).T
    return orthonormal
