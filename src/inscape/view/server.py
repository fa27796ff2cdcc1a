"""The application: the page, the list of recordings and the files in them. ARCHITECTURE.md has the contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from inscape.view import files, security
from inscape.view.api import Api, Wanted

PAGE = Path(__file__).parent / "page"
"""Where the build puts the front end."""


def application(
    recordings: Mapping[str, Path],
    token: str,
    *,
    hosts: Collection[str] = (),
    any_address: bool = False,
    page: Path = PAGE,
    wanted: Sequence[Wanted] = (),
) -> Starlette:
    """The application that shows `recordings`.

    Args:
        recordings: folders, by the names they have in addresses (see `inscape.view.recordings.find`).
        token: what a browser must show to get an answer.
        hosts: names allowed in the Host header, besides 127.0.0.1, localhost and ::1.
        any_address: allow every numeric address in the Host header.
        page: the folder of the built front end.
        wanted: jobs to begin with.
    """
    folders = dict(recordings)
    api = Api(folders, wanted)

    async def get_recorded(request: Request) -> Response:
        folder = folders.get(request.path_params["name"])
        if folder is None:
            return _nothing()
        return await files.answer(folder, request.path_params["path"], request)

    async def get_page(request: Request) -> Response:
        path = request.path_params.get("path", "index.html")
        if path == "index.html" and not (page / path).is_file():
            return PlainTextResponse("The page is not built: run `make web`, then load this again.\n", 503)
        # The build names what lies in assets/ by its content: it never changes under its name.
        cache_control = files.IMMUTABLE if path.startswith("assets/") else files.REVALIDATE
        return await files.answer(page, path, request, types=files.MEDIA_TYPES, cache_control=cache_control)

    async def get_nothing(request: Request) -> Response:
        return _nothing()

    app = Starlette(
        routes=[
            Route("/", get_page),
            *api.routes(),
            Route("/recordings/{name}/{path:path}", get_recorded),
            Route("/recordings{path:path}", get_nothing),
            Route("/api{path:path}", get_nothing),
            Route("/{path:path}", get_page),
        ],
        middleware=[Middleware(security.Guard, token=token, hosts=hosts, any_address=any_address)],
        exception_handlers={Exception: _failed},
        lifespan=api.lifespan,
    )
    app.state.events = api.events
    # A redirect to the same address with a slash helps nobody here, and is one more thing that answers.
    app.router.redirect_slashes = False
    return app


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.\n", 404)


async def _failed(request: Request, error: Exception) -> Response:
    # Outside the guard, so it brings the headers itself. The error is in the server's log, not on the page.
    return PlainTextResponse("The server failed at this; its terminal says why.\n", 500, security.HEADERS)
