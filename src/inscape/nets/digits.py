"""The demo's network: small enough to train while a person watches, deep enough to show a shape that forms."""

from __future__ import annotations

import torch
from torch import nn


class DigitsNet(nn.Module):
    """Three convolutions and two linear layers: 28×28 digits to the probabilities of ten classes, 26,058 parameters.

    Every step is a module of its own with a name, ReLUs, pooling and flattening included, so that each can be recorded
    and so that the passage from any layer to the next one is one known map (affine, ReLU, maximum or softmax).

    Forward: (n, 1, 28, 28) float32 in 0..1 → (n, 10) float32 probabilities.

    >>> model = DigitsNet()
    >>> sum(p.numel() for p in model.parameters())
    26058
    >>> model(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5, stride=2, padding=2)  # 8 × 14 × 14
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(8, 16, kernel_size=4, stride=2, padding=1)  # 16 × 7 × 7
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv2d(16, 32, kernel_size=3, padding=1)  # 32 × 7 × 7
        self.relu3 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)  # 32 × 3 × 3: the last row and column have no partner and are left out
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(32 * 3 * 3, 64)
        self.relu4 = nn.ReLU()
        self.logits = nn.Linear(64, 10)
        self.softmax = nn.Softmax(dim=1)

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        """The logits (n, 10): what a cross-entropy loss takes."""
        x = self.relu1(self.conv1(images))
        x = self.relu2(self.conv2(x))
        x = self.pool(self.relu3(self.conv3(x)))
        x = self.relu4(self.fc1(self.flatten(x)))
        logits: torch.Tensor = self.logits(x)
        return logits

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The probabilities (n, 10)."""
        probabilities: torch.Tensor = self.softmax(self.scores(images))
        return probabilities
