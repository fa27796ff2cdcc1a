"""From a file of any common kind to upright grey or RGB pixels of the size that a model takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inscape.data.source import AnyArray
from inscape.errors import WrongCall

if TYPE_CHECKING:
    from PIL import Image

MODES = {"RGB": 3, "L": 1}
"""The modes that images are turned into, and their channels."""
_DRAFT = 64


@dataclass(frozen=True)
class Geometry:
    """Which part of an image the model sees, and how large: the shorter side to `resize`, then the center `crop`.

    >>> Geometry.of(224, None)
    Geometry(resize=224, crop=(224, 224))
    """

    resize: int | None
    crop: tuple[int, int] | None

    @classmethod
    def of(cls, size: int | tuple[int, int] | None, resize: int | None) -> Geometry:
        """From what a person gives: a size, and the length of the shorter side before the crop.

        Raises:
            WrongCall: a size below 1, or a crop larger than the shorter side allows.
        """
        crop = (size, size) if isinstance(size, int) else size
        for value in (*(crop or ()), resize):
            if value is not None and value < 1:
                raise WrongCall("an image needs at least one pixel", got=str(value), remedy="give a size above 0")
        if crop is not None and resize is not None and max(crop) > resize:
            raise WrongCall(
                "the crop is larger than the resized image",
                got=f"size {crop[0]}×{crop[1]} of a shorter side of {resize}",
                remedy="give resize (--resize) at least the size (--image-size)",
            )
        return cls(resize, crop)._filled()

    def _filled(self) -> Geometry:
        return (
            self if self.resize or not self.crop or self.crop[0] != self.crop[1] else Geometry(self.crop[0], self.crop)
        )

    def apply(self, image: Image.Image) -> Image.Image:
        """Scale and crop an image."""
        from PIL import Image as PILImage

        width, height = image.size
        scale = None
        if self.resize is not None:
            scale = self.resize / min(width, height)
        elif self.crop is not None:  # not square: the smallest image that the crop fits into
            scale = max(self.crop[0] / height, self.crop[1] / width)
        if scale is not None and scale != 1:
            width, height = max(1, round(width * scale)), max(1, round(height * scale))
            image = image.resize((width, height), PILImage.Resampling.BICUBIC)
        if self.crop is not None:
            top, left = round((height - self.crop[0]) / 2), round((width - self.crop[1]) / 2)
            image = image.crop((left, top, left + self.crop[1], top + self.crop[0]))
        return image


def check_image(path: Path) -> str | None:
    """Why a file can't be read as an image, or None where it can.

    The whole file is decoded, since a truncated one shows only then; of a JPEG an eighth of its size, which is quick.
    """
    try:
        with _open(path) as image:
            if image.format == "JPEG":
                image.draft(None, (_DRAFT, _DRAFT))
            image.load()
    except Exception as error:  # Pillow raises whatever its codecs meet: OSError, SyntaxError, struct.error, …
        return (str(error).splitlines() or [type(error).__name__])[0].replace(str(path), path.name)
    return None


def decode(path: Path, mode: str) -> Image.Image:
    """Read an image upright in the mode asked for, transparency over white.

    Args:
        path: the file; of an animation the first frame is read.
        mode: RGB or L.

    Raises:
        OSError and others: whatever Pillow says of a file that can't be read.
    """
    from PIL import ImageOps

    with _open(path) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
    return _over_white(_to_8_bits(upright)).convert(mode)


def to_pixels(images: AnyArray) -> AnyArray:
    """Pixel values in 0..1: uint8 (n, h, w) or (n, h, w, channels) to float32 (n, channels, h, w).

    >>> to_pixels(np.full((1, 2, 2), 255, np.uint8)).shape
    (1, 1, 2, 2)
    """
    images = images[:, None] if images.ndim == 3 else np.moveaxis(images, -1, 1)
    pixels = images.astype(np.float32, order="C")
    pixels *= np.float32(1 / 255)
    return pixels


def _open(path: Path) -> Image.Image:
    from PIL import Image as PILImage
    from PIL import UnidentifiedImageError

    if path.stat().st_size == 0:
        raise OSError("the file is empty")
    try:
        return PILImage.open(path)
    except UnidentifiedImageError as error:
        raise OSError("this is no image of a known format") from error


def _to_8_bits(image: Image.Image) -> Image.Image:
    """16-bit and 32-bit grey levels to 8: Pillow's own conversion would cut them off at 255."""
    from PIL import Image as PILImage

    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    levels = np.asarray(image, dtype=np.float64)
    low, high = (float(levels.min()), float(levels.max())) if levels.size else (0.0, 0.0)
    # 16 bits have a range; measurements are 0..1, 0..255, or whatever they are.
    ranges = ((0.0, 1.0), (0.0, 255.0)) if image.mode == "F" else ((0.0, 65535.0),)
    low, high = next(((a, b) for a, b in ranges if a <= low and high <= b), (low, high))
    scaled = (levels - low) * (255 / (high - low) if high > low else 0)
    return PILImage.fromarray(np.rint(np.clip(scaled, 0, 255)).astype(np.uint8))


def _over_white(image: Image.Image) -> Image.Image:
    from PIL import Image as PILImage

    if image.mode not in ("RGBA", "LA", "PA", "RGBa", "La") and "transparency" not in image.info:
        return image
    overlay = image.convert("RGBA")
    white = PILImage.new("RGBA", overlay.size, "white")
    return PILImage.alpha_composite(white, overlay).convert("RGB")
