"""What a method says of an array, said of the activation that the array is; and activations that say nothing."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from inscape.errors import ArrayError, InscapeWarning

NOT_FINITE = (
    "leave the layer out: layers=[…] (--layers); or record again without those samples: rec.nonfinite(layer) tells "
    "where the first of them are"
)


@contextlib.contextmanager
def named(layer: str, checkpoint: str) -> Iterator[None]:
    """Let a complaint about an array say which activation it is, and what can be done about it in a recording.

    Raises:
        ArrayError: in place of the one that was raised inside.
    """
    try:
        yield
    except ArrayError as error:
        place = f"{layer} at checkpoint {checkpoint}"
        if error.what.startswith(place):
            raise
        of_array = error.what.startswith("X ")
        what = f"{place} {error.what.removeprefix('X ')}" if of_array else f"{place}: {error.what}"
        remedy = NOT_FINITE if of_array and "not finite" in error.what else error.remedy
        raise ArrayError(what, got=error.got, remedy=remedy) from error


def is_constant(array: Any) -> bool:
    """Whether all samples have the same activation; of one that is not, the first rows alone are read."""
    first = np.asarray(array[:2])
    if len(first) < 2 or not np.array_equal(first[0], first[1]):
        return False
    return bool((np.asarray(array) == first[0]).all())


def warn_of_constant(places: Sequence[str]) -> None:
    """Say of which activations (``layer at checkpoint``) a layout shows nothing, where there are any."""
    if places:
        many = f" and {len(places) - 4} more" if len(places) > 4 else ""
        warnings.warn(
            f"every sample has the same activation in {', '.join(places[:4])}{many}: the layout shows nothing of it",
            InscapeWarning,
            stacklevel=3,
        )
