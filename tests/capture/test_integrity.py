"""What a critical reader tried: folders that are not ours, models that work in place, receipts that are gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import inscape
from inscape.errors import CorruptRecording, RecordingNotFound, UnknownName


def test_a_folder_of_somebody_else_is_never_deleted(tmp_path: Path, network: Any, images: Any) -> None:
    (tmp_path / "accounts/receipts").mkdir(parents=True)
    (tmp_path / "accounts/thesis.txt").write_text("years of work")
    for how in ({"overwrite": True}, {"resume": True}):
        with pytest.raises(RecordingNotFound):
            inscape.record(network, images, out=tmp_path / "accounts", **how)
    assert (tmp_path / "accounts/thesis.txt").exists()


def test_what_a_run_killed_at_its_beginning_leaves_is_no_dead_end(tmp_path: Path, network: Any, images: Any) -> None:
    (tmp_path / "a.inscape").mkdir()
    (tmp_path / "a.inscape/.lock").touch()
    assert inscape.record(network, images, out=tmp_path / "a.inscape", layers=["5"]).complete
    (tmp_path / "a.inscape/zarr.json").unlink()
    rec = inscape.record(network, images, out=tmp_path / "a.inscape", layers=["5"], resume=True)
    rec.verify()


def test_a_model_that_works_in_place_leaves_the_data_alone(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    before = x.copy()
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 3))
    rec = inscape.record(model, x, out=tmp_path / "a.inscape", layers=["input", "0"])
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(np.asarray(rec.activation("input")), before)
    np.testing.assert_array_equal(np.asarray(rec.activation("0")), before.clip(0))


def test_a_module_called_input_is_not_the_data(tmp_path: Path) -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.input = nn.Linear(3, 5)
            self.output = nn.Linear(5, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.output(self.input(x)).relu()
            return y

    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    model = Named()
    with inscape.Recorder(model, x, out=tmp_path / "a.inscape", layers=["input", "*", "output"]) as recorder:
        recorder.checkpoint("a")
        with torch.no_grad():
            model.input.weight += 1
        recorder.checkpoint("b")
    rec = inscape.open(tmp_path / "a.inscape")
    assert rec.layers == ["input", "input:0", "output:0", "output"]
    np.testing.assert_array_equal(np.asarray(rec.activation("input")), x)
    assert not np.array_equal(rec.activation("input:0", "a")[:], rec.activation("input:0", "b")[:])


def test_a_receipt_of_samples_that_is_gone_is_missed_and_made_again(recorded: Any, network: Any, images: Any) -> None:
    (recorded.path / "receipts/samples/000000001024.json").unlink()
    with pytest.raises(CorruptRecording, match="samples"):
        recorded.verify()
    with pytest.raises(UnknownName, match="not all recorded"):
        inscape.open(recorded.path).column("text")
    settings: dict[str, Any] = {"layers": ["input", "*"], "columns": {"text": [f"sample {i}" for i in range(2500)]}}
    rec = inscape.record(network, images, out=recorded.path, resume=True, **settings)
    rec.verify()
    assert rec.column("text")[1500] == "sample 1500"


def test_a_chunk_file_that_is_gone_is_never_read_as_zeros(recorded: Any) -> None:
    (recorded.path / "checkpoints/0/layers/2/activation/c/0/0").unlink()
    with pytest.raises(CorruptRecording, match="2/activation/c/0/0"):
        np.asarray(recorded.activation("2"))


def test_an_embedding_may_bear_any_name(recorded: Any) -> None:
    inscape.embed(recorded, "pca", layers=["input", "5"], dims=3, name="my map")
    assert recorded.embeddings == ["my map"]
    assert recorded.embedding("my map", "input", "0").coordinates.shape == (2500, 3)


def test_a_dataset_that_draws_random_numbers_moves_no_state(tmp_path: Path) -> None:
    class Drawing(torch.utils.data.Dataset[torch.Tensor]):
        def __len__(self) -> int:
            return 40

        def __getitem__(self, i: int) -> torch.Tensor:
            torch.rand(1)
            return torch.full((3,), float(i))

    model = nn.Sequential(nn.Linear(3, 2))
    state = torch.get_rng_state()
    inscape.record(model, Drawing(), out=tmp_path / "a.inscape")
    assert torch.equal(torch.get_rng_state(), state)


def test_a_deleted_recording_is_made_whole_from_the_saved_training(tmp_path: Path) -> None:
    from inscape.studies.demo import train_digits

    def names(folder: Path) -> list[str]:
        told: list[str] = []
        train_digits(inscape.nets.DigitsNet(), told.append, folder, epochs=1)
        return told

    assert names(tmp_path) == names(tmp_path) == ["epoch-0", "epoch-1"]


WORKERS = """
import sys, numpy as np, torch, inscape
from torch import nn

class Slow(nn.Module):
    def forward(self, x):
        import time
        time.sleep(0.5)
        return x

if __name__ == "__main__":
    x = np.zeros((6000, 4), np.float32)
    print("go", flush=True)
    inscape.record(nn.Sequential(Slow()), x, out=sys.argv[1], engine="processes:2", batch_size=1024)
"""


def test_workers_do_not_outlive_the_holder_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(WORKERS)
    out = tmp_path / "a.inscape"
    parent = subprocess.Popen([sys.executable, str(tmp_path / "slow.py"), str(out)], stdout=subprocess.PIPE)
    receipts = out / "receipts/checkpoints/0"
    deadline = time.monotonic() + 600
    while not list(receipts.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    time.sleep(1.0)
    published = len(list(receipts.glob("*.json")))
    assert 0 < published < 6
    time.sleep(3.0)
    assert len(list(receipts.glob("*.json"))) == published
    shutil.rmtree(out)
