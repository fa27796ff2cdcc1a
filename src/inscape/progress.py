"""Progress with a rate and a remaining time, on the standard error output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

Report = Callable[[int, int, str, str], None]
"""Told the units done, their number, their name, and what is being done."""


class Progress:
    """A bar that counts units of work; silent where nobody looks.

    Args:
        title: what is being done.
        total: how many units there are.
        unit: their name.
        show: True, False, or None for: where the error output is a terminal. Or a function to tell in place of a bar.
    """

    def __init__(self, title: str, total: int, unit: str = "samples", show: bool | Report | None = None) -> None:
        self._title, self._total, self._unit = title, total, unit
        self._report = show if callable(show) else None
        self._show = show is True or (show is None and sys.stderr.isatty())
        self._done = 0
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._show:
            from tqdm import tqdm

            terminal = sys.stderr.isatty()
            self._bar = tqdm(
                desc=self._title,
                total=self._total,
                unit=f" {self._unit}",
                file=sys.stderr,
                leave=True,
                dynamic_ncols=True,
                mininterval=0.1 if terminal else 5.0,
                ascii=None if terminal else " .",
            )
        return self

    def __call__(self, count: int = 1) -> None:
        """Report units that are done."""
        self._done += count
        self._tell()
        if self._bar is not None:
            self._bar.update(count)

    def expect(self, total: int) -> None:
        """Say how many units there are, where that is found out on the way."""
        self._total = total
        if self._bar is not None and self._bar.total != total:
            self._bar.total = total
            self._bar.refresh()

    def describe(self, title: str) -> None:
        """Change what is said to be done."""
        self._title = title
        self._tell()
        if self._bar is not None:
            self._bar.set_description(title, refresh=False)

    def _tell(self) -> None:
        if self._report is not None:
            self._report(self._done, self._total, self._unit, self._title)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
