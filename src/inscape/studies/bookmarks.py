"""A study's bookmarks: views whose samples, classes and numbers are read off the recording that was made."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from inscape.errors import ChangedMeanwhile, InscapeError, WrongCall
from inscape.recording import Recording
from inscape.recording.files import seal, unseal, write_atomically
from inscape.recording.names import offer
from inscape.recording.people.changes import put
from inscape.studies.findings import WORDS, Findings, NotFound, first_checkpoint_of_learning, word

KEYS = {"name", "sentence", "state"}

CHECKPOINTS: dict[str, Callable[[Recording], str]] = {
    "$first": lambda rec: rec.checkpoints[0],
    "$last": lambda rec: rec.checkpoints[-1],
    "$first-learned": first_checkpoint_of_learning,
}

SAMPLES: dict[str, Callable[[Findings], list[int]]] = {
    "$most-confident-mistake": lambda f: [f.mistake],
    "$pair-mistakes": lambda f: f.pair_mistakes,
}

GROUPS: dict[str, Callable[[Findings], list[int]]] = {
    "$most-confused-pair": lambda f: list(f.pair),
    "$mistake-classes": lambda f: sorted(f.misread),
}

NONE = "$none"
"""Nothing, which TOML has no word for: no filter, nothing pointed at."""

BASES = ("$apart", "$spread", "$star")
"""The plane that shows the groups furthest apart, or in which they vary most, here or (``$apart@$last``) at another
checkpoint; all axes evenly."""

FIT = "$fit"
"""The camera that brings what is drawn into the stage: for a view that stands still, and is no simplex."""

FILLED = 0.9
"""The share of the stage's half side that such a picture takes."""

_KNOWN: dict[str, Mapping[str, Any] | Sequence[str]] = {
    "checkpoint": CHECKPOINTS,
    "selection": SAMPLES,
    "filter": SAMPLES,
    "hover": ["$most-confident-mistake"],
    "groups": GROUPS,
    "basis": BASES,
    "camera": [FIT],
}

Say = Callable[[str], None]


def check_bookmarks(path: Path, bookmarks: Any) -> None:
    """Look at what a study file says, before anything is made.

    Raises:
        WrongCall: a key, a placeholder or a word of a sentence is unknown, or something is missing.
    """
    names = [str(bookmark.get("name")) for bookmark in bookmarks]
    for bookmark in bookmarks:
        for key in bookmark:
            if key not in KEYS:
                raise WrongCall("a bookmark has no such key", got=f"{key} in {path}", remedy=offer(key, KEYS))
        for key, kind in (("name", str), ("sentence", str), ("state", dict)):
            if not isinstance(bookmark.get(key), kind) or not bookmark[key]:
                remedy = "give it a name, a sentence, and a state = { layer = … }"
                raise WrongCall("a bookmark needs a key", got=f"no {key} in {path}", remedy=remedy)
        if names.count(bookmark["name"]) > 1:
            raise WrongCall("two bookmarks have one name", got=repr(bookmark["name"]), remedy="name them apart")
        for name in _fields(path, bookmark["sentence"]):
            if name not in WORDS:
                raise WrongCall("nothing is known by this word", got=f"{{{name}}} in {path}", remedy=offer(name, WORDS))
        for key, value in bookmark["state"].items():
            if isinstance(value, str) and value.startswith("$"):
                known = [*_KNOWN.get(key, ()), NONE]
                if value.partition("@")[0] not in known or ("@" in value and key != "basis"):
                    got = f"{key} = {value!r} in {path}"
                    raise WrongCall("there is no such placeholder", got=got, remedy=offer(value, known))


def write_bookmarks(rec: Recording, bookmarks: Sequence[Mapping[str, Any]], *, say: Say = print) -> list[str]:
    """Write a study's bookmarks that were never written, each at its place; none that is there is touched.

    Args:
        rec: the recording, with the study's results.
        bookmarks: ``name``, ``sentence`` with words of `WORDS` in braces, ``state`` with placeholders.
        say: takes one line for people: what was left out, and why.

    Returns:
        The names of those that were written.

    Raises:
        StorageFailed, RecordingLocked: the recording can't be written.
        WrongCall: a sentence is longer than 500 characters, or a layer, checkpoint or embedding is unknown.
    """
    receipt = rec.path / "receipts" / "bookmarks.json"
    done = _written(receipt)
    written = []
    for position, bookmark in enumerate(bookmarks):
        name = bookmark["name"]
        if name in done:  # somebody who removed it does not want it back
            continue
        try:
            content = resolve(rec, bookmark["sentence"], bookmark["state"])
        except NotFound as reason:
            say(f"  bookmark {name!r} is left out: {reason}")
            continue
        try:
            put(rec.path, "bookmarks", name, {**content, "by": "the study", "position": position}, expected=0)
            written.append(name)
        except ChangedMeanwhile:
            pass  # there is one of this name: a person's
        done.append(name)
        write_atomically(receipt, seal({"names": done}))
    return written


