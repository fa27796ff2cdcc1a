"""Training a small classifier, the same way each time: deterministic by seed, resumable between epochs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from inscape.errors import DataError, Mismatch, WrongCall

Array = np.ndarray[Any, np.dtype[Any]] | torch.Tensor


class Training:
    """A training that can stop after any epoch and be taken up later with the very same outcome.

    Adam, a one-cycle learning rate, shuffled and slightly shifted images, on one thread (a small network is quicker
    so, and repeats exactly). The model is given its first weights by the seed: the same seed and data give the same
    weights after each epoch, on one machine, whatever happened before. The global random state is left alone.

    Args:
        model: a classifier. Its method `scores` gives the logits; a model without one gives them from `forward`.
        images: (n, …) float32, what the model takes.
        labels: (n,) integers, 0 to classes − 1.
        epochs: how many epochs the whole training has; the learning rate falls to nothing at the last one.
        seed: of the first weights, of the order of the samples and of the shifts.
        batch_size: samples a step.
        learning_rate: the highest one.
        shift: images (n, c, h, w) are moved by up to this many pixels each way; 0 leaves them as they are.
        initialize: give the model new weights by the seed; False trains on from the ones that it has.

    Raises:
        DataError: there is no image, or not one label for each.
        WrongCall: a number that must be positive is not.

    >>> from inscape.data import digits
    >>> from inscape.nets import DigitsNet
    >>> images, labels = digits("train")
    >>> training = Training(DigitsNet(), images[:256], labels[:256], epochs=2, seed=0)
    >>> loss = training.epoch()
    >>> training.done, training.evaluate(images[:256], labels[:256]) > 0.1
    (1, True)
    """

    def __init__(
        self,
        model: nn.Module,
        images: Array,
        labels: Array,
        *,
        epochs: int = 8,
        seed: int = 0,
        batch_size: int = 100,
        learning_rate: float = 9e-3,
        shift: int = 1,
        initialize: bool = True,
    ) -> None:
        _positive(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
        self.model = model
        self.epochs = epochs
        self.done = 0
        self.losses: list[float] = []
        self._images, self._labels = _pair(images, labels)
        self._batch_size, self._shift = batch_size, shift
        self._settings = {
            "epochs": epochs,
            "seed": seed,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "shift": shift,
            "samples": len(self._images),
        }
        if initialize:
            _initialize(model, seed)
        self._random = torch.Generator().manual_seed(seed)
        self._optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
        steps = epochs * -(-len(self._images) // batch_size)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, learning_rate, total_steps=max(steps, 2))

    def epoch(self) -> float:
        """Train for one epoch.

        Returns:
            The mean loss of its steps: cross-entropy, in nats.

        Raises:
            WrongCall: all epochs are done.
        """
        if self.done >= self.epochs:
            raise WrongCall(
                "the training is over",
                got=f"epoch {self.done + 1} of {self.epochs}",
                remedy="begin one with more epochs",
            )
        training, total = self.model.training, 0.0
        self.model.train()
        try:
            with one_thread():
                order = torch.randperm(len(self._images), generator=self._random)
                for start in range(0, len(order), self._batch_size):
                    chosen = order[start : start + self._batch_size]
                    total += self._step(chosen) * len(chosen)
        finally:
            self.model.train(training)
        self.done += 1
        self.losses.append(total / len(self._images))
        return self.losses[-1]

    def _step(self, chosen: torch.Tensor) -> float:
        images = self._images[chosen]
        if self._shift and images.ndim == 4:
            images = shifted(images, self._shift, self._random)
        loss = functional.cross_entropy(scores(self.model, images), self._labels[chosen])
        self._optimizer.zero_grad()
        torch.autograd.backward(loss)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.detach())

    def evaluate(self, images: Array, labels: Array) -> float:
        """The accuracy on other samples, 0 to 1; the model is as it was afterwards."""
        return evaluate(self.model, images, labels)

    def state_dict(self) -> dict[str, Any]:
        """All that the next epoch depends on: what `torch.save` writes and `weights_only=True` reads."""
        state = {
            "settings": dict(self._settings),
            "done": self.done,
            "losses": list(self.losses),
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": {
                k: v for k, v in self._schedule.state_dict().items() if isinstance(v, int | float | str | list)
            },
            "random": self._random.get_state(),
        }
        # A copy: the tensors of a state_dict go on changing with the next step.
        return copy.deepcopy(state)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a saved state.

        Raises:
            Mismatch: it is of a training with other settings, or no state of a training.
        """
        if not isinstance(state, Mapping) or not {"settings", "done", "model", "optimizer", "random"} <= set(state):
            keys = ", ".join(sorted(map(str, state))) if isinstance(state, Mapping) else type(state).__name__
            raise Mismatch(
                "this is no state of a training", got=keys, remedy="load what Training.state_dict() returned"
            )
        if state["settings"] != self._settings:
            different = [k for k, v in self._settings.items() if state["settings"].get(k) != v]
            raise Mismatch(
                "the saved training had other settings",
                got=", ".join(f"{k} {state['settings'].get(k)}, not {self._settings[k]}" for k in different),
                remedy="use the same settings, or begin a new training",
            )
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        self._schedule.load_state_dict(dict(state["schedule"]))
        self._random.set_state(state["random"].cpu())
        self.done = int(state["done"])
        self.losses = list(state["losses"])


