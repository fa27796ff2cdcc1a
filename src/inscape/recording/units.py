"""A stored map of a layer's units, read lazily."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inscape.errors import UnknownName
from inscape.recording.arrays import AnyArray
from inscape.recording.stored import Stored


@dataclass(frozen=True)
class UnitClass:
    """A class that the units were asked about.

    Attributes:
        label: its number.
        name: for people.
        samples: how many of the recorded samples are of it.
    """

    label: int
    name: str
    samples: int


class StoredUnits(Stored):
    """A result of `inscape.units`: the D units of a layer at a checkpoint, as a map and by what they tell.

    Attributes:
        name: its name in the recording, ``<layer>@<checkpoint>``.
        layer, checkpoint: whose units they are.
        units: D.
        method: ``mds`` or ``umap``.
        classes: those that `auc` and `trees` have a row for; empty where there are no powers.
        without: why there are no powers, or None.
        dead: units that are constant over all samples.
        duplicates: groups of units that follow each other exactly; `signs` says of each whether upright (1) or negated.
        quality: of the map: ``trustworthiness``, ``recall``, ``k``, ``stress`` (of MDS); None where not measured.
        provenance: method, parameters, seed, versions, digest of the input.
        stale: whether the layer was recorded anew since.
    """

    def __init__(self, root: Path, path: str, content: dict[str, Any], *, stale: bool) -> None:
        super().__init__(root, path, content, stale=stale)
        self.layer: str = content["layer"]
        self.checkpoint: str = content["checkpoint"]
        self.units: int = content["units"]
        self.method: str = content["method"]
        self.classes = [UnitClass(**entry) for entry in content["classes"]]
        self.without: str | None = content["without"]
        self.dead: list[int] = content["dead"]
        self.duplicates: list[list[int]] = content["duplicates"]
        self.signs: list[list[int]] = content["signs"]
        self.quality: dict[str, Any] = content["quality"]

    @property
    def places(self) -> AnyArray:
        """(D, 2) float32: where each unit lies on the map."""
        return self._array("places")

    @property
    def mean(self) -> AnyArray:
        """(D,) float32: the mean activation."""
        return self._array("mean")

    @property
    def deviation(self) -> AnyArray:
        """(D,) float32: its standard deviation over the samples."""
        return self._array("deviation")

    @property
    def auc(self) -> AnyArray:
        """(C, D) float32: the area under the ROC curve of each unit for each class against the rest."""
        return self._power("auc")

    @property
    def trees(self) -> AnyArray:
        """(C, D) float32: the importance of each unit to trees that tell each class from the rest."""
        return self._power("trees")

    def _power(self, name: str) -> AnyArray:
        if self.without is not None:
            raise UnknownName(
                "this map of units has no discriminative powers",
                got=f"{self.name}: {self.without}",
                remedy="record samples of two classes or more, with labels",
            )
        return self._array(name)

    def __repr__(self) -> str:
        return self._shown(f"{self.name!r}, {self.units} units by {self.method}")
