"""What is being published, written down before it is done: whoever comes after a kill finishes it.

A result takes its place in steps: the one before is moved away, the new one is moved in, its receipt is copied to the
others, the index is renewed, the one before is deleted. A process can be killed between any two of them. So the
journal says first what will be done, and each step can be done again: to publish is to write the journal and to do what
it says. All of it happens under the lock of the index, so a journal that is there while the lock is free was left by a
kill.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from inscape.errors import CorruptRecording
from inscape.recording.files import seal, unseal, write_atomically

NAME = ".publishing"
KINDS = ("embeddings", "flows", "similarity", "trails", "units")
"""The folders of results that are of the whole recording; neighbors lie beside their activation."""
RECEIPT = ".receipt"
"""The sealed receipt that travels inside the folder of a result: a folder without it is nothing."""


@dataclass(frozen=True)
class Change:
    """One result that takes its place, or leaves it.

    Attributes:
        path: of the result in the recording.
        folder: where the new one lies, written whole; None: the result is removed.
    """

    path: str
    folder: str | None


def is_open(root: Path) -> bool:
    """Whether something is being published, or was when a process was killed."""
    return (root / NAME).exists()


def pending(root: Path) -> Change | None:
    """What is being published; None also where a power failure has cut the journal off: `verify` tells what is left.

    None as well where the journal names anything but a result inside the recording: one that came from elsewhere must
    not make who opens it move or delete folders of theirs.
    """
    try:
        change = Change(**unseal(root / NAME))
        return change if _is_inside(root, change) else None
    except (FileNotFoundError, CorruptRecording, TypeError, AttributeError):
        return None


def _is_inside(root: Path, change: Change) -> bool:
    parts = change.path.split("/")
    if (
        parts[0] not in (*KINDS, "checkpoints", "input")
        or len(parts) < 2
        or any(part in {"", ".", ".."} for part in parts)
    ):
        return False
    # No link on the way leads out of the recording.
    if not (root / change.path).parent.resolve().is_relative_to(root.resolve()):
        return False
    partial = rf"\.{re.escape(change.path.replace('/', '-'))}\.[0-9a-f]{{32}}\.partial"
    return change.folder is None or re.fullmatch(partial, change.folder) is not None


def begin(root: Path, change: Change) -> None:
    """Write down what will be done."""
    write_atomically(root / NAME, seal(asdict(change)))


def carry_out(root: Path) -> None:
    """Do what the journal says, as far as it is not done yet; only the index is left to be renewed, then `close`.

    Raises:
        OSError: the result can't be moved; then everything is as before, and the journal is gone.
    """
    change = pending(root)
    if change is None:
        return
    target, old = root / change.path, displaced(root, change.path)
    new = None if change.folder is None else root / change.folder
    if target.exists() if new is None else (new / RECEIPT).is_file():
        try:
            if target.exists():
                target.rename(old)
            if new is not None:
                new.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            (root / NAME).unlink(missing_ok=True)
            raise
    if (target / RECEIPT).is_file():
        write_atomically(receipt_file(root, change.path), (target / RECEIPT).read_bytes())
    elif new is None:
        receipt_file(root, change.path).unlink(missing_ok=True)


def close(root: Path) -> None:
    """Delete what was moved away, then the journal."""
    change = pending(root)
    if change is not None:
        shutil.rmtree(displaced(root, change.path), ignore_errors=True)
    (root / NAME).unlink(missing_ok=True)


def displaced(root: Path, path: str) -> Path:
    """Where a result lies that another one takes the place of."""
    return root / f".{path.replace('/', '-')}.old"


def receipt_file(root: Path, path: str) -> Path:
    """The receipt of a result, among those of all results."""
    return root / "receipts" / "results" / f"{path}.json"
