"""The demo is a study: `demo.toml` beside this file, and the training that it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

from inscape.studies.study import Study

STUDY = Path(__file__).with_name("demo.toml")


def demo_study(out: str | Path) -> Study:
    """The demo's study, with its recording at `out`."""
    return Study.load(STUDY, out=out)


def train_digits(
    model: nn.Module, checkpoint: Callable[[str], None], folder: Path, *, epochs: int = 8, seed: int = 0
) -> None:
    """Train on the 8,000 training digits and record before the first and after every epoch.

    The state is saved before a checkpoint is recorded: after a kill, training goes on from the last epoch and the
    weights of every checkpoint are those of the uninterrupted run.
    """
    import torch

    from inscape.data import digits
    from inscape.nets import Training

    images, labels = digits("train")
    training = Training(model, images, labels, epochs=epochs, seed=seed)
    states = sorted(folder.glob("epoch-*.pt"), key=lambda p: int(p.stem.removeprefix("epoch-")))
    if not states:
        _save(training, folder)
        checkpoint(f"epoch-{training.done}")
    for state in states:  # each of them: the recording may have been deleted, and what is published is skipped
        training.load_state_dict(torch.load(state, weights_only=True))
        checkpoint(f"epoch-{training.done}")
    while training.done < epochs:
        training.epoch()
        _save(training, folder)
        checkpoint(f"epoch-{training.done}")


def restore_digits(model: nn.Module, checkpoint: str, folder: Path) -> None:
    """Load the weights that a checkpoint of `train_digits` was recorded with."""
    import torch

    from inscape.errors import WrongCall

    state = folder / f"{checkpoint}.pt"
    if not state.is_file():
        raise WrongCall(
            "the training's state is gone", got=f"no {state}", remedy="train again: inscape demo --overwrite"
        )
    model.load_state_dict(torch.load(state, weights_only=True)["model"])


def _save(training: object, folder: Path) -> None:
    import io

    import torch

    from inscape.nets import Training
    from inscape.recording.files import write_atomically

    assert isinstance(training, Training)
    buffer = io.BytesIO()
    torch.save(training.state_dict(), buffer)
    write_atomically(folder / f"epoch-{training.done}.pt", buffer.getvalue())
