"""Data and training of the studies hidden_factor.toml and hidden_factor_removed.toml: digits of two polarities.

Every other digit is bright on dark, the others are dark on bright; nobody tells the network. The column `polarity` says
which. In the second study each digit is brought to one polarity first, as it can be without knowing which it had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from inscape.data import digits
from inscape.nets import Training
from inscape.studies import record_epochs

POLARITIES = ("bright on dark", "dark on bright")


def polarized(split: str) -> tuple[Any, Any, Any]:
    """Images (n, 1, 28, 28) of both polarities, labels (n,), and which of the two each image has (n,)."""
    images, labels = digits(split)
    polarity = np.random.default_rng(0 if split == "train" else 1).integers(0, 2, len(images))
    return np.where(polarity[:, None, None, None] == 1, 1 - images, images), labels, polarity


def normalized(images: Any) -> Any:
    """The images with the factor removed: what covers more of a picture is the ground, and the ground is dark."""
    bright = np.median(images, axis=(1, 2, 3), keepdims=True) > 0.5
    return np.where(bright, 1 - images, images)


def samples() -> dict[str, Any]:
    """The test digits, of both polarities."""
    images, labels, polarity = polarized("test")
    return {"input": images, "label": labels, "polarity": [POLARITIES[one] for one in polarity]}


def normalized_samples() -> dict[str, Any]:
    """The same, of one polarity; the column says which they had."""
    there = samples()
    return {**there, "input": normalized(there["input"])}


def train(
    model: nn.Module, checkpoint: Callable[[str], None], folder: Path, *, epochs: int = 8, removed: bool = False
) -> None:
    """Train on digits of both polarities, or with that factor removed."""
    images, labels, _ = polarized("train")
    images = normalized(images) if removed else images
    # No shifts: they would fill the border of a bright picture with darkness.
    training = Training(model, images.astype(np.float32), labels, epochs=epochs, seed=0, shift=0)
    record_epochs(training, checkpoint, folder, at=(0, epochs))


def purity(picture: Any, label: Any, polarity: Any, k: int = 15) -> Mapping[int, float]:
    """Of each class: how many of a sample's k nearest neighbors in the picture, in its class, have its polarity."""
    from inscape import shape

    polarity = np.asarray(polarity)
    found = {}
    for one in np.unique(label):
        inside = np.flatnonzero(label == one)
        near = shape.neighbors(picture[inside], k=min(k, len(inside) - 1)).indices
        found[int(one)] = float(np.mean(polarity[inside][near] == polarity[inside][:, None]))
    return found
