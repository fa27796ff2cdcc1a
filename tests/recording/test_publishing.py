"""A process that is killed while it publishes loses nothing, and nobody is told of damage that is none.

Python announces every change of the file system before it makes it (PEP 578). So a process can be killed before the
first of them, before the second, and so on: every window between two steps is tried, whatever the steps are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import inscape
from inscape.errors import InscapeWarning
from inscape.recording import ResultArray, index, journal, results
from inscape.recording.arrays import LazyArray
from inscape.recording.files import seal

KILLER = """
import itertools, os, shutil, signal, sys
from pathlib import Path
import numpy as np
from inscape.recording import Plan, ResultArray, Writer, index, results

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}
LOCKS = (".lock", ".index")

def kill_before(change, root):
    seen = 0
    def watch(event, arguments):
        nonlocal seen
        if event not in CHANGES or not isinstance(arguments[0], (str, os.PathLike)):
            return
        path = os.fspath(arguments[0])
        if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        # What rmtree deletes is named relative to a folder that it holds open.
        if os.path.isabs(path) and (not path.startswith(str(root)) or path[len(str(root)) + 1:].startswith(LOCKS)):
            return
        seen += 1
        if seen > change:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

def write(root, path, shape, value, *names):
    arrays = {n: ResultArray(np.full(shape, value, np.float32), ("sample", "dimension"), 2) for n in names}
    results.write(root, path, arrays, {"inscape": {"value": value}})

def finish(root, name):
    writer = Writer(root, Plan.from_json(index.read(root)["plan"]), version="0", resume=True)
    writer.finish_checkpoint(name)
    writer.finish()

DO = {
    "first": lambda root: write(root, "trails/new", (2, 2), 2.0, "paths"),
    "replace": lambda root: write(root, "embeddings/test", (3, 3), 2.0, "coordinates", "scale"),
    "remove": lambda root: results.remove(root, "embeddings/test"),
    "checkpoint": lambda root: finish(root, "1"),
    "renew": lambda root: finish(root, "0"),
}
scenario, prepared, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
for change in itertools.count():
    root = work / f"{change}.inscape"
    shutil.copytree(prepared, root)
    child = os.fork()
    if child == 0:
        try:
            kill_before(change, root)
            DO[scenario](root)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status):
        sys.exit(os.WEXITSTATUS(status))
    assert os.WTERMSIG(status) == signal.SIGKILL
"""


class Stop(Exception):
    """The end of a recording between its last part and its publishing."""


class Interrupting:
    """An engine that records all parts, and is then stopped."""

    def run(self, spec: Any, parts: Any, progress: Any = None) -> Iterator[Any]:
        from dataclasses import replace

        from inscape.capture import record_part

        for part in parts:
            yield record_part(replace(spec, part=part))
        raise Stop


def record(out: Path, checkpoint: str, **settings: Any) -> Any:
    data = np.random.default_rng(0).random((20, 6), dtype=np.float32), np.arange(20) % 2
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 2))
    layers = ["input", "*"]
    return inscape.record(model, data, out=out, checkpoint=checkpoint, layers=layers, resume=True, **settings)


def store(root: Path, path: str, value: float, shape: tuple[int, int] = (4, 2)) -> None:
    array = ResultArray(np.full(shape, value, np.float32), ("sample", "dimension"), 2)
    results.write(root, path, {"coordinates": array}, {"inscape": {"value": value}})


def value(root: Path, path: str, name: str = "coordinates") -> float:
    """The one value that a result is full of, in its array and in its attributes."""
    values = np.unique(LazyArray(root, f"{path}/{name}")[...])
    attributes = json.loads((root / path / "zarr.json").read_text())["attributes"]
    assert values.tolist() == [attributes["inscape"]["value"]]
    return float(values[0])


@contextmanager
def not_writable(root: Path) -> Iterator[None]:
    """The index can't be locked, as in a folder that one may only read (root may write into any)."""
    (root / ".index").unlink(missing_ok=True)
    (root / ".index").mkdir()
    yield
    (root / ".index").rmdir()


