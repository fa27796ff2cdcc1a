"""Engines decide where parts are recorded: in this process, or in several. What is recorded is the same."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import torch

from inscape.capture.parts import PartSpec, record_part, record_parts
from inscape.errors import InscapeError, WrongCall
from inscape.recording import Part, Receipt


class WorkerDied(InscapeError, RuntimeError):
    """A worker process ended before its part was recorded."""


class Engine(Protocol):
    """Runs `record_part` for every part of one checkpoint."""

    def run(
        self, spec: PartSpec, parts: Sequence[Part], progress: Callable[[int], None] | None = None
    ) -> Iterator[Receipt]:
        """Record the parts; yield the receipt of each."""
        ...


class Local:
    """In this process, streamed: the default."""

    def run(
        self, spec: PartSpec, parts: Sequence[Part], progress: Callable[[int], None] | None = None
    ) -> Iterator[Receipt]:
        """Record the parts one after the other."""
        return record_parts(spec, parts, progress)


class Processes:
    """In several processes of this machine, a part each at a time.

    Every worker computes with as many threads as this process would, shared out among the workers; the model and the
    source travel once, by cloudpickle, through a private file.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or max(2, (os.cpu_count() or 2))

    def run(
        self, spec: PartSpec, parts: Sequence[Part], progress: Callable[[int], None] | None = None
    ) -> Iterator[Receipt]:
        """Record the parts in workers; only receipts travel back."""
        if not parts:
            return
        import cloudpickle

        threads = max(1, torch.get_num_threads() // self.workers)
        with tempfile.TemporaryDirectory(prefix="inscape-") as folder:
            file = Path(folder) / "spec"
            file.write_bytes(cloudpickle.dumps(spec))
            pool = ProcessPoolExecutor(
                max_workers=min(self.workers, len(parts)),
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(str(file), threads),
            )
            try:
                pending: set[Future[Receipt]] = {pool.submit(_record, part) for part in parts}
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        receipt = future.result()
                        if progress:
                            progress(receipt.stop - receipt.start)
                        yield receipt
            except BrokenProcessPool as error:
                raise WorkerDied(
                    "a worker process died while recording",
                    got=str(error),
                    remedy="look for the cause (memory, often), then go on with resume=True (--resume): finished parts "
                    "are kept",
                ) from error
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


_spec: PartSpec | None = None


def _begin(file: str, threads: int) -> None:
    global _spec
    import cloudpickle

    torch.set_num_threads(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Our own parent wrote this file a moment ago, into a folder that only this user can read.
    loaded: Any = cloudpickle.loads(Path(file).read_bytes())
    _spec = loaded


def _end_with_parent() -> None:
    """A worker must not outlive the process that holds the recording's lock: others may write then."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _record(part: Part) -> Receipt:
    assert _spec is not None
    return record_part(replace(_spec, part=part))


def engine(choice: str | Engine) -> Engine:
    """Resolve an engine: ``local``, ``processes``, ``processes:4``, or one of your own.

    Raises:
        WrongCall: there is none of this name.
    """
    if not isinstance(choice, str):
        return choice
    name, _, count = choice.partition(":")
    if name == "local" and not count:
        return Local()
    if name == "processes" and (not count or (count.isdigit() and int(count) > 0)):
        return Processes(int(count) if count else None)
    raise WrongCall("there is no such engine", got=repr(choice), remedy="choose local, processes or processes:N")
