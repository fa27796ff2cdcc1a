"""Arrays, tensors, .npy and .npz files as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from source_contract import SourceContract

from inscape.data import Source, source
from inscape.data.labels import encode_labels
from inscape.errors import DataError

X = np.random.default_rng(0).random((9, 3, 5), dtype=np.float32)
Y = np.array([0, 1, 2] * 3)


class TestArray(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source((X, Y), columns={"text": [f"no. {i}" for i in range(9)], "weight": np.arange(9.0)})


class TestTensor(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source((torch.tensor(X, requires_grad=True), ["b", "a", None] * 3))


class TestDict(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        ids = torch.arange(36).reshape(9, 4)
        return source({"input_ids": ids, "attention_mask": ids % 2, "labels": Y, "text": list("abcdefghi")})


class TestNpy(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        np.save(tmp_path / "a.npy", X)
        return source(tmp_path / "a.npy")


class TestNpz(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        np.savez(tmp_path / "a.npz", x=X, y=np.array(list("cabcabcab")))
        return source(str(tmp_path / "a.npz"))


def test_the_values_are_the_arrays_own() -> None:
    (batch,) = source((X, Y)).batches([(2, 6)])
    np.testing.assert_array_equal(batch.inputs, X[2:6])
    np.testing.assert_array_equal(batch.labels, Y[2:6])


def test_a_dict_is_parted_into_arguments_labels_and_columns() -> None:
    data = {"ids": np.ones((4, 2), int), "labels": [0, 1, 0, 1], "text": list("abcd"), "length": np.arange(4)}
    (batch,) = source(data).batches([(0, 4)])
    assert list(batch.inputs) == ["ids"]
    assert sorted(batch.columns) == ["length", "text"]
    assert batch.labels is not None
    assert batch.labels.tolist() == [0, 1, 0, 1]


def test_names_of_classes_are_sorted_and_none_is_no_label() -> None:
    found = source((X, ["dog", "cat", None, "", "dog", "cat", "cow", "cow", "cow"]))
    assert found.class_names == ("cat", "cow", "dog")
    (batch,) = found.batches([(0, 5)])
    assert batch.labels is not None
    assert batch.labels.tolist() == [2, 0, -1, -1, 2]


def test_whole_floats_are_labels_and_others_a_column() -> None:
    (batch,) = source((X, Y.astype(float))).batches([(0, 9)])
    assert batch.labels is not None
    assert batch.labels.tolist() == Y.tolist()
    (batch,) = source((X, Y + 0.5)).batches([(0, 9)])
    assert batch.labels is None
    assert batch.columns["target"].tolist() == (Y + 0.5).tolist()


def test_float64_becomes_float32_and_is_told() -> None:
    found = source(X.astype(np.float64))
    assert any("float32" in note for note in found.notes)
    assert next(found.batches([(0, 2)])).inputs.dtype == np.float32


@pytest.mark.parametrize("kind", [">f4", "<f4", ">i2", "u2", "u4", "u1", "?"])
def test_torch_takes_every_number_type(kind: str) -> None:
    array = (X * 9).astype(kind)
    array.flags.writeable = False
    inputs = next(source(array).batches([(1, 4)])).inputs
    np.testing.assert_array_equal(torch.from_numpy(inputs).double().numpy(), array[1:4].astype(float))


def test_writing_to_a_batch_does_not_write_to_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X)
    found = source(tmp_path / "a.npy")
    next(found.batches([(0, 9)])).inputs[:] = -1
    np.testing.assert_array_equal(next(found.batches([(0, 9)])).inputs, X)


def test_a_file_is_sent_to_another_process_by_its_path(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((1000, 1000), np.float32))
    assert len(cloudpickle.dumps(source(tmp_path / "a.npy"))) < 10_000


@pytest.mark.parametrize(
    ("data", "labels", "says"),
    [
        (X, [0, 1], r"2 labels for 9 samples"),
        (X, np.zeros((9, 4)), r"\(9, 4\)"),
        (X, [0, 1, -2, 0, 0, 0, 0, 0, 0], r"label -2 of sample 2"),
        (X[:0], None, r"no sample"),
        (np.array(["a", "b"]), None, r"no real numbers"),
        (np.array(3.0), None, r"no sample"),
        ({"a": X, "b": X[:4]}, None, r"one number of samples"),
        ({"text": ["a"]}, None, r"nothing that a model"),
        (object(), None, r"this is no data"),
    ],
)
def test_bad_data_is_refused(data: Any, labels: Any, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        source(data, labels=labels)
    assert caught.value.remedy
    assert caught.value.exit_status == 2


def test_a_label_beyond_the_class_names_is_refused() -> None:
    with pytest.raises(DataError, match="label 2 of sample 2"):
        source((X, Y), class_names=["a", "b"])
    with pytest.raises(DataError, match="'cat'.*"):
        source((X, ["cat"] * 9), class_names=["dog", "cow"])
    with pytest.raises(DataError, match="one name"):
        source((X, Y), class_names=["a", "b", "a"])


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(DataError, match=r"'text' of shape \(2,\) for 9 samples"):
        source(X, columns={"text": ["a", "b"]})


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="Python objects"):
        source(tmp_path / "a.npy")


@pytest.mark.parametrize("content", [b"", b"not an array", b"\x93NUMPY\x01\x00"])
@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="can't be read"):
        source(tmp_path / name)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_a_truncated_file_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    np.save(path, X) if name == "a.npy" else np.savez(path, X)
    assert len(source(path)) == 9
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="can't be read"):
        source(path)


def test_an_npz_that_does_not_say_which_are_the_inputs(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", first=X, second=X)
    with pytest.raises(DataError, match="first, second"):
        source(tmp_path / "a.npz")


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=30))
def test_encoded_names_decode_to_themselves(labels: list[str | None]) -> None:
    encoded = encode_labels(labels, len(labels))
    assert encoded.labels is not None
    assert encoded.class_names == tuple(sorted({label for label in labels if label}))
    names = (*encoded.class_names, None)  # -1 is the last
    assert [names[i] for i in encoded.labels] == [label or None for label in labels]


@given(st.lists(st.integers(-1, 2**40), min_size=1, max_size=20))
def test_whole_numbers_are_kept(labels: list[int]) -> None:
    encoded = encode_labels(labels, len(labels))
    assert encoded.labels is not None
    assert encoded.labels.tolist() == labels
