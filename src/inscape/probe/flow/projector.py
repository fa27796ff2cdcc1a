"""The pass that projects every sample: what is stored of a layer, and what is measured to know how far it is right."""

from __future__ import annotations

import torch

from inscape.probe.flow.axes import Range

WIDE = 1 << 16
"""Layers of so many units are measured by some samples: their variance, and the ends of linear steps."""

BATCHES = 8
"""Of so many batches one is projected on the ends of linear steps too, the first among them."""

SHARE = 0.25
"""Of the samples, by chance, are asked for their variance."""

FEWEST = 256
"""Samples that are asked at least."""


class Projector:
    """Projects a layer's samples on its own axes and on those that feed the next layer's, in one product.

    A linear step's end follows from its beginning: A (W x + b) = T (Q x) + A b with the adjoint Wᵀ Aᵀ = (T Q)ᵀ. So the
    own axes of a wide layer at such an end are projected on in some batches alone, which give A b, and the
    error of all that follows (`derive`).

    Args:
        found: the layer's range, which then shares the memory of the product's matrix.
        feeding: (r, D) the axes that feed the next layer's, or None.
        samples: N.
        derived: whether a linear step ends here.
    """

    def __init__(self, found: Range, feeding: torch.Tensor | None, samples: int, derived: bool) -> None:
        wide = found.units >= WIDE
        self._found = found
        self.derived = derived and wide
        self.own = torch.zeros(samples, found.width)
        self.fed = None if feeding is None else torch.zeros(samples, len(feeding))
        parts = [found.matrix()] + ([] if feeding is None else [feeding])
        self._rows = torch.cat(parts)
        if found.axes is not None:
            found.axes = self._rows[: found.width]
        self.feeding = None if feeding is None else self._rows[found.width :]
        self._shift = self._rows @ found.center
        self._square = float(found.center @ found.center)
        self._projected = torch.zeros(samples, dtype=torch.bool)
        generator = torch.Generator().manual_seed(samples)
        share = max(SHARE, FEWEST / samples) if wide else 1.0
        # By chance, and not every fourth: samples may come in turns.
        self._asked = torch.rand(samples, generator=generator) < share
        self._batches = 0

    def add(self, x: torch.Tensor, start: int) -> None:
        """Take in a batch (n, D) of samples from `start` on."""
        width, given = self._found.width, slice(start, start + len(x))
        whole = not self.derived or self._batches % BATCHES == 0
        self._batches += 1
        self._projected[given] = whole
        for i in self._asked[given].nonzero().flatten().tolist():
            # |x - c|² = |x|² - 2 x·c + |c|²
            sample = x[i]
            self._found.variance += float(sample @ sample) - 2.0 * float(sample @ self._found.center) + self._square
        first = 0 if whole else width
        if first == len(self._rows):
            return
        products = x @ self._rows[first:].T - self._shift[first:]
        if whole:
            self.own[given] = products[:, :width]
        if self.fed is not None:
            self.fed[given] = products[:, width - first :]

    def derive(self, fed: torch.Tensor, mixing: torch.Tensor) -> float:
        """Write the own coordinates as they follow from the beginning of the step that ends here.

        Args:
            fed: (N, r) the beginning's samples on the axes that feed this layer's.
            mixing: (width, r) T.

        Returns:
            The largest difference from what was measured, as a share of the cloud's radius.
        """
        following = fed.double() @ mixing.T
        direct = self.own[self._projected].double()
        following += (direct - following[self._projected]).mean(dim=0)
        self.own = following.float()
        missed = (following[self._projected] - direct).norm(dim=1)
        return float(missed.max()) / max(float(following.norm(dim=1).max()), 1e-12)

    def end(self) -> None:
        """Once all samples are in: give the range the variance of all, where that of some was measured."""
        squares = self.own.double().square().sum(dim=1)
        part = float(squares[self._asked].sum())
        if part > 0.0:
            self._found.variance *= float(squares.sum()) / part
