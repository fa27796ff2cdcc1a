"""Prints one digest of everything that goes into the wheel: make rebuilds when it changes, and only then.

Contents, not times: a fresh checkout, a branch switched back and a deleted file are all told apart rightly.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import frontend

NAMES = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "scripts/frontend.py")


def packaged() -> Iterator[Path]:
    """The files that the wheel is made of, without the built page, which is made of `frontend.sources()`."""
    for name in NAMES:
        path = frontend.ROOT / name
        if path.is_file():
            yield path
    for path in sorted((frontend.ROOT / "src").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and frontend.PAGE not in path.parents:
            yield path
    yield from frontend.sources()


if __name__ == "__main__":
    print(frontend.digest(packaged()))
