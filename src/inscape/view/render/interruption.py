"""Ctrl-C between two frames: in the middle of a talk with the browser it would leave both at a loss for words."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Interruption:
    """Keeps a Ctrl-C until it is asked for; a second one acts at once."""

    def __init__(self) -> None:
        self._wanted = False
        self._before: Any = None
        self._there = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self._there:
            self._before = signal.signal(signal.SIGINT, self._keep)
        return self

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._wanted = True
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Stop here if somebody wants to.

        Raises:
            KeyboardInterrupt: somebody does.
        """
        if self._wanted:
            raise KeyboardInterrupt

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._there:
            signal.signal(signal.SIGINT, self._before)
