"""The products of all samples with each other, where there are more units than samples: all that distances need.

An orthogonal change of basis leaves N samples in N − 1 dimensions, whatever D is; their Gram matrix is what it leaves.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from inscape.shape import _validate, rows
from inscape.shape.rows import Rows

_SAMPLES = 6_000  # whose products take 288 MB


def pays(X: Rows) -> bool:
    """Whether X is so wide that its Gram matrix is the way: of numbers whose squares a float64 holds."""
    N, D = X.shape
    dtype = np.dtype(X.dtype)
    small = dtype.kind in "iub" or (dtype.kind == "f" and dtype.itemsize <= 4)
    return small and N < D and N <= _SAMPLES and N * D > rows.BLOCK


def gram(X: Rows, name: str = "X") -> Float64[np.ndarray, "sample sample"]:
    """The products of the rows of X about their mean, in float64: X is looked at once, some columns at a time.

    What isn't in memory is read into it once, in its own type.

    Raises:
        ArrayError: X holds NaN or infinity.
    """
    N, D = X.shape
    whole = X if isinstance(X, np.ndarray) else np.empty((N, D), X.dtype)
    if whole is not X:
        for some, block in rows.blocks(X):
            whole[some] = block
    found, bad = np.zeros((N, N)), np.zeros(N, bool)
    step = max(1, rows.BLOCK // N)
    for start in range(0, D, step):
        block = whole[:, start : start + step].astype(np.float64)
        missing = _validate.count_not_finite(block)
        if missing:
            bad |= ~np.isfinite(block).all(axis=1)
        if bad.any():
            continue
        block -= block.mean(axis=0)
        # The very same array on both sides: half the work.
        found += block @ block.T
    if bad.any():
        raise _validate.not_finite(name, int(np.count_nonzero(bad)), N)
    return found
