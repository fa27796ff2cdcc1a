"""IDX files."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from source_contract import SourceContract

from inscape.data import Source, source
from inscape.data.idx import Idx, read_idx
from inscape.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (9, 6, 4), dtype=np.uint8)
LABELS = np.arange(9, dtype=np.uint8) % 3
CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(array: np.ndarray[Any, Any]) -> bytes:
    """Written as the format is described, by other means than the reader's."""
    head = struct.pack(">BBBB", 0, 0, CODES[f"{array.dtype.kind}{array.dtype.itemsize}"], array.ndim)
    head += b"".join(struct.pack(">I", n) for n in array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_pair(folder: Path, start: str = "t10k", zipped: bool = True) -> Path:
    for name, array in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
        content = idx(array)
        path = folder / f"{start}-{name}-ubyte{'.gz' if zipped else ''}"
        path.write_bytes(gzip.compress(content) if zipped else content)
    return folder / f"{start}-images-idx3-ubyte{'.gz' if zipped else ''}"


class TestIdx(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return source(write_pair(tmp_path))


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("form", ["folder", "images", "pair", "tuple"])
def test_every_way_to_name_a_pair(tmp_path: Path, form: str, zipped: bool) -> None:
    images = write_pair(tmp_path, zipped=zipped)
    labels = images.with_name(images.name.replace("images-idx3", "labels-idx1"))
    data: Any = {"folder": tmp_path, "images": str(images), "pair": f"{images},{labels}", "tuple": (images, labels)}[
        form
    ]
    found = source(data)
    assert found.kind == "idx"
    (batch,) = found.batches([(0, 9)])
    np.testing.assert_allclose(batch.inputs[:, 0], IMAGES / 255, rtol=1e-6)
    assert batch.inputs.shape == (9, 1, 6, 4)
    assert batch.inputs.dtype == np.float32
    assert batch.labels is not None
    assert batch.labels.tolist() == LABELS.tolist()


def test_the_held_out_pair_goes_before_the_training_pair(tmp_path: Path) -> None:
    write_pair(tmp_path, "train")
    assert source(tmp_path).name.startswith("train")
    write_pair(tmp_path, "t10k")
    assert source(tmp_path).name.startswith("t10k")


def test_the_shape_can_be_chosen(tmp_path: Path) -> None:
    images = write_pair(tmp_path)
    (batch,) = Idx(images, shape=(24,)).batches([(0, 2)])
    assert batch.inputs.shape == (2, 24)
    with pytest.raises(DataError, match=r"\(6, 4\)"):
        Idx(images, shape=(5, 5))


def test_without_labels_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "some.idx3"
    path.write_bytes(idx(IMAGES))
    found = source(path)
    assert "labels" in found.notes[0]
    assert next(found.batches([(0, 2)])).labels is None


def test_labels_of_another_length_are_refused(tmp_path: Path) -> None:
    images = write_pair(tmp_path, zipped=False)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(LABELS[:5]))
    with pytest.raises(DataError, match="5 labels for 9 samples"):
        source(images)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no IDX file"),
        (b"\x89PNG\r\n", "no IDX file"),
        (b"\0\0\x08", "no IDX file"),
        (b"\0\0\x07\x01\0\0\0\x01a", "no IDX file"),
        (b"\0\0\x08\x03\0\0", "damaged"),
        (idx(IMAGES)[:-1], "damaged"),
        (idx(IMAGES) + b"x", "damaged"),
        (gzip.compress(idx(IMAGES))[:-12], "can't be read"),
        (idx(LABELS), "no images"),
    ],
)
def test_damage_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        source(path)
    assert str(path) in caught.value.got


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        source((tmp_path / "a-idx3-ubyte", tmp_path / "b-idx1-ubyte"))


@given(
    hnp.arrays(
        st.sampled_from(list(CODES)).map(np.dtype),
        hnp.array_shapes(max_dims=4, max_side=5),
        elements={"allow_nan": False},
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray[Any, Any]) -> None:
    path = tmp_path_factory.mktemp("idx") / "a"
    path.write_bytes(idx(array))
    read = read_idx(path)
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)
