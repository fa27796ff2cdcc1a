"""What the page may ask for besides files: recordings, jobs, what people add, and the stream of what happens."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

import inscape
from inscape.errors import InscapeError, RecordingNotFound
from inscape.view.bodies import answer_json, read_json, refusal, refused
from inscape.view.events import Events
from inscape.view.jobs import Job, Jobs, TooManyJobs, UnknownJob
from inscape.view.jobs.kinds import validate
from inscape.view.people import People
from inscape.view.watch import Watch, facts, read_index

LARGEST_BODY = 64 << 10
FOLLOWED = 200_000_000
"""Numbers in one checkpoint up to which a growing recording is laid out as it grows; beyond it somebody must ask."""


@dataclass(frozen=True)
class Wanted:
    """A job that the server begins with."""

    recording: str
    kind: str
    parameters: dict[str, Any]


class Api:
    """The part of the server that has a state: jobs, streams, and what was seen of the recordings."""

    def __init__(self, recordings: Mapping[str, Path], wanted: Sequence[Wanted] = ()) -> None:
        self._recordings = dict(recordings)
        self._wanted = wanted
        self._server = secrets.token_hex(8)
        self._complete: dict[str, bool] = {}
        self.events = Events()
        self.jobs = Jobs(self._recordings, lambda job: self.events.tell("job", job))
        self._people = People(self._recordings, self._added)
        self._versions: dict[str, str] = {}
        self._watch = Watch(self._recordings, self._changed, self._added, lambda: self.events.listeners > 0)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """Work beside the answers, from the server's start to its end."""
        self.jobs.load()
        for job in self._wanted:
            with contextlib.suppress(InscapeError, TooManyJobs):
                self._submit(job.kind, job.recording, job.parameters)
        tasks = [asyncio.create_task(self.jobs.run()), asyncio.create_task(self._watch.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.jobs.stop()

    def routes(self) -> list[BaseRoute]:
        """The addresses below /api."""
        return [
            Route("/api/recordings", self._list_recordings, methods=["GET"]),
            Route("/api/events", self._listen, methods=["GET"]),
            Route("/api/jobs", self._list_jobs, methods=["GET"]),
            Route("/api/jobs", self._ask, methods=["POST"]),
            Route("/api/jobs/{id}", self._cancel, methods=["DELETE"]),
            Route("/api/jobs/{id}/again", self._again, methods=["POST"]),
            *self._people.routes(),
        ]

    async def _list_recordings(self, request: Request) -> Response:
        listing = [{"name": name, "url": f"/recordings/{quote(name, safe='')}/"} for name in self._recordings]
        return answer_json({"recordings": listing, "version": inscape.__version__})

    async def _listen(self, request: Request) -> Response:
        known = {name: await asyncio.to_thread(facts, path) for name, path in self._recordings.items()}
        hello = {"server": self._server, "version": inscape.__version__, "recordings": known, "jobs": self.jobs.list()}
        return self.events.answer([("hello", hello)])

    async def _list_jobs(self, request: Request) -> Response:
        return answer_json({"jobs": self.jobs.list()})

    async def _ask(self, request: Request) -> Response:
        body = await read_json(request, LARGEST_BODY)
        if not isinstance(body, dict) or set(body) - {"kind", "recording", "parameters"}:
            return refusal(422, "a job is an object", type(body).__name__, 'give {"kind", "recording", "parameters"}')
        return self._answered(lambda: self._submit(body.get("kind"), body.get("recording"), body.get("parameters", {})))

    async def _again(self, request: Request) -> Response:
        job = self._find(request)
        return self._answered(lambda: self._submit(job.kind, job.recording, job.parameters))

    async def _cancel(self, request: Request) -> Response:
        job = await self.jobs.cancel(self._find(request).id)
        return answer_json({"job": job.to_json()})

    def _find(self, request: Request) -> Job:
        try:
            return self.jobs.get(request.path_params["id"])
        except UnknownJob:
            raise HTTPException(404, "There is no such job.\n") from None

    def _answered(self, submit: Callable[[], tuple[Job, bool]]) -> Response:
        try:
            job, new = submit()
        except InscapeError as error:
            return refused(422, error)
        except TooManyJobs:
            return refusal(429, "the queue is full", "too many jobs that wait", "cancel some, or wait for them")
        return answer_json({"job": job.to_json()}, 201 if new else 200)

    def _submit(self, kind: Any, recording: Any, parameters: Any, *, anew: bool = False) -> tuple[Job, bool]:
        known = isinstance(recording, str) and recording in self._recordings
        index = read_index(self._recordings[recording]) if known else None
        if index is None:
            raise RecordingNotFound(
                "there is no such recording here",
                got=repr(recording)[:80],
                remedy="choose from " + ", ".join(self._recordings),
            )
        checked, title = validate(kind, parameters, index)
        return self.jobs.submit(kind, recording, checked, title, anew=anew)

    def _changed(self, name: str, now: dict[str, Any]) -> None:
        self.events.tell("recording", {"name": name, **now})
        grew = now["tag"] is not None and not self._complete.get(name, True)
        self._complete[name] = bool(now["complete"])
        if now["tag"] is not None and (grew or not now["complete"]):
            self._follow(name)

    def _added(self, name: str, version: str) -> None:
        """Tell what people added; a change of our own is noticed on the disk as well, and told once."""
        if self._versions.get(name) != version:
            self._versions[name] = version
            self.events.tell("people", {"recording": name, "version": version})

    def _follow(self, name: str) -> None:
        """Lay out the newest checkpoint of a training that somebody watches; what was laid out before is kept."""
        index = read_index(self._recordings[name])
        if index is None or not index.get("checkpoints"):
            return
        if index["samples"] * sum(layer["units"] for layer in index["layers"]) <= FOLLOWED:
            with contextlib.suppress(InscapeError, TooManyJobs):
                self._submit("embed", name, {"method": "pca", "quality": False}, anew=True)
