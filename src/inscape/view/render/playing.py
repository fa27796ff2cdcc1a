"""Where a film is at each of its frames."""

from __future__ import annotations

REST_BEFORE, REST_AFTER = 0.06, 0.1
"""Shares of a film for which what goes from first to last rests at its ends: a reader needs them to see where it is."""


def place_at(share: float, first: float, last: float) -> float:
    """The place between first and last at a share of the film: at a steady pace between two rests.

    >>> [place_at(share, 0, 8) for share in (0, 0.06, 0.48, 0.9, 1)]
    [0.0, 0.0, 4.0, 8.0, 8.0]
    """
    gone = (share - REST_BEFORE) / (1 - REST_BEFORE - REST_AFTER)
    return first + (last - first) * round(min(1.0, max(0.0, gone)), 9)