def train(
    model: nn.Module,
    images: Array,
    labels: Array,
    epochs: int = 8,
    seed: int = 0,
    on_epoch: Callable[[int, float], None] | None = None,
    **settings: Any,
) -> Training:
    """Train a classifier from the first epoch to the last.

    Args:
        model, images, labels, epochs, seed, **settings: as for `Training`.
        on_epoch: called after each epoch with its number, counted from 1, and its mean loss.

    Returns:
        The finished training.

    >>> from inscape.data import digits
    >>> from inscape.nets import DigitsNet
    >>> images, labels = digits("train")
    >>> said = []
    >>> _ = train(DigitsNet(), images[:128], labels[:128], epochs=2, on_epoch=lambda epoch, loss: said.append(epoch))
    >>> said
    [1, 2]
    """
    training = Training(model, images, labels, epochs=epochs, seed=seed, **settings)
    while training.done < epochs:
        loss = training.epoch()
        if on_epoch is not None:
            on_epoch(training.done, loss)
    return training


def evaluate(model: nn.Module, images: Array, labels: Array, batch_size: int = 500) -> float:
    """The share of samples whose largest score is at their label, 0 to 1."""
    x, y = _pair(images, labels)
    training, right = model.training, 0
    model.eval()
    try:
        with torch.no_grad(), one_thread():
            for start in range(0, len(x), batch_size):
                best = scores(model, x[start : start + batch_size]).argmax(dim=1)
                right += int((best == y[start : start + batch_size]).sum())
    finally:
        model.train(training)
    return right / len(x)


def scores(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The logits (n, classes): of the model's method `scores` where it has one, else what it returns."""
    result = getattr(model, "scores", model)(images)
    assert isinstance(result, torch.Tensor)
    return result


def shifted(images: torch.Tensor, most: int, random: torch.Generator) -> torch.Tensor:
    """Move each image by up to `most` pixels each way, filling with zeros: (n, c, h, w) to the same.

    >>> images = torch.eye(3)[None, None]
    >>> shifted(images, 1, torch.Generator().manual_seed(1)).shape
    torch.Size([1, 1, 3, 3])
    """
    height, width = images.shape[-2:]
    padded = functional.pad(images, (most,) * 4)
    offsets = torch.randint(0, 2 * most + 1, (2, len(images), 1), generator=random)
    rows = offsets[0] + torch.arange(height)
    columns = offsets[1] + torch.arange(width)
    samples = torch.arange(len(images))[:, None, None]
    # Indices on either side of a slice put the slice's axis last: (n, h, w, c).
    return padded[samples, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1).contiguous()


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread inside of the block: small networks are quicker so, and sums come out the same each time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _initialize(model: nn.Module, seed: int) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in model.modules():
            reset = getattr(module, "reset_parameters", None)
            if callable(reset):
                reset()


def _pair(images: Array, labels: Array) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels).to(torch.int64)
    if len(x) == 0 or y.ndim != 1 or len(x) != len(y):
        raise DataError(
            "a training needs images, and one label for each",
            got=f"images {tuple(x.shape)}, labels {tuple(y.shape)}",
            remedy="give images (n, …) and labels (n,)",
        )
    return x, y


def _positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise WrongCall(f"{name} must be positive", got=str(value), remedy=f"give {name} above 0")
