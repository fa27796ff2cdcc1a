"""The axes by which a layer too wide to be drawn is looked at: a subspace that carries its variance.

Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53 (2011): random mixtures of the samples
span nearly what the leading principal components span. One pass over the samples, or over enough of them, finds it, and
holds k rows as wide as the layer, never its (N, D); each further pass (a power iteration) sharpens it.
"""

from __future__ import annotations

import torch

RAW = 64
"""Layers of so many units are shown by their units themselves."""

OVERSAMPLING = 8

_DEPENDENT = 1e-2


class Range:
    """The range finder of one layer: told of some samples batch by batch, in any number of passes, then of all.

    Args:
        units: D.
        dims: how many axes are wanted at last.
    """

    def __init__(self, units: int, dims: int) -> None:
        self.units = units
        self.raw = units <= RAW
        self.dims = units if self.raw else dims
        self.width = units if self.raw else min(dims + OVERSAMPLING, units)
        self.center = torch.zeros(units)
        """(D,): what is taken from every sample; the mean of those that the axes were fitted to."""
        self.axes: torch.Tensor | None = None
        """(width, D): orthonormal rows, once a pass has ended; None where the units are the axes."""
        self.variance = 0.0
        """The sum of squares of all centered samples."""
        self._samples = 0
        self._sum = torch.zeros(units, dtype=torch.float64)
        self._mixed: torch.Tensor | None = None
        self._weights = torch.zeros(self.width, dtype=torch.float64)
        self._products = torch.zeros(self.width, self.width, dtype=torch.float64)

    def fit(self, x: torch.Tensor, weights: torch.Tensor) -> None:
        """Take a batch in, on the first pass.

        Args:
            x: (n, D).
            weights: (n, width) random, a row a sample.
        """
        self._samples += x.shape[0]
        self._sum += x.sum(dim=0)
        if not self.raw:
            self._mix(x, weights)

    def sharpen(self, x: torch.Tensor) -> None:
        """Take a batch in, on a further pass: a power iteration of the covariance."""
        if self.axes is not None:
            products = self.project(x, self.axes)
            self._products += (products.T @ products).double()
            self._mix(x, products)

    def _mix(self, x: torch.Tensor, weights: torch.Tensor) -> None:
        if self._mixed is None:
            self._mixed = torch.zeros(self.width, self.units)
            self._weights.zero_()
        self._mixed.addmm_(weights.T, x)
        self._weights += weights.sum(dim=0)

    def end(self, last: bool = False) -> None:
        """End a pass; with the last one, keep of the axes those that carry most."""
        self.center = (self._sum / self._samples).float()
        if self._mixed is None:
            return
        self._mixed.addr_(self._weights.float(), self.center, alpha=-1.0)
        if last:
            # Rayleigh–Ritz: the leading directions of the covariance within the axes so far.
            leading = torch.linalg.eigh(self._products)[1][:, -self.dims :].flip(1)
            self._mixed = leading.T.float() @ self._mixed
            self.width = leading.shape[1]
        self._products.zero_()
        self.axes, self._mixed = factor_rows(self._mixed)[0], None

    def matrix(self) -> torch.Tensor:
        """The axes as (width, D) rows."""
        return torch.eye(self.units) if self.axes is None else self.axes

    def project(self, x: torch.Tensor, axes: torch.Tensor | None) -> torch.Tensor:
        """(n, k): the centered samples on some axes (k, D); on the units where axes is None."""
        center = self.center.to(x.dtype)
        if axes is None:
            return x - center
        # Centered afterwards: a second (n, D) would cost more than the product.
        axes = axes.to(x.dtype)
        return x @ axes.T - axes @ center


def factor_rows(A: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A wide (k, D) matrix as T @ Q: Q of orthonormal rows (r, D), r = min(k, D), T (k, r).

    By the Cholesky factor of A Aᵀ, twice (Yamamoto et al., ETNA 44, 2015), which is six times as fast as reflections
    where D is a million; by reflections where rows are nearly dependent.
    """
    T = torch.eye(len(A), dtype=A.dtype)
    Q = A
    for _ in range(2):
        gram = (Q @ Q.T).double()
        factor, failed = torch.linalg.cholesky_ex(gram)
        diagonal = factor.diagonal()
        if failed or float(diagonal.min()) < _DEPENDENT * float(diagonal.max()) or len(A) > A.shape[1]:
            Q, T = torch.linalg.qr(A.T, mode="reduced")
            return Q.T.contiguous(), T.T.contiguous()
        inverse = torch.linalg.solve_triangular(factor, torch.eye(len(A), dtype=torch.float64), upper=False)
        Q = inverse.to(A.dtype) @ Q
        T = T @ factor.to(A.dtype)
    return Q, T
