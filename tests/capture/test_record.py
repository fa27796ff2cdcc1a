"""Recording: what is stored is what the model computed, and the model is left as it was."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import inscape
from inscape.errors import DataError, InscapeWarning, Mismatch, ModelError, RecordingExists, WrongCall


def bytes_of(recording: Path) -> dict[str, bytes]:
    """Every chunk and every array's metadata: what must be equal bit for bit."""
    return {
        str(p.relative_to(recording)): p.read_bytes()
        for folder in ("samples", "input", "checkpoints")
        for p in (recording / folder).rglob("*")
        if p.is_file() and not (p.name == "zarr.json" and "recorded" in p.read_text())
    }


def test_activations_predictions_and_losses(recorded: Any, network: Any, images: Any) -> None:
    network.eval()
    x, y = torch.from_numpy(images[0]), torch.from_numpy(images[1])
    with torch.no_grad():
        np.testing.assert_allclose(np.asarray(recorded.activation("0")), network[0](x).flatten(1).numpy(), atol=1e-6)
        probabilities = network(x)
    np.testing.assert_array_equal(recorded.prediction(), probabilities.argmax(1).numpy())
    np.testing.assert_allclose(recorded.confidence(), probabilities.amax(1).numpy(), atol=1e-6)
    expected = functional.nll_loss(probabilities.log(), y, reduction="none").numpy()
    np.testing.assert_allclose(recorded.loss(), expected, rtol=1e-5)
    np.testing.assert_array_equal(recorded.labels, images[1])
    assert recorded.column("text")[2499] == "sample 2499"
    accuracy = (probabilities.argmax(1) == y).float().mean().item()
    assert recorded.info()["checkpoints"][0]["accuracy"] == pytest.approx(accuracy)


def test_thumbnails_are_the_samples(recorded: Any, images: Any) -> None:
    for sample in (0, 1023, 1024, 2499):
        expected = np.round(images[0][sample, 0] * 255)
        assert np.abs(recorded.thumbnail(sample)[..., 0].astype(float) - expected).max() <= 1


def test_a_model_is_left_as_it_was(tmp_path: Path, network: Any, images: Any) -> None:
    network.train()
    network[3].eval()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    expected = torch.rand(1), np.random.rand(), random.random()
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    inscape.record(network, images, out=tmp_path / "a.inscape")
    assert (torch.rand(1), np.random.rand(), random.random()) == expected
    assert [m.training for m in network] == [True, True, True, False, True, True, True]
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())
    assert all(not m._forward_hooks for m in network.modules())
    assert torch.is_grad_enabled()
    assert torch.backends.mha.get_fastpath_enabled()


def test_a_model_that_fails_midway_is_left_as_it_was(tmp_path: Path, images: Any) -> None:
    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(196, 10)
            self.calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            if self.calls > 8:
                raise RuntimeError("out of luck")
            y: torch.Tensor = self.fc(x.flatten(1))
            return y

    model = Failing().train()
    with pytest.raises(ModelError, match="out of luck"):
        inscape.record(model, images, out=tmp_path / "a.inscape")
    assert model.training and not model.fc._forward_hooks
    unfinished = inscape.open(tmp_path / "a.inscape").info()["unfinished"]
    assert unfinished == [{"checkpoint": "0", "parts": 1, "of": 3}]
    model.calls = -100
    rec = inscape.record(model, images, out=tmp_path / "a.inscape", resume=True)
    rec.verify()
    assert rec.complete


