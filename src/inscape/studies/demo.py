"""The demo is a study: `demo.toml` beside this file, and the training that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

from inscape.studies.epochs import record_epochs
from inscape.studies.study import Study

STUDY = Path(__file__).with_name("demo.toml")


def demo_study(out: str | Path) -> Study:
    """The demo's study, with its recording at `out`."""
    return Study.load(STUDY, out=out)


def train_digits(
    model: nn.Module, checkpoint: Callable[[str], None], folder: Path, *, epochs: int = 8, seed: int = 0
) -> None:
    """Train on the 8,000 training digits and record before the first and after every epoch."""
    from inscape.data import digits
    from inscape.nets import Training

    images, labels = digits("train")
    record_epochs(Training(model, images, labels, epochs=epochs, seed=seed), checkpoint, folder)
