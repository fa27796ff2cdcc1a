"""The flow's ends are the model's own maps, and between neighbors nothing jumps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from inscape.errors import DataError, ModelError, UnknownLayer, WrongCall
from inscape.nets import DigitsNet
from inscape.probe import flow
from inscape.probe.flow import passes, projector
from inscape.probe.flow.batches import Batches, Ranges, gathered


class Residual(nn.Module):
    """Functions that no hook sees: relu, +, cat, flatten, softmax; in place, too."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, padding=1)
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.side = nn.Conv2d(4, 2, 1)
        self.head = nn.Linear(6 * 16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.stem(x), inplace=True)
        y = self.conv2(torch.relu_(self.norm(self.conv1(x))))
        x = functional.relu(x + y)
        x = torch.cat([x, self.side(x)], dim=1)
        x = functional.avg_pool2d(x, 2)
        x = x.view(x.shape[0], -1)
        return functional.softmax(self.head(x), dim=1)


def batches(data: torch.Tensor) -> Batches:
    def read(ranges: Ranges) -> Iterator[torch.Tensor]:
        for start, stop in ranges:
            yield data[start:stop].clone()

    return read


def images(n: int, side: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, 1, side, side, generator=generator).cumsum(2).cumsum(3) / side


def check_continuous(found: flow.Flow) -> None:
    """Each step begins in a turn of the stop before, and ends in one of the stop after."""
    for i, step in enumerate(found.transitions):
        here, there = found.stops[i], found.stops[i + 1]
        k = there.coordinates.shape[1]
        assert step.before.shape == there.coordinates.shape
        assert step.turn.shape == (here.coordinates.shape[1], k)
        assert np.allclose(step.rotation.T @ step.rotation, np.eye(k), atol=1e-6)
        assert np.linalg.norm(step.turn, 2) <= 1 + 1e-5
        if here.raw and step.exact:
            # All of the stop's dimensions: what is seen after the turn is seen before it.
            centered = here.coordinates - here.coordinates.mean(axis=0)
            assert np.allclose(centered @ step.turn, step.before - step.before.mean(axis=0), atol=1e-4)
        if step.kind == "linear":
            end = there.coordinates @ step.rotation
            size = np.linalg.norm(end, axis=1).max()
            assert np.abs(step.before * step.scaling - end).max() <= 1e-4 * size


def test_the_demo_network_is_followed_exactly_from_layer_to_layer() -> None:
    torch.manual_seed(0)
    model = DigitsNet()
    data = images(60, 28)
    found = flow.prepare(model, batches(data), 60)
    names = [name for stop in found.stops for name in (stop.name, *stop.aliases)]
    recorded = [name for name, module in model.named_modules() if name and not list(module.children())]
    assert all(name in names for name in recorded), (recorded, names)
    kinds = {step.kind for step in found.transitions}
    assert "alignment" not in kinds
    assert all(step.residual <= 1e-4 for step in found.transitions if step.exact)
    check_continuous(found)


def test_functions_that_no_hook_sees_are_found_on_a_residual_network() -> None:
    torch.manual_seed(0)
    model = Residual()
    found = flow.prepare(model, batches(images(50, 8)), 50)
    operations = [step.operation for step in found.transitions]
    assert operations == [
        "conv2d", "relu", "conv2d", "batch_norm", "relu", "conv2d", "add", "relu", "conv2d", "cat",
        "avg_pool2d", "view", "linear", "softmax",
    ]  # fmt: skip
    kinds = [step.kind for step in found.transitions]
    assert kinds == ["linear", "coordinate-wise", "linear", "linear", "coordinate-wise", "linear", "joining",
                     "coordinate-wise", "linear", "joining", "linear", "linear", "linear", "softmax"]  # fmt: skip
    assert all(step.residual <= 1e-4 for step in found.transitions), [s.residual for s in found.transitions]
    check_continuous(found)


def test_the_skip_connection_can_be_followed() -> None:
    torch.manual_seed(0)
    model = Residual()
    found = flow.prepare(model, batches(images(20, 8)), 20, ["input", "output"], route="shortest")
    assert [step.operation for step in found.transitions] == [
        "conv2d", "relu", "add", "relu", "cat", "avg_pool2d", "view", "linear", "softmax",
    ]  # fmt: skip
    through = flow.prepare(model, batches(images(20, 8)), 20, ["stem", "conv1", "output"], route="shortest")
    assert "batch_norm" in [step.operation for step in through.transitions]


def test_the_ends_are_the_model_s_own_maps() -> None:
    torch.manual_seed(1)
    model = Residual().eval()
    data = images(40, 8)
    found = flow.prepare(model, batches(data), 40)
    with torch.no_grad():
        output = model(data).numpy()
    last = found.stops[-1]
    assert last.raw
    assert np.allclose(last.coordinates + last.center, output, atol=1e-5)
    assert not last.center.any()  # probabilities are seen from the origin of their axes


