"""Datasets and DataLoaders: anything with a length whose items can be asked for by position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from inscape.data.items import Parts, as_sample, collate_samples, parts_of_collated
from inscape.data.labels import NONE, as_column, encode_labels
from inscape.data.source import AnyArray, Batch, Labels, check_ranges
from inscape.errors import DataError

if TYPE_CHECKING:
    from torch.utils.data import DataLoader

_LOOK = 16
"""Samples read at once, to find out whether labels are classes."""


class TorchData:
    """A dataset, or the dataset of a DataLoader, in its own order.

    Of a loader its `collate_fn`, `num_workers`, `worker_init_fn` and `batch_size` are used. A sampler that shuffles is
    ignored, as is `drop_last`; the order of a sampler of another kind is drawn once and kept. What items may be is said
    at `inscape.data.items.as_sample`.

    Args:
        data: an object with `__len__` and `__getitem__` (a list too), or a `torch.utils.data.DataLoader`.
        class_names: names of the classes; by default the dataset's attribute `classes`, as torchvision has it. Labels
            that are strings need one of them.

    Raises:
        DataError: no sample, a stream without random access, or items of which nothing can be given to a model.

    >>> source = TorchData([(np.zeros(3, np.float32), 0), (np.ones(3, np.float32), 1)], class_names=["zeros", "ones"])
    >>> [batch.labels.tolist() for batch in source.batches([(0, 2)])]
    [[0, 1]]
    """

    kind = "torch"

    def __init__(self, data: Any, *, class_names: Sequence[str] | None = None) -> None:
        from torch.utils.data import DataLoader

        loader = data if isinstance(data, DataLoader) else None
        dataset = data if loader is None else loader.dataset
        self._dataset = dataset
        size = _length(dataset)
        notes: list[str] = []
        self._order = None if loader is None else _order(loader, size, notes)
        self._samples = size if self._order is None else len(self._order)
        if self._samples == 0:
            raise DataError(
                "there is no sample", got=f"{type(dataset).__name__} of length 0", remedy="give at least one"
            )
        self.name = type(dataset).__name__
        self.batch_size: int | None = None if loader is None else _batch_size(loader)
        self.skipped: tuple[tuple[str, str], ...] = ()
        self._settings = {} if loader is None else _settings(loader)
        self._collate: Callable[[list[Any]], Any] | None = None if loader is None else _own_collate(loader)
        self.class_names = _class_names(dataset, class_names)
        self._quantity = False
        self._look(notes)
        self.notes = tuple(notes)

    def _look(self, notes: list[str]) -> None:
        """Read the first samples: are they readable, and are their labels classes?"""
        count = min(_LOOK, self._samples)
        labels = next(self._read([(0, count)])).labels
        if labels is None:
            return
        named = isinstance(labels, list | tuple) and any(isinstance(label, str) for label in labels)
        if named and self.class_names is None:
            self._quantity = True
            notes.append(
                "labels are strings: they are kept as the column 'target'; give class_names to make them labels"
            )
        elif "target" in encode_labels(_numbers(labels), count, self.class_names).columns:
            self._quantity = True
            notes.append("labels are no whole numbers: they are kept as the column 'target'")

    def __len__(self) -> int:
        return self._samples

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        check_ranges(ranges, len(self))
        for (start, stop), parts in zip(ranges, self._read(ranges), strict=True):
            columns: dict[str, AnyArray] = {n: as_column(n, v, stop - start) for n, v in parts.columns.items()}
            labels, target = self._labels(parts.labels, start, stop)
            columns.update(target)
            yield Batch(start, parts.inputs, labels=labels, thumbnails=parts.thumbnails, columns=columns)

    def _labels(self, labels: Any, start: int, stop: int) -> tuple[Labels | None, dict[str, AnyArray]]:
        if labels is None:
            return None, {}
        if self._quantity:
            return None, {"target": as_column("target", labels, stop - start)}
        encoded = encode_labels(_numbers(labels), stop - start, self.class_names, start)
        if encoded.labels is None:
            raise DataError(
                "labels are whole numbers at first, and others later",
                got=f"samples {start} to {stop}",
                remedy="give integers as labels, or put the quantity into a column of its own",
            )
        return encoded.labels, {}

    def _read(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Parts]:
        """One loader over all ranges, so that its workers are started once."""
        import torch
        from torch.utils.data import DataLoader

        positions = [list(range(start, stop)) for start, stop in ranges]
        wanted = positions if self._order is None else [[self._order[p] for p in batch] for batch in positions]
        numbered: Any = _Numbered(self._dataset)
        loader: DataLoader[Any] = DataLoader(
            numbered,
            batch_sampler=wanted,
            collate_fn=_Collate(self._collate),
            # A generator of its own: drawing the workers' seeds leaves the global random state alone.
            generator=torch.Generator().manual_seed(0),
            **self._settings,
        )
        for parts in loader:
            if isinstance(parts, DataError):
                raise parts
            yield parts


class _Numbered:
    """A dataset whose items know their positions."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, position: int) -> tuple[int, Any]:
        try:
            return position, self._dataset[position]
        except Exception as error:
            # Returned, not raised: a worker's exception would come back as another one, wrapped in its traceback.
            said = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"
            return position, DataError(
                "the dataset failed to give a sample",
                got=f"sample {position}; it said: {said}",
                remedy="mend or leave out this sample: torch.utils.data.Subset(dataset, good_positions)",
            )


