"""Who gets an answer: the right Host, then the token or its cookie, then the right method; and, where something is to
change, a page of this very origin. And what every answer says.

The server shows people's models and data, and every web page that they visit can send requests to 127.0.0.1. The
token keeps other pages and other users of the machine out; the Host check stops a foreign name that was pointed at this
machine after its page had been loaded (DNS rebinding), which would make the foreign page one of our own origin.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlencode

from h11 import LocalProtocolError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names by which a browser on this machine, or behind a forwarded port, calls the server."""

METHODS = ("GET", "HEAD")

WRITABLE = (
    (re.compile(r"/api/jobs(/.*)?", re.DOTALL), ("POST", "DELETE")),
    (re.compile(r"/api/recordings/[^/]+/people/.+", re.DOTALL), ("PUT", "DELETE")),
)
"""The addresses where something can be changed, and the methods that do; nothing else is answered anywhere."""

CLOSING_SECONDS = 1.0
"""How long a connection that was refused may take to be closed."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The address that was opened first holds the token.
    "Referrer-Policy": "no-referrer",
    # A recording may hold any bytes: never let a browser guess that they are a page or a script.
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer carries, refusals too."""


def cookie_name(token: str) -> str:
    """The name of the cookie that stands for a token.

    Browsers keep cookies by host and not by port: with one name for all, a second server on this machine would log the
    first one's pages out.
    """
    return "inscape-" + hashlib.sha256(token.encode()).hexdigest()[:12]


def host_name(header: str) -> str:
    """The name in a Host header, in lower case, without the port and without an IPv6 address's brackets."""
    if header.startswith("["):
        name, _, rest = header[1:].partition("]")
    else:
        name, colon, port = header.partition(":")
        rest = colon + port
    return name.lower() if re.fullmatch(r"(:[0-9]*)?", rest) else ""


class Guard:
    """The middleware that answers for the application whatever the application must not see.

    Args:
        app: the application behind it.
        token: what the first address carries.
        hosts: names allowed in the Host header, besides the loopback's.
        any_address: allow every numeric address as well, for a server that is bound to all of them. This is safe
            against rebinding, for which a page needs a name.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str] = (), any_address: bool = False) -> None:
        self._app = app
        self._token = token.encode()
        self._cookie = cookie_name(token)
        self._hosts = frozenset(name.lower() for name in (*LOOPBACK, *hosts))
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            try:
                await send(message)
            except LocalProtocolError:
                # The server below has refused this connection's next bytes and closed it, with this answer under way.
                if not await _is_disconnected(receive):
                    raise

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        if not self._knows_host(request.headers):
            return PlainTextResponse("This server does not go by that name: open the address it printed.\n", 400)
        by_cookie = self._is_token(request.cookies.get(self._cookie))
        by_address = self._is_token(request.query_params.get("token"))
        if not by_cookie and not by_address:
            return PlainTextResponse(
                "This page needs its token: open the whole address that inscape printed when it started.\n", 403
            )
        if request.method not in METHODS:
            if not _may_change(request.scope["path"], request.method):
                return PlainTextResponse("Only GET and HEAD are answered here.\n", 405, {"Allow": ", ".join(METHODS)})
            if not self._is_from_page(request, by_address):
                return PlainTextResponse("Only a page of this server's own may change something here.\n", 403)
        if by_address and request.scope["path"] == "/":
            return self._exchange(request)
        return None

    def _exchange(self, request: Request) -> Response:
        """Put the token into a cookie and take it out of the address bar, the history and every screenshot."""
        state = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "token"])
        response = RedirectResponse("/?" + state if state else "/", 303, {"Cache-Control": "no-store"})
        # Lax: a Strict cookie would be left out right here, after a redirect, if the link stood on another page.
        response.set_cookie(self._cookie, self._token.decode(), path="/", httponly=True, samesite="lax")
        return response

    def _is_from_page(self, request: Request, by_address: bool) -> bool:
        """Whether a page of this origin asks, or a program that has the token itself (a cookie comes along unasked)."""
        origins = request.headers.getlist("origin")
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        if not origins:
            return by_address
        return len(origins) == 1 and origins[0] == f"{request.url.scheme}://{request.headers['host']}"

    def _knows_host(self, headers: Headers) -> bool:
        given = headers.getlist("host")
        if len(given) != 1:
            return False
        name = host_name(given[0])
        return name in self._hosts or (self._any_address and _is_address(name))

    def _is_token(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode("utf-8", "replace"), self._token)


def _may_change(path: str, method: str) -> bool:
    return any(method in methods and place.fullmatch(path) for place, methods in WRITABLE)


async def _is_disconnected(receive: Receive) -> bool:
    """Whether the client is gone, or about to be."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
            return True
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
