"""Keeps the pages of freed tensors for the next ones: what the C library does by itself, said once and for all."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from collections.abc import Iterator

_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_MMAP_MAX = -4
"""Of glibc's `malloc.h`."""

_MMAPS = 65_536
"""How many tensors may be mappings of their own, by default."""

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
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_MMAP_THRESHOLD, LARGEST_TENSOR)
        libc.mallopt(_TRIM_THRESHOLD, KEPT)


@contextlib.contextmanager
def heap_kept() -> Iterator[None]:
    """Let glibc keep every page that it has, whatever the size of a tensor, until the end of the block.

    Passes with feature maps of hundreds of megabytes spend four fifths of their time on pages which the kernel clears
    anew. At the end the heap is given back.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    keep_pages()
    libc.mallopt(_MMAP_MAX, 0)
    libc.mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        libc.mallopt(_MMAP_MAX, _MMAPS)
        libc.mallopt(_TRIM_THRESHOLD, KEPT)
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL(None)
        return libc if hasattr(libc, "gnu_get_libc_version") else None
    except OSError:
        return None
