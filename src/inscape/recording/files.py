"""Small files written whole or not at all, and the disk's refusals in words."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google_crc32c import extend
from google_crc32c import value as crc32c

from inscape.errors import CorruptRecording, StorageFailed

if TYPE_CHECKING:  # the server writes small files too, and has no use for arrays
    from numpy.typing import NDArray

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it there: a reader sees the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write JSON atomically. NaN is refused: JSON has none, and browsers fail on it."""
    write_atomically(path, json.dumps(content, indent=1, allow_nan=False).encode())


def read_json(path: Path) -> Any:
    """Read JSON, or say which file of the recording is damaged."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise CorruptRecording(
            f"{path.name} of the recording is not the JSON that was written",
            got=f"{path}: {error}",
            remedy="restore the file from a copy, or record again with overwrite=True",
        ) from error


def array_crc32c(values: NDArray[Any], before: int = 0) -> int:
    """CRC-32C of an array's bytes, continuing one of what came before. The library takes read-only memory alone."""
    import numpy as np

    view = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    view.flags.writeable = False
    return int(extend(before, view))


def seal(content: dict[str, Any]) -> bytes:
    """Serialize JSON with a CRC-32C of itself, so that a flipped bit in a small file is found too."""
    body = json.dumps(content, sort_keys=True, allow_nan=False)
    return json.dumps({"crc32c": crc32c(body.encode()), "body": body}).encode()


def unseal(path: Path) -> dict[str, Any]:
    """Read what `seal` wrote, checked."""
    envelope = read_json(path)
    try:
        body = envelope["body"]
        intact = crc32c(body.encode()) == envelope["crc32c"]
        content = json.loads(body) if intact else None
    except (TypeError, KeyError, AttributeError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise CorruptRecording(
            "a receipt of the recording is damaged",
            got=f"{path}: its checksum does not fit its content",
            remedy="delete this one file and resume: the part is recorded again",
        )
    return content


def remove_partials(folder: Path) -> None:
    """Remove what a killed process had begun to write and not yet named."""
    for partial in folder.rglob("*.partial"):
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def free_bytes(path: Path) -> int:
    """Free space of the file system that holds (or will hold) the path."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def human_bytes(count: float) -> str:
    """Write a size for people.

    >>> human_bytes(1536), human_bytes(2.5e9)
    ('1.5 kB', '2.3 GB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1024 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("unreachable: TB ends the loop")


@contextlib.contextmanager
def storage(path: Path, doing: str) -> Iterator[None]:
    """Turn the operating system's refusals into a `StorageFailed` which says what stays and how to go on."""
    try:
        yield
    except StorageFailed:
        raise
    except OSError as error:
        if isinstance(error, CorruptRecording | BlockingIOError):
            raise
        got = f"{os.strerror(error.errno) if error.errno else error} ({path})"
        if error.errno in _FULL:
            free = human_bytes(free_bytes(path))
            raise StorageFailed(
                f"the disk took no more while {doing}",
                got=f"{got}; {free} free",
                remedy="free some space, then go on with resume=True (--resume): what was published before is kept",
            ) from error
        if error.errno in _READ_ONLY:
            raise StorageFailed(
                f"the folder can't be written while {doing}",
                got=got,
                remedy="choose another place with out= (--out), or make this one writable",
            ) from error
        raise StorageFailed(
            f"the file system failed while {doing}",
            got=got,
            remedy="mend the cause, then go on with resume=True (--resume): what was published before is kept",
        ) from error
