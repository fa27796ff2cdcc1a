"""The worker process as the server holds it: started when it is needed, warm between jobs, killed to cancel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inscape.view.jobs.job import Job

IDLE = 600.0
"""Seconds after which a worker that nobody needed is ended: it holds some hundred megabytes of libraries."""

_TERMINATE = 0.3
"""Seconds that a worker gets to end by itself. Results are published by one rename: killing it loses nothing else."""

_LINE = 1 << 20


class WorkerLost(Exception):
    """The worker ended in the middle of a job; the text is the last that it said."""


class JobFailed(Exception):
    """The job raised: what, got and remedy."""

    def __init__(self, error: dict[str, str]) -> None:
        super().__init__(error.get("what", "failed"))
        self.error = error


class Worker:
    """One process, one job at a time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._said: deque[str] = deque(maxlen=20)
        self._listening: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def run(self, job: Job, path: Path, progress: Callable[[dict[str, Any]], None]) -> None:
        """Do a job; returns when it is done.

        Raises:
            JobFailed: the job raised.
            WorkerLost: the process ended, by a signal or because it ran out of memory.
        """
        if self._idle:
            self._idle.cancel()
        process = await self._alive()
        assert process.stdin is not None
        assert process.stdout is not None
        request = {"id": job.id, "kind": job.kind, "recording": str(path), "parameters": job.parameters}
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                answer = json.loads(line)
                if answer.get("id") != job.id:
                    continue
                if "progress" in answer:
                    progress(answer["progress"])
                elif "error" in answer:
                    raise JobFailed(answer["error"])
                else:
                    return
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            if process.returncode is None:
                self._idle = asyncio.get_running_loop().call_later(IDLE, lambda: asyncio.ensure_future(self.stop()))
        await process.wait()
        await asyncio.sleep(0)  # the last words may still be on their way
        raise WorkerLost(f"exit status {process.returncode}; it said: {' / '.join(self._said) or 'nothing'}")

    async def stop(self) -> None:
        """End the process, now."""
        process, self._process = self._process, None
        if self._idle:
            self._idle.cancel()
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _TERMINATE)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _alive(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._said.clear()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "inscape.view.jobs.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LINE,
                # Ctrl-C in a terminal is meant for the server, which ends its worker itself.
                start_new_session=True,
            )
            self._listening = asyncio.create_task(self._listen(self._process))
        return self._process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode(errors="replace").rstrip()
            self._said.append(text)
            print(text, file=sys.stderr, flush=True)
