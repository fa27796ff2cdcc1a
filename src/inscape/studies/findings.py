"""What a bookmark can say of a recording: numbers read off its predictions, labels and layouts, as they are there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inscape.recording import Recording
from inscape.recording.flow import StoredFlow
from inscape.recording.names import nearest
from inscape.shape.discriminant import discriminant

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

NEIGHBORS = 15
CORNER, UNDECIDED = 0.99, 0.9
"""Confidence above which a sample lies in a corner of the simplex, and below which it lies between corners."""


class NotFound(Exception):
    """The recording has nothing that this would say: no labels, no mistake, no such layer."""


class Findings:
    """Facts about one layer at one checkpoint.

    Args:
        rec: the recording, with labels and predictions.
        checkpoint: its name.
        layer: its name, or None where nothing is asked of a layer.
        embedding: the layout that is looked at, or ``flow:<name>``.
        place: on a flow, the place in the list of its stops.
        groups: the classes that alone are looked at; None looks at all.
    """

    def __init__(
        self,
        rec: Recording,
        checkpoint: str,
        layer: str | None = None,
        embedding: str | None = None,
        place: float | None = None,
        groups: list[int] | None = None,
    ) -> None:
        self.rec = rec
        self.checkpoint = checkpoint
        self.layer = layer
        self.embedding = embedding
        self.place = place
        self.groups = groups

    @cached_property
    def labels(self) -> Ints:
        """(N,) the class of each sample, -1 where it has none."""
        if self.rec.labels is None or self.rec.class_names is None:
            raise NotFound("it has no labels")
        return np.asarray(self.rec.labels)

    @cached_property
    def predictions(self) -> Ints:
        """(N,) at the checkpoint."""
        return np.asarray(self.rec.prediction(self.checkpoint))

    @cached_property
    def confidences(self) -> Floats:
        """(N,) at the checkpoint."""
        return np.asarray(self.rec.confidence(self.checkpoint))

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """(N,) whether a sample has a label."""
        return self.labels >= 0

    def name(self, group: int) -> str:
        """A class by its name."""
        names = self.rec.class_names or []
        return names[group] if 0 <= group < len(names) else str(group)

    @cached_property
    def accuracy(self) -> float:
        """Share of the labeled samples that the network tells right."""
        return float((self.predictions == self.labels)[self.known].mean())

    @cached_property
    def recalls(self) -> Floats:
        """(class,) share of each class that the network tells right; NaN where there is none of it."""
        right = self.predictions == self.labels
        of = [right[self.labels == group] for group in range(len(self.rec.class_names or []))]
        return np.array([part.mean() if part.size else np.nan for part in of])

    @cached_property
    def confusions(self) -> Ints:
        """(class, class) how many of one (row) are read as another."""
        classes = len(self.rec.class_names or [])
        table: Ints = np.zeros((classes, classes), dtype=np.int64)
        told = self.known & (self.predictions >= 0) & (self.predictions < classes)
        np.add.at(table, (self.labels[told], self.predictions[told]), 1)
        return table

    @cached_property
    def pair(self) -> tuple[int, int]:
        """The two classes that are taken for each other most often; the smaller number first."""
        table = np.triu(self.confusions + self.confusions.T, 1)
        if not table.any():
            raise NotFound("no two classes are confused")
        a, b = np.unravel_index(int(table.argmax()), table.shape)
        return int(a), int(b)

    @cached_property
    def pair_mistakes(self) -> list[int]:
        """The samples of the pair that are read as the other of it."""
        a, b = self.pair
        swapped = ((self.labels == a) & (self.predictions == b)) | ((self.labels == b) & (self.predictions == a))
        return [int(i) for i in np.flatnonzero(swapped)]

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """(N,) whether a labeled sample is told wrong."""
        wrong: NDArray[np.bool_] = self.known & (self.predictions != self.labels)
        return wrong

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """(N,) whether a labeled sample is of the groups that are looked at."""
        return self.known if self.groups is None else np.isin(self.labels, self.groups)

    @property
    def leaving(self) -> int:
        """How many of the groups are read as a class that is none of them."""
        if self.groups is None:
            raise NotFound("no groups are looked at")
        return int((self.members & ~np.isin(self.predictions, self.groups)).sum())

    @property
    def within(self) -> int:
        """How many of the groups are read as another one of them."""
        return int((self.members & self.wrong).sum()) - self.leaving

    @cached_property
    def mistake(self) -> int:
        """The sample that the network is surest of, among those it tells wrong."""
        wrong = np.flatnonzero(self.wrong)
        if not wrong.size:
            raise NotFound("nothing is told wrong")
        return int(wrong[np.argmax(self.confidences[wrong])])

    @cached_property
    def flow(self) -> tuple[StoredFlow, int]:
        """The flow that is looked at, and the stop at or before the place."""
        name = (self.embedding or "").removeprefix("flow:")
        if not (self.embedding or "").startswith("flow:") or name not in self.rec.flows:
            raise NotFound("no flow is looked at")
        return self.rec.flow(name), int(self.place or 0)

    @cached_property
    def coordinates(self) -> Floats:
        """(N, d) as the page shows the layer; on a flow, that of the nearest stop."""
        if (self.embedding or "").startswith("flow:"):
            # As the page does: a half goes up.
            return np.asarray(self.flow[0].coordinates(int(np.floor((self.place or 0) + 0.5))))
        if self.embedding is None or self.embedding not in self.rec.embeddings or self.layer is None:
            raise NotFound(f"{self.layer} is not laid out by {self.embedding}")
        if self.layer == "input":
            return np.asarray(self.rec.embedding(self.embedding, self.layer).aligned)
        return np.asarray(self.rec.embedding(self.embedding, self.layer, self.checkpoint).aligned)

    def between(self, coordinates: Floats) -> float:
        """The share of the variance that lies between the means of the classes."""
        X, labels = coordinates[self.known].astype(np.float64), self.labels[self.known]
        X = X - X.mean(axis=0)
        parts = [X[labels == group] for group in np.unique(labels)]
        between = sum(len(part) * float((part.mean(axis=0) ** 2).sum()) for part in parts)
        return between / max(float((X**2).sum()), 1e-300)

    def like(self, layer: str | None, group: int) -> int:
        """How many of the misread sample's nearest neighbors in a layer are of a class; itself left out."""
        if layer not in self.rec.layers:
            raise NotFound(f"{layer} is not recorded")
        X = np.asarray(self.rec.activation(layer, self.checkpoint)[...], dtype=np.float64)
        distances = ((X - X[self.mistake]) ** 2).sum(axis=1)
        distances[self.mistake] = np.inf
        return int(np.count_nonzero(self.labels[np.argsort(distances, kind="stable")[:NEIGHBORS]] == group))

    @cached_property
    def across(self) -> int:
        """How many of `pair_mistakes` lie nearer to the other class, along the line that parts the two best."""
        members = np.isin(self.labels, self.pair)
        line = discriminant(self.coordinates[members], self.labels[members])[:, 0]
        along = self.coordinates @ line
        a, b = (along[self.labels == group].mean() for group in self.pair)
        beyond = np.where(self.labels == self.pair[0], along > (a + b) / 2, along < (a + b) / 2)
        return int(beyond[self.pair_mistakes].sum())

    @property
    def misread(self) -> tuple[int, int]:
        """What the misread sample is, and what it is read as."""
        return int(self.labels[self.mistake]), int(self.predictions[self.mistake])


