"""The bundled digits: 10,000 real MNIST digits inside of the package. Where they come from: DIGITS.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from inscape.data.source import AnyArray, Batch, Labels, check_ranges
from inscape.errors import DataError, WrongCall

FILE = Path(__file__).with_name("digits.npz")
TRAIN = 8_000
SPLITS = {"train": slice(0, TRAIN), "test": slice(TRAIN, None), "all": slice(None)}

Images = np.ndarray[Any, np.dtype[np.float32]]


def digits(split: str = "all") -> tuple[Images, Labels]:
    """The bundled digits as arrays.

    Args:
        split: train (8,000), test (2,000, none of them in train) or all (10,000, train first).

    Returns:
        Images (n, 1, 28, 28) float32 in 0..1, white on black, and labels (n,) int64, 0 to 9; classes are mixed.

    Raises:
        WrongCall: there is no such split.
        DataError: the file that came with the package is missing or damaged.

    >>> images, labels = digits("test")
    >>> images.shape, images.dtype, float(images.max()), labels.shape
    ((2000, 1, 28, 28), dtype('float32'), 1.0, (2000,))
    """
    levels, labels = _load()
    chosen = _split(split)
    return _scaled(levels[chosen]), labels[chosen].astype(np.int64)


class Digits:
    """The bundled digits as a source.

    Args:
        split: train, test or all.

    >>> source = Digits("test")
    >>> len(source), source.name
    (2000, 'digits:test')
    """

    kind = "digits"

    def __init__(self, split: str = "all") -> None:
        self._split = split
        self._samples = len(_load()[1][_split(split)])
        self.name = "digits" if split == "all" else f"digits:{split}"
        self.class_names: tuple[str, ...] | None = tuple("0123456789")
        self.batch_size: int | None = None
        self.notes: tuple[str, ...] = ()
        self.skipped: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return self._samples

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        check_ranges(ranges, len(self))
        levels, labels = (array[_split(self._split)] for array in _load())
        first = TRAIN if self._split == "test" else 0
        for start, stop in ranges:
            positions = np.arange(first + start, first + stop)
            yield Batch(
                start,
                _scaled(levels[start:stop]),
                labels=labels[start:stop].astype(np.int64),
                columns={"split": np.where(positions < TRAIN, "train", "test").astype(object)},
            )


def _split(split: str) -> slice:
    if split not in SPLITS:
        raise WrongCall(
            "there is no such split of the digits", got=repr(split), remedy=f"choose one of: {', '.join(SPLITS)}"
        )
    return SPLITS[split]


def _scaled(levels: AnyArray) -> Images:
    images: Images = levels[:, None].astype(np.float32)
    images /= np.float32(255)
    return images


@cache
def _load() -> tuple[AnyArray, AnyArray]:
    """Grey levels (10000, 28, 28) and labels (10000,), uint8."""
    import zipfile

    try:
        with FILE.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            "the bundled digits can't be read", got=f"{FILE.name}: {error}", remedy="install inscape again"
        ) from error
    for array in (images, labels):
        array.flags.writeable = False  # shared by everybody who asks
    return images, labels