def told(root: Path) -> list[str]:
    """What verify warns of; it raises where it finds damage."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        inscape.open(root).verify()
    assert all(issubclass(one.category, InscapeWarning) for one in caught)
    return [str(one.message) for one in caught]


def listed(root: Path) -> set[str]:
    metadata: dict[str, Any] = json.loads((root / "zarr.json").read_text())["consolidated_metadata"]["metadata"]
    return set(metadata)


@pytest.fixture
def killed(tmp_path: Path) -> Callable[[str], list[Path]]:
    """Copies of a recording in which a process was killed at each window of a scenario, and the last one at none."""

    def kill(scenario: str) -> list[Path]:
        prepared, work = tmp_path / "prepared.inscape", tmp_path / "killed"
        record(prepared, "0")
        store(prepared, "embeddings/test", 1.0)
        store(prepared, "embeddings/other", 7.0)
        if scenario == "checkpoint":
            with pytest.raises(Stop):
                record(prepared, "1", engine=Interrupting())
        if scenario == "renew":
            # As where a damaged receipt was deleted and the part recorded again.
            index.publish(prepared, complete=False)
        work.mkdir()
        command = [sys.executable, "-c", KILLER, scenario, str(prepared), str(work)]
        # Zarr by one thread takes the same steps each time: else the same window is another one from run to run.
        one = {"OMP_NUM_THREADS": "1", "ZARR_ASYNC__CONCURRENCY": "1", "ZARR_THREADING__MAX_WORKERS": "1"}
        environment = {**os.environ, **one}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
        assert done.returncode == 0, done.stderr
        return sorted(work.iterdir(), key=lambda path: int(path.stem))

    return kill


@pytest.mark.parametrize("scenario", ["first", "replace", "remove"])
def test_killed_at_every_step_of_publishing_a_result(killed: Any, scenario: str) -> None:
    states = killed(scenario)
    assert len(states) > (10 if scenario == "remove" else 30)
    path = "trails/new" if scenario == "first" else "embeddings/test"
    seen, hot = [], 0
    for root in states:
        pending = journal.is_open(root)
        assert not (pending and root == states[-1])
        hot += pending
        if pending:
            with not_writable(root):
                assert [path in message for message in told(root)] == [True]
        if hot % 2:  # every other time nobody opens it: the next who writes finishes what was begun
            store(root, "units/mine", 5.0)
        rec = inscape.open(root)
        assert not journal.is_open(root)
        assert told(root) == [] and value(root, "embeddings/other") == 7.0
        published = path in results.published(root)
        assert published == (path in listed(root)) == (root / path).exists()
        names = {"first": ["new"], "replace": [], "remove": []}[scenario]
        assert rec.trails == (names if published else [])
        if scenario == "first":
            seen.append(value(root, path, "paths") if published else 0.0)
        elif scenario == "replace":
            seen.append(value(root, path))
            assert (f"{path}/scale" in listed(root)) == (seen[-1] == 2.0)
        else:
            seen.append(value(root, path) if published else 0.0)
        # The next one who writes, another result or this one, finds nothing in the way and leaves nothing behind.
        store(root, "embeddings/other", 8.0, (5, 2))
        assert told(root) == [] and value(root, "embeddings/other") == 8.0
        store(root, path, 3.0, (3, 5))
        assert told(root) == [] and value(root, path) == 3.0 and f"{path}/scale" not in listed(root)
        # (Zarr leaves a small file where it is killed while it writes one.)
        assert [p.name for p in root.iterdir() if p.is_dir() and p.suffix in (".partial", ".old")] == []
        assert not journal.is_open(root)
        shutil.rmtree(root)
    # Up to one moment there is what was there before; from then on, what was written.
    before, after = {"first": (0.0, 2.0), "replace": (1.0, 2.0), "remove": (1.0, 0.0)}[scenario]
    turn = seen.index(after)
    assert hot >= 5 and turn > 0 and seen == [before] * turn + [after] * (len(seen) - turn)


@pytest.mark.parametrize("scenario", ["checkpoint", "renew"])
def test_killed_at_every_step_of_publishing_a_checkpoint(killed: Any, scenario: str) -> None:
    states = killed(scenario)
    assert len(states) >= 4
    whole = ["0", "1"] if scenario == "checkpoint" else ["0"]
    for root in states:
        rec = inscape.open(root)
        assert told(root) == [] and rec.checkpoints in (["0"], whole)
        assert value(root, "embeddings/test") == 1.0
        again = record(root, whole[-1])
        assert again.checkpoints == whole and again.complete and told(root) == []
        shutil.rmtree(root)


def test_a_result_that_can_not_take_its_place_leaves_the_one_before(tmp_path: Path) -> None:
    root = record(tmp_path / "a.inscape", "0").path
    store(root, "embeddings/test", 1.0)
    in_the_way = journal.displaced(root, "embeddings/test")
    in_the_way.mkdir()
    (in_the_way / "kept").touch()
    with pytest.raises(inscape.InscapeError, match="writing embeddings/test"):
        store(root, "embeddings/test", 2.0)
    assert not journal.is_open(root) and value(root, "embeddings/test") == 1.0 and told(root) == []
    shutil.rmtree(in_the_way)
    store(root, "embeddings/test", 2.0)
    assert value(root, "embeddings/test") == 2.0 and told(root) == []


def test_a_replacement_that_was_killed_can_be_begun_again(tmp_path: Path) -> None:
    root = record(tmp_path / "a.inscape", "0").path
    for kind in journal.KINDS:
        store(root, f"{kind}/mine", 1.0)
    shutil.rmtree(root / "receipts")
    (root / "zarr.json").unlink()  # as far as a killed process had come that was to replace the recording
    assert record(root, "0").complete and told(root) == [] and not (root / "trails").exists()


def test_a_journal_that_was_cut_off_stops_nobody(tmp_path: Path) -> None:
    root = record(tmp_path / "a.inscape", "0").path
    store(root, "embeddings/test", 1.0)
    (root / journal.NAME).write_bytes(b'{"crc32c": 1')
    assert inscape.open(root).verify()["arrays"] > 0
    assert not journal.is_open(root) and value(root, "embeddings/test") == 1.0


def test_damage_is_still_told(tmp_path: Path) -> None:
    root = record(tmp_path / "a.inscape", "0").path
    store(root, "embeddings/test", 1.0)
    metadata = root / "embeddings/test/zarr.json"
    metadata.write_text(metadata.read_text().replace("1.0", "2.0"))
    with pytest.raises(inscape.errors.CorruptRecording, match=r"embeddings/test/zarr\.json"):
        inscape.open(root).verify()


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("../precious", None),
        ("embeddings/../../precious", None),
        ("embeddings/link/precious", None),
        ("receipts/samples", None),
        ("embeddings", None),
        ("embeddings/test", "../precious"),
        ("embeddings/test", "embeddings/other"),
    ],
)
def test_a_journal_from_elsewhere_moves_nothing_else(tmp_path: Path, path: str, folder: str | None) -> None:
    root = record(tmp_path / "a.inscape", "0").path
    store(root, "embeddings/test", 1.0)
    store(root, "embeddings/other", 2.0)
    precious = tmp_path / "precious"
    (precious / "precious").mkdir(parents=True)
    (precious / journal.RECEIPT).write_bytes(seal({}))
    (root / "embeddings/link").symlink_to(precious)
    before = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*"))
    journal.begin(root, journal.Change(path, folder))
    inscape.open(root)
    assert value(root, "embeddings/test") == 1.0 and value(root, "embeddings/other") == 2.0
    assert not journal.is_open(root)
    assert sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*")) == before
