"""Progress with a rate and a remaining time, on the standard error output."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

Report = Callable[[int, int, str, str], None]
"""Told the units done, their number, their name, and what is being done."""

_STAGE_SHOWN_AFTER = 1.0
"""Seconds after which a stage has a bar of its own on a terminal."""

_STAGE_TOLD_EVERY = 0.5
"""Seconds between two reports of how far a stage is, at least."""

_LINE_EVERY = 5.0
"""Seconds between two lines where the error output is a file."""


class Progress:
    """A bar that counts units of work; silent where nobody looks.

    Work that is a part of other work is a stage of its progress: what that one says is being done is the stage, and
    how far it is, while what it counts stays what it was. On a terminal a stage of more than a second has a bar.

    Args:
        title: what is being done.
        total: how many units there are; 0 where that is found out on the way.
        unit: their name.
        show: True, False, or None for: where the error output is a terminal. Or a function to tell in place of a bar.
            Or the progress that this is a stage of.
    """

    def __init__(
        self, title: str, total: int, unit: str = "samples", show: bool | Report | Progress | None = None
    ) -> None:
        self._title, self._total, self._unit = title, total, unit
        self._above = show if isinstance(show, Progress) else None
        self._report = None if isinstance(show, Progress) or not callable(show) else show
        self._show: bool = (
            show._show if isinstance(show, Progress) else show is True or (show is None and _on_terminal())
        )
        self._done = 0
        self._told = 0.0
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._above is not None:
            self._above._say(self._title)
        if self._show and (self._above is None or _on_terminal()):
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self._title,
                total=self._total or None,
                unit=f" {self._unit}",
                file=sys.stderr,
                leave=self._above is None,
                dynamic_ncols=True,
                mininterval=0.1 if _on_terminal() else _LINE_EVERY,
                ascii=None if _on_terminal() else " .",
                delay=0 if self._above is None else _STAGE_SHOWN_AFTER,
            )
        return self

    def __call__(self, count: int = 1) -> None:
        """Report units that are done."""
        self._done += count
        self._tell()
        if self._bar is not None:
            self._bar.update(count)

    def reach(self, done: int, total: int) -> None:
        """Report how many units are done in all, and how many there are."""
        self.expect(total)
        self(done - self._done)

    def expect(self, total: int) -> None:
        """Say how many units there are, where that is found out on the way."""
        self._total = total
        if self._bar is not None and self._bar.total != total:
            self._bar.total = total
            if self._above is None:
                self._bar.refresh()

    def describe(self, title: str) -> None:
        """Change what is said to be done."""
        self._title = title
        self._tell()
        if self._bar is not None:
            self._bar.set_description(title, refresh=False)

    def _tell(self) -> None:
        if self._above is not None:
            share = f", {self._done / self._total:.0%}" if self._total else ""
            self._above._say(f"{self._title}{share}", seldom=True)
        elif self._report is not None:
            self._report(self._done, self._total, self._unit, self._title)

    def _say(self, doing: str, *, seldom: bool = False) -> None:
        """Tell what a stage does; how far it is not more often than people read."""
        if self._above is not None:
            self._above._say(doing, seldom=seldom)
            return
        since = time.monotonic() - self._told
        if seldom and since < (_STAGE_TOLD_EVERY if self._report is not None or _on_terminal() else _LINE_EVERY):
            return
        self._told += since
        if self._report is not None:
            self._report(self._done, self._total, self._unit, doing)
        elif self._bar is not None and not (seldom and _on_terminal()):  # there the stage has a bar of its own
            # In a file each refresh is a line: short stages have none.
            self._bar.set_description(doing, refresh=_on_terminal() or since > _STAGE_SHOWN_AFTER)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._above is not None:
            self._above._say(self._above._title)


def _on_terminal() -> bool:
    return sys.stderr.isatty()
