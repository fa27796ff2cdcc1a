"""Progress names what is being done, its stages too, while it counts what it counts."""

from __future__ import annotations

import os
import pty
import sys
import termios
from pathlib import Path
from typing import Any

import numpy as np

import inscape
from inscape.progress import Progress


def test_a_stage_is_named_and_the_steps_are_counted() -> None:
    told: list[tuple[int, int, str, str]] = []
    with Progress("embedding", 2, "layouts", lambda *words: told.append(words)) as bar:
        for i in range(2):
            bar.describe(f"layout {i}")
            with Progress("neighbors", 0, "samples", bar) as part, Progress("recall", 4, "samples", part) as inner:
                inner(4)
                part.reach(10, 10)
            bar(1)
    doing = ["layout 0", "neighbors", "recall", "neighbors", "layout 0", "layout 0"]
    assert [words[3] for words in told[:6]] == doing
    assert [words[0] for words in told] == [0] * 5 + [1] * 6 + [2]
    assert {words[1:3] for words in told} == {(2, "layouts")}


def test_an_embedding_names_its_stages(tmp_path: Path, network: Any) -> None:
    data = np.random.default_rng(0).random((200, 1, 14, 14), dtype=np.float32)
    rec = inscape.record(network, data, out=tmp_path / "a.inscape", layers=["5"], checkpoint="early")
    told: list[tuple[int, int, str, str]] = []
    inscape.embed(rec, "umap", dims=2, progress=lambda *words: told.append(words))
    doing = list(dict.fromkeys(words[3].split(",")[0] for words in told))
    assert doing == ["UMAP of 5 at early", "neighbors of 5 at early", "quality of 5 at early"]
    assert told[-1] == (1, 1, "layouts", "UMAP of 5 at early")  # whoever waits for a step is told which one it was
    told.clear()
    inscape.embed(rec, "umap", dims=2, joint=True, progress=lambda *words: told.append(words))
    assert {"neighbors of 200 rows", "quality of 5 at early"} <= {words[3].split(",")[0] for words in told}
    assert told[-1][:3] == (2, 2, "layouts")


STAGES = """
import time
from inscape.progress import Progress
with Progress("embedding", 1, "layouts") as bar:
    with Progress("neighbors of fc1 at epoch-3", 20, "samples", bar) as part:
        for _ in range(20):
            time.sleep(0.1)
            part(1)
    bar(1)
"""


def test_a_long_stage_has_a_bar_on_a_terminal() -> None:
    child, terminal = pty.fork()
    if child == 0:
        termios.tcsetwinsize(0, (24, 100))
        os.execv(sys.executable, [sys.executable, "-c", STAGES])
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    assert os.waitpid(child, 0)[1] == 0
    lines = [line for line in shown.decode().replace("\n", "\r").split("\r") if "20/20" in line or "/20 [" in line]
    assert any("neighbors of fc1 at epoch-3" in line and "samples/s" in line for line in lines)
    assert any("embedding" in line or "neighbors" in line for line in shown.decode().split("\r") if "1/1" in line)
