"""A stored matrix of similarities, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from inscape.recording.arrays import AnyArray
from inscape.recording.stored import Stored


@dataclass(frozen=True)
class SimilarityLayer:
    """One row or column of the matrix.

    Attributes:
        layer: its name.
        checkpoint: its name.
        units: D.
        input: digest of the activation.
    """

    layer: str
    checkpoint: str
    units: int
    input: str


class StoredSimilarity(Stored):
    """A result of `inscape.similarity`: how alike the R rows and C columns of a matrix are.

    Attributes:
        name: its name in the recording.
        method: ``cka``, ``svcca``, ``procrustes`` (1 − d/√2) or ``nuclear``.
        unbiased: whether CKA was estimated without bias; None for the other methods.
        rows: layers of this recording, at checkpoints; layer by layer in execution order, in time inside.
        columns: the same again, or layers of the other recording.
        other: title and creation time of the other recording, or None.
        symmetric: whether the columns are the rows.
        order: ``rows`` and ``columns``: the order of the leaves of the trees.
        tree: ``rows`` and ``columns``: merges (a, b, height, leaves), as SciPy writes them.
        partners: ``rows``: the column most like each row, ``columns``: the row most like each column (never itself).
        constant: ``layer at checkpoint`` of rows and columns without any variance; their similarities are 0.
        provenance: method, parameters, versions, digest of the input.
        stale: whether an activation of this recording has changed since; of another one it can't be known here.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        super().__init__(root, path, content, stale=stale)
        self.title: str = content["title"]
        self.method: str = content["method"]
        self.unbiased: bool | None = content["unbiased"]
        self.rows = [SimilarityLayer(**row) for row in content["rows"]]
        self.columns = [SimilarityLayer(**column) for column in content["columns"]]
        self.other: dict[str, Any] | None = content["other"]
        self.symmetric: bool = content["symmetric"]
        self.order: dict[str, list[int]] = content["order"]
        self.tree: dict[str, list[list[float]]] = content["tree"]
        self.partners: dict[str, list[int]] = content["partners"]
        self.constant: list[str] = content["constant"]

    @cached_property
    def values(self) -> AnyArray:
        """The matrix: (R, C) float32, 1 for the same."""
        return self._array("values")

    def __repr__(self) -> str:
        return self._shown(f"{self.name!r}, {len(self.rows)} × {len(self.columns)}")
