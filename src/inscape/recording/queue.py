"""A writer beside the forward pass: one thread, in order, bounded in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

QUEUE_BYTES = 32 << 20
"""What may wait for the disk. Beyond it the forward pass waits: memory stays flat however slow the disk is."""


class WriteQueue:
    """Runs what is submitted on one thread, in order.

    The first failure stops everything behind it (a receipt must never follow a write that failed) and is raised by
    the next call.
    """

    def __init__(self, limit: int = QUEUE_BYTES) -> None:
        self._limit = limit
        self._tasks: deque[tuple[int, Callable[[], None]]] = deque()
        self._pending = 0
        self._error: BaseException | None = None
        self._closing = False
        self._busy = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="inscape-writer", daemon=True)
        self._thread.start()

    def submit(self, task: Callable[[], None], size: int = 0) -> None:
        """Queue one write of about `size` bytes; waits while too much is pending."""
        with self._changed:
            while self._error is None and self._pending > 0 and self._pending + size > self._limit:
                self._changed.wait()
            self._raise()
            self._tasks.append((size, task))
            self._pending += size
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until everything submitted is done."""
        with self._changed:
            while self._error is None and (self._tasks or self._pending > 0 or self._busy):
                self._changed.wait()
            self._raise()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Also after an error or Ctrl-C what was handed over is finished: whole parts are not lost.
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._tasks and not self._closing:
                    self._changed.wait()
                if not self._tasks:
                    return
                size, task = self._tasks.popleft()
                self._busy = True
            try:
                task()
            except BaseException as error:
                with self._changed:
                    self._error = error
                    self._tasks.clear()
                    self._pending = 0
                    self._busy = False
                    self._changed.notify_all()
                return
            with self._changed:
                self._pending -= size
                self._busy = False
                self._changed.notify_all()
