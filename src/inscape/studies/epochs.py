"""A training with Inscape's own `Training`, recorded at chosen epochs: killed at any moment, it goes on the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from inscape.errors import WrongCall

if TYPE_CHECKING:
    from torch import nn

    from inscape.nets import Training


def record_epochs(
    training: Training, checkpoint: Callable[[str], None], folder: Path, *, at: Collection[int] | None = None
) -> None:
    """Train to the last epoch, and record ``epoch-0`` (before the first) and those after.

    The state is saved before a checkpoint is recorded: after a kill, training goes on from the last one saved and the
    weights of every checkpoint are those of the uninterrupted run.

    Args:
        training: begun, none of its epochs done.
        checkpoint: called with ``epoch-N`` whenever the model is in a state to record: what a study gives.
        folder: where the states are kept, ``epoch-N.pt``.
        at: the epochs to record; by default all of them. The last one always is.

    Raises:
        WrongCall: an epoch to record is not in the training.
    """
    import torch

    wanted = {*(range(training.epochs + 1) if at is None else at), training.epochs}
    if min(wanted) < 0 or max(wanted) > training.epochs:
        raise WrongCall(
            "an epoch to record is not in the training",
            got=f"epoch {min(wanted) if min(wanted) < 0 else max(wanted)}",
            remedy=f"choose from 0 to {training.epochs}",
        )
    saved = {int(path.stem.removeprefix("epoch-")): path for path in folder.glob("epoch-*.pt")}
    for epoch in sorted(wanted):
        if epoch in saved:  # recorded again too: the recording may have been deleted, and what is published is skipped
            training.load_state_dict(torch.load(saved[epoch], weights_only=True))
        else:
            while training.done < epoch:
                training.epoch()
            _save(training, folder)
        checkpoint(f"epoch-{epoch}")


def restore_epoch(model: nn.Module, checkpoint: str, folder: Path) -> None:
    """Load the weights that a checkpoint of `record_epochs` was recorded with: what a study's ``restore`` names.

    Raises:
        WrongCall: there is no such state.
    """
    import torch

    state = folder / f"{checkpoint}.pt"
    if not state.is_file():
        raise WrongCall(
            "the training's state is gone",
            got=f"no {state}",
            remedy="train again with --overwrite (inscape run, or inscape demo)",
        )
    model.load_state_dict(torch.load(state, weights_only=True)["model"])


def _save(training: Training, folder: Path) -> None:
    import torch

    from inscape.recording.files import write_atomically

    buffer = io.BytesIO()
    torch.save(training.state_dict(), buffer)
    write_atomically(folder / f"epoch-{training.done}.pt", buffer.getvalue())
