"""A flow in the store: made, read back, known when it is stale, refused for another model or other data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import inscape
from inscape.cli import main
from inscape.errors import Mismatch, UnknownName
from inscape.nets import DigitsNet
from inscape.recording import Recording


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return inscape.data.digits("test")[0][:120]


@pytest.fixture
def recorded(tmp_path: Path, digits: np.ndarray) -> tuple[Recording, torch.nn.Module]:
    torch.manual_seed(0)
    model = DigitsNet()
    return inscape.record(model, digits, out=tmp_path / "a.inscape", layers=["input", "*"]), model


def test_a_flow_is_stored_and_read_back(recorded: tuple[Recording, torch.nn.Module], digits: np.ndarray) -> None:
    rec, model = recorded
    stored = inscape.flow(rec, model, digits, progress=False)
    assert rec.flows == ["flow"]
    assert [stop.layer for stop in stored.stops] == rec.layers
    assert len(stored.transitions) == len(stored.stops) - 1
    logits = next(i for i, stop in enumerate(stored.stops) if stop.name == "logits")
    values = np.asarray(rec.activation("logits"))
    assert np.allclose(stored.coordinates(logits) + np.array(stored.stops[logits].center), values, atol=1e-4)
    for i, step in enumerate(stored.transitions):
        end = stored.coordinates(i + 1) @ stored.rotation(i)
        assert stored.before(i).shape == end.shape
        scaling = stored.scaling(i)
        if step.kind == "linear":
            assert scaling is not None
            assert np.abs(stored.before(i) * scaling - end).max() <= 1e-4 * np.linalg.norm(end, axis=1).max()
    rec.verify()
    assert rec.info()["flows"] == ["flow"]


def test_the_same_flow_is_not_made_twice(recorded: tuple[Recording, torch.nn.Module], digits: np.ndarray) -> None:
    rec, model = recorded
    first = inscape.flow(rec, model, digits, progress=False)
    again = inscape.flow(rec, model, digits, progress=False)
    assert again.provenance.created == first.provenance.created
    other = inscape.flow(rec, model, digits, path=["conv2", "logits"], progress=False)
    assert other.stops[0].name == "conv2"


def test_another_model_and_other_data_are_refused(
    recorded: tuple[Recording, torch.nn.Module], digits: np.ndarray
) -> None:
    rec, model = recorded
    torch.manual_seed(1)
    with pytest.raises(Mismatch, match="weights are not those"):
        inscape.flow(rec, DigitsNet(), digits, progress=False)
    with pytest.raises(Mismatch, match="not what was recorded"):
        inscape.flow(rec, model, digits[:100], progress=False)
    with pytest.raises(Mismatch, match="other activations"):
        inscape.flow(rec, model, digits[::-1].copy(), progress=False)
    with pytest.raises(UnknownName, match=r"inscape\.flow"):
        rec.flow()
    assert rec.flows == []


def test_xarray_reads_a_flow(recorded: tuple[Recording, torch.nn.Module], digits: np.ndarray) -> None:
    import xarray

    rec, model = recorded
    inscape.flow(rec, model, digits, path=["fc1", "output"], progress=False)
    tree = xarray.open_datatree(str(rec.path), engine="zarr")
    assert tree["flows/flow"]["before_0"].dims == ("sample", "dimension_1")


def test_the_command_line_makes_one(
    recorded: tuple[Recording, torch.nn.Module], digits: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rec, model = recorded
    torch.save(model.state_dict(), tmp_path / "w.pt")
    np.save(tmp_path / "digits.npy", digits)
    call = ["flow", str(rec.path), "inscape.nets:DigitsNet", str(tmp_path / "digits.npy")]
    call += ["--weights", str(tmp_path / "w.pt"), "--quiet"]
    assert main([*call, "--path", "relu3", "pool", "fc1"]) == 0
    said = capsys.readouterr().out
    assert "a stand-in: average pooling misses" in said
    assert "3 steps at 0, 2 of them exact" in said
    assert main([*call, "--json", "--force"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][0]["kind"] == "linear"
    assert main([*call, "--path", "fc9", "output"]) == 2
