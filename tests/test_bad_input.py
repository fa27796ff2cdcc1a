"""Every line of the list of bad input: what was wrong, what was got, the remedy; nothing lost; the right status."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

import inscape
from inscape.cli import main

NET = """
import torch
from torch import nn
def make():
    torch.manual_seed(0)
    parts = nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 2)
    return nn.Sequential(*parts)
def broken():
    raise RuntimeError("the license server is down")
def text():
    return "a model"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a factory and 40 images in two classes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    generator = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(20):
            image = Image.fromarray(generator.integers(0, 255, (16, 16, 3), dtype=np.uint8))
            image.save(tmp_path / "photos" / label / f"{i:02d}.png")
    return tmp_path


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must fail; returns what it said, checked for its three parts."""

    def run(*arguments: str, status: int = 2) -> str:
        assert main([*arguments, "--quiet"]) == status
        said = capsys.readouterr().err
        assert "got:" in said and "remedy:" in said and "Traceback" not in said
        return said

    return run


RECORD = ("record", "net.py:make", "photos", "--out", "a.inscape")


def test_a_good_call_first(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RECORD, "--layers", "input", "*"]) == 0
    assert "inscape serve" in capsys.readouterr().out
    rec = inscape.open("a.inscape")
    assert (len(rec), rec.class_names) == (40, ["cat", "dog"])
    assert main(["verify", "a.inscape"]) == 0
    assert main(["info", "a.inscape", "--json"]) == 0


def test_a_pattern_that_matches_nothing(place: Path, fails: Any) -> None:
    said = fails(*RECORD, "--layers", "44")
    assert "did you mean '4'" in said
    assert not (place / "a.inscape").exists()


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("absent.py:make", "absent.py"),
        ("net.py:mkae", "make"),
        ("net.py:broken", "license server is down"),
        ("net.py:text", "Module"),
        ("net.py", "file.py:model"),
        ("no_such_package.nets:make", "no_such_package"),
    ],
)
def test_a_factory_that_is_missing_or_raises(place: Path, fails: Any, factory: str, message: str) -> None:
    assert message in fails("record", factory, "photos", "--out", "a.inscape")
    assert not (place / "a.inscape").exists()


def test_weights_that_do_not_fit(place: Path, fails: Any) -> None:
    save_file({"0.weight": torch.zeros(4, 3, 5, 5), "extra": torch.zeros(1)}, "w.safetensors")
    said = fails(*RECORD, "--weights", "w.safetensors")
    assert "0.weight" in said and "extra" in said and "4.bias" in said
    assert not (place / "a.inscape").exists()


class Payload:
    def __reduce__(self) -> Any:
        return (os.mkdir, ("unpickled",))


def test_a_checkpoint_that_is_a_pickle(place: Path, fails: Any) -> None:
    with open("w.pt", "wb") as file:
        pickle.dump(Payload(), file)
    torch.save({"state": Payload()}, "v.pt")
    for weights in ("w.pt", "v.pt"):
        assert "--trust" in fails(*RECORD, "--weights", weights)
    assert not (place / "unpickled").exists()


def test_labels_of_another_length(place: Path, fails: Any) -> None:
    np.save("y.npy", np.zeros(7, dtype=np.int64))
    said = fails(*RECORD, "--labels", "y.npy")
    assert "7" in said and "40" in said


def test_images_of_differing_shapes(place: Path, fails: Any) -> None:
    Image.new("RGB", (24, 16)).save("photos/cat/wide.png")
    assert "--image-size" in fails(*RECORD)


def test_an_empty_folder(place: Path, fails: Any) -> None:
    (place / "empty").mkdir()
    assert "empty" in fails("record", "net.py:make", "empty", "--out", "a.inscape")
    assert "nowhere" in fails("record", "net.py:make", "nowhere", "--out", "a.inscape")


def test_an_unreadable_image_is_skipped_and_reported_or_strict(
    place: Path, fails: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (place / "photos/dog/03.png").read_bytes()
    (place / "photos/dog/03.png").write_bytes(whole[: len(whole) // 2])
    assert "03.png" in fails(*RECORD, "--strict")
    assert main([*RECORD, "--quiet"]) == 0
    assert "03.png" in capsys.readouterr().err
    assert len(inscape.open("a.inscape")) == 39


def test_one_unreadable_among_ten_thousand(tmp_path: Path, network: Any) -> None:
    folder = tmp_path / "many" / "class"
    folder.mkdir(parents=True)
    image = Image.new("L", (14, 14), 128)
    image.save(folder / "00000.png")
    content = (folder / "00000.png").read_bytes()
    for i in range(1, 10_000):
        (folder / f"{i:05d}.png").write_bytes(content)
    (folder / "06543.png").write_bytes(b"not an image")
    with pytest.warns(inscape.errors.InscapeWarning, match=r"06543\.png"):
        rec = inscape.record(
            network, inscape.data.Folder(tmp_path / "many", mode="L"), out=tmp_path / "a.inscape", layers=["5"]
        )
    assert len(rec) == 9_999


def test_an_output_that_exists(place: Path, fails: Any) -> None:
    assert main([*RECORD, "--quiet"]) == 0
    before = inscape.open("a.inscape").info()["created"]
    said = fails(*RECORD)
    assert "--overwrite" in said and "--resume" in said
    assert inscape.open("a.inscape").info()["created"] == before
    assert main([*RECORD, "--quiet", "--resume"]) == 0
    assert main([*RECORD, "--quiet", "--overwrite", "--layers", "4"]) == 0
    assert inscape.open("a.inscape").layers == ["4"]


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_damaged_chunk(place: Path, fails: Any, damage: str) -> None:
    assert main([*RECORD, "--quiet"]) == 0
    chunk = place / "a.inscape/checkpoints/0/layers/0/activation/c/0/0"
    content = bytearray(chunk.read_bytes())
    content[99] ^= 4
    chunk.write_bytes(bytes(content[:50]) if damage == "truncated" else bytes(content))
    for command in (("verify", "a.inscape"), ("embed", "a.inscape", "pca")):
        assert "checkpoints/0/layers/0/activation/c/0" in fails(*command, status=1)


SMALL_DISK = """
import sys, numpy as np, torch
from torch import nn
import inscape
torch.set_num_threads(1)
torch.manual_seed(0)
x = np.random.default_rng(0).random((5000, 1, 28, 28), dtype=np.float32)
model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(3136, 10))
if sys.argv[2] == "full":
    import resource
    import inscape.recording.writer as writer
    writer.free_bytes = lambda path: 10**15  # the disk fills up while recording, after the first look at it
