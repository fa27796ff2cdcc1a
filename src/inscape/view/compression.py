"""Text goes compressed: the page's script, and the metadata of recordings, which repeats itself. Arrays never do."""

from __future__ import annotations

import gzip
import os
from collections import OrderedDict
from typing import BinaryIO

from starlette.requests import Request

PAYS = ("application/json", "image/svg+xml", "text/")
"""Media types, or their beginnings."""

SMALLEST = 1400
"""Bytes that fit into one packet anyway."""

LARGEST = 32 << 20
"""Bytes above which a file is sent as it is: it would have to be held in memory whole."""

KEPT = 16 << 20
"""Bytes of compressed files that are held, for the pages that ask for the same."""

_kept: OrderedDict[str, bytes] = OrderedDict()


def pays(request: Request, media_type: str, file: BinaryIO) -> bool:
    """Whether an answer with this file is to be compressed."""
    if not media_type.startswith(PAYS) or "range" in request.headers:
        return False
    accepted = [coding.partition(";") for coding in request.headers.get("accept-encoding", "").lower().split(",")]
    wanted = any(name.strip() == "gzip" and weight.replace(" ", "") != "q=0" for name, _, weight in accepted)
    return wanted and SMALLEST <= os.fstat(file.fileno()).st_size <= LARGEST


def compressed(file: BinaryIO, tag: str) -> bytes:
    """The file's content by gzip; the same for the same tag."""
    content = _kept.pop(tag, None)
    if content is None:
        content = gzip.compress(file.read(), 5, mtime=0)
    _kept[tag] = content
    while sum(map(len, _kept.values())) > KEPT and len(_kept) > 1:
        _kept.popitem(last=False)
    return content