def resolve(rec: Recording, sentence: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Put what the recording has in the place of placeholders and words.

    Returns:
        ``sentence`` and ``state`` of a bookmark.

    Raises:
        NotFound: the recording has nothing to put there.
        WrongCall: it has no such layer, checkpoint or embedding.

    Example:
        >>> resolve(rec, "{accuracy} are right", {"checkpoint": "$last"})   # doctest: +SKIP
        {'sentence': '98.0% are right', 'state': {'checkpoint': 'epoch-8'}}
    """
    found = dict(state)
    embedding = found.get("embedding")
    if isinstance(embedding, str) and embedding.startswith("flow:"):
        if embedding.removeprefix("flow:") not in rec.flows:
            raise NotFound(f"there is no flow {embedding.removeprefix('flow:')!r}")
        found.setdefault("checkpoint", rec.flow(embedding.removeprefix("flow:")).checkpoint)
    elif embedding is not None and embedding not in rec.embeddings:
        raise NotFound(f"there is no embedding {embedding!r} yet")
    elif "layer" in found:
        found["layer"] = rec.layer(found["layer"])
    checkpoint = _checkpoint(rec, found.get("checkpoint", "$last"))
    if "checkpoint" in found:
        found["checkpoint"] = checkpoint
    findings = Findings(rec, checkpoint, found.get("layer"), embedding, found.get("layerPlace"))
    for key, value in found.items():
        if value == NONE:
            found[key] = None
        elif key == "groups" and isinstance(value, str):
            found[key] = GROUPS[value](findings)
        elif key in ("selection", "filter") and isinstance(value, str):
            found[key] = SAMPLES[value](findings)
        elif key == "hover" and isinstance(value, str):
            found[key] = SAMPLES[value](findings)[0]
    findings.groups = found.get("groups")
    if isinstance(found.get("basis"), str):
        found["basis"] = _basis(rec, found["basis"], findings, found.get("groups"))
    if found.get("camera") == FIT:
        found["camera"] = _camera(findings, found.get("basis"), found.get("groups"))
    words = {name: word(findings, name) for name in _fields(None, sentence)}
    return {"sentence": sentence.format(**words), "state": found}


def _checkpoint(rec: Recording, told: str | int) -> str:
    return CHECKPOINTS[told](rec) if isinstance(told, str) and told in CHECKPOINTS else rec.checkpoint(told)


def _basis(rec: Recording, told: str, findings: Findings, groups: list[int] | None) -> list[float]:
    from inscape.shape.discriminant import completed, discriminant

    kind, _, at = told.partition("@")
    if at:
        findings = Findings(rec, _checkpoint(rec, at), findings.layer, findings.embedding, findings.place)
    points = findings.coordinates
    if kind == "$star":
        angles = 2 * np.pi * np.arange(points.shape[1]) / points.shape[1]
        basis = completed(np.stack([np.sin(angles), np.cos(angles)], axis=1))
    else:
        members = findings.known if groups is None else np.isin(findings.labels, groups)
        if not members.any():
            raise NotFound("nothing is drawn")
    if kind == "$spread":
        centered = points[members] - points[members].mean(axis=0)
        basis = completed(np.linalg.eigh(centered.T @ centered)[1][:, :-3:-1].astype(np.float64))
    elif kind == "$apart":
        basis = discriminant(points[members], findings.labels[members])
    return [round(float(number), 6) for number in basis.ravel()]


def _camera(findings: Findings, basis: list[float] | None, groups: list[int] | None) -> dict[str, float]:
    points = findings.coordinates.astype(np.float64)
    if basis is None or len(basis) != points.shape[1] ** 2:
        raise NotFound("a camera fits what is seen by a basis of this layer")
    # The page's measure of a cloud: `cloudRadius` in web/src/tour/fit.ts.
    norms = np.sort(np.linalg.norm(points, axis=1))
    radius = (0.7 + 0.3 * np.sqrt(2 / points.shape[1])) * max(norms[int(0.98 * (len(norms) - 1))], 1e-12)
    drawn = points if groups is None else points[np.isin(findings.labels, groups)]
    seen = drawn @ np.reshape(basis, (points.shape[1], -1))[:, :2] / radius
    low, high = seen.min(axis=0), seen.max(axis=0)
    zoom = float(np.clip(FILLED / max(float((high - low).max()) / 2, 1e-12), 0.5, 4.0))
    x, y = zoom * (low + high) / 2
    return {"zoom": round(zoom, 4), "x": round(-float(x), 4), "y": round(float(y), 4)}


def _fields(path: Path | None, sentence: str) -> list[str]:
    try:
        parts = list(string.Formatter().parse(sentence))
    except ValueError as error:
        raise WrongCall("a sentence can't be read", got=f"{error} in {path}", remedy="write {{ for a brace") from error
    names = [name for _, name, _, _ in parts if name is not None]
    if any(form or conversion for _, name, form, conversion in parts if name is not None):
        raise WrongCall("words of a sentence have no format", got=f"{sentence!r} in {path}", remedy="write {accuracy}")
    return names


def _written(receipt: Path) -> list[str]:
    if not receipt.exists():
        return []
    try:
        return [str(name) for name in unseal(receipt).get("names", [])]
    except InscapeError:
        return []  # it is damaged: at worst one that was removed comes back
