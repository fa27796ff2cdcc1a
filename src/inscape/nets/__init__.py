"""Networks of Inscape's own, and how they are trained."""

from __future__ import annotations

from inscape.nets.digits import DigitsNet
from inscape.nets.training import Training, train

__all__ = ["DigitsNet", "Training", "train"]
