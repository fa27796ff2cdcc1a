"""A small recording of several checkpoints that the tests of embeddings share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import inscape


def _record(path: Path, checkpoints: int, samples: int = 300, only: int | None = None) -> Any:
    """A network on real digits whose weights move a little from checkpoint to checkpoint."""
    from torch import nn

    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 24), nn.ReLU(), nn.Linear(24, 10))
    with inscape.Recorder(
        model, (images[:samples], labels[:samples]), out=path, layers=["input", "1", "2", "3"], resume=True,
        class_names=[str(i) for i in range(10)],
    ) as recorder:  # fmt: skip
        for i in range(checkpoints):
            if only is None or i >= only:
                recorder.checkpoint(f"c{i}")
            with torch.no_grad():
                model[1].weight += 0.004 * torch.randn_like(model[1].weight)
    return inscape.open(path)


@pytest.fixture
def record_digits() -> Any:
    """`record_digits(path, checkpoints, samples=300, only=None)`; `only`: the first checkpoint that is recorded."""
    return _record
