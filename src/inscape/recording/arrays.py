"""Zarr arrays as Inscape writes them, and lazily read ones whose damage has a name."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import Crc32cCodec

from inscape.errors import CorruptRecording

AnyArray = NDArray[Any]

CHUNK_BYTES = 4 << 20
"""What a chunk aims at: large enough to be written at the disk's rate, small enough to be buffered for every layer."""

BUFFER_BYTES = 256 << 20
"""What the open chunks of all layers together may take while recording."""


def chunk_rows(row_bytes: int, part: int, layers: int = 1) -> int:
    """Choose how many samples a chunk holds: the largest power-of-two share of a part that stays under the aim."""
    aim = min(CHUNK_BYTES, max(BUFFER_BYTES // max(layers, 1), 1 << 18))
    rows = part
    while rows % 2 == 0 and rows * row_bytes > aim:
        rows //= 2
    return rows


def create_array(
    root: Path,
    path: str,
    *,
    shape: Sequence[int],
    chunks: Sequence[int],
    dtype: Any,
    dimensions: Sequence[str],
    attributes: dict[str, Any] | None = None,
) -> zarr.Array[Any]:
    """Create one array: named dimensions, uncompressed chunks, each with its CRC-32C."""
    store_path = root / path
    store_path.parent.mkdir(parents=True, exist_ok=True)
    return zarr.create_array(
        store=zarr.storage.LocalStore(root),
        name=path,
        shape=tuple(shape),
        chunks=tuple(max(1, c) for c in chunks),
        dtype=dtype,
        compressors=[Crc32cCodec()],
        filters=None if dtype is str else (),
        fill_value="" if dtype is str else 0,
        dimension_names=tuple(dimensions),
        attributes=attributes or {},
        config={"write_empty_chunks": True},
    )


def open_array(root: Path, path: str, *, write: bool = False) -> zarr.Array[Any]:
    """Open an array of the store; for writing, with empty chunks written too (an absent file is always damage)."""
    array = zarr.open_array(zarr.storage.LocalStore(root, read_only=not write), path=path, mode="r+" if write else "r")
    return array.with_config({"write_empty_chunks": True}) if write else array


def create_group(root: Path, path: str, attributes: dict[str, Any] | None = None) -> None:
    """Create a group, with the groups above it, or renew its attributes."""
    store = zarr.storage.LocalStore(root)
    group = zarr.open_group(store, path=path, mode="a", zarr_format=3)
    if attributes is not None:
        group.attrs.put(attributes)


def digest_rows(hasher: Any, block: AnyArray) -> None:
    """Add a block of rows to a digest; strings count by their UTF-8 bytes and their lengths."""
    if block.dtype.kind in "OUT":
        for text in block.tolist():
            encoded = str(text).encode()
            hasher.update(len(encoded).to_bytes(8, "little") + encoded)
    else:
        hasher.update(np.ascontiguousarray(block).data.cast("B"))


def digest_array(array: AnyArray) -> str:
    """Digest a whole array by its content."""
    hasher = hashlib.sha256()
    digest_rows(hasher, array)
    return hasher.hexdigest()


class LazyArray:
    """An array of a recording which is read when it is asked for: by slicing, or whole by `np.asarray`.

    Raises:
        CorruptRecording: a chunk is missing, truncated, or fails its checksum; the message names it.
    """

    def __init__(self, root: Path, path: str, digest: str | None = None) -> None:
        self._root = root
        self._array = open_array(root, path)
        self.path = path
        self.digest = digest

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, known without reading."""
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements, known without reading."""
        return np.dtype(self._array.dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of a chunk."""
        return self._array.chunks

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the axes."""
        names = self._array.metadata.to_dict().get("dimension_names")
        return tuple(str(n) for n in names) if isinstance(names, list | tuple) else ()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, selection: Any) -> AnyArray:
        if isinstance(selection, int | np.integer):
            row = int(selection) + (len(self) if selection < 0 else 0)
            if not 0 <= row < len(self):
                raise IndexError(f"sample {int(selection)} of {len(self)}")
            selection = row
        try:
            self._require_chunks(selection)
            if isinstance(selection, list | np.ndarray):
                return np.asarray(self._array.oindex[np.asarray(selection)])
            return np.asarray(self._array[selection])
        except (IndexError, TypeError):
            raise
        except Exception as error:
            damage = next(iter(self.damage()), None)
            if damage is None:
                raise
            raise corrupt(self._root, *damage) from error

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> AnyArray:
        whole = self[...]
        return whole if dtype is None else whole.astype(dtype)

    def __repr__(self) -> str:
        return f"LazyArray({self.path}, {self.shape}, {self.dtype})"

    def blocks(self) -> Iterator[AnyArray]:
        """Read the array in order, some whole chunks of rows at a time."""
        for start in range(0, len(self), self.chunks[0]):
            yield self[start : start + self.chunks[0]]

    def damage(self) -> Iterator[tuple[str, str]]:
        """Find every chunk that is missing or does not read: pairs of its file and what is wrong."""
        counts = [-(-s // c) for s, c in zip(self.shape, self.chunks, strict=True)]
        for index in itertools.product(*(range(n) for n in counts)):
            file = "/".join([self.path, "c", *map(str, index)])
            if not (self._root / file).exists():
                yield file, "the file is missing"
                continue
            region = tuple(
                slice(i * c, min((i + 1) * c, s)) for i, c, s in zip(index, self.chunks, self.shape, strict=True)
            )
            try:
                self._array[region]
            except Exception as error:
                yield file, str(error).splitlines()[0] if str(error) else type(error).__name__

    def _require_chunks(self, selection: Any) -> None:
        """Zarr reads an absent chunk as zeros; here every chunk was written, so an absent one is damage."""
        if isinstance(selection, slice):
            start, stop, _ = selection.indices(len(self))
        elif isinstance(selection, int):
            start, stop = selection, selection + 1
        else:
            start, stop = 0, len(self)
        step = self.chunks[0]
        for row in range(start // step, -(-stop // step) if stop > start else start // step):
            file = "/".join([self.path, "c", str(row), *["0"] * (self.ndim - 1)])
            if not (self._root / file).exists():
                raise corrupt(self._root, file, "the file is missing")


def corrupt(root: Path, file: str, problem: str) -> CorruptRecording:
    """Make the error for one damaged file of a recording."""
    return CorruptRecording(
        f"the recording is damaged: {file}",
        got=f"{problem} ({root})",
        remedy="restore the file from a copy; or delete the receipt of its part and resume; or record again",
    )
