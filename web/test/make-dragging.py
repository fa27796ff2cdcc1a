"""Writes dragging.json: where `inscape.shape.GrandTour.drag_point` takes a basis, for dragging.test.ts."""

import json
from pathlib import Path

import numpy as np

from inscape.shape import GrandTour

CASES = [(2, 0), (3, 0), (3, 1), (4, 1), (10, 0), (10, 3), (16, 2), (64, 2)]
"""Dimensions, and how many points are pinned."""
KEPT = (1, 10, 50, 200)
DIGITS = 9


def main() -> None:
    cases = []
    for dims, held in CASES:
        random = np.random.default_rng(dims + held)
        tour = GrandTour(dims, basis=np.linalg.qr(random.normal(size=(dims, dims)))[0])
        begin = tour.basis
        point = random.normal(size=dims).round(DIGITS)
        pinned = random.normal(size=(held, dims)).round(DIGITS)
        # Some of them lead beyond what a rotation can reach.
        moves = (0.2 * np.linalg.norm(point) * random.normal(size=(200, 2))).round(DIGITS)
        bases = {}
        for i, (dx, dy) in enumerate(moves, start=1):
            tour.drag_point(point, float(dx), float(dy), pinned if held else None)
            if i in KEPT and (dims < 64 or i >= 50):
                bases[str(i)] = [round(float(x), DIGITS) for x in tour.basis.ravel()]
        cases.append(
            {
                "dims": dims,
                "begin": [float(x) for x in begin.ravel()],
                "point": point.tolist(),
                "pinned": pinned.tolist(),
                "moves": moves.tolist(),
                "bases": bases,
            }
        )
    Path(__file__).with_name("dragging.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
