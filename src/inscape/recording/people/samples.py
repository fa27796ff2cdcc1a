"""Sets of samples as run lengths: a selection of a class is some numbers, any half of 70,000 samples some 70 kB."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from inscape.errors import Mismatch, WrongCall


def to_runs(ids: Sequence[int]) -> list[int]:
    """Alternating lengths: so many samples are left out, so many taken, left out, taken, …; it ends with a taken run.

    Args:
        ids: sorted, each one once.

    >>> to_runs([3, 5, 6, 7]), to_runs([0, 1]), to_runs([])
    ([3, 1, 1, 3], [0, 2], [])
    """
    if not ids:
        return []
    runs = [ids[0], 1]
    for before, sample in pairwise(ids):
        if sample == before + 1:
            runs[-1] += 1
        else:
            runs += [sample - before - 1, 1]
    return runs


def from_runs(runs: Sequence[int]) -> list[int]:
    """The sorted ids again.

    >>> from_runs([3, 1, 1, 3])
    [3, 5, 6, 7]
    """
    ids: list[int] = []
    at = 0
    for left_out, taken in zip(runs[::2], runs[1::2], strict=True):
        ids.extend(range(at + left_out, at + left_out + taken))
        at += left_out + taken
    return ids


def checked_samples(given: Any, total: int) -> dict[str, Any]:
    """Bring a set of samples into the form of the store.

    Args:
        given: ids in any order, or ``{"runs", "of", "count"}``, of which the runs alone must be there.
        total: N of the recording.

    Returns:
        ``{"count": how many, "of": N, "runs": see to_runs}``.

    Raises:
        WrongCall: it is no set of samples of this recording.
        Mismatch: it was made for a recording of another number of samples.
    """
    if isinstance(given, dict):
        runs = _checked_runs(given, total)
    elif isinstance(given, list):
        for sample in given:
            if type(sample) is not int or not 0 <= sample < total:
                raise WrongCall(
                    "there is no such sample in the recording",
                    got=repr(sample)[:40],
                    remedy=f"give whole numbers from 0 to {total - 1}",
                )
        runs = to_runs(sorted(set(given)))
    else:
        raise _no_set(type(given).__name__)
    return {"count": sum(runs[1::2]), "of": total, "runs": runs}


def _checked_runs(given: dict[str, Any], total: int) -> list[int]:
    runs = given.get("runs")
    if set(given) - {"runs", "of", "count"} or not isinstance(runs, list):
        raise _no_set(f"an object of {', '.join(map(repr, given)) or 'nothing'}"[:200])
    if given.get("of", total) != total:
        raise Mismatch(
            "the selection is of a recording with another number of samples",
            got=f"{given['of']!r} there, {total} here"[:200],
            remedy="load the page again: the recording was replaced; or select by the samples of this one",
        )
    whole = all(type(run) is int and run >= (1 if place else 0) for place, run in enumerate(runs))
    if not whole or len(runs) % 2 or sum(runs) > total:
        raise WrongCall(
            "the run lengths of a selection make no sense",
            got=f"{len(runs)} numbers",
            remedy=f"alternate left out and taken: whole numbers ≥ 1 (the first ≥ 0), at most {total} together",
        )
    if given.get("count", sum(runs[1::2])) != sum(runs[1::2]):
        raise WrongCall(
            "the run lengths of a selection don't make up its count",
            got=f"{given['count']!r} said, {sum(runs[1::2])} taken"[:200],
            remedy="give the runs alone: the count is made from them",
        )
    return runs


def _no_set(got: str) -> WrongCall:
    return WrongCall(
        "a set of samples is a list of their numbers", got=got, remedy='give [3, 5], or {"runs": [3, 1, 1, 1]}'
    )
