"""Data and training of the study mislabeled.toml: of the digits labeled “6”, three in ten are something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from inscape.data import digits
from inscape.nets import Training
from inscape.studies import record_epochs

CLASS = 6
WRONG = 0.3
SHOWN = 2_000


def taught() -> tuple[Any, Any, Any]:
    """The training images, the labels that the network is taught, and the true ones.

    Three in ten of the sixes exchange their label with a digit of another class, so every class keeps its size.
    """
    images, true = digits("train")
    labels = true.copy()
    sixes = np.flatnonzero(true == CLASS)
    sixes = sixes[np.arange(len(sixes)) % 10 < 10 * WRONG]
    others = np.random.default_rng(0).choice(np.flatnonzero(true != CLASS), len(sixes), replace=False)
    labels[sixes], labels[others] = true[others], true[sixes]
    return images, labels, true


def samples() -> dict[str, Any]:
    """What is recorded: 2,000 of the training samples with the labels that were taught."""
    images, labels, true = taught()
    return {
        "input": images[:SHOWN],
        "label": labels[:SHOWN],
        "digit": true[:SHOWN],
        "mislabeled": (labels != true)[:SHOWN],
    }


def train(model: nn.Module, checkpoint: Callable[[str], None], folder: Path, *, epochs: int = 8) -> None:
    """Train on all of them, recorded before the first and after every epoch."""
    images, labels, _ = taught()
    record_epochs(Training(model, images, labels, epochs=epochs, seed=0), checkpoint, folder)
