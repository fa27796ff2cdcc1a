"""Small pictures of samples, and the WebP sprite sheets in which they are kept."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from inscape.data.source import AnyArray, Thumbnail
from inscape.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 64
"""Pixels of the longer side of a thumbnail, at most."""
COLUMNS = 32
PER_PAGE = 1024
_SMALL = 32
_QUALITY = 85
_SMALLEST_IMAGE = 4


def is_image_like(inputs: Any) -> bool:
    """Whether inputs look like images: (n, 1|3|4, h, w) or (n, h, w), h and w at least 4, real numbers.

    Of several arguments the first one counts; of keyword arguments `pixel_values`, or the only one.

    >>> is_image_like(np.zeros((2, 3, 8, 8))), is_image_like(np.zeros((2, 8)))
    (True, False)
    """
    array = _pixels(inputs)
    if array is None or min(array.shape[-2:]) < _SMALLEST_IMAGE or len(array) == 0:
        return False
    integers = _kind(array) not in ("float", "uint8", "bool")
    if array.ndim == 3:
        return not integers  # whole numbers in two axes are rather tokens than pixels
    return array.ndim == 4 and array.shape[1] in (1, 3, 4)


def display_range(inputs: Any) -> tuple[float, float]:
    """The values to show as black and as white, judged by some samples.

    Returns:
        (0, 1) or (0, 255) where the values lie there, else their 0.5 and 99.5 percentiles.

    >>> display_range(np.array([[[0.0, 0.5], [0.2, 1.0]]]))
    (0.0, 1.0)
    """
    pixels = _pixels(inputs)
    if pixels is None:
        return 0.0, 1.0
    kind = _kind(pixels)
    if kind in ("uint8", "bool"):
        return (0.0, 255.0) if kind == "uint8" else (0.0, 1.0)
    values = _numpy(pixels).ravel()
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        values = values[np.isfinite(values)]
        if not len(values):
            return 0.0, 1.0
        low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and 16 < high <= 255:  # something that never gets beyond 16 of 255 would be shown as black
        return 0.0, 255.0
    low, high = (float(v) for v in np.percentile(values, [0.5, 99.5]))
    return (low, high) if high > low else (low, low + 1.0)


def thumbnails_of(inputs: Any, display: tuple[float, float] = (0.0, 1.0)) -> list[Thumbnail]:
    """Make a thumbnail of each image, of its own size where it is small enough.

    Args:
        inputs: images as `is_image_like` knows them.
        display: the values to show as black and as white.

    Returns:
        n uint8 arrays (h, w) or (h, w, 3), sides at most 64, proportions kept.

    Raises:
        DataError: the inputs are no images.

    >>> thumbnails_of(np.ones((1, 3, 128, 64), np.float32))[0].shape
    (64, 32, 3)
    """
    pixels = _pixels(inputs)
    if pixels is None or not is_image_like(inputs):
        raise DataError(
            "these inputs are no images",
            got=f"shape {tuple(getattr(pixels, 'shape', ()))}",
            remedy="give (n, channels, h, w) with 1, 3 or 4 channels, or (n, h, w)",
        )
    levels = _levels(_reduced(_numpy(pixels)), display)
    if levels.ndim == 4:
        levels = levels[:, 0] if levels.shape[1] == 1 else np.moveaxis(levels[:, :3], 1, -1)
    return [shrink(level) for level in np.ascontiguousarray(levels)]


def shrink(image: AnyArray | Image.Image, largest: int = LARGEST) -> Thumbnail:
    """A thumbnail of one image: its longer side at most `largest` pixels, proportions kept; never enlarged.

    Args:
        image: uint8 (h, w) or (h, w, 3), or a PIL image of mode L or RGB.
    """
    from PIL import Image as PILImage

    height, width = image.shape[:2] if isinstance(image, np.ndarray) else (image.height, image.width)
    if max(height, width) > largest:
        scale = largest / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = PILImage.fromarray(np.ascontiguousarray(image)) if isinstance(image, np.ndarray) else image
        image = picture.resize(size, PILImage.Resampling.BOX)
    return np.array(image, dtype=np.uint8)


def encode_page(cells: Sequence[Thumbnail], cell: tuple[int, int], columns: int = COLUMNS) -> bytes:
    """Lay thumbnails out row by row and encode the sheet as WebP.

    Grey sheets and sheets of small cells (sides up to 32) are lossless, the others of quality 85. The same thumbnails
    give the same bytes.

    Args:
        cells: 1 to 1,024 uint8 images (h, w) or (h, w, 3); one that is not of the cell's size is put into its middle,
            made smaller where it must be.
        cell: height and width of a cell in pixels.
        columns: cells in a row; sample i of the page lies in row i // columns, column i % columns.

    Raises:
        DataError: no cell, or more than a page holds.

    >>> page = encode_page([np.full((8, 8), 7, np.uint8)] * 3, (8, 8), columns=2)
    >>> decode_page(page).shape
    (16, 16, 3)
    """
    from PIL import Image as PILImage

    if not 1 <= len(cells) <= PER_PAGE:
        raise DataError(
            "a page of thumbnails holds 1 to 1,024", got=f"{len(cells):,}", remedy="split the thumbnails into pages"
        )
    height, width = cell
    grey = all(image.ndim == 2 for image in cells)
    rows = -(-len(cells) // columns)
    sheet = np.zeros((rows * height, columns * width, *(() if grey else (3,))), np.uint8)
    for i, image in enumerate(cells):
        top, left = i // columns * height, i % columns * width
        fitted = image if image.shape[:2] == cell else _fit(image, cell)
        if fitted.shape[:2] != cell:
            top += (height - fitted.shape[0]) // 2
            left += (width - fitted.shape[1]) // 2
        target = sheet[top : top + fitted.shape[0], left : left + fitted.shape[1]]
        target[:] = fitted if grey or fitted.ndim == 3 else fitted[:, :, None]
    buffer = io.BytesIO()
    picture = PILImage.fromarray(sheet).convert("RGB")
    if grey or max(cell) <= _SMALL:
        picture.save(buffer, "WEBP", lossless=True, quality=50, method=2)
    else:
        picture.save(buffer, "WEBP", quality=_QUALITY, method=1)
    return buffer.getvalue()


def decode_page(encoded: bytes) -> Thumbnail:
    """The sheet of `encode_page`: (rows · cell height, columns · cell width, 3) uint8.

    Raises:
        DataError: these bytes are no picture.
    """
    from PIL import Image as PILImage
    from PIL import UnidentifiedImageError

    try:
        with PILImage.open(io.BytesIO(encoded)) as image:
            return np.array(image.convert("RGB"), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise DataError(
            "a page of thumbnails can't be decoded", got=f"{len(encoded):,} bytes: {error}", remedy="record it again"
        ) from error


def _fit(image: Thumbnail, cell: tuple[int, int]) -> Thumbnail:
    scale = min(cell[0] / image.shape[0], cell[1] / image.shape[1], 1.0)
    longest = max(image.shape[:2])
    fitted = shrink(image, max(1, int(longest * scale)))
    return fitted[: cell[0], : cell[1]]  # rounding may leave one pixel too many


def _levels(values: AnyArray, display: tuple[float, float]) -> Thumbnail:
    low, high = display
    if values.dtype == np.uint8 and (low, high) == (0.0, 255.0):
        return values
    scaled = values.astype(np.float32)  # a copy, to be changed in place
    scaled -= np.float32(low)
    scaled *= np.float32(255 / (high - low) if high > low else 255)
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, 255, out=scaled)
    if np.isnan(scaled.sum()):  # infinite values were clipped
        np.nan_to_num(scaled, copy=False, nan=0.0)
    return scaled.astype(np.uint8)


def _reduced(values: AnyArray) -> AnyArray:
    """Average over blocks of pixels where the images are far larger than thumbnails: quicker than what follows."""
    height, width = values.shape[-2:]
    factors = range(max(height, width) // LARGEST, 1, -1)
    factor = next((f for f in factors if height % f == 0 and width % f == 0), 1)
    if factor == 1 or values.ndim != 4 or _kind(values) != "float":
        return values
    import torch

    blocks = torch.from_numpy(np.array(values, np.float32, copy=not values.flags.writeable or None))
    rows = blocks.reshape(*values.shape[:2], height // factor, factor, width).sum(3)
    averaged = rows[..., ::factor].clone()  # sums of strided columns: a fifth of avg_pool2d's time
    for i in range(1, factor):
        averaged += rows[..., i::factor]
    result: AnyArray = averaged.mul_(1 / factor**2).numpy()
    return result


def _pixels(inputs: Any) -> Any:
    """The argument that may hold images: an array or tensor with 3 or 4 axes, else None."""
    if isinstance(inputs, Mapping):
        inputs = inputs.get("pixel_values", next(iter(inputs.values())) if len(inputs) == 1 else None)
    elif isinstance(inputs, tuple | list):
        inputs = inputs[0] if inputs else None
    shape = getattr(inputs, "shape", ())
    if len(shape) not in (3, 4) or _kind(inputs) == "other":
        return None
    return inputs


def _kind(array: Any) -> str:
    name = str(array.dtype).removeprefix("torch.")
    if name in ("uint8", "bool"):
        return name
    if "float" in name:
        return "float"
    return "integer" if "int" in name else "other"


def _numpy(array: Any) -> AnyArray:
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        array = (array.float() if _kind(array) == "float" else array).numpy()
    return np.asarray(array)
