"""Fixtures that several rooms share: small networks, a small recording, and the demo's recording, made once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small networks run faster, and repeatably, on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def images() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """2,500 grey images of 14×14 with labels: three parts, the last one short."""
    generator = np.random.default_rng(0)
    return generator.random((2500, 1, 14, 14), dtype=np.float32), generator.integers(0, 10, 2500)


@pytest.fixture
def network() -> Any:
    """A small convolutional network, always with the same weights."""
    return make_network()


def make_network() -> Any:
    import torch
    from torch import nn

    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(4 * 14 * 14, 10),
        nn.Softmax(dim=1),
    )


@pytest.fixture
def recorded(tmp_path: Path, network: Any, images: Any) -> Any:
    """A small recording: all layers, the data itself, a column of texts."""
    import inscape

    texts = [f"sample {i}" for i in range(len(images[0]))]
    return inscape.record(
        network, images, out=tmp_path / "small.inscape", layers=["input", "*"], columns={"text": texts}
    )


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a person does: a process of its own."""

    def run(*arguments: str | Path, cwd: Path | None = None, timeout: float = 1200, **settings: Any) -> Any:
        return subprocess.run(
            [sys.executable, "-m", "inscape", *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            **settings,
        )

    return run


@pytest.fixture(scope="session")
def demo_recording(tmp_path_factory: pytest.TempPathFactory, command: Any) -> Path:
    """The demo's recording, made once a session by the real command, or a copy of the one INSCAPE_TEST_DEMO names."""
    out = tmp_path_factory.mktemp("demo") / "demo.inscape"
    made = os.environ.get("INSCAPE_TEST_DEMO")
    if made:  # for quick rounds while one works on something else
        for suffix in ("inscape", "training", "log"):
            before = Path(made).with_suffix(f".{suffix}")
            if before.is_dir():
                shutil.copytree(before, out.with_suffix(f".{suffix}"))
            elif before.is_file():
                shutil.copy(before, out.with_suffix(f".{suffix}"))
        return out
    done = command("demo", "--out", out, "--no-serve", timeout=3000)
    assert done.returncode == 0, done.stderr
    (out.parent / "demo.log").write_text(done.stdout)
    return out
