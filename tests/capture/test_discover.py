"""What is found in models of every kind, and which names pick it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import inscape
from inscape.capture.discover import discover
from inscape.capture.layers import select
from inscape.capture.unwrap import unwrap
from inscape.errors import AmbiguousLayer, ModelError, UnknownLayer


def found(model: nn.Module, x: torch.Tensor) -> Any:
    return discover(model, lambda n: x[:n])


def picks(model: nn.Module, x: torch.Tensor, *patterns: str) -> list[str]:
    return [tap.name for tap in select(model, found(model, x), patterns)]


class Repeated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.alias = self.layer
        self.once = nn.Linear(4, 2)
        self.never = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.once(self.alias(torch.relu(self.layer(x))))


def test_each_call_is_an_occurrence_of_its_own() -> None:
    x = torch.randn(5, 4)
    model = Repeated()
    assert picks(model, x, "*") == ["layer:0", "layer:1", "once"]
    assert picks(model, x, "layer") == ["layer:0", "layer:1"]
    assert picks(model, x, "alias") == ["layer:0", "layer:1"]
    assert picks(model, x, "layer:1") == ["layer:1"]
    with pytest.raises(UnknownLayer, match="not called"):
        picks(model, x, "never")


def test_the_recorded_occurrences_are_right(tmp_path: Any) -> None:
    model = Repeated()
    x = torch.randn(30, 4)
    rec = inscape.record(model, x.numpy(), out=tmp_path / "r.inscape", layers=["layer", "input", "output"])
    with torch.no_grad():
        first = model.layer(x)
        second = model.layer(torch.relu(first))
    np.testing.assert_allclose(np.asarray(rec.activation("layer:0")), first.numpy(), atol=1e-6)
    np.testing.assert_allclose(np.asarray(rec.activation("layer:1")), second.numpy(), atol=1e-6)
    np.testing.assert_array_equal(np.asarray(rec.activation("input")), x.numpy())
    np.testing.assert_allclose(np.asarray(rec.activation("output")), model.once(second).detach().numpy(), atol=1e-6)


@dataclass
class Out:
    hidden: torch.Tensor
    pooled: torch.Tensor


class Structured(nn.Module):
    class Block(nn.Module):
        def forward(self, x: torch.Tensor) -> Out:
            return Out(x * 2, x.sum(dim=1, keepdim=True))

    class Only(nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"value": x + 1}

    def __init__(self) -> None:
        super().__init__()
        self.block, self.only = self.Block(), self.Only()
        self.lstm = nn.LSTM(4, 3)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.only(self.block(x).hidden)["value"]
        _, (hidden, _) = self.lstm(h[None].expand(6, -1, -1))
        return h, hidden


def test_tuples_dicts_and_dataclasses(tmp_path: Any) -> None:
    model, x = Structured(), torch.randn(9, 4)
    with pytest.raises(AmbiguousLayer, match=r"'block\[hidden\]', 'block\[pooled\]'"):
        picks(model, x, "block")
    assert picks(model, x, "block[pooled]", "only", "lstm[1][0]") == ["block[pooled]", "only", "lstm[1][0]"]
    assert picks(model, x, "lstm") == ["lstm"]
    assert picks(model, x, "lstm[0]") == ["lstm"]
    rec = inscape.record(
        model,
        x.numpy(),
        out=tmp_path / "s.inscape",
        layers=["block[pooled]", "only", "lstm", "lstm[1][0]", "output[1]"],
    )
    np.testing.assert_allclose(np.asarray(rec.activation("block[pooled]")), x.sum(1, keepdim=True).numpy(), atol=1e-6)
    np.testing.assert_allclose(np.asarray(rec.activation("only")), (x * 2 + 1).numpy(), atol=1e-6)
    sequence, (hidden, _) = model.lstm((x * 2 + 1)[None].expand(6, -1, -1))
    expected = sequence.transpose(0, 1).reshape(9, -1).detach().numpy()
    np.testing.assert_allclose(np.asarray(rec.activation("lstm")), expected, atol=1e-6)
    np.testing.assert_allclose(np.asarray(rec.activation("lstm[1][0]")), hidden[0].detach().numpy(), atol=1e-6)


@pytest.mark.parametrize("batch_first", [True, False])
def test_transformers_with_the_samples_on_either_axis(batch_first: bool, tmp_path: Any) -> None:
    torch.manual_seed(0)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=batch_first)
            self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x if batch_first else x.transpose(0, 1)
            y: torch.Tensor = self.encoder(x)
            return y if batch_first else y.transpose(0, 1)

    model, x = Net(), torch.randn(20, 5, 8)
    rec = inscape.record(
        model, x.numpy(), out=tmp_path / "t.inscape", layers=["encoder.layers.1", "output", "*linear1"]
    )
    assert rec.layers == ["encoder.layers.0.linear1", "encoder.layers.1.linear1", "encoder.layers.1", "output"]
    np.testing.assert_array_equal(np.asarray(rec.activation("encoder.layers.1")), np.asarray(rec.activation("output")))
    model.eval()
    np.testing.assert_allclose(
        np.asarray(rec.activation("output")), model(x).detach().reshape(20, -1).numpy(), atol=1e-5
    )
    means = inscape.record(model, x.numpy(), out=tmp_path / "m.inscape", layers=["encoder.layers.0"], reduction="mean")
    assert means.activation("encoder.layers.0").shape == (20, 8)


def test_channels_are_inherited_by_what_follows_a_convolution(tmp_path: Any) -> None:
    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Sequential(nn.Identity(), nn.GELU()))
    x = np.random.default_rng(0).random((40, 1, 9, 9), dtype=np.float32)
    rec = inscape.record(model, x, out=tmp_path / "c.inscape", layers=["*", "2"], reduction="mean")
    assert [rec.activation(layer).shape[1] for layer in rec.layers] == [6, 6, 6, 6, 6]


def test_windows_are_put_back_together(tmp_path: Any) -> None:
    class Windows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x.reshape(-1, 4)).reshape(len(x), -1)

    model, x = Windows(), torch.randn(11, 5, 4)
    rec = inscape.record(model, x.numpy(), out=tmp_path / "w.inscape", layers=["inner", "output"])
    np.testing.assert_array_equal(np.asarray(rec.activation("inner")), np.asarray(rec.activation("output")))


def test_containers_are_named_exactly() -> None:
    model = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 2))
    x = torch.randn(4, 4)
    assert picks(model, x, "*") == ["0.0", "0.1", "1"]
    assert picks(model, x, "0") == ["0"]
    assert picks(model, x, "*!") == ["0.0", "0.1", "0", "1"]
    with pytest.raises(UnknownLayer, match="'0.0'"):
        picks(model, x, "0.00")


def test_wrappers_are_taken_off(tmp_path: Any) -> None:
    inner = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    assert unwrap(nn.DataParallel(inner))[0] is inner
    compiled = torch.compile(inner, backend="eager")
    assert unwrap(compiled)[0] is inner
    x = np.zeros((5, 4), dtype=np.float32)
    assert inscape.record(compiled, x, out=tmp_path / "a.inscape").layers == ["0", "1"]
    nested = nn.Sequential(torch.compile(nn.Linear(4, 3), backend="eager"), nn.ReLU())
    assert inscape.record(nested, x, out=tmp_path / "b.inscape").layers == ["0", "1"]
    inner.compile(backend="eager")
    assert inscape.record(inner, x, out=tmp_path / "c.inscape").layers == ["0", "1"]
    assert inner._compiled_call_impl is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer versions of torch advise against TorchScript
        traced = torch.jit.trace(nn.Linear(4, 3), torch.zeros(1, 4))
    with pytest.raises(ModelError, match="TorchScript"):
        unwrap(traced)
    with pytest.raises(ModelError, match=r"Linear\(\)"):
        unwrap(nn.Linear)
