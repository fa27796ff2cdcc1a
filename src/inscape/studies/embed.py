"""`inscape.embed`: reads activations, calls one method of `shape`, aligns the sequence and stores the result."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from numpy.typing import ArrayLike

from inscape.errors import WrongCall
from inscape.progress import Progress, Report
from inscape.recording import Embedding, Provenance, Recording
from inscape.recording.results import combine_digests
from inscape.studies.activations import is_constant, named, warn_of_constant
from inscape.studies.asked import DIMS as DIMS
from inscape.studies.asked import LAID_OUT, chosen_checkpoints, chosen_dims, times_of
from inscape.studies.asked import chosen_layers as chosen_layers
from inscape.studies.embedding_results import TITLES, Step, store, stored_layouts, stored_starts
from inscape.studies.layouts import NEAR, NEIGHBORS, Before, lay_out
from inscape.studies.measuring import is_measured, measured
from inscape.studies.sequences import INDEPENDENT, SEQUENCE, plan_starts

T = TypeVar("T")

METHODS = ("pca", "umap", "tsne", "units")
PUBLISHED_EVERY = 3.0
"""Seconds between two publishings of one embedding on its way, at least."""
WRITING_SHARE = 0.1
"""How much of the time the publishing on the way may take."""
LIBRARIES = {
    "pca": ("numpy", "scipy"),
    "umap": ("numpy", "umap-learn", "pynndescent"),
    "tsne": ("numpy", "openTSNE", "pynndescent"),
    "units": ("numpy",),
    "own": ("numpy",),
}


def embed(
    rec: Recording,
    method: str | ArrayLike | Mapping[Any, ArrayLike] = "pca",
    *,
    layers: Sequence[str] | None = None,
    checkpoints: Sequence[str] | None = None,
    dims: int | None = None,
    seed: int | None = 0,
    name: str | None = None,
    sequence: bool = True,
    joint: bool = False,
    quality: bool | Literal["last"] = True,
    force: bool = False,
    add: bool = False,
    stepwise: bool = False,
    progress: bool | Report | None = None,
) -> Embedding:
    """Lay out the samples by their activations, one layout a layer and checkpoint, aligned, and store the sequence.

    Args:
        rec: the recording.
        method: ``pca`` (exact), ``umap`` (McInnes et al. 2018), ``tsne`` (van der Maaten and Hinton 2008), or
            ``units``: the raw units of a layer with at most 64. Or an embedding of your own, which takes a name: an
            array (N, d), one (S, N, d) of the layers and checkpoints in order, or arrays (N, d) by layer or by
            (layer, checkpoint).
        layers: names or patterns; all recorded layers by default.
        checkpoints: names; by default all of them for ``pca`` and ``units``, the last for ``umap`` and ``tsne``.
        dims: d; by default 16 for ``pca`` (fewer where no layer has as many units), 15 for ``umap``, all for ``units``;
            2 for ``tsne``.
        seed: of the random numbers of ``umap`` and ``tsne``: the same coordinates each time. None: others each time,
            and ``umap`` uses all cores.
        name: under which it is stored; by default the method, with the layer for ``units``.
        sequence: each step of ``umap`` and ``tsne`` goes on from the step before: the checkpoint before, or the layer
            before at a layer's first checkpoint. False: each starts by itself.
        joint: ``umap`` and ``tsne``: all steps in one layout of all their rows, see `inscape.studies.joint`; by default
            of every checkpoint of a single layer, and of the last of several. Stored as ``umap-joint``.
        quality: measure trustworthiness, continuity and neighbor recall of every step, of those of the ``"last"``
            checkpoint alone, or (False) of none.
        force: compute even if the same result is there already.
        add: keep what is stored under the name of other layers and checkpoints; where that is of another size or seed,
            take another name (``umap-8``).
        stepwise: publish what there is every few seconds: who looks sees it grow, and a killed process loses little.
        progress: show a bar; by default where the error output is a terminal. Or a function that is told the layouts
            done, their number, ``"layouts"``, and what is being done: a layout, its neighbors, its quality, how far.

    Returns:
        The stored embedding. One with the same method, parameters and input is not computed again, nor is a layout
        that a stored one of the same name, method, size and seed has of the same activation.

    Raises:
        WrongCall, UnknownLayer, UnknownName, ArrayError: with what was got and the remedy.

    Example:
        >>> inscape.embed(rec, "umap", layers=["conv1", "fc1"], dims=15, seed=0)   # doctest: +SKIP
        Embedding('umap', 2 steps, 15 dimensions)
    """
    if quality not in (True, False, "last"):
        raise WrongCall("quality is measured of all, last or none", got=repr(quality), remedy="quality='last'")
    if not isinstance(method, str):
        from inscape.studies.own import embed_own

        return embed_own(
            rec, method, layers=layers, checkpoints=checkpoints, name=name, quality=quality, progress=progress
        )
    if method not in METHODS:
        raise WrongCall("there is no such embedding", got=repr(method), remedy="choose from " + ", ".join(METHODS))
    if joint:
        from inscape.studies.joint import embed_joint

        return embed_joint(
            rec, method, layers=layers, checkpoints=checkpoints, dims=dims, seed=seed, name=name, quality=quality,
            force=force, progress=progress,
        )  # fmt: skip
    chosen = chosen_layers(rec, layers)
    times = chosen_checkpoints(rec, checkpoints, method)
    # The data itself is the same at every checkpoint: one step, shown at all of them.
    wanted = [(layer, checkpoint) for layer in chosen for checkpoint in times_of(rec, layer, times)]
    dims = chosen_dims(rec, method, chosen, dims)
    name = name or (f"units-{chosen[0]}" if method == "units" else method)
    used = seed if method in LAID_OUT else None
    how = SEQUENCE if sequence and method in LAID_OUT else INDEPENDENT
    if add:
        name, wanted = _added(rec, name, method, dims, used, how, wanted)
        chosen = [layer for layer in rec.layers if layer in {step[0] for step in wanted}]
        times = [time for time in rec.checkpoints if time in {step[1] for step in wanted}]
    inputs = [rec.activation(layer, checkpoint) for layer, checkpoint in wanted]
    steps = [Step(*step, array.digest or "") for step, array in zip(wanted, inputs, strict=True)]
    parameters = {
        "layers": chosen,
        "checkpoints": times,
        "dims": dims,
        "neighbors": NEAR.get(method),
        "quality": quality,
    } | ({"sequence": how} if method in LAID_OUT else {})

    def provenance(of: Sequence[Step], **more: Any) -> Provenance:
        return described(method, parameters | more, used, of)

    if not force and name in rec.embeddings:
        stored = rec.embedding(name)
        if not stored.stale and stored.provenance.same_work(provenance(steps)):
            return stored
    here = {} if force else stored_layouts(rec, name, method, dims, used, how)
    starts = plan_starts(rec, steps, stored_starts(rec, name), here) if how == SEQUENCE else None
    # What is published on the way must not take the place of something that it does not hold.
    whole = name not in rec.embeddings or (not force and set(here) <= {step.key for step in steps})
    writing = _Writing(stepwise and whole)

    def publish(done: list[int], **more: Any) -> None:
        of = [steps[i] for i in done]
        place = {i: at for at, i in enumerate(done)}
        some = None if starts is None else [None if (s := starts[i]) is None else place[s] for i in done]
        store(rec, name, method, dims, of, [here[s.key] for s in of], provenance(of, **more), sequence=how, starts=some)

    constant: list[str] = []
    with Progress(f"embedding by {method}", len(steps), "layouts", progress) as bar:
        for i, (step, array) in enumerate(zip(steps, inputs, strict=True)):
            bar.describe(f"{TITLES[method]} of {step.layer} at {step.checkpoint}")
            known = here.get(step.key)
            at = None if starts is None else starts[i]
            start = None if at is None else steps[at]
            before = None if start is None else Before(here[start.key], start.layer, start.checkpoint)
            layout = known or at_step(
                step, lay_out, rec, method, step.layer, step.checkpoint, array, dims, seed, before, bar
            )
            wants = quality is True or (quality == "last" and step.checkpoint == steps[-1].checkpoint)
            if wants and not is_measured(layout) and len(rec) > 2 * NEIGHBORS:
                with Progress(f"quality of {step.layer} at {step.checkpoint}", 0, "samples", bar) as part:
                    layout = at_step(step, measured, layout, method, array, rec, part.reach)
            here[step.key] = layout
            if known is None and is_constant(array):
                constant.append(f"{step.layer} at {step.checkpoint}")
            bar(1)
            if known is None and i + 1 < len(steps) and writing.due():
                done = [j for j, s in enumerate(steps) if s.key in here]
                writing(publish, done, unfinished=len(steps) - len(done))
    publish(list(range(len(steps))))
    warn_of_constant(constant)
    rec.refresh()
    return rec.embedding(name)


class _Writing:
    """When to publish on the way: not more often than every few seconds, and for a small part of the time."""

    def __init__(self, wanted: bool) -> None:
        self._wanted, self._last, self._took = wanted, time.monotonic(), 0.0

    def due(self) -> bool:
        return self._wanted and time.monotonic() - self._last > max(PUBLISHED_EVERY, self._took / WRITING_SHARE)

    def __call__(self, publish: Callable[..., None], *arguments: Any, **more: Any) -> None:
        began = time.monotonic()
        publish(*arguments, **more)
        self._last = time.monotonic()
        self._took = self._last - began


def described(method: str, parameters: Mapping[str, Any], seed: int | None, steps: Sequence[Step]) -> Provenance:
    """Where an embedding of these steps comes from."""
    return Provenance(
        method=method,
        parameters=dict(parameters),
        seed=seed,
        versions={library: importlib.metadata.version(library) for library in LIBRARIES[method]},
        input=combine_digests([step.digest for step in steps]),
    )


def _added(
    rec: Recording,
    name: str,
    method: str,
    dims: int,
    seed: int | None,
    sequence: str,
    wanted: list[tuple[str, str]],
) -> tuple[str, list[tuple[str, str]]]:
    """The name to store under, and the steps that are wanted and those that are there, in execution order."""
    if name in rec.embeddings:
        stored = rec.embedding(name)
        same = (stored.method, stored.dims, stored.provenance.seed) == (method, dims, seed)
        if not same or (stored.sequence != sequence and len(stored.steps) > 1):
            return f"{method}-{dims}" + (f"-seed{seed}" if seed else ""), wanted
        there = {(step.layer, step.checkpoint) for step in stored.steps if step.layer in rec.layers}
        here = {(layer, checkpoint) for layer, checkpoint in there if checkpoint in rec.checkpoints}
        data = {rec.checkpoint()} if any(layer == "input" for layer, _ in here) else set()
        steps = {step for step in here if step[0] != "input"} | {("input", time) for time in data} | set(wanted)
        layers, times = rec.layers, rec.checkpoints
        wanted = sorted(steps, key=lambda step: (layers.index(step[0]), times.index(step[1])))
    return name, wanted


def at_step(step: Step, compute: Callable[..., T], *arguments: Any) -> T:
    """Call a method; its complaint about an array says which one it was."""
    with named(step.layer, step.checkpoint):
        return compute(*arguments)
