"""A study is made in order, skips what is current, and goes on after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import inscape
from inscape.errors import WrongCall
from inscape.studies import Study, run

NET = """
from torch import nn
def make(hidden=8):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))
"""

STUDY = """
[study]
title = "a study"
out = "runs/study.inscape"

[model]
factory = "net.py:make"
arguments = { hidden = 6 }

[data]
source = "digits:test"

[record]
layers = ["*"]

[checkpoints]
weights = ["one.safetensors", "two.safetensors"]

[[result]]
embed = "pca"
dims = 5

[[result]]
embed = "units"
layers = ["3"]
checkpoints = "last"
later = true
"""


def weights_of(seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {"1.weight": (6, 784), "1.bias": (6,), "3.weight": (10, 6), "3.bias": (10,)}
    return {name: torch.randn(*size, generator=generator) for name, size in shapes.items()}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(NET)
    for seed, name in enumerate(("one", "two")):
        save_file(weights_of(seed), tmp_path / f"{name}.safetensors")
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path / "study.toml"


def test_it_is_made_once(study: Path) -> None:
    told: list[str] = []
    report = run(Study.load(study), say=told.append, later=False)
    assert (report.done, report.skipped) == (["record", "pca"], [])
    report = run(Study.load(study), say=told.append)
    assert (report.done, report.skipped) == (["units-3"], ["record", "pca"])
    report = run(Study.load(study), say=told.append)
    assert (report.done, report.skipped) == ([], ["record", "pca", "units-3"])
    rec = inscape.open(study.parent / "runs/study.inscape")
    assert rec.checkpoints == ["one", "two"] and rec.info()["title"] == "a study"
    assert rec.activation("1", "one").shape == (2000, 6)
    assert not np.array_equal(rec.activation("1", "one")[:5], rec.activation("1", "two")[:5])
    rec.verify()


def test_changed_weights_are_noticed(study: Path) -> None:
    run(Study.load(study), say=lambda text: None, later=False)
    save_file(weights_of(9), study.parent / "two.safetensors")
    with pytest.raises(inscape.InscapeError, match="other weights"):
        run(Study.load(study), say=lambda text: None)
    report = run(Study.load(study), say=lambda text: None, overwrite=True, later=False)
    assert report.done == ["record", "pca"]


def test_tsne_and_joint_layouts_are_results(study: Path) -> None:
    np.save(study.parent / "few.npy", inscape.data.digits("test")[0][:80])
    text = study.read_text().replace("digits:test", "few.npy").replace("dims = 5", "dims = 2")
    results = '\n[[result]]\nembed = "tsne"\n\n[[result]]\nembed = "tsne"\njoint = true\nlayers = ["3"]\n'
    study.write_text(text + results)
    report = run(Study.load(study), say=lambda text: None, later=False)
    assert report.done == ["record", "pca", "tsne", "tsne-joint-3"]
    rec = inscape.open(study.parent / "runs/study.inscape")
    assert rec.embedding("tsne").sequence == "sequence"
    assert [step.checkpoint for step in rec.embedding("tsne-joint-3").steps] == ["one", "two"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[record]", "[recrd]"), "'record'"),
        (("dims = 5", "dimz = 5"), "'dims'"),
        (('embed = "pca"', 'embed = "pac"'), "pca, umap"),
        (('out = "runs/study.inscape"', ""), "study.out"),
        (("[study]", "[study"), "TOML"),
        (("one.safetensors", "none.safetensors"), "none.safetensors"),
    ],
)
def test_mistakes_in_the_file(study: Path, change: tuple[str, str], message: str) -> None:
    study.write_text(study.read_text().replace(*change))
    with pytest.raises(WrongCall, match=message):
        run(Study.load(study), say=lambda text: None)


RUN = """
import sys
from inscape.studies import Study, run
run(Study.load(sys.argv[1], out=sys.argv[2]), later=False)
"""


def test_the_demo_goes_on_after_a_kill(tmp_path: Path, demo_recording: Path) -> None:
    out = tmp_path / "demo.inscape"
    command = [sys.executable, "-m", "inscape", "demo", "--out", str(out), "--no-serve", "--quiet"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for published in (1, 4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
        deadline = time.monotonic() + 600
        while (
            time.monotonic() < deadline and len(list((out / "receipts/checkpoints").glob("*/*.json"))) < 2 * published
        ):
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    study = Path(inscape.__file__).parent / "studies/demo.toml"
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(study), str(out)],
        capture_output=True, text=True, timeout=1200, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    whole, resumed = inscape.open(demo_recording), inscape.open(out)
    assert resumed.checkpoints == whole.checkpoints and resumed.complete
    for checkpoint in whole.checkpoints:
        assert resumed.activation("softmax", checkpoint).digest == whole.activation("softmax", checkpoint).digest
    resumed.verify()
