"""Checking a recording: every published chunk against its CRC-32C, every array against its receipt."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inscape.errors import CorruptRecording, InscapeWarning
from inscape.recording import index, journal, receipts
from inscape.recording.arrays import LazyArray, corrupt, digest_rows
from inscape.recording.files import read_json, unseal
from inscape.recording.journal import Change
from inscape.recording.plan import Plan

_TRIES = 3
"""How often a recording that others write into is looked at, before its damage is believed."""


def verify(root: Path, progress: Callable[[str], None] | None = None) -> dict[str, int]:
    """Check every published byte of a recording.

    Four things are compared: each chunk with the CRC-32C at its end, each array with the digests in its receipts, each
    node's metadata with the copy in the index, and each receipt with its own checksum.

    What a process was publishing when it was killed is no damage: it is finished first. Where this one may not write,
    it is checked where it lies, and a warning tells of it.

    Raises:
        CorruptRecording: naming the first file that is missing, truncated or changed.
    """
    for left in reversed(range(_TRIES)):
        index.settle(root)
        index.read(root)
        before, change = _tag(root), journal.pending(root)
        try:
            return _check_all(root, change, progress)
        except CorruptRecording:
            # What was replaced while it was read does not fit together, and is not damaged.
            if not left or (_tag(root) == before and journal.pending(root) == change):
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _tag(root: Path) -> tuple[int, int, int]:
    """What changes whenever the index does."""
    found = (root / "zarr.json").stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _check_all(root: Path, change: Change | None, progress: Callable[[str], None] | None) -> dict[str, int]:
    content = index.read(root)
    plan = Plan.from_json(content["plan"])
    consolidated = read_json(root / "zarr.json").get("consolidated_metadata", {}).get("metadata", {})
    for path, expected in consolidated.items():
        if change is not None and f"{path}/".startswith(f"{change.path}/"):
            continue
        file = root / path / "zarr.json"
        if not file.is_file():
            raise corrupt(root, f"{path}/zarr.json", "the file is missing")
        if read_json(file) != expected:
            raise corrupt(root, f"{path}/zarr.json", "it differs from the copy in the index")
    groups = [receipts.load(root, receipts.SAMPLES)]
    starts = [start for start, _ in plan.parts()]
    absent = [start for start in starts if start not in groups[0]]
    if content["checkpoints"] and absent:
        receipt = f"{receipts.folder_of(receipts.SAMPLES)}/{absent[0]:012d}.json"
        raise corrupt(root, receipt, "the receipt of published samples is missing")
    for checkpoint in content["checkpoints"]:
        parts = receipts.load(root, receipts.checkpoint_kind(checkpoint["name"]))
        missing = [start for start in starts if start not in parts]
        if missing:
            folder = receipts.folder_of(receipts.checkpoint_kind(checkpoint["name"]))
            raise corrupt(root, f"{folder}/{missing[0]:012d}.json", "the receipt of a published part is missing")
        groups.append(parts)
    checked = {"arrays": 0, "chunks": 0, "receipts": sum(len(g) for g in groups)}
    for group in groups:
        for part in group.values():
            for path, entry in part.arrays.items():
                page = path.startswith("samples/thumbnails/")
                span = (0, None) if page else (part.start, part.stop)
                _check(root, path, span, entry.digest, checked)
                if progress:
                    progress(path)
    for result in index.result_receipts(root).values():
        if change is None or result["path"] != change.path:
            _check_result(root, result["path"], result, checked, progress)
    if change is not None:
        _check_pending(root, change, checked, progress)
    return checked


def _check_result(
    root: Path, folder: str, receipt: dict[str, Any], checked: dict[str, int], progress: Callable[[str], None] | None
) -> None:
    """The arrays of a result in a folder against its receipt."""
    checked["receipts"] += 1
    for name, digest in receipt["arrays"].items():
        _check(root, f"{folder}/{name}", (0, None), digest, checked)
        if progress:
            progress(receipt["path"])


def _check_pending(root: Path, change: Change, checked: dict[str, int], progress: Callable[[str], None] | None) -> None:
    """A result on its way to its place, by the receipt inside it."""
    folders = [folder for folder in (change.folder, change.path) if folder is not None]
    there = [folder for folder in folders if (root / folder / journal.RECEIPT).is_file()]
    if change.folder is not None and there:
        _check_result(root, there[0], unseal(root / there[0] / journal.RECEIPT), checked, progress)
        state = f"it is whole, in {root / there[0]}"
    else:
        state = "it was being removed" if change.folder is None else "nothing of it is there"
    warnings.warn(
        f"a process was stopped while it published {change.path}\n  got:    {state}; the index does not have it yet\n"
        "  remedy: any command of Inscape that may write into the recording finishes it",
        InscapeWarning,
        stacklevel=2,
    )


def _check(root: Path, path: str, span: tuple[int, int | None], digest: str, checked: dict[str, int]) -> None:
    try:
        array = LazyArray(root, path)
    except CorruptRecording:
        raise
    except Exception as error:
        raise corrupt(root, f"{path}/zarr.json", str(error)) from error
    start, stop = span[0], len(array) if span[1] is None else span[1]
    hasher: Any = hashlib.sha256()
    rows = array.chunks[0]
    for row in range(start, stop, rows):
        digest_rows(hasher, array[row : min(row + rows, stop)])
        checked["chunks"] += 1
    checked["arrays"] += 1
    if hasher.hexdigest() != digest:
        raise corrupt(root, f"{path}/c/{start // rows}", "its content is not what its receipt vouches for")
