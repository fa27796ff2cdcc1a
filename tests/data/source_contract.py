"""What every source promises. A test class of a kind of source inherits `SourceContract` and gives the fixture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cloudpickle
import numpy as np
import pytest

from inscape.data import Batch, Source
from inscape.errors import DataError

KINDS = ("folder", "array", "idx", "torch", "digits", "joined")


def leaves(inputs: Any) -> list[np.ndarray[Any, Any]]:
    """All arrays of a batch's inputs."""
    if isinstance(inputs, Mapping):
        return [array for key in sorted(inputs) for array in leaves(inputs[key])]
    if isinstance(inputs, tuple):
        return [array for part in inputs for array in leaves(part)]
    return [np.asarray(inputs)]


def assert_same(a: Batch, b: Batch) -> None:
    assert a.start == b.start
    assert len(a) == len(b)
    for x, y in zip(leaves(a.inputs), leaves(b.inputs), strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)
    assert (a.labels is None) == (b.labels is None)
    if a.labels is not None and b.labels is not None:
        np.testing.assert_array_equal(a.labels, b.labels)
    assert list(a.columns) == list(b.columns)
    for name in a.columns:
        np.testing.assert_array_equal(a.columns[name], b.columns[name])
    assert (a.thumbnails is None) == (b.thumbnails is None)
    for x, y in zip(a.thumbnails or (), b.thumbnails or (), strict=True):
        np.testing.assert_array_equal(x, y)


class SourceContract:
    """At least seven samples are wanted of the fixture `source`."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    def test_it_says_what_it_is(self, source: Source) -> None:
        assert isinstance(source, Source)
        assert source.name
        assert source.kind in KINDS
        assert len(source) >= 7
        assert isinstance(source.notes, tuple)
        assert isinstance(source.skipped, tuple)
        assert source.class_names is None or all(isinstance(name, str) for name in source.class_names)
        assert source.batch_size is None or source.batch_size > 0

    def test_a_batch_for_each_range_in_the_order_given(self, source: Source) -> None:
        ranges = [(4, 7), (0, 3), (3, 4)]
        batches = list(source.batches(ranges))
        assert [(b.start, b.start + len(b)) for b in batches] == ranges

    def test_every_part_has_one_entry_a_sample(self, source: Source) -> None:
        (batch,) = source.batches([(1, 6)])
        for array in leaves(batch.inputs):
            assert array.shape[0] == 5
            assert array.dtype.kind in "biuf"
        if batch.labels is not None:
            assert batch.labels.shape == (5,)
            assert batch.labels.dtype == np.int64
            assert batch.labels.min() >= -1
            if source.class_names is not None:
                assert batch.labels.max() < len(source.class_names)
        for name, values in batch.columns.items():
            assert isinstance(values, np.ndarray), name
            assert values.shape == (5,)
            assert values.dtype.kind in "biufO"
        for thumbnail in batch.thumbnails or ():
            assert thumbnail.dtype == np.uint8
            assert max(thumbnail.shape[:2]) <= 64
            assert thumbnail.ndim == 2 or thumbnail.shape[2] == 3
        assert batch.thumbnails is None or len(batch.thumbnails) == 5

    def test_it_answers_the_same_every_time(self, source: Source) -> None:
        for a, b in zip(source.batches([(0, 3), (3, 7)]), source.batches([(0, 3), (3, 7)]), strict=True):
            assert_same(a, b)

    def test_a_range_does_not_depend_on_how_it_is_cut(self, source: Source) -> None:
        (whole,) = source.batches([(0, 6)])
        pieces = list(source.batches([(0, 1), (1, 4), (4, 6)]))
        for i, array in enumerate(leaves(whole.inputs)):
            np.testing.assert_array_equal(array, np.concatenate([leaves(p.inputs)[i] for p in pieces]))
        for name, values in whole.columns.items():
            np.testing.assert_array_equal(values, np.concatenate([p.columns[name] for p in pieces]))
        if whole.labels is not None:
            labels = [p.labels for p in pieces if p.labels is not None]
            np.testing.assert_array_equal(whole.labels, np.concatenate(labels))

    def test_another_process_reads_the_same(self, source: Source) -> None:
        sent = cloudpickle.loads(cloudpickle.dumps(source))
        assert len(sent) == len(source)
        assert sent.class_names == source.class_names
        assert_same(next(iter(source.batches([(2, 5)]))), next(iter(sent.batches([(2, 5)]))))

    def test_batches_may_be_left_half_read(self, source: Source) -> None:
        batches = iter(source.batches([(0, 2), (2, 4), (4, 6)]))
        next(batches)
        del batches
        assert len(next(iter(source.batches([(0, 2)])))) == 2

    def test_the_random_state_is_left_alone(self, source: Source) -> None:
        import torch

        before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
        list(source.batches([(0, 3), (3, 6)]))
        assert torch.equal(before, torch.get_rng_state())
        np.testing.assert_array_equal(numpy_before, np.random.get_state()[1])

    @pytest.mark.parametrize("outside", [(0, 10**9), (-1, 2), (3, 3), (4, 2)])
    def test_a_range_outside_is_refused(self, source: Source, outside: tuple[int, int]) -> None:
        with pytest.raises(DataError, match="range"):
            list(source.batches([outside]))
