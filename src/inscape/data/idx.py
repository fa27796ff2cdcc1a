"""IDX files, the format of MNIST and of the data sets made like it: images and their labels, plain or gzipped.

The format: two zero bytes, a byte for the type of the numbers, a byte for the number of axes, the length of each axis
as a big-endian 32-bit integer, then the numbers, big-endian, the last axis fastest.
<http://yann.lecun.com/exdb/mnist/>
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from inscape.data.labels import encode_labels
from inscape.data.source import AnyArray, Batch, check_ranges
from inscape.errors import DataError

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_NAME = re.compile(r"idx\d+-ubyte(\.gz)?$|\.idx\d*(\.gz)?$")
_MOST_AXES = 8


class Idx:
    """A pair of IDX files: images (n, h, w) as float32 (n, 1, h, w), bytes as 0..1, and labels (n,).

    Args:
        images: the file of the images, plain or gzipped; or a folder that holds a pair (t10k-… before train-…).
        labels: the file of the labels; by default the one beside the images with `labels` and `idx1` in its name.
        class_names: names of the classes.
        shape: what a sample is given to the model as; by default (1, h, w).

    Raises:
        DataError: a file is missing, truncated or no IDX file, the lengths differ, or a sample does not fit `shape`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "two-images-idx3-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 255]))
    ...     next(Idx(path).batches([(0, 2)])).inputs.ravel().tolist()
    [0.0, 1.0]
    """

    kind = "idx"

    def __init__(
        self,
        images: str | Path,
        labels: str | Path | None = None,
        *,
        class_names: Sequence[str] | None = None,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        path = Path(images)
        if path.is_dir():
            path = _images_inside(path)
        pair = labels_beside(path) if labels is None else Path(labels)
        self._images = read_idx(path)
        if self._images.ndim < 2 or len(self._images) == 0:
            raise DataError(
                "this IDX file holds no images",
                got=f"{path}: shape {self._images.shape}",
                remedy="give the file of the images first, then the file of the labels",
            )
        default = self._images.shape[1:] if self._images.ndim > 3 else (1, *self._images.shape[1:])
        self._shape = default if shape is None else tuple(shape)
        if int(np.prod(self._shape)) != int(np.prod(self._images.shape[1:])):
            raise DataError(
                "the samples do not fit this shape",
                got=f"samples {self._images.shape[1:]}, shape {self._shape}",
                remedy="give a shape with as many numbers",
            )
        self.class_names = None if class_names is None else tuple(class_names)
        self._labels = None
        if pair is not None:
            encoded = encode_labels(read_idx(pair), len(self._images), class_names)
            self._labels = encoded.labels
        self.name = path.name
        self.batch_size: int | None = None
        self.skipped: tuple[tuple[str, str], ...] = ()
        self.notes: tuple[str, ...] = () if pair is not None else (f"no labels were found beside {path.name}",)

    def __len__(self) -> int:
        return len(self._images)

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        check_ranges(ranges, len(self))
        for start, stop in ranges:
            images = self._images[start:stop].reshape(stop - start, *self._shape).astype(np.float32)
            if self._images.dtype == np.uint8:
                images /= np.float32(255)
            yield Batch(start, images, labels=None if self._labels is None else self._labels[start:stop])


def is_idx(path: Path) -> bool:
    """Whether a file is named like an IDX file, or a folder holds the images of one.

    >>> is_idx(Path("t10k-images-idx3-ubyte.gz")), is_idx(Path("cat.jpg"))
    (True, False)
    """
    if path.is_dir():
        return any(_is_images(entry.name) for entry in path.iterdir())
    return _NAME.search(path.name) is not None


def labels_beside(path: Path) -> Path | None:
    """The file of the labels that belongs to a file of images, gzipped or not; None where there is none."""
    name = re.sub(r"idx\d+", "idx1", path.name.replace("images", "labels"))
    if name == path.name:
        return None
    bare = name.removesuffix(".gz")
    return next((path.with_name(n) for n in (name, bare, bare + ".gz") if path.with_name(n).is_file()), None)


def read_idx(path: Path) -> AnyArray:
    """Read an IDX file: an array in this machine's byte order.

    Raises:
        DataError: it is missing, truncated, longer than it says, or no IDX file.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise DataError("there is no such file", got=str(path), remedy="check the path") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            "this IDX file can't be read", got=f"{path}: {error}", remedy="check it, or get the file again"
        ) from error
    axes = content[3] if len(content) >= 4 else 0
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES or not 1 <= axes <= _MOST_AXES:
        raise DataError(
            "this is no IDX file",
            got=f"{path}, which begins with {content[:4].hex(' ') or 'nothing'}",
            remedy="give a file like t10k-images-idx3-ubyte, plain or gzipped",
        )
    kind = np.dtype(_TYPES[content[2]])
    header = 4 + 4 * axes
    shape = tuple(int(v) for v in np.frombuffer(content[4:header], ">u4")) if len(content) >= header else ()
    expected = header + int(np.prod(shape, dtype=object)) * kind.itemsize
    if not shape or len(content) != expected:
        raise DataError(
            "this IDX file is damaged",
            got=f"{path}: {len(content):,} bytes where its header says {expected:,} (shape {shape})",
            remedy="get the file again",
        )
    return np.frombuffer(content, kind, offset=header).reshape(shape).astype(kind.newbyteorder("="))


def _is_images(name: str) -> bool:
    return _NAME.search(name) is not None and "images" in name


def _images_inside(folder: Path) -> Path:
    found = sorted(entry for entry in folder.iterdir() if _is_images(entry.name))
    if not found:
        raise DataError(
            "there is no IDX file of images in this folder", got=str(folder), remedy="give t10k-images-idx3-ubyte(.gz)"
        )
    held_out = [path for path in found if not path.name.startswith("train")]
    return (held_out or found)[0]
