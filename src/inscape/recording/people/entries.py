"""What an entry may hold. Pages and programs write these: everything is looked at, and what comes out is plain JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from inscape.errors import WrongCall
from inscape.recording.people.samples import checked_samples

NAME = 80
"""Characters of a name."""

CLASS_NAME = 500
"""Characters of the name of a class or group, which is the data's and not the user's."""

SENTENCE, NOTE = 500, 2000

STATE_BYTES, STATE_DEPTH = 256 << 10, 16
"""A page's state: a basis of 64 × 64 numbers takes some 80 kB."""

HANDLES = 256
AXES = 64
"""The Grand Tour's dimensions."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def checked_name(kind: str, name: Any) -> str:
    """A name as it is kept: Unicode's NFC, so that the same letters are the same name whoever typed them.

    Raises:
        WrongCall: it is too long, empty, blank at an end, or has characters that can't be shown.
    """
    most = CLASS_NAME if kind == "colors" else NAME
    text = _text(name, f"a name among the {kind}", most)
    if not text or text != text.strip():
        raise WrongCall(
            f"a name among the {kind} is empty or has blanks at an end",
            got=repr(text),
            remedy=f"give 1 to {most} characters, blanks only between them",
        )
    return text


def checked_content(kind: str, given: Mapping[str, Any], samples: int) -> dict[str, Any]:
    """The content of an entry, without its name and its times; what is None or empty and needn't be there is left out.

    Args:
        kind: one of `KINDS`.
        given: plain JSON.
        samples: N of the recording.

    Raises:
        WrongCall: something is missing, unknown, or not what it should be; it says what.
    """
    fields, needed = _FIELDS[kind], NEEDED[kind]
    unknown = [key for key in given if key not in fields]
    missing = [key for key in needed if given.get(key) is None]
    if unknown or missing:
        raise WrongCall(
            f"an entry of the {kind} has {'something unknown' if unknown else 'something missing'}",
            got=", ".join(map(repr, unknown or missing))[:200],
            remedy="needed: " + ", ".join(needed) + "; known: " + ", ".join(fields),
        )
    content = {}
    for key, check in fields.items():
        value = given.get(key)
        if value is not None and (value != "" or key in needed):
            content[key] = check(value, samples)
    return content


def _text(value: Any, what: str, most: int, *, lines: bool = False) -> str:
    if not isinstance(value, str):
        raise WrongCall(f"{what} must be a text", got=shown(value), remedy=f"give a text of at most {most} characters")
    if len(value) > 4 * most:
        raise WrongCall(f"{what} is too long", got=f"{len(value)} characters", remedy=f"give at most {most}")
    text = unicodedata.normalize("NFC", value)
    if len(text) > most:
        raise WrongCall(f"{what} is too long", got=f"{len(text)} characters", remedy=f"give at most {most}")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and not (lines and character in "\n\t"):
            raise WrongCall(f"{what} has a character that can't be shown", got=ascii(character), remedy="leave it out")
    return text


def _required_text(what: str, most: int) -> Callable[[Any, int], str]:
    def check(value: Any, samples: int) -> str:
        text = _text(value, what, most).strip()
        if not text:
            raise WrongCall(f"{what} is empty", got=repr(value), remedy=f"give 1 to {most} characters")
        return text

    return check


def _color(value: Any, samples: int) -> str:
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise WrongCall("this is no color", got=shown(value), remedy="give '#rrggbb', as in '#1f77b4'")
    return value.lower()


def _note(value: Any, samples: int) -> str:
    return _text(value, "a note", NOTE, lines=True)


def _by(value: Any, samples: int) -> str:
    return _text(value, "who it is by", NAME)


def _state(value: Any, samples: int) -> dict[str, Any]:
    """JSON as it would come back from the disk."""
    remedy = "give the page's public state (window.inscape.state)"
    if not isinstance(value, dict):
        raise WrongCall("the state of a bookmark must be an object", got=shown(value), remedy=remedy)
    level: list[Any] = [value]
    for _ in range(STATE_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list | tuple)
        ]
    if level:
        raise WrongCall("the state of a bookmark is nested too deeply", got=f"over {STATE_DEPTH} levels", remedy=remedy)
    try:
        content = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError) as error:
        raise WrongCall("the state of a bookmark is no plain JSON", got=ascii(error)[:200], remedy=remedy) from error
    if len(content) > STATE_BYTES:
        remedy = f"at most {STATE_BYTES >> 10} kB: keep large sets of samples as a selection, and its name in the state"
        raise WrongCall("the state of a bookmark is too large", got=f"{len(content) >> 10} kB", remedy=remedy)
    state: dict[str, Any] = json.loads(content)
    return state


def _handles(value: Any, samples: int) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > HANDLES:
        got = f"{len(value)} of them" if isinstance(value, list) else shown(value)
        raise WrongCall("handles must be a list", got=got, remedy=f"give at most {HANDLES} of them in one set")
    return [_handle(handle, samples) for handle in value]


def _handle(given: Any, samples: int) -> dict[str, Any]:
    kind = given.get("kind") if isinstance(given, dict) else None
    key = _HANDLES.get(kind) if isinstance(kind, str) else None
    if key is None or set(given) - {"kind", key, "name", "pinned"} or type(given.get("pinned", False)) is not bool:
        raise WrongCall(
            "this is no handle",
            got=shown(given),
            remedy="give {kind: 'axis', axis: 3}, {kind: 'class', group: 'cat'} or {kind: 'samples', samples: [3, 5]}, "
            "and if wanted a name and pinned: true or false",
        )
    return {
        "kind": kind,
        key: _HANDLE_CHECKS[key](given.get(key), samples),
        "name": _text(given.get("name") or "", "the name of a handle", NAME),
        "pinned": given.get("pinned", False),
    }


def _axis(value: Any, samples: int) -> int:
    if type(value) is not int or not 0 <= value < AXES:
        raise WrongCall("there is no such axis", got=shown(value), remedy=f"give a number from 0 to {AXES - 1}")
    return value


def _group(value: Any, samples: int) -> int | str:
    if type(value) is int and 0 <= value < 1 << 31:
        return value
    return _text(value, "the class of a handle", CLASS_NAME)


def shown(value: Any) -> str:
    """A value in a message: short, and of any kind."""
    try:
        return ascii(value)[:80] if not isinstance(value, str) else repr(value[:80])
    except RecursionError:
        return type(value).__name__


_HANDLES = {"axis": "axis", "class": "group", "samples": "samples"}
_HANDLE_CHECKS: dict[str, Callable[[Any, int], Any]] = {"axis": _axis, "group": _group, "samples": checked_samples}

_FIELDS: dict[str, dict[str, Callable[[Any, int], Any]]] = {
    "selections": {"samples": checked_samples, "color": _color, "note": _note, "by": _by},
    "bookmarks": {
        "sentence": _required_text("the sentence of a bookmark", SENTENCE),
        "state": _state,
        "by": _by,
    },
    "handles": {"handles": _handles, "by": _by},
    "colors": {"color": _color, "by": _by},
}
NEEDED = {
    "selections": ("samples",),
    "bookmarks": ("sentence", "state"),
    "handles": ("handles",),
    "colors": ("color",),
}
