"""The queue: one job runs, the others wait; every change is told; what a dead server left is found again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inscape.view.jobs.job import Job, State
from inscape.view.jobs.memory import Memory
from inscape.view.jobs.process import JobFailed, Worker, WorkerLost
from inscape.view.recordings import settle

MOST = 100
"""Jobs that may wait at once."""

KEPT = 50
"""Jobs that are remembered after their end."""

_PROGRESS_EVERY = 0.1
"""Seconds between two tellings of one job's progress."""


class TooManyJobs(Exception):
    """The queue is full."""


class UnknownJob(Exception):
    """There is no job of this id."""


class Jobs:
    """All jobs of one server. Lives on its event loop; nothing here may be called from another thread.

    Args:
        recordings: folders by name.
        tell: called with a job as JSON whenever one changes.
    """

    def __init__(self, recordings: Mapping[str, Path], tell: Callable[[dict[str, Any]], None]) -> None:
        self._recordings = recordings
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._memories = {name: Memory(path) for name, path in recordings.items()}
        self._worker = Worker()
        self._wake = asyncio.Event()
        self._running: Job | None = None
        self._told = 0.0

    def load(self) -> None:
        """Find the jobs of a server before this one; those that it did not end are interrupted."""
        for name, memory in self._memories.items():
            for job in memory.load():
                job.recording = name  # the same folder may have another name today
                if job.pending:
                    job.end("interrupted", _interruption(job))
                self._jobs[job.id] = job
            self._remember(name)

    def list(self) -> list[dict[str, Any]]:
        """All jobs, oldest first."""
        return [job.to_json() for job in sorted(self._jobs.values(), key=lambda job: job.created)]

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            UnknownJob: there is none of this id.
        """
        if job_id not in self._jobs:
            raise UnknownJob(job_id)
        return self._jobs[job_id]

    def submit(
        self, kind: str, recording: str, parameters: dict[str, Any], title: str, *, anew: bool = False
    ) -> tuple[Job, bool]:
        """Queue a job that was validated. One that waits already, or runs, is not queued twice.

        Args:
            kind, recording, parameters, title: of the job.
            anew: one that runs began before what this one is for: queue it all the same.

        Returns:
            The job, and whether it is new.

        Raises:
            TooManyJobs: the queue is full.
        """
        pending = [job for job in self._jobs.values() if job.pending]
        for job in pending:
            if job.same_work(kind, recording, parameters) and not (anew and job is self._running):
                return job, False
        if len(pending) >= MOST:
            raise TooManyJobs
        for job in list(self._jobs.values()):  # what is asked for again needs no note of how it ended before
            if not job.pending and job.same_work(kind, recording, parameters):
                self._drop(job)
        job = Job(kind, recording, parameters, title)
        self._jobs[job.id] = job
        self._changed(job)
        self._wake.set()
        return job, True

    async def cancel(self, job_id: str) -> Job:
        """End a job, or forget one that has ended.

        Raises:
            UnknownJob: there is none of this id.
        """
        job = self.get(job_id)
        if not job.pending:
            self._drop(job)
            return job
        running = job is self._running
        self._end(job, "cancelled")
        if running:
            await self._worker.stop()
        return job

    async def run(self) -> None:
        """Do the jobs in order, for ever."""
        while True:
            waiting = sorted((j for j in self._jobs.values() if j.state == "queued"), key=lambda j: j.created)
            if not waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._do(waiting[0])

    async def stop(self) -> None:
        """End the worker; jobs that were pending are found as interrupted by the next server."""
        await self._worker.stop()
        for memory in self._memories.values():
            memory.close()

    async def _do(self, job: Job) -> None:
        self._running = job
        job.begin()
        self._changed(job)
        try:
            await self._worker.run(job, self._recordings[job.recording], lambda p: self._progress(job, p))
        except JobFailed as failure:
            self._end(job, "failed", failure.error)
        except WorkerLost as lost:
            remedy = "start it again; if memory was the cause, ask for fewer layers at once"
            self._end(job, "failed", _error("the process that did this job died", lost, remedy))
        except OSError as error:
            remedy = "look at the server's terminal, then start it again"
            self._end(job, "failed", _error("no process could be started for it", error, remedy))
        else:
            self._end(job, "done")
        finally:
            self._running = None
            # A job that was cancelled may have been killed while it published.
            await asyncio.to_thread(settle, self._recordings[job.recording])

    def _progress(self, job: Job, progress: dict[str, Any]) -> None:
        if not job.pending:
            return
        job.progress = progress
        now = time.monotonic()
        if now - self._told >= _PROGRESS_EVERY or progress["done"] == progress["total"]:
            self._told = now
            self._tell(job.to_json())
            if progress["done"]:
                self._remember(job.recording)

    def _end(self, job: Job, state: State, error: dict[str, str] | None = None) -> None:
        if not job.pending:  # cancelled while the worker was failing because of it
            return
        job.end(state, error)
        self._changed(job)
        ended = sorted((j for j in self._jobs.values() if not j.pending), key=lambda j: j.ended or 0.0)
        for old in ended[:-KEPT]:
            self._drop(old)

    def _drop(self, job: Job) -> None:
        del self._jobs[job.id]
        self._remember(job.recording)
        self._tell({"id": job.id, "state": "forgotten"})

    def _changed(self, job: Job) -> None:
        self._remember(job.recording)
        self._tell(job.to_json())

    def _remember(self, recording: str) -> None:
        with contextlib.suppress(OSError):  # a folder that can't be written has jobs that are forgotten
            self._memories[recording].save([job for job in self._jobs.values() if job.recording == recording])


def _error(what: str, got: object, remedy: str) -> dict[str, str]:
    return {"what": what, "got": str(got), "remedy": remedy}


def _interruption(job: Job) -> dict[str, str]:
    done, total, unit = (job.progress.get(key) for key in ("done", "total", "unit"))
    if job.state == "queued":
        got, remedy = "it was waiting: nothing had been done", "start it again"
    elif done:
        got = f"{done} of {total} {unit} were done, and those are kept"
        remedy = "start it again: it goes on behind them"
    else:
        got, remedy = "nothing of it was finished: what it had begun is lost", "start it again, from the beginning"
    return {"what": "the server ended before this job", "got": got, "remedy": remedy}
