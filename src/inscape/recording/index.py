"""The index of a recording: root attributes and consolidated metadata, both made from the receipts alone.

Consolidated metadata lists just what is published. So xarray, the page and a static copy see a recording that is
still being written as the finished part of it, and never an array half full of zeros.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from inscape.errors import CorruptRecording, RecordingLocked, RecordingNotFound, SchemaError, StorageFailed
from inscape.recording import journal, receipts
from inscape.recording.files import read_json, storage, unseal, write_atomically, write_json
from inscape.recording.journal import Change
from inscape.recording.lock import Lock
from inscape.recording.names import to_folder
from inscape.recording.plan import PAGE, PAGE_COLUMNS, Plan

SCHEMA = 1


def now() -> str:
    """The time, in UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def read(root: Path) -> dict[str, Any]:
    """Read the index of a recording, and refuse what this version can't read.

    Raises:
        RecordingNotFound: there is no recording.
        SchemaError: it is of a newer or of an unknown older schema.
    """
    file = root / "zarr.json"
    if not file.is_file():
        there = (
            "nothing is there" if not root.exists() else "a folder without a zarr.json" if root.is_dir() else "a file"
        )
        raise RecordingNotFound(
            "there is no recording at this path",
            got=f"{root}: {there}",
            remedy="check the path; recordings are folders, by custom named NAME.inscape (inscape record makes one)",
        )
    attributes = read_json(file).get("attributes", {})
    if "inscape" not in attributes:
        raise RecordingNotFound(
            "this Zarr group is not a recording of Inscape",
            got=f"{file} has no attribute 'inscape'",
            remedy="give the folder that inscape record wrote",
        )
    index: dict[str, Any] = attributes["inscape"]
    schema = index.get("schema")
    if not isinstance(schema, int) or schema < SCHEMA:
        raise SchemaError(
            "this recording is older than the first published schema",
            got=f"schema {schema!r}, written by inscape {index.get('version', '?')}; this one reads {SCHEMA}",
            remedy="record it again: recordings from before schema 1 have no receipts to migrate by",
        )
    if schema > SCHEMA:
        raise SchemaError(
            "this recording was written by a newer Inscape",
            got=f"schema {schema}, written by inscape {index.get('version', '?')}; this one reads {SCHEMA}",
            remedy="upgrade: pip install --upgrade inscape",
        )
    return index


def create(root: Path, plan: Plan, version: str) -> None:
    """Write the first index: a plan, and nothing published yet."""
    index = {
        "schema": SCHEMA,
        "version": version,
        "created": now(),
        "title": plan.title,
        "samples": plan.samples,
        "class_names": None if plan.class_names is None else list(plan.class_names),
        "complete": False,
        "model": plan.model,
        "data": plan.data,
        "layers": [layer.index() for layer in plan.layers],
        "checkpoints": [],
        "thumbnails": None
        if plan.thumbnail is None
        else {
            "cell": list(plan.thumbnail),
            "columns": PAGE_COLUMNS,
            "per_page": PAGE,
            "pages": -(-plan.samples // PAGE),
        },
        "plan": plan.to_json(),
    }
    write_json(root / "zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": {"inscape": index}})


def publish(
    root: Path,
    *,
    checkpoints: list[dict[str, Any]] | None = None,
    complete: bool | None = None,
    change: Change | None = None,
) -> None:
    """Renew the index from the receipts: one atomic rename, after everything that it lists.

    With a `change`, a result takes its place before that, or leaves it: see `inscape.recording.journal`.
    """
    with Lock(root / ".index", wait=60):
        _finish(root)
        if change is not None:
            journal.begin(root, change)
            journal.carry_out(root)
        _renew(root, checkpoints, complete)
        journal.close(root)


def settle(root: Path, wait: float = 5.0) -> bool:
    """Finish what a killed process was publishing. Without such a thing it costs one look at the folder.

    Returns:
        Whether the index is that of the tree. False where this process can't write here, or another one holds the index
        for longer than `wait` seconds: then what was being published is not seen, or not whole.
    """
    if not journal.is_open(root):
        return True
    try:
        with Lock(root / ".index", wait=wait), storage(root, "finishing what was being published"):
            _finish(root)
    except (RecordingLocked, StorageFailed, CorruptRecording):  # `verify` names what is damaged
        return False
    return True


def _finish(root: Path) -> None:
    """Under the lock of the index: a journal that is there now was left by a kill."""
    if journal.is_open(root):
        journal.carry_out(root)
        _renew(root)
        journal.close(root)


def _renew(root: Path, checkpoints: list[dict[str, Any]] | None = None, complete: bool | None = None) -> None:
    document = read_json(root / "zarr.json")
    index = document["attributes"]["inscape"]
    if checkpoints is not None:
        index["checkpoints"] = checkpoints
    if complete is not None:
        index["complete"] = complete
    index["published"] = now()
    metadata = {path: read_json(root / path / "zarr.json") for path in _published(root, index)}
    document["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": metadata}
    # Compact: with hundreds of checkpoints this is the one file that grows.
    write_atomically(root / "zarr.json", json.dumps(document, separators=(",", ":"), allow_nan=False).encode())


def _published(root: Path, index: dict[str, Any]) -> list[str]:
    """Every node that a reader may see, with the groups above it, in order."""
    plan = Plan.from_json(index["plan"])
    expected = [start for start, _ in plan.parts()]
    arrays: set[str] = set()
    groups: set[str] = set()
    samples = receipts.load(root, receipts.SAMPLES)
    if sorted(samples) == expected:
        arrays.update(path for receipt in samples.values() for path in receipt.arrays)
    for checkpoint in index["checkpoints"]:
        parts = receipts.load(root, receipts.checkpoint_kind(checkpoint["name"]))
        arrays.update(path for receipt in parts.values() for path in receipt.arrays)
        groups.add(f"checkpoints/{to_folder(checkpoint['name'])}")
    for receipt in result_receipts(root).values():
        arrays.update(f"{receipt['path']}/{name}" for name in receipt["arrays"])
        groups.add(receipt["path"])
    for path in (*arrays, *tuple(groups)):
        parents = path.split("/")[:-1]
        groups.update("/".join(parents[: i + 1]) for i in range(len(parents)))
    return sorted(path for path in arrays | groups if (root / path / "zarr.json").is_file())


def result_receipts(root: Path) -> dict[str, dict[str, Any]]:
    """The receipts of derived results, by the path of the result."""
    folder = root / "receipts" / "results"
    found = {}
    for file in sorted(folder.rglob("*.json")) if folder.is_dir() else []:
        content = unseal(file)
        found[str(content["path"])] = content
    return found