try:
    rec = inscape.record(model, x, out=sys.argv[1], resume=True)
    rec.verify()
    print("done", rec.activation("2").digest)
except inscape.InscapeError as error:
    print(type(error).__name__, error.exit_status)
    print(error)
"""


def test_a_full_disk_keeps_what_was_published(tmp_path: Path) -> None:
    """On a file system of 60 MB where this user may mount one, else with a limit on the size of files."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", disk]).returncode == 0
    )
    if not mounted:
        pytest.fail("this test fills a small file system, which only root may mount here: run it as root")
    try:

        def record(out: Path, kind: str) -> str:
            command = [sys.executable, "-c", SMALL_DISK, str(out), kind]
            done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
            assert done.returncode == 0, done.stderr
            return done.stdout

        said = record(disk / "a.inscape", "known")
        assert "StorageFailed 1" in said and "needed" in said
        assert not (disk / "a.inscape/checkpoints/0").exists()
        said = record(disk / "b.inscape", "full")
        assert "StorageFailed 1" in said and "No space left" in said and "resume=True" in said
        unfinished = inscape.open(disk / "b.inscape").info()["unfinished"]
        assert unfinished and 0 < unfinished[0]["parts"] < 5
        subprocess.run(["mount", "-o", "remount,size=300m", disk], check=True)
        resumed = record(disk / "b.inscape", "known")
        assert resumed.split() == record(tmp_path / "c.inscape", "known").split()
    finally:
        subprocess.run(["umount", disk], check=True)


READ_ONLY = """
import os, sys
import numpy as np, inscape
from torch import nn
model, data = nn.Sequential(nn.Linear(3, 2)), np.ones((5, 3), np.float32)
inscape.record(model, data, out=sys.argv[2])  # imports everything, while this user may still read the packages
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    inscape.record(model, data, out=sys.argv[1])
except inscape.InscapeError as error:
    print(type(error).__name__, error)
"""


def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "fixed"
    folder.mkdir()
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(folder / "a.inscape"), str(tmp_path / "b.inscape")],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert "StorageFailed" in done.stdout and "can't be written" in done.stdout and "--out" in done.stdout, done.stderr
    assert list(folder.iterdir()) == []


def test_a_model_that_does_not_take_the_data(place: Path, fails: Any) -> None:
    said = fails(*RECORD, "--mode", "L")
    assert "(3, 1, 16, 16)" in said and "--mode" in said


def test_an_unknown_command_or_option_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["recrod"], ["record"], ["info"], ["info", "a", "--loud"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
    capsys.readouterr()


def test_errors_as_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert main(["info", "absent.inscape", "--json"]) == 2
    content = json.loads(capsys.readouterr().out)
    assert content["error"] == "RecordingNotFound" and content["remedy"]


def test_errors_are_the_built_in_ones_too() -> None:
    with pytest.raises(FileNotFoundError):
        inscape.open("absent.inscape")
    with pytest.raises(LookupError):
        inscape.record(nn.Sequential(nn.Linear(2, 2)), np.ones((3, 2), np.float32), out="never.inscape", layers=["x"])
