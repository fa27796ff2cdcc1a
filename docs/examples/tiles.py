"""Cut photographs into tiles: one folder a photograph, ready for `inscape record`.

    python docs/examples/tiles.py OUT PHOTO.jpg [PHOTO.jpg …] --side 2464 --tile 224

Each photograph is brought to a longer side of 2,464 pixels, then cut into tiles of 224, side by side.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageOps


def cut(photo: Path, out: Path, side: int, tile: int) -> int:
    """Cut one photograph; returns the number of tiles."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(photo) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    scale = side / max(image.size)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    folder = out / photo.stem
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for top in range(0, image.height - tile + 1, tile):
        for left in range(0, image.width - tile + 1, tile):
            image.crop((left, top, left + tile, top + tile)).save(folder / f"{top:05d}-{left:05d}.jpg", quality=92)
            count += 1
    return count


def main() -> None:
    """Cut all photographs that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--side", type=int, default=2464)
    parser.add_argument("--tile", type=int, default=224)
    arguments = parser.parse_args()
    total = sum(cut(photo, arguments.out, arguments.side, arguments.tile) for photo in arguments.photos)
    print(f"{total:,} tiles of {len(arguments.photos)} photographs in {arguments.out}")


if __name__ == "__main__":
    main()
