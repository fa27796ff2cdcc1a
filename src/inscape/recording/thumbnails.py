"""Cutting one thumbnail out of a page."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np

from inscape.recording.arrays import AnyArray


@lru_cache(maxsize=4)
def _page(encoded: bytes) -> AnyArray:
    from PIL import Image

    with Image.open(io.BytesIO(encoded)) as image:
        return np.asarray(image.convert("RGB"))


def cut_cell(encoded: bytes, place: int, cell: tuple[int, int], columns: int) -> AnyArray:
    """Decode a WebP page and cut out the cell at `place` (row-major): (h, w, 3) uint8."""
    height, width = cell
    row, column = divmod(place, columns)
    page = _page(encoded)
    return page[row * height : (row + 1) * height, column * width : (column + 1) * width].copy()
