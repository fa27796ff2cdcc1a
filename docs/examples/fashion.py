"""The network of the study fashion.toml: small, and trained on all 60,000 training pictures of Fashion-MNIST."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from inscape.data import from_path
from inscape.nets import Training
from inscape.studies import record_epochs


class FashionNet(nn.Module):
    """Three convolutions and two linear layers: 28×28 pictures to the probabilities of ten classes, 64,714 parameters.

    Every step is a module with a name, so that each can be recorded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5, stride=2, padding=2)  # 16 × 14 × 14
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(16, 32, kernel_size=4, stride=2, padding=1)  # 32 × 7 × 7
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv2d(32, 64, kernel_size=3, padding=1)  # 64 × 7 × 7
        self.relu3 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)  # 64 × 3 × 3
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(64 * 3 * 3, 64)
        self.relu4 = nn.ReLU()
        self.logits = nn.Linear(64, 10)
        self.softmax = nn.Softmax(dim=1)

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        """The logits (n, 10): what a cross-entropy loss takes."""
        x = self.relu2(self.conv2(self.relu1(self.conv1(images))))
        x = self.flatten(self.pool(self.relu3(self.conv3(x))))
        logits: torch.Tensor = self.logits(self.relu4(self.fc1(x)))
        return logits

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The probabilities (n, 10)."""
        probabilities: torch.Tensor = self.softmax(self.scores(images))
        return probabilities


def train(
    model: nn.Module,
    checkpoint: Callable[[str], None],
    folder: Path,
    *,
    images: str,
    epochs: int = 8,
    seed: int = 0,
    learning_rate: float = 5e-3,
) -> None:
    """Train on an IDX pair, and record before the first and after every epoch.

    Args:
        images: the file of the training images; that of the labels lies beside it.
    """
    source = from_path(images)
    whole = next(source.batches([(0, len(source))]))
    assert whole.labels is not None
    training = Training(
        model, whole.inputs, whole.labels, epochs=epochs, seed=seed, batch_size=100, learning_rate=learning_rate
    )
    record_epochs(training, checkpoint, folder)
