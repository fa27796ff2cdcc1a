"""Datasets and DataLoaders."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from source_contract import SourceContract
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    Sampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from inscape.data import Sample, Source, source
from inscape.errors import DataError

X = torch.arange(60.0).reshape(20, 3)
Y = torch.arange(20) % 4


class Items(Dataset[Any]):
    """A dataset of given items, counting how often each was read."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, position: int) -> Any:
        return self.items[position]


class WithClasses(Items):
    classes = ("zero", "one", "two", "three")


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter(zip(X, Y, strict=True))


def pairs() -> list[Any]:
    return [(x, int(y)) for x, y in zip(X, Y, strict=True)]


def rich(i: int) -> Sample:
    return Sample(
        (X[i], X[i].numpy()),
        label=None if i == 3 else i % 4,
        text=f"text {i}",
        thumbnail=np.full((100, 50, 3), i, np.uint8),
        columns={"weight": i / 2, "name": f"n{i}"},
    )


def add_one(items: list[Any]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.stack([x for x, _ in items]) + 1, torch.tensor([y for _, y in items])


class TestTensorDataset(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source(TensorDataset(X, Y))


class TestDicts(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source(Items([{"input_ids": torch.arange(4) + i, "label": i, "text": str(i)} for i in range(9)]))


class TestSamples(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source(WithClasses([rich(i) for i in range(10)]))


class TestLoader(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source(DataLoader(Items(pairs()), batch_size=6, shuffle=True, collate_fn=add_one))


class TestWorkers(SourceContract):
    @pytest.fixture
    def source(self) -> Source:
        return source(DataLoader(WithClasses([rich(i) for i in range(10)]), batch_size=4, num_workers=1))


def inputs_of(data: Any) -> np.ndarray[Any, Any]:
    found = source(data)
    (batch,) = found.batches([(0, len(found))])
    return np.asarray(batch.inputs)


@pytest.mark.parametrize(
    "item",
    [
        X[0],
        X[0].numpy(),
        (X[0],),
        (X[0], 1),
        [X[0], torch.tensor(1)],
        (X[0], None),
        (X[0], torch.ones(5, 5)),
        {"input": X[0], "label": 1, "extra": "a"},
        Sample(X[0]),
    ],
)
def test_every_form_of_an_item_gives_its_input(item: Any) -> None:
    np.testing.assert_array_equal(inputs_of([item] * 8), X[:1].expand(8, 3).numpy())


def test_labels_of_every_form() -> None:
    for items in (
        pairs(),
        TensorDataset(X, Y),
        TensorDataset(X, Y[:, None]),
        [{"input": x, "labels": y} for x, y in pairs()],
    ):
        (batch,) = source(items).batches([(0, 20)])
        assert batch.labels is not None
        assert batch.labels.tolist() == Y.tolist()


def test_three_tensors_are_two_arguments_and_a_label() -> None:
    (batch,) = source(TensorDataset(X, X + 1, Y)).batches([(0, 5)])
    assert [np.asarray(part)[0, 0] for part in batch.inputs] == [0, 1]
    assert batch.labels is not None


def test_a_dict_of_tensors_is_keyword_arguments() -> None:
    items = [{"ids": torch.arange(4), "mask": np.ones(4), "label": 1, "text": "hello", "length": 4} for _ in range(3)]
    for data in (
        items,
        DataLoader(Items(items)),
        DataLoader(Items(items), collate_fn=torch.utils.data.default_collate),
    ):
        (batch,) = source(data).batches([(0, 3)])
        assert sorted(batch.inputs) == ["ids", "mask"]
        assert batch.columns["text"].tolist() == ["hello"] * 3
        assert batch.columns["length"].tolist() == [4] * 3
        assert batch.labels is not None


def test_a_collate_function_of_ones_own_returns_dicts() -> None:
    def collate(items: list[Any]) -> dict[str, Any]:
        x, y = add_one(items)
        return {"ids": x, "labels": y, "text": [str(int(v)) for v in y], "length": torch.ones(len(y))}

    (batch,) = source(DataLoader(Items(pairs()), collate_fn=collate)).batches([(0, 5)])
    assert list(batch.inputs) == ["ids"]
    assert batch.columns["text"].tolist() == ["0", "1", "2", "3", "0"]
    assert batch.columns["length"].tolist() == [1] * 5
    assert batch.labels is not None


def test_everything_of_a_sample_arrives() -> None:
    found = source(WithClasses([rich(i) for i in range(8)]))
    assert found.class_names == WithClasses.classes
    (batch,) = found.batches([(2, 5)])
    assert isinstance(batch.inputs, tuple)
    assert len(batch.inputs) == 2
    assert batch.labels is not None
    assert batch.labels.tolist() == [2, -1, 0]
    assert batch.columns["weight"].tolist() == [1, 1.5, 2]
    assert batch.columns["name"].tolist() == ["n2", "n3", "n4"]
    assert batch.columns["text"].tolist() == ["text 2", "text 3", "text 4"]
    assert batch.thumbnails is not None
    assert [t.shape for t in batch.thumbnails] == [(64, 32, 3)] * 3
    assert [int(t.max()) for t in batch.thumbnails] == [2, 3, 4]


def test_classes_of_a_subset_are_those_of_its_dataset() -> None:
    assert source(Subset(WithClasses(pairs()), [3, 1])).class_names == WithClasses.classes


def test_names_as_labels() -> None:
    items = [(x, "abcd"[y]) for x, y in pairs()]
    found = source(items)
    (batch,) = found.batches([(0, 3)])
    assert batch.labels is None
    assert batch.columns["target"].tolist() == ["a", "b", "c"]
    assert "class_names" in found.notes[0]
    (batch,) = source(items, class_names=["d", "c", "b", "a"]).batches([(0, 3)])
    assert batch.labels is not None
    assert batch.labels.tolist() == [3, 2, 1]


def test_quantities_are_a_column() -> None:
    (batch,) = source(TensorDataset(X, torch.linspace(0, 1, 20))).batches([(0, 1)])
    assert batch.labels is None
    assert batch.columns["target"].tolist() == [0]


class Backwards(Sampler[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(9, -1, -1))


class Random(Sampler[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(torch.randperm(20).tolist())


@pytest.mark.parametrize(
    ("settings", "expected", "note"),
    [
        ({"batch_size": 6}, range(20), None),
        ({"shuffle": True}, range(20), "shuffle is ignored"),
        ({"batch_size": 6, "drop_last": True}, range(20), "drop_last is ignored"),
        ({"sampler": Backwards()}, range(9, -1, -1), "Backwards was drawn once"),
        ({"sampler": SubsetRandomSampler([7, 3, 5])}, [3, 5, 7], "subset"),
        ({"batch_sampler": BatchSampler(Backwards(), 4, False)}, range(9, -1, -1), "drawn once"),
        ({"batch_sampler": [[4, 5], [1]]}, [4, 5, 1], "list was drawn once"),
        ({"sampler": DistributedSampler(Items(pairs()), num_replicas=3, rank=1)}, range(20), "distributed"),
        ({"batch_size": None}, range(20), None),
    ],
)
def test_the_order_of_a_loader(settings: Any, expected: Any, note: str | None) -> None:
    loader = DataLoader(TensorDataset(X, Y), **settings)
    found = source(loader)
    np.testing.assert_array_equal(inputs_of(loader), X[list(expected)].numpy())
    assert (note or "") in " ".join(found.notes)
    assert bool(found.notes) == bool(note)


def test_a_random_sampler_is_frozen_and_moves_no_random_state() -> None:
    generator = torch.Generator().manual_seed(1)
    before, own = torch.get_rng_state(), generator.get_state()
    for sampler in (Random(), WeightedRandomSampler([1.0] * 20, 20, generator=generator)):
        found = source(DataLoader(TensorDataset(X, Y), sampler=sampler))
        first, second = (np.asarray(next(found.batches([(0, 20)])).inputs) for _ in range(2))
        np.testing.assert_array_equal(first, second)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(own, generator.get_state())


def test_a_loader_brings_its_batch_size_and_its_collating() -> None:
    found = source(DataLoader(Items(pairs()), batch_size=6, collate_fn=add_one))
    assert found.batch_size == 6
    np.testing.assert_array_equal(next(found.batches([(3, 5)])).inputs, X[3:5] + 1)
    assert source(DataLoader(Items(pairs()), batch_sampler=BatchSampler(Backwards(), 4, False))).batch_size == 4


class CountsWorkers(Items):
    def __getitem__(self, position: int) -> Any:
        info = torch.utils.data.get_worker_info()
        return X[position], 0 if info is None else info.seed


def test_workers_are_started_once_for_all_ranges() -> None:
    found = source(DataLoader(CountsWorkers(pairs()), num_workers=2))
    seeds = [
        int(batch.labels[0]) for batch in found.batches([(i, i + 1) for i in range(8)]) if batch.labels is not None
    ]
    assert len(seeds) == 8
    assert len(set(seeds)) == 2


@pytest.mark.parametrize("workers", [0, 1])
def test_differing_shapes_name_two_samples(workers: int) -> None:
    items = [(torch.zeros(3), 0)] * 20 + [(torch.zeros(4), 0)]
    with pytest.raises(DataError, match=r"sample 18: \(3,\), sample 20: \(4,\)"):
        list(source(DataLoader(Items(items), num_workers=workers)).batches([(18, 21)]))


class Fails(Items):
    def __getitem__(self, position: int) -> Any:
        if position == 17:
            raise OSError("the disk is gone")
        return super().__getitem__(position)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_dataset_that_fails_is_told_with_the_sample(workers: int) -> None:
    with pytest.raises(DataError, match="sample 17; it said: OSError: the disk is gone"):
        list(source(DataLoader(Fails(pairs()), num_workers=workers)).batches([(16, 19)]))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (Stream(), "islice"),
        (DataLoader(Stream(), batch_size=2), "islice"),
        ([], "no sample"),
        (TensorDataset(X[:0]), "no sample"),
        ([(Image.new("RGB", (4, 4)), 0)], "transform"),
        ([None], "nothing that a model"),
        (["text"], "nothing that a model"),
        ([{"text": "a"}], "'text'"),
        ([(X[0], -5)], "label -5"),
        ([Sample(X[0], columns={"a": 1}), Sample(X[0])], "differing columns"),
        ([Sample(X[0], thumbnail=X)], "thumbnail"),
        ([(object(), 1)], "one batch"),
        (DataLoader(Items(pairs()), collate_fn=lambda items: X), "another number"),
        (DataLoader(Items(pairs()), collate_fn=lambda items: "text"), "collate_fn"),
        (DataLoader(Items(pairs()), sampler=[0, 99]), "sample 99 of 20"),
    ],
)
def test_bad_data_is_refused(data: Any, says: str) -> None:
    with pytest.raises(DataError) as caught:
        source(data)
    assert says in str(caught.value)
    assert caught.value.remedy


def test_the_remedy_for_a_stream_works() -> None:
    np.testing.assert_array_equal(inputs_of(list(itertools.islice(Stream(), 10_000))), X.numpy())


def test_a_label_beyond_the_classes_names_its_sample() -> None:
    items = WithClasses([(X[0], 0)] * 18 + [(X[0], 4)])
    with pytest.raises(DataError, match="label 4 of sample 18"):
        list(source(items).batches([(16, 19)]))
    with pytest.raises(DataError, match="others later"):
        list(source([(X[0], 1.0)] * 18 + [(X[0], 0.5)]).batches([(16, 19)]))
