"""Progress with a rate and a remaining time, on the standard error output."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class Progress:
    """A bar that counts units of work; silent where nobody looks.

    Args:
        title: what is being done.
        total: how many units there are.
        unit: their name.
        show: True, False, or None for: where the error output is a terminal.
    """

    def __init__(self, title: str, total: int, unit: str = "samples", show: bool | None = None) -> None:
        self._title, self._total, self._unit = title, total, unit
        self._show = sys.stderr.isatty() if show is None else show
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
        if self._bar is not None:
            self._bar.update(count)

    def describe(self, title: str) -> None:
        """Change what is said to be done."""
        if self._bar is not None:
            self._bar.set_description(title, refresh=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
