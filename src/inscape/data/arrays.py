"""Arrays and tensors as data: in memory, or .npy and .npz files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from inscape.data.items import is_array, split_mapping
from inscape.data.labels import as_column, encode_labels
from inscape.data.source import AnyArray, Batch, Labels, check_ranges
from inscape.errors import DataError

_INPUT_KEYS = ("x", "X", "images", "inputs", "input", "data", "arr_0")
_LABEL_KEYS = ("y", "Y", "labels", "label", "targets", "arr_1")
_SIGNED = {"uint16": np.int32, "uint32": np.int64, "uint64": np.int64}


class Arrays:
    """Samples along the first axis of an array, of a tensor, or of several of them.

    float64 is given to the model as float32, which is what models compute in.

    Args:
        inputs: (n, …) array or tensor; a tuple of them (positional arguments) or a dict (keyword arguments). Of a
            dict, `label` or `labels`, and whatever has one value a sample, are taken out as labels and columns.
        labels: (n,) integers or strings, see `encode_labels`.
        class_names: names of the classes.
        columns: more about each sample by name, (n,) each.
        name: what a person calls it.

    Raises:
        DataError: no sample, another number of labels or of values than of samples, or an array that holds no numbers.

    >>> source = Arrays(np.zeros((4, 3)), labels=[0, 1, 1, 0])
    >>> next(source.batches([(1, 3)])).labels.tolist()
    [1, 1]
    """

    kind = "array"

    def __init__(
        self,
        inputs: Any,
        labels: Any = None,
        *,
        class_names: Sequence[str] | None = None,
        columns: Mapping[str, Any] | None = None,
        name: str = "array",
    ) -> None:
        extra: dict[str, Any] = {}
        if isinstance(inputs, Mapping):
            inputs, own_labels, extra = split_mapping(inputs)
            labels = own_labels if labels is None else labels
        self._inputs = _check(inputs)
        self._samples = _length(self._inputs)
        self.name = name
        self.batch_size: int | None = None
        self.skipped: tuple[tuple[str, str], ...] = ()
        self.class_names = None if class_names is None else tuple(class_names)
        self._labels: Labels | None = None
        self._columns = {k: as_column(k, v, self._samples) for k, v in {**extra, **(columns or {})}.items()}
        if labels is not None:
            encoded = encode_labels(labels, self._samples, class_names)
            self._labels, self.class_names = encoded.labels, encoded.class_names
            self._columns = {**encoded.columns, **self._columns}
        self.notes = _notes(self._inputs)

    def __len__(self) -> int:
        return self._samples

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        check_ranges(ranges, len(self))
        for start, stop in ranges:
            yield Batch(
                start,
                _slice(self._inputs, start, stop),
                labels=None if self._labels is None else self._labels[start:stop],
                columns={name: values[start:stop] for name, values in self._columns.items()},
            )


class ArrayFile(Arrays):
    """An array in a .npy file, read as it is needed, or the arrays of an .npz file.

    Args:
        path: the file; of an .npz, `x` (or images, inputs, data) are the inputs, `y` (or labels, targets) the labels.
        labels, class_names, columns: as for `Arrays`.

    Raises:
        DataError: the file is missing, is damaged, holds objects (which only unpickling could read), or no inputs.
    """

    def __init__(
        self,
        path: str | Path,
        labels: Any = None,
        *,
        class_names: Sequence[str] | None = None,
        columns: Mapping[str, Any] | None = None,
    ) -> None:
        self._path = Path(path).absolute()
        inputs, own_labels = _read_pair(self._path)
        super().__init__(
            inputs,
            own_labels if labels is None else labels,
            class_names=class_names,
            columns=columns,
            name=self._path.name,
        )

    def __getstate__(self) -> dict[str, Any]:
        # Another process maps the file again: pickling a mapped array would send all of it.
        return {**self.__dict__, "_inputs": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._inputs = _read_pair(self._path)[0]


def load_array(path: Path) -> AnyArray:
    """One array of a .npy file, mapped into memory; objects are never unpickled."""
    loaded = _load(path)
    if not isinstance(loaded, np.ndarray):
        raise DataError("this is no .npy file", got=str(path), remedy="give an array written by numpy.save")
    return loaded


def _read_pair(path: Path) -> tuple[Any, Any]:
    loaded = _load(path)
    if isinstance(loaded, np.ndarray):
        return loaded, None
    inputs = next((key for key in _INPUT_KEYS if key in loaded), None)
    if inputs is None and len(loaded) == 1:
        inputs = next(iter(loaded))
    if inputs is None:
        raise DataError(
            "this .npz file does not say which array holds the inputs",
            got=f"{path}: {', '.join(sorted(loaded)) or 'no array'}",
            remedy="save it with numpy.savez(path, x=inputs, y=labels)",
        )
    labels = next((key for key in _LABEL_KEYS if key in loaded and key != inputs), None)
    return loaded[inputs], None if labels is None else loaded[labels]


def _load(path: Path) -> AnyArray | dict[str, AnyArray]:
    try:
        with path.open("rb") as file:  # numpy itself leaves the file open where it is damaged
            if file.read(2) == b"PK":
                file.seek(0)
                with np.load(file, allow_pickle=False) as loaded:
                    return {key: loaded[key] for key in loaded.files}
        array: AnyArray = np.load(path, allow_pickle=False, mmap_mode="r")
        return array
    except FileNotFoundError as error:
        raise DataError("there is no such file", got=str(path), remedy="check the path") from error
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        objects = "allow_pickle" in str(error) or "Python objects" in str(error)
        raise DataError(
            "this file can't be read as an array",
            got=f"{path}: {'it holds Python objects' if objects else error}",
            remedy="save numbers or fixed-length strings"
            if objects
            else "write it again with numpy.save or numpy.savez",
        ) from error


def _check(inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return {key: _check(value) for key, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(_check(value) for value in inputs)
    if not is_array(inputs):
        raise DataError("this is no array", got=type(inputs).__name__, remedy="give an array or a tensor (n, …)")
    if isinstance(inputs, np.ndarray) and inputs.dtype.kind not in "biuf":
        hint = "; pass texts as columns={'text': …}" if inputs.dtype.kind in "OUST" else ""
        raise DataError(
            "the array holds no real numbers",
            got=f"{inputs.dtype} of shape {inputs.shape}",
            remedy=f"give floats or integers, every sample of one shape{hint}",
        )
    if inputs.ndim == 0 or inputs.shape[0] == 0:
        raise DataError(
            "there is no sample", got=f"an array of shape {tuple(inputs.shape)}", remedy="give (n, …), n > 0"
        )
    return inputs


def _length(inputs: Any) -> int:
    parts = list(inputs.values()) if isinstance(inputs, Mapping) else inputs if isinstance(inputs, tuple) else [inputs]
    lengths = {int(part.shape[0]) for part in parts}
    if len(lengths) != 1:
        raise DataError(
            "the inputs do not have one number of samples",
            got=", ".join(str(tuple(part.shape)) for part in parts) or "no array",
            remedy="give arrays with the same first axis",
        )
    return lengths.pop()


def _slice(inputs: Any, start: int, stop: int) -> Any:
    if isinstance(inputs, Mapping):
        return {key: _slice(value, start, stop) for key, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(_slice(value, start, stop) for value in inputs)
    part = inputs[start:stop]
    if hasattr(part, "detach"):
        part = part.detach()
        return part.float() if str(part.dtype) == "torch.float64" else part
    kind = np.dtype(_SIGNED.get(part.dtype.name, part.dtype)).newbyteorder("=")  # torch knows no other byte order
    # Always a copy of a file or of what is not to be written to: torch shares memory with what it is given.
    part = part.astype(np.float32 if kind == np.float64 else kind, copy=isinstance(part, np.memmap))
    part = np.ascontiguousarray(part)
    return part if part.flags.writeable else part.copy()


def _notes(inputs: Any) -> tuple[str, ...]:
    parts = list(inputs.values()) if isinstance(inputs, Mapping) else inputs if isinstance(inputs, tuple) else [inputs]
    if any(str(part.dtype).removeprefix("torch.") == "float64" for part in parts):
        return ("float64 is given to the model as float32",)
    return ()
