"""One job, and how it is told to a page."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]

PENDING: tuple[State, ...] = ("queued", "running")
"""The states that a job leaves by itself."""


@dataclass
class Job:
    """Something asked for.

    Attributes:
        id: random, so that nobody can guess another page's.
        kind, parameters: as `kinds.validate` returned them.
        recording: its name in addresses.
        title: for people.
        state: queued, running, done, failed, cancelled, or interrupted (the server ended before the job).
        progress: units of work done, their number (0 while unknown), their name and what is being done now.
        error: what, got and remedy, where it failed or was interrupted.
        created, started, ended: seconds since 1970.
    """

    kind: str
    recording: str
    parameters: dict[str, Any]
    title: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = "queued"
    progress: dict[str, Any] = field(default_factory=lambda: {"done": 0, "total": 0, "unit": "", "doing": ""})
    error: dict[str, str] | None = None
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None

    @property
    def pending(self) -> bool:
        """Whether it is queued or running."""
        return self.state in PENDING

    def same_work(self, kind: str, recording: str, parameters: dict[str, Any]) -> bool:
        """Whether asking for this would be asking for the same again."""
        return (self.kind, self.recording, self.parameters) == (kind, recording, parameters)

    def begin(self) -> None:
        """The worker has it."""
        self.state, self.started = "running", time.time()

    def end(self, state: State, error: dict[str, str] | None = None) -> None:
        """It is over."""
        self.state, self.ended, self.error = state, time.time(), error

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Any) -> Job:
        """What `to_json` wrote; raises TypeError for anything else."""
        if not isinstance(content, dict):
            raise TypeError(f"a job is an object, not {type(content).__name__}")
        return cls(**content)
