"""From whatever a person calls data to a source."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inscape.data.annotated import Annotated
from inscape.data.arrays import ArrayFile, Arrays, load_array
from inscape.data.digits import Digits
from inscape.data.folder import Folder
from inscape.data.idx import Idx, is_idx
from inscape.data.items import is_array
from inscape.data.source import Source
from inscape.data.torch_data import TorchData, is_dataset
from inscape.errors import DataError, InscapeError, WrongCall

_IMAGE_OPTIONS = {"image_size": "size", "resize": "resize", "mean": "mean", "std": "std", "transform": "transform"}


def source(
    data: Any,
    *,
    labels: Any = None,
    columns: Mapping[str, Any] | None = None,
    class_names: Sequence[str] | None = None,
    **folder: Any,
) -> Source:
    """Make a source of data of any kind.

    Args:
        data: a `Source`; an array or tensor (n, …), a pair (inputs, labels) or a dict of them; a torch Dataset or
            DataLoader, or a list of items; a path to a folder of images, to IDX files (`images` or `images,labels`,
            or a pair of paths), to an .npy or .npz file; `digits`, `digits:train` or `digits:test`.
        labels: (n,) integers or strings, in place of the data's own.
        columns: more about each sample by name, (n,) each; `text` is shown as text.
        class_names: names of the classes, in order.
        **folder: how images are read, as for `Folder`: size, resize, mode, mean, std, transform, strict, progress.

    Raises:
        DataError: this is no data, or it can't be recorded.
        WrongCall: options of a folder for something else.

    >>> import numpy as np
    >>> len(source(np.zeros((5, 3), np.float32), labels=["a", "b", "a", "b", "a"]))
    5
    """
    found = _resolve(data, class_names, folder)
    if labels is None and columns is None and (class_names is None or found.class_names == tuple(class_names)):
        return found
    return Annotated(found, labels=labels, columns=columns, class_names=class_names)


def from_path(
    data: str | os.PathLike[str],
    *,
    labels: str | os.PathLike[str] | Sequence[Any] | None = None,
    class_names: Sequence[str] | None = None,
    image_size: int | Sequence[int] | None = None,
    resize: int | None = None,
    mode: str = "RGB",
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    transform: str | Callable[[Any], Any] | None = None,
    strict: bool = False,
) -> Source:
    """Make a source of what the command line and study files name.

    Args:
        data: a path as for `source`, `digits`, `digits:train`, or `file.py:function` (`package.module:function`),
            whose result is the data.
        labels: an .npy file, or a text file with one label a line.
        class_names: names of the classes, in order.
        image_size, resize, mode, mean, std, transform, strict: how a folder of images is read, see `Folder`; `mode`
            is ignored elsewhere; `transform` may be `file.py:function`.

    Raises:
        DataError: there is no such data.
        WrongCall: options of a folder for something else.

    >>> len(from_path("digits:test"))
    2000
    """
    if isinstance(transform, str):
        transform = _function(transform, "transform")
    size = (
        image_size if image_size is None or isinstance(image_size, int) else (int(image_size[0]), int(image_size[-1]))
    )
    given: dict[str, Any] = {"image_size": size, "resize": resize, "mean": mean, "std": std, "transform": transform}
    folder: dict[str, Any] = {_IMAGE_OPTIONS[name]: value for name, value in given.items() if value is not None}
    text = os.fspath(data)
    if _is_folder(text):
        folder |= {"mode": mode, "strict": strict}
    own_labels = _read_labels(Path(labels)) if isinstance(labels, str | os.PathLike) else labels
    target: Any = text
    if _is_spec(text):
        target = _made(text)
    return source(target, labels=own_labels, class_names=class_names, **folder)


def _resolve(data: Any, class_names: Sequence[str] | None, folder: Mapping[str, Any]) -> Source:
    if isinstance(data, str | os.PathLike):
        return _path(os.fspath(data), class_names, folder)
    if folder:
        raise WrongCall(
            "these options are for a folder of images",
            got=f"{', '.join(sorted(folder))} with data of type {type(data).__name__}",
            remedy="leave them out, or give the path of a folder",
        )
    if isinstance(data, Source):
        return data
    if isinstance(data, tuple) and len(data) == 2:
        first, second = data
        if isinstance(first, str | os.PathLike) and isinstance(second, str | os.PathLike):
            return Idx(Path(first), Path(second), class_names=class_names)
        return Arrays(first, second, class_names=class_names)
    if is_array(data) or (isinstance(data, Mapping) and data):
        return Arrays(data, class_names=class_names)
    if is_dataset(data):
        return TorchData(data, class_names=class_names)
    raise DataError(
        "this is no data",
        got=f"{type(data).__name__}: {str(data)[:80]}",
        remedy="give an array, (inputs, labels), a torch Dataset or DataLoader, a folder of images, an IDX pair, "
        "or 'digits'",
    )


def _path(text: str, class_names: Sequence[str] | None, folder: Mapping[str, Any]) -> Source:
    if _is_folder(text):
        return Folder(text, **folder)
    if folder:
        raise WrongCall(
            "these options are for a folder of images",
            got=f"{', '.join(sorted(folder))} with {text}",
            remedy="leave them out, or give a folder of images",
        )
    if text == "digits" or text.startswith("digits:"):
        return Digits(text.partition(":")[2] or "all")
    path = Path(text)
    if path.suffix in (".npy", ".npz"):
        return ArrayFile(path, class_names=class_names)
    images, comma, labels = text.partition(",")
    if comma and not path.exists():
        return Idx(images, labels, class_names=class_names)
    if is_idx(path):
        return Idx(path, class_names=class_names)
    if path.exists():
        raise DataError(
            "this file is no data that can be read",
            got=text,
            remedy="give a folder of images, .npy, .npz, IDX files (images,labels), or file.py:function",
        )
    raise DataError("there is no such data", got=text, remedy="check the path; or write digits for the bundled digits")


def _is_folder(text: str) -> bool:
    """Whether a path names a folder of images, and not one of IDX files."""
    path = Path(text)
    return path.is_dir() and not is_idx(path)


def _is_spec(text: str) -> bool:
    module, colon, name = text.rpartition(":")
    return bool(colon) and module != "digits" and name.isidentifier() and not Path(text).exists()


def _function(spec: str, what: str) -> Any:
    from inscape.data.objects import load_object

    return load_object(spec, what)


def _made(spec: str) -> Any:
    """What a function that a person named returns as data, or the data itself."""
    from inscape.data.objects import said

    made = _function(spec, "data")
    if isinstance(made, Source) or is_array(made) or is_dataset(made) or not callable(made):
        return made
    try:
        return made()
    except InscapeError:
        raise
    except (Exception, SystemExit) as error:
        raise DataError(
            "the function that makes the data failed",
            got=f"{spec}() said: {said(error)}",
            remedy="try it alone in Python",
        ) from error


def _read_labels(path: Path) -> Any:
    if path.suffix == ".npy":
        return load_array(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "the labels can't be read",
            got=f"{path}: {error}",
            remedy="give an .npy file, or text with one label a line",
        ) from error
    stripped = [line.strip() for line in lines]
    while stripped and not stripped[-1]:
        stripped.pop()
    try:
        return [int(line) for line in stripped]
    except ValueError:
        return stripped
