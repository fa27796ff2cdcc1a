"""Where a recording's jobs are remembered beyond the server: a small file beside its data, never served."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import filelock

from inscape.view.jobs.job import Job

FILE = ".jobs.json"
LOCK = ".jobs.lock"


class Memory:
    """The jobs of one recording on disk. One server at a time holds it: a second one remembers nothing."""

    def __init__(self, recording: Path) -> None:
        self._file = recording / FILE
        self._lock = filelock.FileLock(recording / LOCK, thread_local=False)
        self._held = False

    def load(self) -> list[Job]:
        """What the server before left; empty where another server is at work, or nothing can be read."""
        try:
            self._lock.acquire(timeout=0)
        except (OSError, filelock.Timeout):
            return []
        self._held = True
        try:
            content = json.loads(self._file.read_bytes())
            return [Job.from_json(entry) for entry in content["jobs"]]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def save(self, jobs: Sequence[Job]) -> None:
        """Replace the file by one rename; no file where there is no job.

        Raises:
            OSError: the folder is gone or can't be written.
        """
        if not self._held:
            return
        if not jobs:
            self._file.unlink(missing_ok=True)
            return
        partial = self._file.with_name(f"{FILE}.partial")
        partial.write_text(json.dumps({"jobs": [job.to_json() for job in jobs]}))
        os.replace(partial, self._file)

    def close(self) -> None:
        """Let another server have it."""
        if self._held:
            self._held = False
            self._lock.release()
