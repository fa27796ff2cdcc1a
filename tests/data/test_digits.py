"""The bundled digits."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from source_contract import SourceContract

import inscape.data
from inscape.data import Digits, Source, digits, source
from inscape.errors import DataError, WrongCall

FOLDER = Path(inscape.data.__file__).parent


class TestDigits(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return Digits("test")


def test_there_are_8000_and_2000_of_real_grey_levels() -> None:
    for split, count in (("train", 8000), ("test", 2000), ("all", 10_000)):
        images, labels = digits(split)
        assert images.shape == (count, 1, 28, 28)
        assert images.dtype == np.float32
        assert labels.shape == (count,)
        assert labels.dtype == np.int64
        assert set(labels.tolist()) == set(range(10))
        assert (images.min(), images.max()) == (0, 1)
        levels = images * 255
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-4)
    levels = np.unique(np.round(digits("all")[0] * 255))
    assert len(levels) == 256


def test_no_digit_is_both_learned_and_tested() -> None:
    train, test = ({image.tobytes() for image in digits(split)[0]} for split in ("train", "test"))
    assert len(train) == 8000
    assert len(test) == 2000
    assert not train & test


def test_digits_look_like_digits() -> None:
    """White strokes on black, in the middle, and the mean of one class unlike another's."""
    images, labels = digits("all")
    assert 0.08 < images.mean() < 0.2
    assert images[:, :, :2].mean() < 0.01
    means = np.array([images[labels == d].mean(axis=0).ravel() for d in range(10)])
    nearest = ((images.reshape(-1, 784)[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.75


def test_classes_are_mixed() -> None:
    labels = digits("all")[1]
    for start in range(0, 10_000, 500):
        assert np.bincount(labels[start : start + 500], minlength=10).min() > 20


def test_source_and_arrays_agree() -> None:
    for split in ("train", "test", "all"):
        images, labels = digits(split)
        found = source("digits" if split == "all" else f"digits:{split}")
        first, last = found.batches([(0, 10), (len(found) - 3, len(found))])
        np.testing.assert_array_equal(first.inputs, images[:10])
        np.testing.assert_array_equal(last.labels, labels[-3:])
        assert set(first.columns["split"]) == {"test" if split == "test" else "train"}
        assert set(last.columns["split"]) == {"train" if split == "train" else "test"}


def test_the_file_is_the_one_described() -> None:
    said = (FOLDER / "DIGITS.md").read_text()
    assert hashlib.sha256((FOLDER / "digits.npz").read_bytes()).hexdigest() in said
    for split, count in (("train", "8,000"), ("test", "2,000"), ("all", "10,000")):
        counts = " | ".join(f"{n:,}" for n in np.bincount(digits(split)[1]))
        assert f"| {split} | {counts} | {count} |" in said
    assert "ShareAlike" in said
    assert "MIT" in said


def test_writing_to_them_does_not_change_them() -> None:
    digits("test")[0][:] = 7
    assert digits("test")[0].max() == 1


def test_another_split_is_refused() -> None:
    with pytest.raises(WrongCall, match="'validation'"):
        source("digits:validation")


def test_a_damaged_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import import_module

    module = import_module("inscape.data.digits")
    (tmp_path / "digits.npz").write_bytes((FOLDER / "digits.npz").read_bytes()[:1000])
    monkeypatch.setattr(module, "FILE", tmp_path / "digits.npz")
    module._load.cache_clear()
    with pytest.raises(DataError, match="bundled digits"):
        digits()
    module._load.cache_clear()
