"""Data and training of the study overtrained.toml: 1,000 digits, three in ten with a wrong label, learned by heart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from inscape.data import digits
from inscape.nets import Training
from inscape.studies import record_epochs

TRAIN, TEST = 1_000, 2_000
WRONG = 0.3
EPOCHS = (0, 6, 8, 10, 14, 18, 24, 32, 40, 60, 100)


def training_samples() -> tuple[Any, Any, Any]:
    """The training images, the labels that the network is taught, and the true ones."""
    images, true = digits("train")
    images, true = images[:TRAIN], true[:TRAIN]
    random = np.random.default_rng(0)
    taught = true.copy()
    wrong = random.choice(TRAIN, int(WRONG * TRAIN), replace=False)
    taught[wrong] = (true[wrong] + random.integers(1, 10, len(wrong))) % 10
    return images, taught, true


def samples() -> dict[str, Any]:
    """What is recorded: the training samples with the labels that were taught, then test samples with their own."""
    images, taught, true = training_samples()
    new, new_labels = digits("test")
    new, new_labels = new[:TEST], new_labels[:TEST]
    return {
        "input": np.concatenate([images, new]),
        "label": np.concatenate([taught, new_labels]),
        "split": ["train"] * TRAIN + ["test"] * len(new),
        "digit": np.concatenate([true, new_labels]),
        "mislabeled": np.concatenate([taught != true, np.zeros(len(new), bool)]),
    }


def train(model: nn.Module, checkpoint: Callable[[str], None], folder: Path) -> None:
    """Train far too long, with nothing that would hold the network back: no shifts, no decay, no early stop."""
    images, taught, _ = training_samples()
    training = Training(model, images, taught, epochs=max(EPOCHS), seed=0, batch_size=50, learning_rate=3e-3, shift=0)
    record_epochs(training, checkpoint, folder, at=EPOCHS)
