"""The strip of saved views as Python sees it: a list that reads the disk each time, and writes it at once."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from inscape.recording.people.changes import find, put, remove
from inscape.recording.people.documents import Entry, read


@dataclass(frozen=True)
class Bookmark:
    """A saved view.

    Attributes:
        name: what it is called in the strip and in an address.
        sentence: what there is to be seen.
        state: the page's public state, as plain JSON.
        position: its place in the strip, from 0.
        created, changed: ISO 8601, UTC.
        version: of the entry.
        by: who changed it last, where that is known.
    """

    name: str
    sentence: str
    state: dict[str, Any]
    position: int
    created: str
    changed: str
    version: int
    by: str | None = None


class Bookmarks(Sequence[Bookmark]):
    """The strip of saved views, in order.

    Example:
        >>> view = {"layer": "conv2", "checkpoint": "epoch-4", "groups": [3, 5]}
        >>> rec.bookmarks.append("3 and 5 stay together", view, name="A pair")                   # doctest: +SKIP
        >>> rec.bookmarks.move("A pair", 0)                                                      # doctest: +SKIP
        >>> [bookmark.sentence for bookmark in rec.bookmarks]                                    # doctest: +SKIP
        ['3 and 5 stay together']
    """

    kind = "bookmarks"

    def __init__(self, root: Path) -> None:
        self._root = root

    def _all(self) -> list[Bookmark]:
        return [_bookmark(entry, place) for place, entry in enumerate(read(self._root, self.kind).entries)]

    @overload
    def __getitem__(self, place: int) -> Bookmark: ...
    @overload
    def __getitem__(self, place: slice) -> list[Bookmark]: ...
    def __getitem__(self, place: int | slice) -> Bookmark | list[Bookmark]:
        return self._all()[place]

    def __len__(self) -> int:
        return len(read(self._root, self.kind).entries)

    def __iter__(self) -> Iterator[Bookmark]:
        return iter(self._all())

    def __repr__(self) -> str:
        return f"Bookmarks({', '.join(repr(bookmark.sentence) for bookmark in self)})"

    def append(
        self, sentence: str, state: Mapping[str, Any], *, name: str | None = None, by: str | None = None
    ) -> Bookmark:
        """Add one at the end.

        Args:
            sentence: 1 to 500 characters.
            state: the page's public state (``window.inscape.state``), or the part of it that matters: at most 256 kB.
            name: what the strip calls it; by default one is made up.
            by: who writes this.

        Raises:
            ChangedMeanwhile: the name is taken.
            WrongCall: the sentence or the state is not what it should be.
        """
        given = {"sentence": sentence, "state": dict(state), "by": by}
        entry = put(self._root, self.kind, new_name() if name is None else name, given, expected=0).entry
        return _bookmark(entry, entry["position"])

    def replace(
        self, which: int | str | Bookmark, sentence: str | None = None, state: Mapping[str, Any] | None = None
    ) -> None:
        """Change the sentence, the state or both of one.

        Raises:
            IndexError, UnknownEntry: there is no such bookmark.
        """
        given = {"sentence": sentence, "state": None if state is None else dict(state)}
        self._put(which, {key: value for key, value in given.items() if value is not None})

    def move(self, which: int | str | Bookmark, position: int) -> None:
        """Put one at another place: 0 is the first, -1 the last; beyond the end is the last.

        Raises:
            IndexError, UnknownEntry: there is no such bookmark.
        """
        self._put(which, {"position": position if position >= 0 else max(len(self) + position, 0)})

    def remove(self, which: int | str | Bookmark) -> None:
        """Remove one, given by its place, its name, or itself.

        Raises:
            IndexError, UnknownEntry: there is no such bookmark.
        """
        remove(self._root, self.kind, self._name(which))

    def __delitem__(self, place: int) -> None:
        self.remove(place)

    def _put(self, which: int | str | Bookmark, given: dict[str, Any]) -> None:
        name = self._name(which)
        version = find(self._root, self.kind, name)["version"]  # one that was removed does not come back by half
        put(self._root, self.kind, name, given, expected=version)

    def _name(self, which: int | str | Bookmark) -> str:
        return which if isinstance(which, str) else which.name if isinstance(which, Bookmark) else self[which].name


def new_name() -> str:
    """A name for what has none: eight hexadecimal digits."""
    return secrets.token_hex(4)


def _bookmark(entry: Entry, place: int) -> Bookmark:
    known: dict[str, Any] = {key: copy.deepcopy(entry.get(key)) for key in Bookmark.__dataclass_fields__}
    return Bookmark(**(known | {"position": place}))