def first_checkpoint_of_learning(rec: Recording) -> str:
    """The checkpoint that gained most accuracy over the one before."""
    names = rec.checkpoints
    if len(names) < 2:
        raise NotFound("it has one checkpoint")
    accuracies = [Findings(rec, name).accuracy for name in names]
    return names[1 + int(np.argmax(np.diff(accuracies)))]


def _share(value: float, digits: int = 0) -> str:
    return f"{100 * value:.{digits}f}%"


WORDS: dict[str, Callable[[Findings], str]] = {
    "samples": lambda f: f"{len(f.rec):,}",
    "classes": lambda f: str(len(f.rec.class_names or [])),
    "layer": lambda f: f.layer or "",
    "checkpoint": lambda f: f.checkpoint,
    "accuracy": lambda f: _share(f.accuracy, 1),
    "chance": lambda f: _share(1 / len(f.rec.class_names or [0]), 0),
    "favorite": lambda f: f.name(int(np.bincount(f.predictions).argmax())),
    "favorite_count": lambda f: f"{int(np.bincount(f.predictions).max()):,}",
    "between": lambda f: _share(f.between(f.coordinates)),
    "best": lambda f: f.name(int(np.nanargmax(f.recalls))),
    "best_recall": lambda f: _share(float(np.nanmax(f.recalls))),
    "worst": lambda f: f.name(int(np.nanargmin(f.recalls))),
    "worst_recall": lambda f: _share(float(np.nanmin(f.recalls))),
    "errors": lambda f: f"{int(f.wrong.sum()):,}",
    "group_samples": lambda f: f"{int(f.members.sum()):,}",
    "group_recall": lambda f: _share(1 - float(f.wrong[f.members].mean())),
    "group_leaving": lambda f: f"{f.leaving:,}",
    "group_within": lambda f: f"{f.within:,}",
    "group_within_share": lambda f: _share(f.within / max(int(f.wrong.sum()), 1)),
    "a": lambda f: f.name(f.pair[0]),
    "b": lambda f: f.name(f.pair[1]),
    "pair": lambda f: f"{f.name(f.pair[0])} and {f.name(f.pair[1])}",
    "pair_mistakes": lambda f: str(len(f.pair_mistakes)),
    "pair_samples": lambda f: f"{int(np.isin(f.labels, f.pair).sum()):,}",
    "a_as_b": lambda f: str(f.confusions[f.pair]),
    "b_as_a": lambda f: str(f.confusions[f.pair[::-1]]),
    "across": lambda f: str(f.across),
    "sample": lambda f: str(f.mistake),
    "label": lambda f: f.name(f.misread[0]),
    "prediction": lambda f: f.name(f.misread[1]),
    "confidence": lambda f: _share(float(f.confidences[f.mistake]), 1),
    "neighbors": lambda f: str(NEIGHBORS),
    "neighbors_as_labeled": lambda f: str(f.like(f.layer, f.misread[0])),
    "neighbors_as_read": lambda f: str(f.like(f.layer, f.misread[1])),
    "input_neighbors_as_labeled": lambda f: str(f.like("input", f.misread[0])),
    "input_neighbors_as_read": lambda f: str(f.like("input", f.misread[1])),
    "before": lambda f: f.flow[0].stops[f.flow[1]].name,
    "after": lambda f: f.flow[0].stops[f.flow[1] + 1].name,
    "before_units": lambda f: f"{f.flow[0].stops[f.flow[1]].units:,}",
    "after_units": lambda f: f"{f.flow[0].stops[f.flow[1] + 1].units:,}",
    "before_between": lambda f: _share(f.between(np.asarray(f.flow[0].coordinates(f.flow[1])))),
    "after_between": lambda f: _share(f.between(np.asarray(f.flow[0].coordinates(f.flow[1] + 1)))),
    "residual": lambda f: _share(f.flow[0].transitions[f.flow[1]].residual),
    "in_corners": lambda f: f"{int((f.confidences > CORNER).sum()):,}",
    "wrong_in_corners": lambda f: str(int(((f.confidences > CORNER) & f.wrong).sum())),
    "undecided": lambda f: f"{int((f.confidences < UNDECIDED).sum()):,}",
}
"""What stands in braces in a sentence."""


def word(findings: Findings, name: str) -> str:
    """One of `WORDS`, as the recording has it.

    Raises:
        NotFound: the recording has nothing to say of it.
    """
    if name not in WORDS:
        raise NotFound(f"nothing is known as {{{name}}}; did you mean {{{nearest(name, WORDS)[0]}}}?")
    try:
        return WORDS[name](findings)
    except (IndexError, ValueError) as error:
        raise NotFound(f"{{{name}}} can't be told: {error}") from error
