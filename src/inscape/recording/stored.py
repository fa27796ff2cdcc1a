"""What all stored results have in common: what is written beside their arrays, and arrays read when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inscape.recording.arrays import AnyArray, LazyArray
from inscape.recording.names import from_folder
from inscape.recording.results import Provenance


class Stored:
    """A result in a recording: the base of what is read of one.

    Attributes:
        name: its name in the recording.
        content: all that is written beside the arrays.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether its input has changed since.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        self._root = root
        self._path = path
        self.name = from_folder(path.rpartition("/")[2])
        self.content = content
        self.provenance = Provenance(**content["provenance"])
        self.stale = stale

    def _array(self, name: str) -> AnyArray:
        array: AnyArray = LazyArray(self._root, f"{self._path}/{name}")[...]
        return array

    def _shown(self, what: str) -> str:
        return f"{type(self).__name__}({what}{', STALE' if self.stale else ''})"
