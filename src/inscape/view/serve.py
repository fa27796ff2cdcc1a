"""Runs the server: a socket, a token, the address on the terminal, until Ctrl-C."""

from __future__ import annotations

import errno
import getpass
import ipaddress
import os
import secrets
import shlex
import socket
import sys
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inscape.errors import WrongCall
from inscape.view.recordings import find

if TYPE_CHECKING:
    from inscape.view.api import Wanted

PORT = 7860
"""The port that is tried first."""


def serve(
    paths: Sequence[str | Path],
    host: str = "127.0.0.1",
    port: int = PORT,
    token: str | None = None,
    open_browser: bool = False,
    wanted: Sequence[Wanted] = (),
) -> None:
    """Show recordings in the browser, until Ctrl-C.

    Args:
        paths: recordings, or folders of them.
        host: the address to listen on. Others than the loopback's let everybody on the network in who has the token,
            and send it unencrypted.
        port: the port to listen on; where it is taken, a free one is used.
        token: what a browser must show; by default that of the environment's ``INSCAPE_TOKEN``, else a random one. It
            is printed as part of the address. With the same one again, open pages find a server that was started anew.
        open_browser: open the address in a browser, where there is a screen to open one on.
        wanted: jobs to begin with.

    Raises:
        RecordingNotFound, SchemaError, CorruptRecording: a path cannot be shown.
        WrongCall: the address cannot be listened on.
    """
    recordings = find(paths)
    token = token or os.environ.get("INSCAPE_TOKEN") or secrets.token_urlsafe(24)
    if not token.isascii() or not token.replace("-", "").replace("_", "").isalnum():
        raise WrongCall(
            "the token cannot stand in an address", got=repr(token), remedy="use letters, digits, '-' and '_' only"
        )
    with listen(host, port) as listener:
        bound = listener.getsockname()[1]
        if bound != port and port != 0:
            print(f"  Port {port} is taken: this is another one.")
        address = f"http://{_for_address(host)}:{bound}/?token={token}"
        print(f"  Inscape is at {address}")
        forwarding = forwarding_command(bound, os.environ)
        if forwarding is not None:
            print(f"  From your own machine: {forwarding}")
        print("  Ctrl-C ends it.", flush=True)
        if open_browser and forwarding is None and _has_screen():
            # The socket listens already. In a thread of its own: some browsers only return when they are closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        _run(recordings, token, host, listener, wanted)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on a free one where the port is taken.

    Raises:
        WrongCall: the address or the port cannot be had at all.
    """
    remedy = "use an address of this machine (127.0.0.1 by default) and a port from 1024 to 65535, or 0 for any"
    what = "the server cannot listen there"
    if not 0 <= port <= 65535:
        raise WrongCall(what, got=f"port {port}", remedy=remedy)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        try:
            return socket.create_server((host, port), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return socket.create_server((host, 0), family=family)
    except OSError as error:
        raise WrongCall(what, got=f"{host}, port {port}: {error}", remedy=remedy) from error


def forwarding_command(port: int, environment: Mapping[str, str]) -> str | None:
    """The command that brings the port to the machine from which this one is being used over SSH, or None.

    >>> forwarding_command(7860, {"SSH_CONNECTION": "10.0.0.2 51000 10.0.0.5 22", "USER": "ada"})
    'ssh -N -L 7860:127.0.0.1:7860 ada@10.0.0.5'
    """
    connection = environment.get("SSH_CONNECTION", "").split()
    if len(connection) != 4:
        return None
    _, _, server, server_port = connection
    user = environment.get("USER") or getpass.getuser()
    other_port = [] if server_port == "22" else ["-p", server_port]
    return shlex.join(["ssh", "-N", "-L", f"{port}:127.0.0.1:{port}", *other_port, f"{user}@{server}"])


def _run(
    recordings: Mapping[str, Path], token: str, host: str, listener: socket.socket, wanted: Sequence[Wanted]
) -> None:
    # Here, so that a wrong path is answered before the web framework is loaded.
    import uvicorn

    from inscape.view.server import application

    everywhere = _is_unspecified(host)
    hosts = {host, socket.gethostname()} if everywhere else {host}
    app = application(recordings, token, hosts=hosts, any_address=everywhere, wanted=wanted)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        http="h11",
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=1,
    )

    class Server(uvicorn.Server):
        """Ends the streams first: they would hold the end up for as long as it may take."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.events.stop()
            await super().shutdown(sockets)

    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        # The end that was announced. uvicorn has closed the connections, and raises the signal again afterwards.
        return


def _for_address(host: str) -> str:
    if _is_unspecified(host):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
