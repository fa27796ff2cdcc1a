"""Derived results: arrays with a provenance, published whole by one rename, and known to be stale when they are."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from inscape.recording import index
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


def _receipt_file(root: Path, path: str) -> Path:
    return root / "receipts" / "results" / f"{path}.json"


def write(root: Path, path: str, arrays: Mapping[str, ResultArray], attributes: Mapping[str, Any]) -> None:
    """Write a result and publish it: it appears whole, or replaces the one before whole.

    Raises:
        RecordingLocked: another process is writing this very result.
        StorageFailed: the disk refused; what was there stays.
    """
    name = path.replace("/", "-")
    with Lock(root / ".locks" / name), storage(root, f"writing {path}"):
        recover(root, path)
        for abandoned in root.glob(f".{name}.*.partial"):  # of a killed process: the lock says that none is alive
            shutil.rmtree(abandoned, ignore_errors=True)
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
            write_atomically(root / partial / ".receipt", seal(receipt))
            target, old = root / path, root / f".{name}.old"
            _make_groups(root, path)
            if target.exists():
                target.rename(old)
            (root / partial).rename(target)
        except BaseException:
            shutil.rmtree(root / partial, ignore_errors=True)
            recover(root, path)
            raise
        recover(root, path)
        index.publish(root)


def _make_groups(root: Path, path: str) -> None:
    """Make the groups above a result; two results of one kind may be the first at once."""
    parents = path.split("/")[:-1]
    for i in range(len(parents)):
        group = "/".join(parents[: i + 1])
        with Lock(root / ".locks" / f"group-{group.replace('/', '-')}", wait=60):
            if not (root / group / "zarr.json").is_file():
                create_group(root, group)


def recover(root: Path, path: str) -> None:
    """Bring a result that a crash left between its two renames into one state: the old one whole, or the new one."""
    target, old = root / path, root / f".{path.replace('/', '-')}.old"
    if old.exists() and not target.exists():
        old.rename(target)
    sealed = target / ".receipt"
    if sealed.exists():
        write_atomically(_receipt_file(root, path), sealed.read_bytes())
    shutil.rmtree(old, ignore_errors=True)


def remove(root: Path, path: str) -> None:
    """Unpublish a result, then delete it."""
    _receipt_file(root, path).unlink(missing_ok=True)
    index.publish(root)
    shutil.rmtree(root / path, ignore_errors=True)


def published(root: Path) -> dict[str, dict[str, Any]]:
    """The published results' receipts, by path."""
    return index.result_receipts(root)
