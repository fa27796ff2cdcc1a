"""The process that does the jobs: one JSON line in, lines of progress and a last one out. Run by `process.Worker`.

It stays when a job is done, so that the next one finds the libraries loaded and compiled. What a job printed goes to
the standard error output; the standard output carries the protocol alone.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, TextIO

from inscape.errors import InscapeError
from inscape.progress import Report


def main() -> None:
    """Do jobs until the standard input ends."""
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the server and the page come first, and so does a training that is being recorded
    while True:
        _answer(requests.get(), protocol)


def _listen(requests: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(0)  # the server is gone: whatever is half done is published by nobody


def _answer(request: dict[str, Any], protocol: TextIO) -> None:
    def say(**content: Any) -> None:
        protocol.write(json.dumps({"id": request["id"], **content}) + "\n")
        protocol.flush()

    def report(done: int, total: int, unit: str, doing: str) -> None:
        say(progress={"done": done, "total": total, "unit": unit, "doing": doing})

    try:
        WORK[request["kind"]](request["recording"], request["parameters"], report)
    except InscapeError as error:
        say(error={"what": error.what, "got": error.got, "remedy": error.remedy})
    except MemoryError:
        say(
            error={"what": "the memory did not suffice", "got": "MemoryError", "remedy": "ask for fewer layers at once"}
        )
    except Exception as error:
        traceback.print_exc()
        got = f"{type(error).__name__}: {error}"
        say(error={"what": "the job failed", "got": got, "remedy": "the server's terminal has the whole traceback"})
    else:
        say(done=True)


def _embed(path: str, parameters: dict[str, Any], report: Report) -> None:
    from inscape.recording import open_recording
    from inscape.studies import embed

    report(0, 0, "layouts", "loading the libraries")
    arguments = dict(parameters)
    embed(open_recording(path), arguments.pop("method"), progress=report, add=True, stepwise=True, **arguments)


def _similarity(path: str, parameters: dict[str, Any], report: Report) -> None:
    from inscape.recording import open_recording
    from inscape.studies.similarity import similarity

    report(0, 0, "products", "loading the libraries")
    similarity(open_recording(path), progress=report, **parameters)


WORK: dict[str, Callable[[str, dict[str, Any], Report], None]] = {"embed": _embed, "similarity": _similarity}


if __name__ == "__main__":
    main()
