"""Selections, handles and colors as Python sees them: mappings that read the disk each time, and write it at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, MutableMapping, Sequence, Set
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inscape.errors import ArrayError, CorruptRecording, InscapeError, Mismatch
from inscape.recording.people.changes import find, put, remove
from inscape.recording.people.documents import Entry, read, samples_of
from inscape.recording.people.entries import checked_name
from inscape.recording.people.samples import checked_samples, from_runs, to_runs

V = TypeVar("V")


class _Kept(MutableMapping[str, V], Generic[V]):
    """Entries of one kind by their names, in the order in which they were made.

    Raises:
        UnknownEntry: there is none of this name; it is a `KeyError` too.
        StorageFailed, RecordingLocked: the folder can't be written.
    """

    kind = ""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __getitem__(self, name: str) -> V:
        return self._value(find(self._root, self.kind, name))

    def __delitem__(self, name: str) -> None:
        remove(self._root, self.kind, name)

    def __iter__(self) -> Iterator[str]:
        return iter([entry["name"] for entry in read(self._root, self.kind).entries])

    def __len__(self) -> int:
        return len(read(self._root, self.kind).entries)

    def __contains__(self, name: object) -> bool:
        try:
            return checked_name(self.kind, name) in list(self)
        except CorruptRecording:
            raise
        except InscapeError:
            return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"

    def entry(self, name: str) -> Entry:
        """All that is kept of one: also ``created``, ``changed`` (ISO 8601, UTC), ``by`` and ``version``."""
        return copy.deepcopy(find(self._root, self.kind, name))

    def rename(self, name: str, new: str) -> None:
        """Give one another name; it keeps its place.

        Raises:
            ChangedMeanwhile: the name is taken.
            UnknownEntry: there is none of the old name.
        """
        before = find(self._root, self.kind, name)
        put(self._root, self.kind, name, {"name": new}, expected=before["version"])

    def _value(self, entry: Entry) -> V:
        raise NotImplementedError


class Selections(_Kept[NDArray[np.int64]]):
    """Named sets of samples: sorted int64 arrays (selected,), written as ids or as a boolean mask (N,).

    Example:
        >>> rec.selections["odd ones"] = [3, 5]                        # doctest: +SKIP
        >>> rec.selections["wrong"] = rec.prediction() != rec.labels   # doctest: +SKIP
        >>> rec.selections["odd ones"]                                 # doctest: +SKIP
        array([3, 5])
    """

    kind = "selections"

    def __setitem__(self, name: str, samples: ArrayLike | Set[int]) -> None:
        self.set(name, samples)

    def set(
        self,
        name: str,
        samples: ArrayLike | Set[int],
        *,
        color: str | None = None,
        note: str | None = None,
        by: str | None = None,
        version: int | None = None,
    ) -> None:
        """Write a selection.

        Args:
            name: 1 to 80 characters.
            samples: ids (selected,) in any order, from 0 to N - 1; or a boolean mask (N,).
            color: ``"#rrggbb"``; None keeps the present one, ``""`` removes it.
            note: up to 2,000 characters; None keeps, ``""`` removes.
            by: who writes this.
            version: the version that the entry must have now (0: that there is none), to overwrite nobody's change.

        Raises:
            ArrayError: `samples` is neither ids nor a mask.
            WrongCall: there is no such sample, or a text is not what it should be.
            ChangedMeanwhile: the entry has another version.
        """
        given: dict[str, Any] = {"samples": _packed(samples, samples_of(self._root)), "by": by}
        given |= {key: value for key, value in (("color", color), ("note", note)) if value is not None}
        put(self._root, self.kind, name, given, expected=version)

    def _value(self, entry: Entry) -> NDArray[np.int64]:
        return _unpacked(self._root, entry["name"], entry.get("samples"))


class Handles(_Kept[list[dict[str, Any]]]):
    """Named sets of handles, each a list of objects.

    A handle is ``{kind: "axis", axis: 3}``, ``{kind: "class", group: "cat"}`` or ``{kind: "samples", samples: ids}``,
    with a ``name`` and ``pinned`` if wanted.
    """

    kind = "handles"

    def __setitem__(self, name: str, handles: Sequence[Mapping[str, Any]]) -> None:
        total = samples_of(self._root)
        given = [dict(handle) for handle in handles]
        for handle in given:
            if "samples" in handle:
                handle["samples"] = _packed(handle["samples"], total)
        put(self._root, self.kind, name, {"handles": given})

    def _value(self, entry: Entry) -> list[dict[str, Any]]:
        handles: list[dict[str, Any]] = copy.deepcopy(entry["handles"])
        for handle in handles:
            if "samples" in handle:
                handle["samples"] = _unpacked(self._root, entry["name"], handle["samples"])
        return handles


class Colors(_Kept[str]):
    """The user's own colors, ``"#rrggbb"`` by the name of a class or group."""

    kind = "colors"

    def __setitem__(self, name: str, color: str) -> None:
        put(self._root, self.kind, name, {"color": color})

    def _value(self, entry: Entry) -> str:
        return str(entry["color"])


def _packed(samples: ArrayLike | Set[int], total: int) -> dict[str, Any]:
    remedy = f"give ids from 0 to {total - 1} as a list or an array of integers, or a boolean mask ({total},)"
    try:
        values = np.asarray(list(samples) if isinstance(samples, Set) else samples)
    except ValueError as error:
        raise ArrayError("a selection is a list of samples or a mask", got=str(error)[:200], remedy=remedy) from error
    mask = values.dtype == np.bool_
    fits = values.shape == (total,) if mask else values.ndim == 1 and (values.dtype.kind in "iu" or not values.size)
    if not fits:
        got = f"{values.dtype} {values.shape}"
        raise ArrayError("a selection is a list of samples or a mask", got=got, remedy=remedy)
    ids = np.flatnonzero(values) if mask else np.unique(values)
    if ids.size and (ids[0] < 0 or ids[-1] >= total):
        got = str(ids[0] if ids[0] < 0 else ids[-1])
        raise ArrayError("there is no such sample in the recording", got=got, remedy=remedy)
    return {"of": total, "runs": to_runs(ids.astype(np.int64).tolist())}


def _unpacked(root: Path, name: str, samples: Any) -> NDArray[np.int64]:
    total = samples_of(root)
    of = samples.get("of") if isinstance(samples, dict) else None
    if type(of) is int and of > total:
        raise Mismatch(
            f"{name!r} is of a recording with more samples",
            got=f"{of} there, {total} here",
            remedy=f"remove it (del rec.selections[{name!r}]), or open the recording that it was made for",
        )
    try:
        runs = checked_samples(samples, of if type(of) is int else total)["runs"]
    except InscapeError as error:
        raise CorruptRecording(
            f"the samples of {name!r} can't be read",
            got=f"{error.what}: {error.got}",
            remedy="write it anew, or restore people/ from a copy",
        ) from error
    return np.asarray(from_runs(runs), dtype=np.int64)
