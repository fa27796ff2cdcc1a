"""Files below one folder, and nothing else, over HTTP: with byte ranges and with tags to revalidate by."""

from __future__ import annotations

import os
import re
import stat
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from inscape.view import compression

BLOCK = 1 << 18
"""Bytes read at a time: memory stays flat however large the file and however many the pages."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""For the page. Not `mimetypes`: that asks the machine, and some machines call JavaScript plain text."""

RECORDING_TYPES = {".json": "application/json"}
"""For recordings, which hold metadata and bytes. A page or a script that lies in one is bytes too."""

REVALIDATE = "private, no-cache"
IMMUTABLE = "private, max-age=31536000, immutable"

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


def open_below(root: Path, path: str) -> BinaryIO | None:
    """Open the file at `path` below `root`, or return None where there is no file that may be read.

    Args:
        root: a folder.
        path: names joined by `/`, already decoded once. Names that begin with a dot, `..` above all, are no names here;
            nor is a link that leads out of the root.
    """
    names = path.split("/")
    if any(not name or name.startswith(".") or "\\" in name or "\0" in name for name in names):
        return None
    try:
        base = root.resolve(strict=True)
        place = base.joinpath(*names).resolve(strict=True)
        if base not in place.parents:
            return None
        # NOFOLLOW: the last link was followed above, a new one is an intruder's. NONBLOCK: a pipe would block for ever.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(place, flags)
    except (OSError, ValueError, RuntimeError):
        # Not there, not readable, a name that the system can't have, a circle of links.
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb", buffering=0)


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte asked for and the one after the last, or None where the whole file is to be sent.

    Several ranges at once, and ranges that make no sense, are answered with the whole file, as RFC 9110 §14.2 allows.

    Raises:
        IndexError: the range lies outside the file (416).
    """
    match = _RANGE.fullmatch(header) if header is not None else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise IndexError(header)
    return start, stop


def tag_of(found: os.stat_result) -> str:
    """An entity tag: other bytes have another one."""
    return f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'


class File(Response):
    """An open file as an answer.

    The file is opened, measured and tagged once, before anything is sent: one that is replaced meanwhile is sent whole
    as it was, and its tag never belongs to other bytes. (Starlette's `FileResponse` looks first and opens later, and a
    recording that is being written replaces its metadata all the time.)
    """

    def __init__(self, file: BinaryIO, request: Request, media_type: str, cache_control: str) -> None:
        self._file = file
        found = os.fstat(file.fileno())
        self._start, self._stop = 0, found.st_size
        tag = tag_of(found)
        modified = formatdate(found.st_mtime, usegmt=True)
        self.media_type = media_type
        self.status_code = 200
        self.background = None
        self.body = b""
        headers = {"Accept-Ranges": "bytes", "Cache-Control": cache_control, "ETag": tag, "Last-Modified": modified}
        if _matches(request.headers.get("if-none-match"), tag):
            self.status_code = 304
            self._stop = 0
        else:
            condition = request.headers.get("if-range")
            asked = request.headers.get("range") if condition in (None, tag, modified) else None
            try:
                part = requested_range(asked, found.st_size)
            except IndexError:
                self.status_code = 416
                headers["Content-Range"] = f"bytes */{found.st_size}"
                self._stop = 0
            else:
                if part is not None:
                    self.status_code = 206
                    self._start, self._stop = part
                    headers["Content-Range"] = f"bytes {self._start}-{self._stop - 1}/{found.st_size}"
        if self.status_code != 304:
            headers["Content-Length"] = str(self._stop - self._start)
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file as file:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = 0 if scope["method"] == "HEAD" else self._stop - self._start
            if left:
                file.seek(self._start)
            while left > 0:
                block = await to_thread.run_sync(file.read, min(BLOCK, left))
                if not block:
                    # Cut short while it was sent. The length was promised: the connection breaks, and the page knows.
                    break
                left -= len(block)
                await send({"type": "http.response.body", "body": block, "more_body": left > 0})
            else:
                if scope["method"] == "HEAD" or self._stop == self._start:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answer(
    root: Path,
    path: str,
    request: Request,
    *,
    types: dict[str, str] = RECORDING_TYPES,
    cache_control: str = REVALIDATE,
) -> Response:
    """Answer a request with the file at `path` below `root`, or with 404."""
    file = await to_thread.run_sync(open_below, root, path)
    if file is None:
        return PlainTextResponse("There is nothing here.\n", 404)
    media_type = types.get(Path(path).suffix.lower(), "application/octet-stream")
    if compression.pays(request, media_type, file):
        return await to_thread.run_sync(_compressed, file, request, media_type, cache_control)
    return File(file, request, media_type, cache_control)


def _compressed(file: BinaryIO, request: Request, media_type: str, cache_control: str) -> Response:
    with file:
        tag = tag_of(os.fstat(file.fileno())).removesuffix('"') + '-gzip"'
        headers = {"Cache-Control": cache_control, "ETag": tag, "Vary": "Accept-Encoding"}
        if _matches(request.headers.get("if-none-match"), tag):
            return Response(None, 304, headers)
        content = compression.compressed(file, tag)
    return Response(content, 200, {**headers, "Content-Encoding": "gzip"}, media_type)


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or tag in (given.strip().removeprefix("W/") for given in header.split(","))
