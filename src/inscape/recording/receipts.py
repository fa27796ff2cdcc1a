"""Receipts: one small sealed file a finished part. What has no receipt was never written."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inscape.recording.files import seal, unseal, write_atomically
from inscape.recording.names import to_folder

SAMPLES = "samples"


@dataclass(frozen=True)
class ArrayReceipt:
    """What was written into one array by one part."""

    digest: str
    nonfinite: int = 0
    overflow: int = 0
    first: list[list[int]] = field(default_factory=list)
    """The places (sample, unit) of the first non-finite values; all of them stay in the array where they are."""


@dataclass(frozen=True)
class Receipt:
    """The proof that one range of samples of one checkpoint (or of the samples themselves) is on the disk."""

    kind: str
    start: int
    stop: int
    arrays: dict[str, ArrayReceipt]
    inputs: int = 0
    """CRC-32C of the model's inputs: the next checkpoint must see the same data."""
    weights: str = ""

    @property
    def path(self) -> str:
        """The receipt's file inside the recording."""
        return f"{folder_of(self.kind)}/{self.start:012d}.json"


def folder_of(kind: str) -> str:
    """The folder of the receipts of one kind: ``samples``, or a checkpoint by its name."""
    return (
        "receipts/samples" if kind == SAMPLES else f"receipts/checkpoints/{to_folder(kind.removeprefix('checkpoint '))}"
    )


def checkpoint_kind(name: str) -> str:
    """The kind of a checkpoint's receipts."""
    return f"checkpoint {name}"


def publish(root: Path, receipt: Receipt) -> None:
    """Publish a part: the receipt appears by one atomic rename, after everything that it vouches for."""
    write_atomically(root / receipt.path, seal(asdict(receipt)))


def load(root: Path, kind: str) -> dict[int, Receipt]:
    """Read the receipts of one kind, by their first sample."""
    folder = root / folder_of(kind)
    found = {}
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        content = unseal(file)
        arrays = {path: ArrayReceipt(**entry) for path, entry in content.pop("arrays").items()}
        receipt = Receipt(**content, arrays=arrays)
        found[receipt.start] = receipt
    return found


def combined(receipts: dict[int, Receipt], path: str) -> dict[str, Any]:
    """Sum up one array over its parts: its digest, its non-finite values and where the first of them lie."""
    parts = [r.arrays[path] for _, r in sorted(receipts.items()) if path in r.arrays]
    hasher = hashlib.sha256("".join(p.digest for p in parts).encode())
    return {
        "digest": hasher.hexdigest(),
        "nonfinite": sum(p.nonfinite for p in parts),
        "overflow": sum(p.overflow for p in parts),
        "nonfinite_first": [place for p in parts for place in p.first][:16],
    }
