"""Serves one recording to the browser that draws it, by the server's own code, on a free port."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inscape.errors import WrongCall
from inscape.view.recordings import find


def only_recording(path: str | Path) -> tuple[str, Path]:
    """The name and the folder of the one recording at a path.

    Raises:
        RecordingNotFound, SchemaError, CorruptRecording: it can't be shown.
        WrongCall: there are several.
    """
    found = find([path])
    if len(found) > 1:
        raise WrongCall(
            "one recording is rendered at a time",
            got=f"{path}: a folder of {', '.join(found)}",
            remedy=f"name one of them, such as {next(iter(found.values()))}",
        )
    return next(iter(found.items()))


@contextmanager
def served(name: str, folder: Path) -> Iterator[str]:
    """The address of the page on this recording, until the end of the block."""
    import uvicorn

    from inscape.view.serve import listen
    from inscape.view.server import application

    token = secrets.token_urlsafe(24)
    app = application({name: folder}, token, hosts={"127.0.0.1"})
    with listen("127.0.0.1", 0) as listener:
        # Without its lifespan: who only looks takes up no jobs of a server before, and lays nothing out.
        config = uvicorn.Config(
            app, log_level="error", access_log=False, http="h11", ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/?token={token}"
        finally:
            server.should_exit = True
            app.state.events.stop()
            thread.join(timeout=5)
