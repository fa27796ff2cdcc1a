"""From what a person names to a source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from source_contract import SourceContract

from inscape.data import Source, from_path, source
from inscape.errors import DataError, WrongCall


class TestAnnotated(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        texts = [f"no. {i}" for i in range(9)]
        return source(
            torch.utils.data.TensorDataset(torch.zeros(9, 2)), labels=["b", "a", "c"] * 3, columns={"text": texts}
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i, name in enumerate(("a", "b")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        Image.fromarray(np.full((10 + i, 12, 3), 50, np.uint8)).save(tmp_path / "photos" / name / "1.png")
    return tmp_path / "photos"


def test_a_source_stays_itself() -> None:
    found = source("digits:test")
    assert source(found) is found
    assert source(found, class_names=list("0123456789")) is found


def test_labels_columns_and_names_are_added_to_any_source(folder: Path) -> None:
    found = source(folder, size=8, labels=[1, 0], columns={"file": ["x", "y"]}, class_names=["one", "two"])
    (batch,) = found.batches([(0, 2)])
    assert batch.labels is not None
    assert batch.labels.tolist() == [1, 0]
    assert batch.columns["file"].tolist() == ["x", "y"]
    assert found.class_names == ("one", "two")
    assert found.kind == "folder"
    assert batch.thumbnails is not None


def test_new_labels_keep_names_that_fit() -> None:
    labels = np.arange(2000) % 10
    assert source("digits:test", labels=labels).class_names == tuple("0123456789")
    assert source("digits:test", labels=labels + 1).class_names is None
    assert source("digits:test", labels=["odd", "even"] * 1000).class_names == ("even", "odd")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"labels": [1, 2]}, "2 labels for 2,000 samples"),
        ({"labels": [12] * 2000, "class_names": ["a"]}, "label 12 of sample 0"),
        ({"columns": {"text": ["a"]}}, r"for 2,000 samples"),
        ({"class_names": ["a"]}, "fewer class names"),
    ],
)
def test_what_does_not_fit_is_refused(settings: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        source("digits:test", **settings)


def test_options_of_a_folder_are_refused_elsewhere(folder: Path) -> None:
    assert len(from_path(str(folder), image_size=8, mean=(0.5,), std=(0.5,), resize=9, mode="L")) == 2
    with pytest.raises(WrongCall, match="size with digits"):
        from_path("digits", image_size=8)
    with pytest.raises(WrongCall, match="size with data of type ndarray"):
        source(np.zeros((3, 3)), size=8)
    assert len(from_path("digits", mode="L")) == 10_000


def test_labels_from_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 2), np.float32))
    np.save(tmp_path / "y.npy", np.array([2, 1, 0]))
    (tmp_path / "numbers.txt").write_text("2\n1\n0\n")
    (tmp_path / "names.txt").write_text("cow\ncat\n\n\n")
    (tmp_path / "three.txt").write_text("cow\n\ncat\n")
    for name in ("y.npy", "numbers.txt"):
        (batch,) = from_path(tmp_path / "x.npy", labels=tmp_path / name).batches([(0, 3)])
        assert batch.labels is not None
        assert batch.labels.tolist() == [2, 1, 0]
    (batch,) = from_path(tmp_path / "x.npy", labels=tmp_path / "three.txt").batches([(0, 3)])
    assert batch.labels is not None
    assert batch.labels.tolist() == [1, -1, 0]
    with pytest.raises(DataError, match="2 labels for 3"):
        from_path(tmp_path / "x.npy", labels=tmp_path / "names.txt")
    with pytest.raises(DataError, match=r"missing\.txt"):
        from_path(tmp_path / "x.npy", labels=tmp_path / "missing.txt")


def test_data_and_transforms_from_python_files(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "own_probe_data.py"
    file.write_text(
        "import numpy as np, torch\n"
        "def make():\n    return np.ones((4, 2), np.float32), [0, 1, 0, 1]\n"
        "ready = [torch.zeros(3)] * 5\n"
        "def small(image):\n    return torch.zeros(3, 2, 2)\n"
        "def fails():\n    raise RuntimeError('no network')\n"
    )
    assert len(from_path(f"{file}:make")) == 4
    assert len(from_path(f"{file}:ready")) == 5
    (batch,) = from_path(folder, transform=f"{file}:small").batches([(0, 2)])
    assert batch.inputs.shape == (2, 3, 2, 2)
    with pytest.raises(DataError, match="RuntimeError: no network"):
        from_path(f"{file}:fails")
    with pytest.raises(WrongCall, match="'make'"):
        from_path(f"{file}:maek")


@pytest.mark.parametrize("name", ["nowhere", "nowhere.npy", "nowhere.txt", "a,b"])
def test_no_such_data(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such"):
        source(tmp_path / name)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(DataError, match="file.py:function"):
        source(tmp_path / "a.txt")


def test_importing_is_quick() -> None:
    """Neither torch nor Zarr nor Pillow is imported before it is needed."""
    code = (
        "import sys, inscape.data as d; d.source('digits'); "
        "print([m for m in ('torch', 'zarr', 'PIL') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
