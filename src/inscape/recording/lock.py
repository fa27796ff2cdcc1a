"""One writer at a time, by a lock which the operating system frees when its holder dies."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock

from inscape.errors import RecordingLocked
from inscape.recording.files import storage


class Lock:
    """An exclusive lock on one area of a recording, held for as long as the context lasts.

    The lock is the kernel's (flock, or its Windows counterpart), so a crash of the holder frees it. Who holds it is
    written into a second file beside it, for the message only.

    Raises:
        RecordingLocked: another process (or another thread of this one) holds it.
    """

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        self._lock = filelock.FileLock(path, thread_local=False)
        self._holder = path.with_name(path.name + "-holder")
        self._wait = wait
        self._path = path

    def __enter__(self) -> Self:
        with storage(self._path, "locking the recording"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=self._wait)
            except filelock.Timeout:
                raise RecordingLocked(
                    "another process is writing into this recording",
                    got=f"{self._path.parent} is held by {self._who()}",
                    remedy="wait until it is done, or stop it; or record into another place",
                ) from None
            self._holder.write_text(
                json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%H:%M:%S")})
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.unlink(missing_ok=True)
        self._lock.release()

    def _who(self) -> str:
        try:
            holder = json.loads(self._holder.read_text())
            return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
        except (OSError, ValueError, KeyError):
            return "a process that left no name"
