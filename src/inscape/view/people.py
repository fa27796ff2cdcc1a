"""What people add to recordings, over HTTP: read in one request, written one entry at a time, told to every page."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from inscape.errors import ChangedMeanwhile, InscapeError, RecordingLocked, RecordingNotFound, UnknownEntry, WrongCall
from inscape.recording import people as store
from inscape.recording.names import from_folder
from inscape.view.bodies import answer_json, read_json, refused

LARGEST_BODY = 4 << 20
"""Bytes of one entry: any set of a million samples fits."""

WAIT = 5.0
"""Seconds that a page waits for others who write."""

_VERSION = re.compile(r'(?:W/)?"?(\d{1,15})"?', re.ASCII)


class People:
    """The routes below ``/api/recordings/<name>/people``.

    Args:
        recordings: folders by name.
        tell: called with a recording's name and the version of what was added to it, after every change made here.
    """

    def __init__(self, recordings: Mapping[str, Path], tell: Callable[[str, str], None]) -> None:
        self._recordings = recordings
        self._tell = tell
        self._writing = {name: asyncio.Lock() for name in recordings}

    def routes(self) -> list[BaseRoute]:
        """GET answers all of a recording; GET, PUT and DELETE one entry, whose name is encoded twice."""
        entry = "/api/recordings/{name}/people/{kind}/{entry:path}"
        return [
            Route("/api/recordings/{name}/people", self._list, methods=["GET"]),
            Route(entry, self._one, methods=["GET"]),
            Route(entry, self._put, methods=["PUT"]),
            Route(entry, self._remove, methods=["DELETE"]),
        ]

    async def _list(self, request: Request) -> Response:
        folder = self._folder(request)
        try:
            content = await asyncio.to_thread(everything, folder)
        except InscapeError as error:
            return _refused(error)
        tag = f'"{content["version"]}-{content["samples"]}-{int(content["writable"])}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": tag}
        if tag in [given.strip().removeprefix("W/") for given in request.headers.get("if-none-match", "").split(",")]:
            return Response(None, 304, headers)
        return answer_json(content, headers=headers)

    async def _one(self, request: Request) -> Response:
        folder, kind, name = self._entry(request)
        try:
            return answer_json({"entry": await asyncio.to_thread(store.find, folder, kind, name)})
        except InscapeError as error:
            return _refused(error)

    async def _put(self, request: Request) -> Response:
        folder, kind, name = self._entry(request)
        given = await read_json(request, LARGEST_BODY)

        def put() -> store.Change:
            if not isinstance(given, dict):
                raise WrongCall("an entry is an object", got=type(given).__name__, remedy="give its fields by name")
            return store.put(folder, kind, name, given, expected=_expected(request), wait=WAIT)

        return await self._change(request, put)

    async def _remove(self, request: Request) -> Response:
        folder, kind, name = self._entry(request)

        def remove() -> store.Change:
            return store.remove(folder, kind, name, expected=_expected(request), wait=WAIT)

        return await self._change(request, remove)

    async def _change(self, request: Request, work: Callable[[], store.Change]) -> Response:
        folder, kind, name = self._entry(request)
        recording = request.path_params["name"]
        async with self._writing[recording]:  # in a row, not in a thread each that polls for the lock
            try:
                change = await asyncio.to_thread(work)
            except ChangedMeanwhile as error:
                return _refused(error, entry=await asyncio.to_thread(_now, folder, kind, name))
            except InscapeError as error:
                return _refused(error)
        self._tell(recording, change.version)
        return answer_json({"entry": change.entry, "version": change.version}, 201 if change.created else 200)

    def _folder(self, request: Request) -> Path:
        folder = self._recordings.get(request.path_params["name"])
        if folder is None:
            raise HTTPException(404, "There is no such recording.\n")
        return folder

    def _entry(self, request: Request) -> tuple[Path, str, str]:
        kind = request.path_params["kind"]
        if kind not in store.KINDS:
            raise HTTPException(404, f"People add {', '.join(store.KINDS)}.\n")
        return self._folder(request), kind, from_folder(request.path_params["entry"])


def everything(folder: Path) -> dict[str, Any]:
    """All that people added to a recording, with what a page must know to add more.

    Returns:
        ``version``, ``samples`` (N), ``writable``, and a list of entries a kind.

    Raises:
        RecordingNotFound, CorruptRecording, SchemaError: it can't be read.
    """
    documents = {kind: store.read(folder, kind) for kind in store.KINDS}
    return {
        "version": "-".join(str(document.version) for document in documents.values()),
        "samples": store.samples_of(folder),
        "writable": os.access(folder, os.W_OK),
        **{kind: document.entries for kind, document in documents.items()},
    }


def _expected(request: Request) -> int | None:
    """The version that an entry must have, from ``If-Match: "12"``; 0 from ``If-None-Match: *``."""
    match = request.headers.get("if-match")
    if match is None:
        return 0 if request.headers.get("if-none-match", "").strip() == "*" else None
    version = _VERSION.fullmatch(match.strip())
    if version is None:
        raise WrongCall("If-Match names no version", got=ascii(match)[:80], remedy='give the entry\'s version: "12"')
    return int(version[1])


def _now(folder: Path, kind: str, name: str) -> store.Entry | None:
    try:
        return store.find(folder, kind, name)
    except InscapeError:
        return None


def _refused(error: InscapeError, **more: Any) -> Response:
    status = 422
    for kind, special in _STATUS.items():
        if isinstance(error, kind):
            status = special
    return refused(status, error, **more)


_STATUS: dict[type[InscapeError], int] = {
    UnknownEntry: 404,
    RecordingNotFound: 404,
    ChangedMeanwhile: 409,
    RecordingLocked: 423,
}
"""Where a page does something about it by itself; everything else is 422, and shown."""
