"""A folder of images, one folder a class."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from inscape.data.images import MODES, Geometry, check_image, decode, to_pixels
from inscape.data.source import AnyArray, Batch, Thumbnail, check_ranges
from inscape.data.thumbnails import shrink
from inscape.errors import DataError, WrongCall

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".jp2", ".avif", ".tga")
)
_AHEAD = 2
_THREADS = min(4, os.cpu_count() or 1)


class Folder:
    """The images of a folder: float32 (n, channels, h, w).

    Folders inside are classes, in the order of their names; images directly in the folder have no label. EXIF
    orientation is applied; grey, palette, 16-bit and CMYK images become `mode`; transparency is laid over white. Every
    file is decoded once at the beginning, so that the number of samples is known before anything is recorded.

    Args:
        path: the folder.
        size: crop to this many pixels in the center: one number or (h, w). Without it every image keeps its size, and
            all must have the same.
        resize: before that, scale the shorter side to this many pixels (bicubic, antialiased); by default to `size`.
        mode: RGB or L (grey).
        mean: subtracted from the pixel values, which are 0..1: one number, or one a channel.
        std: what they are divided by then.
        transform: PIL image (oriented, in `mode`) → tensor or array, in place of all of the above but `mode`.
        strict: an unreadable image is an error; otherwise it is left out and named in `skipped`.
        progress: called with 1 for every file that was looked at.

    Raises:
        DataError: no such folder, no image in it, or an unreadable one with `strict`.
        WrongCall: a size, mode, mean or std that makes no sense.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as photos:
    ...     Image.new("RGB", (640, 480), "red").save(Path(photos, "red.png"))
    ...     source = Folder(photos, size=224, resize=256, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    ...     next(source.batches([(0, 1)])).inputs.shape
    (1, 3, 224, 224)
    """

    kind = "folder"

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        size: int | tuple[int, int] | None = None,
        resize: int | None = None,
        mode: str = "RGB",
        mean: float | Sequence[float] = 0.0,
        std: float | Sequence[float] = 1.0,
        transform: Callable[[Any], Any] | None = None,
        strict: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._path = Path(path).absolute()
        self._geometry = Geometry.of(size, resize)
        if mode not in MODES:
            raise WrongCall("there is no such mode", got=repr(mode), remedy=f"choose one of: {', '.join(MODES)}")
        self._mode, self._transform = mode, transform
        self._mean, self._std = _a_channel("mean", mean, MODES[mode]), _a_channel("std", std, MODES[mode])
        if not (self._std > 0).all():
            raise WrongCall(
                "std must be positive", got=str(std), remedy="give what pixel values in 0..1 are divided by"
            )
        classes, files = _list(self._path)
        good, self.skipped = _scan(self._path, files, strict, progress)
        if not good:
            raise DataError(
                "no image in this folder can be read",
                got=f"{self._path}: {len(self.skipped)} files; the first: {': '.join(self.skipped[0])}",
                remedy="give a folder of JPEG, PNG, WebP, TIFF, BMP or GIF files",
            )
        self._files = good
        self.class_names: tuple[str, ...] | None = classes or None
        index = {name: i for i, name in enumerate(classes)}
        self._labels = np.array([index.get(file.split("/")[0] if "/" in file else "", -1) for file in good], np.int64)
        self.name = self._path.name or str(self._path)
        self.batch_size: int | None = None
        self.notes = _notes(self.skipped)

    def __len__(self) -> int:
        return len(self._files)

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        from concurrent.futures import Future, ThreadPoolExecutor

        check_ranges(ranges, len(self))
        waiting: list[list[Future[tuple[AnyArray, Thumbnail]]]] = []
        ahead = iter(ranges)
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="inscape-decode") as pool:

            def submit() -> None:
                span = next(ahead, None)
                if span is not None:
                    waiting.append([pool.submit(self._read, position) for position in range(*span)])

            try:
                for _ in range(_AHEAD):
                    submit()
                for start, stop in ranges:
                    read = [future.result() for future in waiting.pop(0)]
                    submit()
                    yield self._batch(start, stop, [r[0] for r in read], [r[1] for r in read])
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, position: int) -> tuple[AnyArray, Thumbnail]:
        file = self._files[position]
        try:
            image = decode(self._path / file, self._mode)
        except Exception as error:  # Pillow raises whatever its codecs meet; any of it is an unreadable image
            raise DataError(
                "an image can't be read any more",
                got=f"{file}: {error}",
                remedy="it was readable when recording began: keep the folder as it is, and resume",
            ) from error
        shown = self._geometry.apply(image)
        if self._transform is None:
            return np.asarray(shown), shrink(shown)
        result = self._transform(image)
        if hasattr(result, "detach"):
            result = result.detach().cpu().numpy()
        if not isinstance(result, np.ndarray):
            raise DataError(
                "the transform did not return a tensor", got=type(result).__name__, remedy="return a tensor or an array"
            )
        return result, shrink(shown)

    def _batch(self, start: int, stop: int, images: list[AnyArray], thumbnails: list[Thumbnail]) -> Batch:
        for position, image in enumerate(images, start):
            if image.shape != images[0].shape:
                raise DataError(
                    "the images have differing shapes",
                    got=f"{self._files[start]}: {images[0].shape}, {self._files[position]}: {image.shape}",
                    remedy="crop them to one size: size=224 (--image-size 224)"
                    if self._transform is None
                    else "let the transform return one shape",
                )
        inputs = np.stack(images)
        if self._transform is None:
            inputs = to_pixels(inputs)
            inputs -= self._mean
            inputs /= self._std
        return Batch(
            start,
            inputs.astype(np.float32) if inputs.dtype == np.float64 else inputs,
            labels=None if self.class_names is None else self._labels[start:stop],
            thumbnails=thumbnails,
            columns={"file": np.array(self._files[start:stop], dtype=object)},
        )


def _list(path: Path) -> tuple[tuple[str, ...], list[str]]:
    """The classes and the files (relative, with forward slashes): without a label first, then class by class."""
    if not path.is_dir():
        raise DataError(
            "there is no such folder", got=str(path), remedy="give a folder of images, one folder a class inside of it"
        )
    try:
        inside = sorted(entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        files = sorted(entry.name for entry in path.iterdir() if _is_image(entry))
        classes = []
        for name in inside:
            found = sorted(entry.relative_to(path).as_posix() for entry in (path / name).rglob("*") if _is_image(entry))
            if found:
                classes.append(name)
                files += found
    except OSError as error:
        raise DataError("the folder can't be listed", got=str(error), remedy="check its permissions") from error
    if not files:
        raise DataError(
            "there is no image in this folder",
            got=f"{path}: {sum(1 for _ in path.iterdir())} entries, none of them an image or a folder with images",
            remedy="give a folder of JPEG, PNG, WebP, TIFF, BMP or GIF files, one folder a class",
        )
    return tuple(classes), files


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _scan(
    path: Path, files: Sequence[str], strict: bool, progress: Callable[[int], None] | None
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Decode every file once, coarsely: which can be read?"""
    from concurrent.futures import ThreadPoolExecutor

    good, skipped = [], []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="inscape-scan") as pool:
        for file, why in zip(files, pool.map(lambda file: check_image(path / file), files), strict=True):
            if progress is not None:
                progress(1)
            if why is None:
                good.append(file)
                continue
            if strict:
                pool.shutdown(wait=False, cancel_futures=True)
                raise DataError(
                    "an image can't be read",
                    got=f"{file}: {why}",
                    remedy="mend or remove it; without strict (--strict) such files are skipped and reported",
                )
            skipped.append((file, why))
    return good, tuple(skipped)


def _notes(skipped: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    if not skipped:
        return ()
    named = "; ".join(f"{file} ({why})" for file, why in skipped[:3])
    more = f"; and {len(skipped) - 3:,} more" if len(skipped) > 3 else ""
    return (f"{len(skipped):,} unreadable image{'s' if len(skipped) > 1 else ''} skipped: {named}{more}",)


def _a_channel(name: str, values: float | Sequence[float], channels: int) -> AnyArray:
    array = np.atleast_1d(np.asarray(values, np.float32))
    if array.shape not in ((1,), (channels,)) or not np.isfinite(array).all():
        raise WrongCall(
            f"{name} must be one number, or one a channel", got=str(values), remedy=f"give 1 or {channels} numbers"
        )
    return array[:, None, None]