def test_wide_layers_come_out_as_if_every_sample_had_been_projected(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.ZeroPad2d(1), nn.Conv2d(3, 6, 3, stride=2)
    )
    model[1].running_mean = torch.tensor([3.0, -1.0, 0.5])
    # The samples come in turns of four, each brighter than the last, and get brighter as they go on.
    brightness = 1.0 + torch.arange(240) % 4 + torch.arange(240) / 100
    data = images(240, 160) * brightness[:, None, None, None]
    monkeypatch.setattr(passes, "LARGEST", 4 * 8 * 80_000)
    found = flow.prepare(model, batches(data), 240)
    assert [step.kind for step in found.transitions] == ["linear", "linear", "coordinate-wise", "linear", "linear"]
    check_continuous(found)
    monkeypatch.setattr(projector, "WIDE", 1 << 30)
    direct = flow.prepare(model, batches(data), 240)
    for stop, other in zip(found.stops, direct.stops, strict=True):
        assert stop.units >= 1 << 14
        ours, theirs = (s.coordinates.astype(np.float64) for s in (stop, other))
        # Scalar products: axes of alike variance may be turned against each other.
        assert np.abs(ours @ ours.T - theirs @ theirs.T).max() <= 1e-4 * np.abs(theirs @ theirs.T).max()
        assert abs(stop.share - other.share) < 0.03
    for step, other in zip(found.transitions, direct.transitions, strict=True):
        assert 0 < step.residual <= 1e-4
        size = np.linalg.norm(other.before, axis=1).max()
        lengths = (np.linalg.norm(s.before.astype(np.float64), axis=1) for s in (step, other))
        assert np.abs(np.subtract(*lengths)).max() <= 1e-4 * size


def test_max_pooling_is_a_stand_in_and_says_how_far_it_is_off() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4))
    found = flow.prepare(model, batches(images(30, 8)), 30)
    pooling = found.transitions[1]
    assert (pooling.kind, pooling.exact) == ("max-pooling", False)
    assert 0 < pooling.residual < 1


def test_what_is_neither_is_aligned_and_says_so() -> None:
    class Attends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20, 8)
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.gru = nn.GRU(8, 6, batch_first=True)
            self.head = nn.Linear(6, 3)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            x = self.embedding(ids)
            x, _ = self.attention(x, x, x)
            x, _ = self.gru(x)
            return self.head(x[:, -1])

    torch.manual_seed(0)
    ids = torch.randint(0, 20, (24, 5))
    found = flow.prepare(Attends(), batches(ids), 24)
    assert found.stops[0].name == "embedding"
    kinds = {step.operation: step.kind for step in found.transitions}
    assert kinds["gru"] == "alignment"
    assert kinds["multi_head_attention_forward"] == "alignment"
    assert kinds["linear"] == "linear"
    assert all(0 <= step.residual <= 1 for step in found.transitions if step.kind == "alignment")
    check_continuous(found)


def test_a_gate_that_differs_by_sample_is_no_linear_layer() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc, self.gate = nn.Linear(6, 6), nn.Linear(6, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x) * torch.sigmoid(self.gate(x))

    torch.manual_seed(0)
    data = torch.randn(30, 6)
    found = flow.prepare(Gated(), batches(data), 30, ["input", "fc", "output"], route="shortest")
    assert [step.kind for step in found.transitions] == ["linear", "coordinate-wise"]


def test_small_ranges_come_together_where_they_are_alike() -> None:
    def read(ranges: Ranges) -> Iterator[object]:
        for start, stop in ranges:
            x = torch.arange(start, stop, dtype=torch.float32)[:, None].expand(-1, 3 if start < 6 else 4)
            yield ({"x": x}, x[:, 0]) if start < 12 else [x]

    found = list(gathered(read, [(0, 2), (4, 6), (6, 8), (8, 9), (10, 12), (12, 14), (14, 16)], 4))
    assert [count for count, _ in found] == [4, 3, 2, 2, 2]
    assert found[0][1][1].tolist() == [0, 1, 4, 5] and found[0][1][0]["x"].shape == (4, 3)
    assert found[1][1][1].tolist() == [6, 7, 8] and found[1][1][0]["x"].shape == (3, 4)
    assert isinstance(found[3][1], list) and found[4][1][0][:, 0].tolist() == [14, 15]


def test_the_model_is_left_as_it_was() -> None:
    model = Residual()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.get_rng_state()
    flow.prepare(model, batches(images(12, 8)), 12)
    assert model.training
    assert all((before[name] == tensor).all() for name, tensor in model.state_dict().items())
    assert (torch.get_rng_state() == state).all()
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_bad_calls_are_explained() -> None:
    model, data = Residual(), images(10, 8)
    with pytest.raises(UnknownLayer, match="conv1"):
        flow.prepare(model, batches(data), 10, ["input", "convl"])
    with pytest.raises(WrongCall, match="not computed from"):
        flow.prepare(model, batches(data), 10, ["conv2", "conv1"])
    with pytest.raises(WrongCall, match="2 to 64"):
        flow.prepare(model, batches(data), 10, dims=65)
    with pytest.raises(DataError, match="two samples"):
        flow.prepare(model, batches(data[:1]), 1)
    with pytest.raises(WrongCall, match="longest or shortest"):
        flow.prepare(model, batches(data), 10, route="other")


def test_a_model_that_decides_by_its_data_is_refused() -> None:
    class Moody(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x) if x.shape[0] % 2 else torch.relu(self.fc(x))

    with pytest.raises(ModelError, match="other things for other samples"):
        flow.prepare(Moody(), batches(torch.randn(10, 4)), 10)


def test_layers_that_change_their_size_from_batch_to_batch_are_refused() -> None:
    def read(ranges: Ranges) -> Iterator[torch.Tensor]:
        for start, stop in ranges:
            yield torch.randn(stop - start, 6 if start else 4)

    with pytest.raises(ModelError, match="another size from batch to batch"):
        flow.prepare(nn.Sequential(nn.ReLU()), read, 600)
