"""Random numbers which a browser can draw too: Philox2x32-10, counter-based, and the normal numbers made of them.

The exact recipe, with test vectors, stands in the README of this room.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, UInt64

_MULTIPLIER = np.uint64(0xD256D193)
_WEYL = 0x9E3779B9
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10


def philox(
    first: UInt64[np.ndarray, " block"], second: int, key: int
) -> tuple[UInt64[np.ndarray, " block"], UInt64[np.ndarray, " block"]]:
    """Two 32-bit words for each counter (first, second) under a key.

    Args:
        first: (B,) uint64 holding 32-bit words, the first word of each counter.
        second: the second word of all counters, 0 to 2³² − 1.
        key: 0 to 2³² − 1.

    Returns:
        Two (B,) uint64 arrays that hold 32-bit words.

    Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

    >>> import numpy as np
    >>> [hex(int(word[0])) for word in philox(np.zeros(1, np.uint64), 0, 0)]
    ['0xff1dae59', '0x6cd10df2']
    """
    low, high = first.astype(np.uint64), np.full(len(first), second, np.uint64)
    for turn in range(_ROUNDS):
        product = low * _MULTIPLIER
        low = (product >> _HALF) ^ high ^ np.uint64((key + turn * _WEYL) & 0xFFFFFFFF)
        high = product & _LOW
    return low, high


def normals(count: int, draw: int, seed: int) -> Float64[np.ndarray, " {count}"]:
    """`count` independent standard normal numbers, the `draw`-th set of this seed (Box–Muller).

    >>> normals(3, draw=0, seed=0).round(6).tolist()
    [-0.074128, 0.037732, -0.376903]
    """
    blocks = (count + 1) // 2
    radial, angular = philox(np.arange(blocks, dtype=np.uint64), draw & 0xFFFFFFFF, seed)
    radius = np.sqrt(-2.0 * np.log((radial + 0.5) * 2.0**-32))
    angle = angular * (2.0 * np.pi * 2.0**-32)
    pairs = np.empty((blocks, 2))
    pairs[:, 0] = radius * np.cos(angle)
    pairs[:, 1] = radius * np.sin(angle)
    return pairs.reshape(-1)[:count]
