"""Derived results: arrays with a provenance, published whole by one rename, and known to be stale when they are."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from inscape.recording import index, journal
from inscape.recording.arrays import AnyArray, create_array, create_group, digest_array
from inscape.recording.files import seal, storage, write_atomically
from inscape.recording.lock import Lock


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from.

    Attributes:
        method: the function that made it.
        parameters: all of them, defaults and automatic choices included.
        seed: of its random numbers.
        versions: of the libraries that computed it.
        input: digest of the arrays that it was computed from.
        created: when, ISO 8601, UTC.
    """

    method: str
    parameters: dict[str, Any]
    seed: int | None
    versions: dict[str, str]
    input: str
    created: str = field(default_factory=index.now)

    def same_work(self, other: Provenance) -> bool:
        """Whether computing again would give the same: equal method, parameters, seed and input."""
        return self._key() == other._key()

    def _key(self) -> str:
        parameters = json.loads(json.dumps(self.parameters))
        return json.dumps([self.method, parameters, self.seed, self.input], sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class ResultArray:
    """One array of a result, with the names of its axes and how many of the first axis a chunk holds."""

    values: AnyArray
    dimensions: tuple[str, ...]
    rows: int | None = None


def combine_digests(digests: Sequence[str]) -> str:
    """Digest of several arrays in order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def write(root: Path, path: str, arrays: Mapping[str, ResultArray], attributes: Mapping[str, Any]) -> None:
    """Write a result and publish it: it appears whole, or replaces the one before whole, whenever one is killed.

    Raises:
        RecordingLocked: another process is writing this very result.
        StorageFailed: the disk refused; what was there stays.
    """
    name = path.replace("/", "-")
    with _writing(root, path):
        partial = f".{name}.{uuid.uuid4().hex}.partial"
        try:
            create_group(root, partial, dict(attributes))
            for array_name, array in arrays.items():
                values = np.ascontiguousarray(array.values)
                rows = values.shape[0] if array.rows is None else min(array.rows, values.shape[0])
                created = create_array(
                    root,
                    f"{partial}/{array_name}",
                    shape=values.shape,
                    chunks=(rows, *values.shape[1:]),
                    dtype=values.dtype,
                    dimensions=array.dimensions,
                )
                created[...] = values
            receipt = {
                "path": path,
                "arrays": {n: digest_array(np.ascontiguousarray(a.values)) for n, a in arrays.items()},
            }
            # The sealed receipt travels inside the folder: one rename brings the result and its proof together.
            write_atomically(root / partial / journal.RECEIPT, seal(receipt))
            _make_groups(root, path)
            index.publish(root, change=journal.Change(path, partial))
        except BaseException:
            # Its receipt first: what is half deleted must not be taken for a result.
            (root / partial / journal.RECEIPT).unlink(missing_ok=True)
            shutil.rmtree(root / partial, ignore_errors=True)
            raise


@contextlib.contextmanager
def _writing(root: Path, path: str) -> Iterator[None]:
    """Hold the lock of one result, and clear away what a killed process has left of it."""
    name = path.replace("/", "-")
    with Lock(root / ".locks" / name), storage(root, f"writing {path}"):
        index.settle(root)
        # The lock says that nobody writes them any more.
        for abandoned in root.glob(f".{glob.escape(name)}.{'[0-9a-f]' * 32}.partial"):
            shutil.rmtree(abandoned, ignore_errors=True)
        yield


def _make_groups(root: Path, path: str) -> None:
    """Make the groups above a result; two results of one kind may be the first at once."""
    parents = path.split("/")[:-1]
    for i in range(len(parents)):
        group = "/".join(parents[: i + 1])
        with Lock(root / ".locks" / f"group-{group.replace('/', '-')}", wait=60):
            if not (root / group / "zarr.json").is_file():
                create_group(root, group)


def remove(root: Path, path: str) -> None:
    """Unpublish a result and delete it.

    Raises:
        RecordingLocked: another process is writing this very result.
    """
    with _writing(root, path):
        index.publish(root, change=journal.Change(path, None))


def published(root: Path) -> dict[str, dict[str, Any]]:
    """The published results' receipts, by path."""
    return index.result_receipts(root)
