"""What others take of a shared machine: no time of ours, so no limit counts it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def stolen() -> float:
    """Seconds in which the processors were to work for us and the host of this machine gave them to others.

    Summed over the processors, since the machine began (the column `steal` of Linux' /proc/stat). 0 where the system
    does not tell, which is then a machine of our own.
    """
    try:
        line = Path("/proc/stat").read_text().partition("\n")[0]
    except OSError:
        return 0.0
    return int(line.split()[8]) / os.sysconf("SC_CLK_TCK")


class OwnTime:
    """A clock of the time that this machine was ours: it stands while others have it, but not for ever.

    It runs at least a tenth as fast as the clock on the wall, so that whoever waits by it comes to an end.
    """

    def __init__(self) -> None:
        self._began, self._stolen = time.monotonic(), stolen()

    def seconds(self) -> float:
        """Seconds since this clock was made. On a machine of our own these are the wall's."""
        passed = time.monotonic() - self._began
        return max(passed - (stolen() - self._stolen), passed / 10)


def while_ours(measure: Callable[[], T], tries: int = 5) -> T:
    """What `measure` returns while nobody else has the machine: again if they had over a tenth of it, at most `tries`
    times. The last one counts, however it was."""
    for _ in range(tries):
        began, before = time.monotonic(), stolen()
        found = measure()
        if stolen() - before <= 0.1 * (os.cpu_count() or 1) * (time.monotonic() - began):
            break
    return found
