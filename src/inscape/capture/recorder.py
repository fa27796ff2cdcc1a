"""`inscape.record` and `inscape.Recorder`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from torch import nn

from inscape.capture.engines import Engine, engine
from inscape.capture.mode import random_states_kept
from inscape.capture.parts import PartSpec
from inscape.capture.planning import look, make_plan, title_of
from inscape.capture.unwrap import unwrap
from inscape.capture.weights import weights_digest
from inscape.errors import InscapeWarning, WrongCall
from inscape.progress import Progress
from inscape.recording import Part, Plan, Recording, Writer
from inscape.recording.writer import refuse_existing

if TYPE_CHECKING:
    from inscape.data import Source


class Recorder:
    """Records checkpoint after checkpoint of one model, inside a training loop or outside of one.

    The probe data is looked at in evaluation mode without gradients; afterwards every training flag, random state and
    hook is as it was. The recording is locked for other writers until the context ends, and marked complete when it
    ends without an error.

    Args:
        model: any `torch.nn.Module`; DataParallel and compiled models are unwrapped.
        data: the probe data: a torch Dataset or DataLoader, an array (N, …) or a pair with labels, a folder of images
            (one folder a class), an IDX pair, ``"digits"``, or an `inscape.data.Source`.
        out: where the recording goes, by custom ``NAME.inscape``.
        layers: names and patterns: ``"*"`` picks leaf modules, a container is named exactly or by a pattern that ends
            in ``!``; ``input`` is the data, ``output`` what the model returned.
        reduction: auto, flatten, mean, max, pool:w, position, positions:n or token:i.
        batch_size: samples a forward pass; by default the loader's own, else up to 256 by the size of the activations.
        dtype: float32, or float16 to halve the bytes.
        engine: local, processes, processes:N, or an engine of your own.
        resume: finish what is there, or begin.
        overwrite: replace what is there.
        labels: (N,) integers or strings, where the data has none of its own.
        columns: more columns of the samples by name, (N,) each: numbers, bools or strings; ``text`` is shown as text.
        class_names: names of the classes.
        predictions: whether the output is one number a class; by default found out.
        channels: auto, or first | last for every layer.
        seed: for random positions, and for models that draw random numbers even in evaluation.
        allow_nonfinite: record data with NaN or infinite values as it is.
        title: shown on the page; the folder's name by default.
        progress: show a bar; by default where the error output is a terminal.

    Raises:
        RecordingExists: `out` is taken and neither `resume` nor `overwrite` was given.
        RecordingLocked: another process is recording there.
        UnknownLayer, AmbiguousLayer: with the nearest names.
        DataError, ModelError, WrongCall, StorageFailed: each with what was got and the remedy.

    Example:
        >>> with inscape.Recorder(model, images, out="runs/b.inscape", layers=["*"]) as recorder:   # doctest: +SKIP
        ...     for epoch in range(3):
        ...         train(model)
        ...         recorder.checkpoint(f"epoch-{epoch + 1}")
    """

    def __init__(
        self,
        model: nn.Module,
        data: Any,
        *,
        out: str | os.PathLike[str],
        layers: Sequence[str] = ("*",),
        reduction: str = "auto",
        batch_size: int | None = None,
        dtype: str = "float32",
        engine: str | Engine = "local",
        resume: bool = False,
        overwrite: bool = False,
        labels: Any = None,
        columns: Mapping[str, Any] | None = None,
        class_names: Sequence[str] | None = None,
        predictions: bool | None = None,
        channels: str = "auto",
        seed: int = 0,
        allow_nonfinite: bool = False,
        title: str | None = None,
        progress: bool | None = None,
    ) -> None:
        from inscape.data import source as resolve_source

        self.path = Path(out)
        if resume and overwrite:
            raise WrongCall("resume and overwrite exclude each other", got="both", remedy="choose one of them")
        if not (resume or overwrite):
            refuse_existing(self.path)  # the quick answer, before the model runs
        self._model, self.notes = unwrap(model)
        self._engine = _engine(engine)
        with random_states_kept():  # a dataset may draw random numbers when it is looked at
            self._source: Source = resolve_source(data, labels=labels, columns=columns, class_names=class_names)
        for note in self._source.notes:
            warnings.warn(note, InscapeWarning, stacklevel=2)
        self._progress = progress
        with random_states_kept():
            plan = make_plan(
                self._model,
                self._source,
                look(self._model, self._source, channels),
                layers=layers,
                reduction=reduction,
                dtype=dtype,
                batch_size=batch_size,
                seed=seed,
                predictions=predictions,
                allow_nonfinite=allow_nonfinite,
                title=title or title_of(self.path),
            )
        from inscape import __version__

        self._writer = Writer(self.path, plan, version=__version__, resume=resume, overwrite=overwrite)
        self._open = True

    @property
    def plan(self) -> Plan:
        """What will be recorded."""
        return self._writer.plan

    def checkpoint(self, name: str | int) -> None:
        """Record the state that the model is in now; parts that are there already are not recorded again.

        Raises:
            Mismatch: this checkpoint was begun with other weights, or the data changed since the first one.
        """
        name = str(name)
        if not name:
            raise WrongCall("a checkpoint needs a name", got="an empty one", remedy="name it, for example 'epoch-3'")
        if not self._open:
            raise WrongCall("the recorder is closed", got=f"checkpoint {name!r}", remedy="record inside its with block")
        weights = weights_digest(self._model)
        parts = self._writer.begin_checkpoint(name, weights)
        if parts:
            spec = PartSpec(self.path, self.plan, self._model, self._source, weights, parts[0])
            self._run(spec, parts, name)
        if parts or name not in self._writer.checkpoints():
            self._writer.finish_checkpoint(name)
            self._warn(name)

    def _run(self, spec: PartSpec, parts: Sequence[Part], name: str) -> None:
        total = sum(part.stop - part.start for part in parts)
        with Progress(f"recording {name}", total, show=self._progress) as bar:
            for _ in self._engine.run(spec, parts, bar):
                pass

    def _warn(self, name: str) -> None:
        recording = Recording(self.path)
        overflowed, nonfinite = [], []
        for layer in recording.layers:
            counts = recording.nonfinite(layer, name)
            if counts.get("overflow"):
                overflowed.append(f"{layer} ({counts['overflow']:,})")
            elif counts.get("nonfinite"):
                nonfinite.append(f"{layer} ({counts['nonfinite']:,})")
        if overflowed:
            warnings.warn(
                f"checkpoint {name}: values overflowed float16 in {', '.join(overflowed)}; they are stored as infinite "
                "where they stand. Record these layers as float32.",
                InscapeWarning,
                stacklevel=3,
            )
        if nonfinite:
            warnings.warn(
                f"checkpoint {name}: non-finite activations in {', '.join(nonfinite)}; they are kept where they stand "
                "(Recording.nonfinite names the first places).",
                InscapeWarning,
                stacklevel=3,
            )

    def close(self, *, complete: bool = True) -> None:
        """Mark the recording complete (unless told otherwise) and let others write."""
        if self._open:
            self._open = False
            try:
                if complete:
                    self._writer.finish()
            finally:
                self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(complete=error is None)


def _engine(choice: str | Engine) -> Engine:
    return engine(choice)


def record(
    model: nn.Module, data: Any, out: str | os.PathLike[str], *, checkpoint: str | int = "0", **settings: Any
) -> Recording:
    """Record one checkpoint of a model over its probe data.

    Args:
        model, data, out: as for `Recorder`.
        checkpoint: the name of this state of the weights.
        **settings: everything else that `Recorder` takes: layers, reduction, batch_size, dtype, engine, resume,
            overwrite, labels, columns, class_names, predictions, channels, seed, allow_nonfinite, title, progress.

    Returns:
        The recording, open for reading.

    Raises:
        As `Recorder`.

    Example:
        >>> rec = inscape.record(model, images, out="runs/a.inscape", layers=["conv*", "fc1"])   # doctest: +SKIP
        >>> rec.activation("fc1").shape                                                          # doctest: +SKIP
        (2000, 64)
    """
    with Recorder(model, data, out=out, **settings) as recorder:
        recorder.checkpoint(checkpoint)
    return Recording(recorder.path)
