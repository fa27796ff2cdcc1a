"""The demo's network and its training."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from inscape.data import digits
from inscape.errors import DataError, Mismatch, WrongCall
from inscape.nets import DigitsNet, Training, train
from inscape.nets.training import shifted


@pytest.fixture(scope="module")
def few() -> tuple[Any, Any]:
    images, labels = digits("train")
    return images[:600], labels[:600]


def weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_the_network_is_small_and_every_step_of_it_is_a_module() -> None:
    model = DigitsNet().eval()
    assert 25_000 < sum(p.numel() for p in model.parameters()) < 27_000
    names = [name for name, _ in model.named_children()]
    assert names == [
        *("conv1", "relu1", "conv2", "relu2", "conv3", "relu3", "pool", "flatten", "fc1", "relu4", "logits", "softmax")
    ]
    x = torch.rand(3, 1, 28, 28)
    through = x
    for module in model.children():
        through = module(through)
    torch.testing.assert_close(model(x), through)
    torch.testing.assert_close(model(x), model.scores(x).softmax(dim=1))


def test_training_reaches_97_percent_of_unseen_digits() -> None:
    model = DigitsNet()
    epochs: list[int] = []
    losses: list[float] = []

    def on_epoch(epoch: int, loss: float) -> None:
        epochs.append(epoch)
        losses.append(loss)

    training = train(model, *digits("train"), epochs=8, seed=0, on_epoch=on_epoch)
    assert epochs == list(range(1, 9))
    assert losses == training.losses
    assert losses[-1] < 0.2 < losses[0]
    assert training.evaluate(*digits("test")) >= 0.97


def test_the_same_seed_gives_the_same_weights(few: Any) -> None:
    torch.manual_seed(1)
    first = train(DigitsNet(), *few, epochs=2, seed=3).model
    torch.manual_seed(2)
    second = train(DigitsNet(), *few, epochs=2, seed=3).model
    other = train(DigitsNet(), *few, epochs=2, seed=4).model
    assert torch.equal(weights(first), weights(second))
    assert not torch.equal(weights(first), weights(other))


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_a_training_taken_up_again_ends_the_same(few: Any, stop: int) -> None:
    whole = train(DigitsNet(), *few, epochs=3, seed=1)
    begun = Training(DigitsNet(), *few, epochs=3, seed=1)
    for _ in range(stop):
        begun.epoch()
    file = io.BytesIO()
    torch.save(begun.state_dict(), file)
    file.seek(0)
    resumed = Training(DigitsNet(), *few, epochs=3, seed=1)
    resumed.load_state_dict(torch.load(file, weights_only=True))
    assert resumed.done == stop
    while resumed.done < 3:
        resumed.epoch()
    assert torch.equal(weights(resumed.model), weights(whole.model))
    assert resumed.losses == whole.losses


def test_a_state_does_not_change_with_the_training(few: Any) -> None:
    training = Training(DigitsNet(), *few, epochs=2)
    state = training.state_dict()
    before = state["model"]["fc1.weight"].clone()
    training.epoch()
    assert torch.equal(state["model"]["fc1.weight"], before)
    assert state["done"] == 0


def test_going_back_within_one_training(few: Any) -> None:
    training = Training(DigitsNet(), *few, epochs=2)
    training.epoch()
    state = training.state_dict()
    training.epoch()
    ended = weights(training.model).clone()
    training.load_state_dict(state)
    training.epoch()
    assert torch.equal(weights(training.model), ended)


def test_training_leaves_threads_random_state_and_mode_alone(few: Any) -> None:
    torch.set_num_threads(2)
    model = DigitsNet().eval()
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    training = train(model, *few, epochs=1)
    training.evaluate(*few)
    assert torch.get_num_threads() == 2
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(numpy_before, np.random.get_state()[1])
    assert not model.training
    torch.set_num_threads(1)


def test_going_on_from_weights_that_are_there(few: Any) -> None:
    model = DigitsNet()
    before = weights(model).clone()
    Training(model, *few, initialize=False)
    assert torch.equal(weights(model), before)
    Training(model, *few)
    assert not torch.equal(weights(model), before)


def test_any_classifier_of_rows_can_be_trained() -> None:
    x = torch.randn(300, 5, generator=torch.Generator().manual_seed(0))
    y = (x[:, 0] > 0).long()
    training = train(nn.Linear(5, 2), x, y, epochs=5, learning_rate=0.1, batch_size=30)
    assert training.evaluate(x, y) > 0.95


def test_shifts_move_whole_images_within_bounds() -> None:
    images = torch.zeros(200, 2, 7, 7)
    images[:, :, 3, 3] = torch.arange(400.0).reshape(200, 2) + 1
    moved = shifted(images, 2, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape
    assert torch.equal(moved.flatten(2).amax(dim=2), images.flatten(2).amax(dim=2))
    places = [tuple(int(v) for v in (image[0] > 0).nonzero()[0]) for image in moved]
    assert set(places) == {(r, c) for r in range(1, 6) for c in range(1, 6)}
    assert torch.equal((moved[:, 0] > 0), (moved[:, 1] > 0))


def test_what_makes_no_sense_is_refused(few: Any) -> None:
    images, labels = few
    for bad in ((images, labels[:5]), (images[:0], labels[:0]), (images, np.eye(10)[labels])):
        with pytest.raises(DataError, match="labels"):
            Training(DigitsNet(), *bad)
    for setting in ("epochs", "batch_size", "learning_rate"):
        with pytest.raises(WrongCall, match=setting):
            Training(DigitsNet(), images, labels, **{setting: 0})
    training = Training(DigitsNet(), images, labels, epochs=1)
    training.epoch()
    with pytest.raises(WrongCall, match="epoch 2 of 1"):
        training.epoch()
    with pytest.raises(Mismatch, match="epochs 1, not 2"):
        Training(DigitsNet(), images, labels, epochs=2).load_state_dict(training.state_dict())
    with pytest.raises(Mismatch, match="no state"):
        training.load_state_dict(DigitsNet().state_dict())
