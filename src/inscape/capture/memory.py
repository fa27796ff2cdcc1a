"""Keeps the pages of freed tensors for the next ones: what the C library does by itself, said once and for all."""

from __future__ import annotations

import ctypes
import functools
import sys

_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
"""Of glibc's `malloc.h`."""

LARGEST_TENSOR = 32 << 20
"""Bytes: what glibc gives out of its heap at most. A larger tensor is a mapping of its own, whose pages are given back
to the system when it is freed and cleared by it when the next one is made."""

KEPT = 2 * LARGEST_TENSOR
"""Bytes that may lie free at the end of the heap before they are given back."""


@functools.cache
def keep_pages() -> None:
    """Let glibc reuse the memory of activations from layer to layer and from batch to batch.

    By itself it raises both thresholds as large tensors come and go, up to these values, and how far depends on the
    order of it all. Now and then they end up too low: every batch gives its pages back, and the kernel clears new ones
    for the next. On a ResNet-18 that was a sixth of a recording's time. Elsewhere (macOS, Windows, musl) nothing is
    changed.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        libc = ctypes.CDLL(None)
        if hasattr(libc, "gnu_get_libc_version"):
            libc.mallopt(_MMAP_THRESHOLD, LARGEST_TENSOR)
            libc.mallopt(_TRIM_THRESHOLD, KEPT)
    except (OSError, AttributeError):
        return
