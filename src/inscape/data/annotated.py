"""Another source with labels, columns or class names that somebody added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inscape.data.labels import as_column, check_labels, encode_labels
from inscape.data.source import Batch, Source
from inscape.errors import DataError


class Annotated:
    """A source with labels, columns or class names in place of, or beside, its own.

    Args:
        inner: the source.
        labels: (n,) integers or strings, in place of its own.
        columns: more about each sample by name, (n,) each; one of the same name takes the place of its own.
        class_names: names of the classes, in order.

    Raises:
        DataError: another length, or a label that is no class.

    >>> from inscape.data import Digits
    >>> probe = Annotated(Digits("test"), columns={"place": range(2000)})
    >>> next(probe.batches([(7, 9)])).columns["place"].tolist()
    [7, 8]
    """

    def __init__(
        self,
        inner: Source,
        *,
        labels: Any = None,
        columns: Mapping[str, Any] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> None:
        self._inner = inner
        self.name, self.kind, self.batch_size = inner.name, inner.kind, inner.batch_size
        self.notes, self.skipped = inner.notes, inner.skipped
        self.class_names = inner.class_names if class_names is None else tuple(str(name) for name in class_names)
        named, classes = len(self.class_names or ()), len(inner.class_names or ())
        if class_names is not None and labels is None and named < classes:
            raise DataError(
                "there are fewer class names than classes",
                got=f"{named} names for {classes} classes",
                remedy="name every class, in order",
            )
        self._labels = None
        self._columns = {name: as_column(name, values, len(inner)) for name, values in (columns or {}).items()}
        if labels is not None:
            names = class_names if class_names is not None else _names_for(labels, inner)
            encoded = encode_labels(labels, len(inner), names)
            self._labels, self.class_names = encoded.labels, encoded.class_names
            self._columns = {**encoded.columns, **self._columns}

    def __len__(self) -> int:
        return len(self._inner)

    def batches(self, ranges: Sequence[tuple[int, int]]) -> Iterator[Batch]:
        for batch in self._inner.batches(ranges):
            start, stop = batch.start, batch.start + len(batch)
            added = {name: values[start:stop] for name, values in self._columns.items()}
            labels = batch.labels if self._labels is None else self._labels[start:stop]
            if labels is not None:
                check_labels(labels, self.class_names, start)
            yield replace(batch, labels=labels, columns={**batch.columns, **added})


def _names_for(labels: Any, inner: Source) -> tuple[str, ...] | None:
    """A source's own names hold for new labels only where these fit them; strings bring their own."""
    encoded = encode_labels(labels, len(inner))
    if encoded.class_names is None and encoded.labels is not None and inner.class_names is not None:
        return inner.class_names if int(encoded.labels.max()) < len(inner.class_names) else None
    return None
