"""Reading what was computed from a recording: embeddings, neighbors, flows, similarities, trails, maps of units."""

from __future__ import annotations

from typing import Any

from inscape.errors import AmbiguousLayer, UnknownLayer, UnknownName
from inscape.recording import results
from inscape.recording.embedding import Embedding
from inscape.recording.flow import StoredFlow
from inscape.recording.names import from_folder, offer, to_folder
from inscape.recording.neighbors import FOLDER, StoredNeighbors, is_neighbors
from inscape.recording.recorded import Recorded
from inscape.recording.results import combine_digests
from inscape.recording.similarity import StoredSimilarity
from inscape.recording.trails import StoredTrails, moved
from inscape.recording.units import StoredUnits


class Derived(Recorded):
    """What was computed from a recording and stored in it: the base of `Recording`."""

    @property
    def embeddings(self) -> list[str]:
        """The names of the stored embeddings."""
        return self._names("embeddings")

    def embedding(
        self, name: str, layer: str | None = None, checkpoint: str | int | None = None, *, lent: str | None = None
    ) -> Embedding:
        """A stored embedding: the whole sequence, or one step of it by layer (and checkpoint, by default the last).

        With `lent`, the title of another recording, it is a step which that recording lent (see `inscape.lend`).

        Raises:
            UnknownName: there is no such embedding, or it has no such step.
        """
        path, content = self._result("embeddings", name, "embedding", f"make it: inscape.embed(rec, {name!r})")
        stale = self.is_stale(content)
        if layer is None and checkpoint is None and lent is None:
            return Embedding(self.path, path, content, selected=None, single=False, stale=stale)
        steps = [(step["layer"], step["checkpoint"]) for step in content["steps"]]
        there = [i for i, step in enumerate(content["steps"]) if step.get("lent") == lent]
        layers = list(dict.fromkeys(steps[i][0] for i in there))
        only = layers[0] if len(layers) == 1 else None
        wanted_layer = only if layer is None else layer if lent is not None else self.layer(layer)
        wanted = [
            i
            for i in there
            if (wanted_layer is None or steps[i][0] == wanted_layer)
            and (checkpoint is None or steps[i][0] == "input" or steps[i][1] == str(checkpoint))
        ]
        if checkpoint is None and (lent is None or layer is not None):
            order = {c: i for i, c in enumerate(self.checkpoints)}
            wanted = sorted(wanted, key=lambda i: order.get(steps[i][1], -1))[-1:]
        if not wanted:
            raise UnknownName(
                "the embedding has no such step",
                got=f"layer {layer!r}, checkpoint {checkpoint!r}",
                remedy="it has " + ", ".join(f"{a} at {b}" for a, b in steps[:12]) + ("…" if len(steps) > 12 else ""),
            )
        return Embedding(self.path, path, content, selected=wanted, single=len(wanted) == 1, stale=stale)

    @property
    def stored_neighbors(self) -> list[StoredNeighbors]:
        """All neighbors that are stored, of any activation and size."""
        paths = results.published(self.path)
        return [found for path in paths if is_neighbors(path) and (found := self.neighbors_at(path)) is not None]

    def neighbors(self, layer: str, checkpoint: str | int | None = None) -> StoredNeighbors:
        """The stored neighbors of an activation; where approximate ones of several sizes are stored, the first 15.

        Raises:
            UnknownName: none are stored; `inscape.embed` by UMAP finds and stores them.
        """
        path = self.activation(layer, checkpoint).path.removesuffix("activation") + FOLDER
        published = results.published(self.path)
        for one in [path, *(other for other in published if other.startswith(f"{path}-"))]:
            if (found := self.neighbors_at(one)) is not None:
                return found
        raise UnknownName(
            "no neighbors of this activation are stored",
            got=f"layer {layer!r}, checkpoint {checkpoint!r}",
            remedy=f"find them: inscape.embed(rec, 'umap', layers=[{layer!r}])",
        )

    def neighbors_at(self, path: str) -> StoredNeighbors | None:
        """The neighbors that are stored at a path of the store, if they are."""
        if not (self.path / path / "zarr.json").is_file():
            return None
        content = self._summary(path)
        return StoredNeighbors(self.path, path, content, stale=self.is_stale({**content, "steps": [content]}))

    @property
    def flows(self) -> list[str]:
        """The names of the stored flows."""
        return self._names("flows")

    def flow(self, name: str = "flow") -> StoredFlow:
        """A stored flow from layer to layer.

        Raises:
            UnknownName: there is no such flow.
        """
        path, content = self._result("flows", name, "flow", "make it: inscape.flow(rec, model, data)")
        at = content["checkpoint"]
        current = at in self.checkpoints and combine_digests([self.weights(at)]) == content["provenance"]["input"]
        return StoredFlow(self.path, path, content, stale=not current)

    @property
    def similarities(self) -> list[str]:
        """The names of the stored matrices of similarities."""
        return self._names("similarity")

    def similarity(self, name: str = "cka") -> StoredSimilarity:
        """A stored matrix of similarities of layers.

        Raises:
            UnknownName: there is no such matrix.
        """
        make = "make it: inscape.similarity(rec)"
        path, content = self._result("similarity", name, "matrix of similarities", make)
        own = content["rows"] + (content["columns"] if content["other"] is None else [])
        return StoredSimilarity(self.path, path, content, stale=self._changed(own))

    @property
    def trails(self) -> list[str]:
        """The names of the stored trails."""
        return self._names("trails")

    def trail(self, name: str) -> StoredTrails:
        """Stored trails: the paths of all samples through checkpoints or layers.

        Raises:
            UnknownName: there are none of this name.
        """
        path, content = self._result("trails", name, "trails", "make them: inscape.trails(rec, layer)")
        return StoredTrails(self.path, path, content, stale=self.is_stale(content) or moved(self.path, content))

    @property
    def units(self) -> list[str]:
        """The names of the stored maps of units: ``<layer>@<checkpoint>``."""
        return self._names("units")

    def unit_map(self, name: str) -> StoredUnits:
        """A stored map of a layer's units.

        Raises:
            UnknownName: there is no such map.
        """
        path, content = self._result("units", name, "map of units", "make it: inscape.units(rec, layer)")
        stale = self.is_stale({**content, "steps": [content]})
        return StoredUnits(self.path, path, content, stale=stale)

    def _names(self, kind: str) -> list[str]:
        """The names of the stored results of one kind: of the folder that they lie in."""
        paths = results.published(self.path)
        return [from_folder(path.removeprefix(f"{kind}/")) for path in paths if path.startswith(f"{kind}/")]

    def _result(self, kind: str, name: str, what: str, make: str) -> tuple[str, dict[str, Any]]:
        """The path of a stored result, and what is written beside its arrays; else the nearest names or a remedy."""
        names = self._names(kind)
        if name not in names:
            remedy = offer(name, names) if names else make
            raise UnknownName(f"the recording has no such {what}", got=repr(name), remedy=remedy)
        path = f"{kind}/{to_folder(name)}"
        return path, self._summary(path)

    def is_stale(self, content: dict[str, Any]) -> bool:
        """Whether a result's input has changed since it was computed; of a lent step it can't be known here."""
        try:
            digests = [
                s["input"] if s.get("lent") else self.activation(s["layer"], s["checkpoint"]).digest or ""
                for s in content["steps"]
            ]
        except (UnknownName, UnknownLayer, AmbiguousLayer):
            return True
        return bool(combine_digests(digests) != content["provenance"]["input"])

    def _changed(self, activations: list[dict[str, Any]]) -> bool:
        """Whether any of these has another digest than it had."""
        try:
            return any((self.activation(a["layer"], a["checkpoint"]).digest or "") != a["input"] for a in activations)
        except (UnknownName, UnknownLayer, AmbiguousLayer):
            return True
