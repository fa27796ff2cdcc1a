"""Checking a recording: every published chunk against its CRC-32C, every array against its receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inscape.errors import CorruptRecording
from inscape.recording import index, receipts
from inscape.recording.arrays import LazyArray, corrupt, digest_rows
from inscape.recording.files import read_json
from inscape.recording.plan import Plan


def verify(root: Path, progress: Callable[[str], None] | None = None) -> dict[str, int]:
    """Check every published byte of a recording.

    Four things are compared: each chunk with the CRC-32C at its end, each array with the digests in its receipts, each
    node's metadata with the copy in the index, and each receipt with its own checksum.

    Raises:
        CorruptRecording: naming the first file that is missing, truncated or changed.
    """
    content = index.read(root)
    plan = Plan.from_json(content["plan"])
    consolidated = read_json(root / "zarr.json").get("consolidated_metadata", {}).get("metadata", {})
    for path, expected in consolidated.items():
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
        checked["receipts"] += 1
        for name, digest in result["arrays"].items():
            _check(root, f"{result['path']}/{name}", (0, None), digest, checked)
            if progress:
                progress(result["path"])
    return checked


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