@dataclass(frozen=True)
class _Collate:
    """Makes the parts of a batch, in the worker where there are any."""

    own: Callable[[list[Any]], Any] | None

    def __call__(self, numbered: list[tuple[int, Any]]) -> Parts | DataError:
        from torch.utils.data import default_collate

        positions, items = [position for position, _ in numbered], [item for _, item in numbered]
        failed = next((item for item in items if isinstance(item, DataError)), None)
        if failed is not None:
            return failed
        try:
            if self.own is not None:
                return parts_of_collated(self.own(items), len(items))
            return collate_samples([as_sample(item) for item in items], default_collate, positions)
        except DataError as error:
            return error


def _numbers(labels: Any) -> Any:
    """Labels with -1 in place of None, where they are numbers."""
    if isinstance(labels, list | tuple) and not any(isinstance(label, str) for label in labels):
        return np.array([NONE if label is None else label for label in labels])
    return labels


def is_dataset(data: Any) -> bool:
    """Whether data is a DataLoader, a torch Dataset, or has items by position."""
    if hasattr(data, "__len__") and hasattr(data, "__getitem__"):
        return not isinstance(data, str | bytes | dict)
    from torch.utils.data import DataLoader, Dataset

    return isinstance(data, DataLoader | Dataset)


def _length(dataset: Any) -> int:
    from torch.utils.data import IterableDataset

    streamed = isinstance(dataset, IterableDataset) or not hasattr(dataset, "__getitem__")
    if not streamed:
        try:
            return len(dataset)
        except (TypeError, NotImplementedError):
            pass
    raise DataError(
        "the number of samples must be known, and any of them readable by its position, before recording",
        got=f"{type(dataset).__name__}, {'a stream' if streamed else 'without a length'}",
        remedy="take some of it into memory: list(itertools.islice(dataset, 10_000))",
    )


def _order(loader: DataLoader[Any], size: int, notes: list[str]) -> list[int] | None:
    """The positions which a loader's sampler draws; None for all of them in the dataset's order."""
    from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler
    from torch.utils.data.distributed import DistributedSampler

    custom = type(loader.batch_sampler) not in (BatchSampler, type(None))
    sampler: Any = loader.batch_sampler if custom else getattr(loader.batch_sampler, "sampler", loader.sampler)
    if getattr(loader, "drop_last", False):
        notes.append("drop_last is ignored: the last samples are recorded too")
    if isinstance(sampler, SequentialSampler):
        return None
    if isinstance(sampler, RandomSampler):
        notes.append("shuffle is ignored: samples are recorded in the dataset's order")
        return None
    if isinstance(sampler, DistributedSampler):
        notes.append("the distributed sampler is ignored: all samples are recorded, in the dataset's order")
        return None
    if isinstance(sampler, SubsetRandomSampler):
        notes.append("shuffle is ignored: the sampler's subset is recorded in the dataset's order")
        return sorted(int(i) for i in sampler.indices)
    order = _draw(sampler)
    outside = [i for i in order if not -size <= i < size]
    if outside:
        raise DataError(
            "the sampler draws samples that the dataset does not have",
            got=f"sample {outside[0]} of {size}",
            remedy="give a sampler of positions from 0 to the dataset's length",
        )
    notes.append(f"the order of {type(sampler).__name__} was drawn once: {len(order):,} samples")
    return order


def _draw(sampler: Any) -> list[int]:
    """One pass of a sampler, without moving a random state."""
    import torch

    generator = getattr(sampler, "generator", None)
    state = None if generator is None else generator.get_state()
    with torch.random.fork_rng(devices=[]):
        drawn = list(sampler)
    if generator is not None:
        generator.set_state(state)
    nested = chain.from_iterable(d if isinstance(d, list | tuple) else [d] for d in drawn)
    return [int(i) for i in nested]


def _batch_size(loader: DataLoader[Any]) -> int | None:
    size = getattr(loader.batch_sampler, "batch_size", loader.batch_size)
    return size if isinstance(size, int) else None


def _settings(loader: DataLoader[Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"num_workers": loader.num_workers, "worker_init_fn": loader.worker_init_fn}
    if loader.num_workers:
        settings |= {
            "timeout": loader.timeout,
            "prefetch_factor": loader.prefetch_factor,
            "multiprocessing_context": loader.multiprocessing_context,
        }
    return settings


def _own_collate(loader: DataLoader[Any]) -> Callable[[list[Any]], Any] | None:
    from torch.utils.data import default_collate, default_convert

    # torch's own are replaced by one that also knows None labels, `Sample` and whose complaints name the samples.
    return None if loader.collate_fn in (default_collate, default_convert) else loader.collate_fn


def _class_names(dataset: Any, given: Sequence[str] | None) -> tuple[str, ...] | None:
    if given is not None:
        return tuple(str(name) for name in given)
    classes = getattr(dataset, "classes", None)
    if isinstance(classes, list | tuple) and classes and all(isinstance(name, str | int) for name in classes):
        names = tuple(str(name) for name in classes)
        return names if len(set(names)) == len(names) else None
    inner = getattr(dataset, "dataset", None)  # a Subset's
    return None if inner is None else _class_names(inner, None)
