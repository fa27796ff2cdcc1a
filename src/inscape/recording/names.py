"""Names of layers, checkpoints and columns as folder names, and back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from urllib.parse import unquote

_SAFE = re.compile(r"[A-Za-z0-9_.\-:\[\]]")


def to_folder(name: str) -> str:
    """Encode a name so that it is one safe folder name on every system and in a Zarr hierarchy.

    Characters outside ``A-Za-z0-9_.-:[]`` are percent-encoded as UTF-8, as are a leading dot and a leading ``__``
    (which Zarr reserves) and the whole of a name that Zarr uses itself (``c``, ``zarr.json``).

    >>> to_folder("epoch 3/7"), to_folder("layer1.0.conv1"), to_folder(".")
    ('epoch%203%2F7', 'layer1.0.conv1', '%2E')
    """
    encoded = "".join(c if _SAFE.match(c) else "".join(f"%{b:02X}" for b in c.encode()) for c in name)
    if encoded.startswith("."):
        encoded = "%2E" + encoded[1:]
    if encoded.startswith("__"):
        encoded = "%5F" + encoded[1:]
    if encoded in ("c", "zarr.json"):
        encoded = f"%{ord(encoded[0]):02X}" + encoded[1:]
    return encoded


def from_folder(folder: str) -> str:
    """Decode what `to_folder` encoded.

    >>> from_folder(to_folder("ümlaut / c"))
    'ümlaut / c'
    """
    return unquote(folder)


def nearest(name: str, choices: Iterable[str], count: int = 5) -> list[str]:
    """Choose the names most like a misspelled one, best first; never empty while there are choices."""
    pool = list(choices)
    close = difflib.get_close_matches(name, pool, n=count, cutoff=0.5)
    return close or pool[:count]


def offer(name: str, choices: Iterable[str]) -> str:
    """Write the nearest names as the remedy of an error."""
    names = nearest(name, choices)
    return "did you mean " + ", ".join(repr(n) for n in names) + "?" if names else "there is none to choose from"
