"""Where the steps of a sequence start: each goes on from the nearest step that is laid out already."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from inscape.recording import Recording
from inscape.studies.embedding_results import Key, Step

Name = tuple[str, str]
"""A layer and a checkpoint."""

INDEPENDENT, SEQUENCE, JOINT = "independent", "sequence", "joint"
"""How the steps of an embedding hang together; stored as its attribute `sequence`."""


def start_of(rec: Recording, step: Step, known: Sequence[Step]) -> Step | None:
    """The step among those known that this one goes on from; None: it is the first.

    Within a layer it is the checkpoint before, or where there is none, the next one that is there; a layer's first goes
    on from the layer before at the same checkpoint, or at the nearest in time. The data itself is the same at all
    checkpoints.
    """
    twins = [other for other in known if other.key == step.key]
    if not known:
        return None
    depth, time = rec.layers.index, rec.checkpoints.index
    own, now = depth(step.layer), time(step.checkpoint)

    def near(other: Step) -> tuple[bool, bool, int, int]:
        layers, times = depth(other.layer) - own, time(other.checkpoint) - now
        if layers == 0:
            return False, times > 0, abs(times), 0
        apart = 0 if "input" in (step.layer, other.layer) else abs(times)
        return True, layers > 0, abs(layers), 2 * apart + (times > 0)

    return min(twins or known, key=near)  # the same activation is the same picture


def plan_starts(
    rec: Recording, steps: Sequence[Step], stored: Mapping[Name, Name | None], here: Container[Key]
) -> list[int | None]:
    """For each step the index of the one that it goes on from.

    Args:
        rec: the recording.
        steps: in execution order, and in time within a layer.
        stored: of steps that were laid out already, by layer and checkpoint: those that each went on from.
        here: the layouts that there are, by `Step.key`.

    Returns:
        An index a step, or None for a first one. It is a forest: no step goes on from what follows from it.
    """
    starts: list[int | None] = [None] * len(steps)
    there = {_name(step.layer, step.checkpoint): i for i, step in enumerate(steps)}
    before = {_name(*step): start for step, start in stored.items()}
    known = [i for name, i in there.items() if name in before and steps[i].key in here]
    for i in known:
        start = before[_name(steps[i].layer, steps[i].checkpoint)]
        starts[i] = None if start is None else there.get(_name(*start))
    for i, step in enumerate(steps):
        if i not in known:
            found = start_of(rec, step, [steps[j] for j in known])
            starts[i] = None if found is None else there[_name(found.layer, found.checkpoint)]
            known.append(i)
    return starts


def _name(layer: str, checkpoint: str) -> Name:
    return layer, "" if layer == "input" else checkpoint
