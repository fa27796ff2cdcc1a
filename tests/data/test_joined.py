"""Sources joined into one, with a column of splits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from source_contract import SourceContract
from torch.utils.data import TensorDataset

from inscape.data import Digits, Joined, Source
from inscape.errors import DataError, WrongCall

X = np.random.default_rng(0).random((9, 3, 5), dtype=np.float32)
Y = np.array([0, 1, 2] * 3)


class TestArrays(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return Joined({"train": (X[:2], Y[:2]), "held out": (X[2:5], Y[2:5]), "test": (X[5:], Y[5:])})


class TestOfSeveralKinds(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        old = TensorDataset(torch.tensor(X[:3]), torch.tensor(Y[:3]))
        return Joined({"train": old, "test": (X[3:], Y[3:])}, class_names=["a", "b", "c"])


class TestDicts(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        def part(some: slice) -> dict[str, Any]:
            ids = torch.arange(36).reshape(9, 4)[some]
            return {"input_ids": ids, "attention_mask": ids % 2, "labels": Y[some], "text": list("abcdefghi")[some]}

        return Joined({"train": part(slice(0, 4)), "test": part(slice(4, 9))})


class TestDigits(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return Joined({"held out": Digits("test"), "seen": Digits("train")})


def test_a_range_over_several_splits_is_one_batch() -> None:
    joined = Joined({"a": (X[:2], Y[:2]), "b": (X[2:5], Y[2:5]), "c": (X[5:], Y[5:])})
    (batch,) = joined.batches([(1, 7)])
    np.testing.assert_array_equal(batch.inputs, X[1:7])
    assert batch.labels is not None and batch.labels.tolist() == Y[1:7].tolist()
    assert batch.columns["split"].tolist() == ["a", "b", "b", "b", "c", "c"]
    assert joined.kind == "array" and len(joined) == 9


def test_a_split_of_the_parts_own_is_replaced() -> None:
    (batch,) = Joined({"new": Digits("test"), "seen": Digits("train")}).batches([(1998, 2002)])
    assert batch.columns["split"].tolist() == ["new", "new", "seen", "seen"]
    assert batch.inputs.shape == (4, 1, 28, 28)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ((X[:, :, :4], Y), "samples"),
        ((X.astype(np.int32), Y), "samples"),
        ((X, None), "labels"),
        ({"input": X, "label": Y, "weight": np.arange(9.0)}, "columns"),
        ((X, ["x", "y", "z"] * 3), "class names"),
    ],
)
def test_splits_that_differ_are_refused(other: Any, what: str) -> None:
    with pytest.raises(DataError, match=f"differ in their {what}"):
        Joined({"train": (X, Y), "test": other})


@pytest.mark.parametrize("parts", [{}, {"": (X, Y)}])
def test_splits_have_names(parts: dict[str, Any]) -> None:
    with pytest.raises(WrongCall, match="named splits"):
        Joined(parts)
