"""A recording killed again and again, and resumed, equals the uninterrupted one bit for bit."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import inscape

RECORD = """
import sys
import numpy as np, torch
from torch import nn
import inscape

torch.set_num_threads(1)
torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 28 * 28, 10))
images, labels = np.random.default_rng(0).random((12_000, 1, 28, 28), dtype=np.float32), np.arange(12_000) % 10
columns = {"text": [f"sample {i}" for i in range(12_000)]}
print("recording", flush=True)
inscape.record(model, (images, labels), out=sys.argv[1], layers=["input", "*"], columns=columns, resume=True)
"""

KILLS = 20
ROWS = 256
"""Samples a chunk of the layer that is watched."""


def begin(out: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", RECORD, str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "recording\n"
    return process


def run(out: Path) -> None:
    process = begin(out)
    process.communicate(timeout=1200)
    assert process.returncode == 0


def mid_writing(out: Path) -> bool:
    """Whether bytes of a part are there which no receipt vouches for: the middle of writing."""
    chunks = out / "checkpoints/0/layers/0/activation/c"
    receipts = out / "receipts/checkpoints/0"
    published = {int(p.stem) for p in receipts.glob("*.json")} if receipts.is_dir() else set()
    rows = [int(p.name) for p in chunks.iterdir()] if chunks.is_dir() else []
    return bool({row * ROWS // 1024 * 1024 for row in rows} - published)


def chunk_bytes(out: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(out)): p.read_bytes()
        for folder in ("samples", "input", "checkpoints")
        for p in sorted((out / folder).rglob("*"))
        if p.is_file() and p.name != "zarr.json"
    }


def test_twenty_kills(tmp_path: Path) -> None:
    generator = random.Random(0)
    whole = tmp_path / "whole.inscape"
    run(whole)
    assert int(inscape.open(whole).activation("0").chunks[0]) == ROWS
    killed = tmp_path / "killed.inscape"
    in_the_middle = 0
    kills = 0
    while kills < KILLS:
        process = begin(killed)
        while process.poll() is None and not mid_writing(killed):
            time.sleep(0.002)
        time.sleep(generator.uniform(0, 0.02))
        assert process.poll() is None, "the recording was finished before all the kills"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
        in_the_middle += mid_writing(killed)
    print(f"{kills} kills, {in_the_middle} of them in the middle of writing")
    assert in_the_middle >= 15
    run(killed)
    expected, got = chunk_bytes(whole), chunk_bytes(killed)
    assert expected.keys() == got.keys()
    assert [name for name in expected if expected[name] != got[name]] == []
    first, second = inscape.open(whole), inscape.open(killed)
    second.verify()
    for layer in first.layers:
        assert first.activation(layer).digest == second.activation(layer).digest
        assert np.asarray(first.activation(layer)).tobytes() == np.asarray(second.activation(layer)).tobytes()
    assert (first.labels == second.labels).all() and (first.column("text") == second.column("text")).all()
    assert all((first.thumbnail(i) == second.thumbnail(i)).all() for i in (0, 1023, 1024, 11_999))
