"""What happens on the server, told to every open page as a stream of server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

MOST = 500
"""Streams at once."""

WAITING = 256
"""Events that a slow page may have before it. Beyond it its stream ends; it comes back and begins with what is now."""

HEARTBEAT = 10.0
"""Seconds of silence after which `alive` is sent: who is gone is found out, who listens knows that we are there."""


class Events:
    """All streams of one server. Lives on its event loop."""

    def __init__(self) -> None:
        self._streams: set[asyncio.Queue[bytes | None]] = set()

    @property
    def listeners(self) -> int:
        """Pages that listen."""
        return len(self._streams)

    def tell(self, event: str, content: Any) -> None:
        """Send an event to every page."""
        told = encode(event, content)
        for stream in list(self._streams):
            if stream.qsize() >= WAITING:
                self._end(stream)
            else:
                stream.put_nowait(told)

    def stop(self) -> None:
        """End every stream: the server is about to."""
        for stream in list(self._streams):
            self._end(stream)

    def answer(self, first: list[tuple[str, Any]]) -> Response:
        """A stream that begins with some events, as an answer to a request."""
        if len(self._streams) >= MOST:
            return PlainTextResponse("Too many pages listen already.\n", 503)
        return _Stream(self, [encode(event, content) for event, content in first])

    def open(self) -> asyncio.Queue[bytes | None]:
        """Begin to collect events for one page; None is the end."""
        stream: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams.add(stream)
        return stream

    def close(self, stream: asyncio.Queue[bytes | None]) -> None:
        """Collect no more."""
        self._streams.discard(stream)

    def _end(self, stream: asyncio.Queue[bytes | None]) -> None:
        self._streams.discard(stream)
        stream.put_nowait(None)


def encode(event: str, content: Any) -> bytes:
    """One event as it goes over the wire.

    >>> encode("job", {"id": 1})
    b'event: job\\ndata: {"id":1}\\n\\n'
    """
    return f"event: {event}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n".encode()


class _Stream(Response):
    media_type = "text/event-stream"

    def __init__(self, events: Events, first: list[bytes]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def say(content: bytes, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": content, "more_body": more})

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        stream = self._events.open()
        leaving = asyncio.create_task(gone())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if Request(scope).method == "HEAD":
                await say(b"", more=False)
                return
            await say(b"".join(self._first))
            while True:
                next_one = asyncio.create_task(stream.get())
                done, _ = await asyncio.wait(
                    {next_one, leaving}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if leaving in done:
                    next_one.cancel()
                    return
                if next_one not in done:
                    next_one.cancel()
                    await say(encode("alive", None))
                    continue
                told = next_one.result()
                if told is None:
                    await say(b"", more=False)
                    return
                await say(told)
        finally:
            self._events.close(stream)
            leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leaving