def test_training_goes_on_as_if_nobody_had_looked(tmp_path: Path, images: Any) -> None:
    def train(watch: bool) -> dict[str, torch.Tensor]:
        torch.manual_seed(1)
        model = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(196, 10))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        recorder = inscape.Recorder(model, images, out=tmp_path / "t.inscape") if watch else None
        for step in range(4):
            chosen = torch.randint(0, 2500, (32,))
            loss = functional.cross_entropy(
                model(torch.from_numpy(images[0])[chosen]), torch.from_numpy(images[1])[chosen]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if recorder:
                recorder.checkpoint(f"step-{step}")
        if recorder:
            recorder.close()
        return model.state_dict()

    watched, alone = train(True), train(False)
    assert all(torch.equal(watched[k], alone[k]) for k in alone)
    rec = inscape.open(tmp_path / "t.inscape")
    assert rec.checkpoints == ["step-0", "step-1", "step-2", "step-3"]
    assert len({rec.activation("2", c).digest for c in rec.checkpoints}) == 4


def test_an_engine_of_two_processes_records_the_same(tmp_path: Path, network: Any, images: Any) -> None:
    settings = {"layers": ["input", "*"], "columns": {"text": [str(i) for i in range(2500)]}, "reduction": "auto"}
    one = inscape.record(network, images, out=tmp_path / "one" / "a.inscape", **settings)
    two = inscape.record(network, images, out=tmp_path / "two" / "a.inscape", engine="processes:2", **settings)
    two.verify()
    first, second = bytes_of(one.path), bytes_of(two.path)
    assert first.keys() == second.keys()
    assert [k for k in first if first[k] != second[k]] == []


def test_float16_warns_counts_and_keeps_the_place(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Identity(), nn.Identity())
    x = np.ones((1500, 3), dtype=np.float32)
    x[1030, 2] = 1e5
    with pytest.warns(InscapeWarning, match="overflowed float16 in 0 "):
        rec = inscape.record(model, x, out=tmp_path / "a.inscape", dtype="float16")
    assert rec.activation("0").dtype == np.float16
    assert rec.nonfinite("0") == {"nonfinite": 1, "overflow": 1, "nonfinite_first": [[1030, 2]]}
    assert np.isinf(rec.activation("0")[1030, 2]) and rec.activation("0")[1030, 1] == 1


def test_nonfinite_activations_are_counted_where_they_stand(tmp_path: Path) -> None:
    class Log(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.log()

    x = np.ones((50, 3), dtype=np.float32)
    x[7, 1], x[9, 0] = 0, -1
    with pytest.warns(InscapeWarning, match="non-finite"):
        rec = inscape.record(nn.Sequential(Log()), x, out=tmp_path / "a.inscape")
    assert rec.nonfinite("0") == {"nonfinite": 2, "overflow": 0, "nonfinite_first": [[7, 1], [9, 0]]}
    assert np.isneginf(rec.activation("0")[7, 1]) and np.isnan(rec.activation("0")[9, 0])


def test_one_sample_and_no_labels(tmp_path: Path) -> None:
    rec = inscape.record(nn.Sequential(nn.Linear(3, 2)), np.ones((1, 3), dtype=np.float32), out=tmp_path / "a.inscape")
    assert len(rec) == 1 and rec.labels is None and rec.activation("0").shape == (1, 2)
    rec.verify()


def test_an_embedder_is_no_classifier(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh())
    rec = inscape.record(model, np.ones((9, 3), dtype=np.float32), out=tmp_path / "a.inscape")
    assert not rec.plan.predictions
    with pytest.raises(inscape.InscapeError, match="classifier"):
        rec.prediction()


def test_resuming_with_other_settings_weights_or_data_is_refused(recorded: Any, network: Any, images: Any) -> None:
    columns = {"text": recorded.column("text")}
    settings: dict[str, Any] = {"out": recorded.path, "layers": ["input", "*"], "columns": columns, "resume": True}
    inscape.record(network, images, **settings)
    with pytest.raises(Mismatch, match="layers"):
        inscape.record(network, images, **{**settings, "layers": ["5"]})
    with pytest.raises(Mismatch, match="other weights"):
        with torch.no_grad():
            network[5].weight += 1
        inscape.record(network, images, **settings)
    with pytest.raises(Mismatch, match="data changed"):
        changed = images[0].copy()
        changed[2000] += 1e-3
        inscape.record(network, (changed, images[1]), **settings, checkpoint="1")
    with pytest.raises(Mismatch, match="data changed since"):
        inscape.record(network, (images[0] + 1e-3, images[1]), **settings)
    assert inscape.open(recorded.path).checkpoints == ["0"]
    recorded.verify()


def test_an_output_that_exists(recorded: Any, network: Any, images: Any, tmp_path: Path) -> None:
    with pytest.raises(RecordingExists, match="--overwrite"):
        inscape.record(network, images, out=recorded.path)
    with pytest.raises(inscape.errors.UnknownLayer):
        inscape.record(network, images, out=recorded.path, layers=["nope"], overwrite=True)
    recorded.verify()  # a wrong call lost nothing
    again = inscape.record(network, images, out=recorded.path, layers=["5"], overwrite=True)
    assert again.layers == ["5"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(inscape.InscapeError):
        inscape.record(network, images, out=tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.tex").exists()


def test_nan_data_is_refused_by_sample(tmp_path: Path, network: Any, images: Any) -> None:
    images[0][1500, 0, 3, 3] = np.nan
    with pytest.raises(DataError, match="1500"):
        inscape.record(network, images, out=tmp_path / "a.inscape")
    with pytest.warns(InscapeWarning, match="non-finite"):
        inscape.record(network, images, out=tmp_path / "b.inscape", allow_nonfinite=True)


def test_samples_of_differing_shapes(tmp_path: Path) -> None:
    class Growing(torch.utils.data.Dataset[torch.Tensor]):
        def __len__(self) -> int:
            return 40

        def __getitem__(self, i: int) -> torch.Tensor:
            return torch.zeros(1, 8, 8 if i < 32 else 9)

    model = nn.Sequential(nn.Conv2d(1, 2, 3))
    with pytest.raises(DataError, match="differing shapes"):
        inscape.record(model, Growing(), out=tmp_path / "a.inscape", batch_size=16)
    with pytest.raises(inscape.InscapeError):
        inscape.record(model, Growing(), out=tmp_path / "b.inscape", batch_size=40)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dtype": "int8"}, "float32 or float16"),
        ({"reduction": "median"}, "reduction"),
        ({"engine": "cloud"}, "engine"),
        ({"batch_size": 0}, "batch size"),
        ({"layers": []}, "layer"),
        ({"channels": "middle"}, "channels"),
        ({"resume": True, "overwrite": True}, "exclude"),
        ({"columns": {"label": [0] * 2500}}, "taken"),
        ({"columns": {"short": [0] * 3}}, "3"),
        ({"labels": [0, 1, 2]}, "3"),
    ],
)
def test_wrong_calls(tmp_path: Path, network: Any, images: Any, settings: Any, message: str) -> None:
    with pytest.raises(WrongCall, match=message):
        inscape.record(network, images[0], out=tmp_path / "a.inscape", **settings)
    assert not (tmp_path / "a.inscape").exists()
