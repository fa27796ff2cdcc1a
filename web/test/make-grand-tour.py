"""Writes grand-tour.json: where `inscape.shape.GrandTour` is after some of 1,000 steps, for grand-tour.test.ts."""

import json
from pathlib import Path

import numpy as np

from inscape.shape import GrandTour

CASES = [(2, 0, False), (4, 42, False), (10, 0, False), (16, 7, True)]
DT = 1 / 60


def main() -> None:
    cases = []
    for dims, seed, turned in CASES:
        begin = np.linalg.qr(np.random.default_rng(seed).normal(size=(dims, dims)))[0] if turned else None
        tour = GrandTour(dims, seed, basis=begin)
        bases = {}
        for step in range(1, 1001):
            tour.step(DT)
            if step in (1, 31, 500, 1000):
                bases[str(step)] = [round(float(x), 12) for x in tour.basis.ravel()]
        first = None if begin is None else [float(x) for x in begin.ravel()]
        cases.append({"dims": dims, "seed": seed, "dt": DT, "begin": first, "bases": bases})
    Path(__file__).with_name("grand-tour.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
