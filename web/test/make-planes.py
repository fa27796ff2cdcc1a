"""Writes planes.json: where `inscape.shape.discriminant` and `pca` see groups and variance, for planes.test.ts."""

import json
from pathlib import Path

import numpy as np

from inscape.shape import discriminant, pca

CASES = [(3, 2), (3, 3), (6, 2), (6, 5), (15, 10), (16, 2)]
"""Dimensions and groups."""
SAMPLES = 90
DIGITS = 6


def main() -> None:
    cases = []
    for dims, groups in CASES:
        random = np.random.default_rng(10 * dims + groups)
        labels = np.concatenate([np.arange(groups), random.integers(0, groups, SAMPLES - groups)])
        middles = 2 * random.normal(size=(groups, dims))
        mixing = random.normal(size=(dims, dims))
        X = ((random.normal(size=(SAMPLES, dims)) + middles[labels]) @ mixing).round(DIGITS)
        axes = pca(X, 2).components
        cases.append(
            {
                "dims": dims,
                "rows": X.ravel().tolist(),
                "groups": labels.tolist(),
                "discriminant": discriminant(X, labels)[:, :2].ravel().tolist(),
                "unshrunk": discriminant(X, labels, shrinkage=0.0)[:, :2].ravel().tolist(),
                "variance": np.asarray(axes, dtype=float).reshape(-1).tolist(),
            }
        )
    Path(__file__).with_name("planes.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
