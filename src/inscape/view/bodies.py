"""JSON in and JSON out: what the routes that change something have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from inscape.errors import InscapeError


async def read_json(request: Request, largest: int) -> Any:
    """The body of a request.

    Args:
        request: whose content type says that it is JSON.
        largest: bytes that are read at most.

    Raises:
        HTTPException: 415, 413 or 400: it is something else, too much, or no JSON.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Send JSON, as application/json.\n")
    content = bytearray()
    try:
        async for block in request.stream():
            content += block
            if len(content) > largest:
                raise HTTPException(413, f"At most {largest >> 10} kB are read here.\n")
    except ClientDisconnect:
        raise HTTPException(400, "The request ended too early.\n") from None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise HTTPException(400, "This is no JSON.\n") from None


def answer_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no browser keeps, unless the headers say otherwise."""
    return JSONResponse(content, status, {"Cache-Control": "no-store", **(headers or {})})


def refusal(status: int, what: str, got: str, remedy: str, **more: Any) -> Response:
    """A refusal in the form of our errors."""
    return answer_json({"error": {"what": what, "got": got, "remedy": remedy}, **more}, status)


def refused(status: int, error: InscapeError, **more: Any) -> Response:
    """One of our errors as a refusal."""
    return refusal(status, error.what, error.got, error.remedy, **more)
