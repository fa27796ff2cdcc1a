"""Which layers a request picks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import nn

from inscape.capture import reductions
from inscape.capture.discover import Structure, Tap
from inscape.capture.structure import brackets
from inscape.capture.unwrap import aliases
from inscape.errors import AmbiguousLayer, UnknownLayer, WrongCall
from inscape.recording.names import offer
from inscape.recording.plan import LayerPlan


def select(model: nn.Module, found: Structure, patterns: Sequence[str]) -> list[Tap]:
    """Resolve a request to taps, in execution order, each once.

    A name picks the tensor (or every call) that bears it; ``*`` and ``?`` match leaf modules; a pattern that ends in
    ``!`` matches containers too; ``input`` is the data and ``output`` what the model returned.

    Raises:
        UnknownLayer: a pattern picks nothing; the nearest names are offered.
        AmbiguousLayer: a name whose module returns several tensors, none of them the first of a tuple.
    """
    if isinstance(patterns, str):
        patterns = [patterns]
    if not patterns:
        raise UnknownLayer("no layer was asked for", got="an empty list", remedy='ask for all leaf modules with ["*"]')
    shared = aliases(model)
    chosen: set[int] = set()
    for pattern in patterns:
        chosen.update(_match(pattern, found, shared))
    return [tap for i, tap in enumerate(found.taps) if i in chosen]


def _base(tap: Tap) -> str:
    return tap.name.split("[")[0] if tap.selector and tap.name.endswith(brackets(tap.selector)) else tap.name


def _match(pattern: str, found: Structure, shared: dict[str, str]) -> list[int]:
    exact = shared.get(pattern, pattern)
    taps = list(enumerate(found.taps))
    named = [i for i, t in taps if exact in (t.name, t.name + brackets(t.selector)) or _spelled(t) == exact]
    if not named:
        named = [i for i, t in taps if t.default and exact == (t.module or None)]
        several = [t for _, t in taps if exact in (t.module, _base(t)) and not t.default]
        if not named and several:
            raise AmbiguousLayer(
                f"{pattern} returns several tensors",
                got=f"{several[0].kind} gives {len(several)} of them",
                remedy="choose one of " + ", ".join(repr(t.name) for t in several),
            )
    if named:
        for i in named:
            _require_samples(found.taps[i])
        return named
    containers = pattern.endswith("!")
    expression = re.compile(_regex(pattern.removesuffix("!")))
    wildcard = any(c in pattern for c in "*?")
    matched = [
        i
        for i, tap in taps
        if (wildcard or containers)
        and tap.module
        and (tap.leaf or containers)
        and tap.sample_axis is not None
        and tap.floating
        and (tap.default or not _has_default(found, tap))
        and (expression.fullmatch(tap.module) or expression.fullmatch(tap.name))
    ]
    if matched:
        return matched
    if exact in found.uncalled:
        raise UnknownLayer(
            f"{pattern} is in the model, but was not called in the forward pass",
            got="a module whose hooks never fired",
            remedy="some modules (attention projections, for one) are used by their weights alone; record the module "
            "around it: " + offer(exact, [t.name for t in found.taps]),
        )
    only_containers = [t.name for t in found.taps if t.module and expression.fullmatch(t.module) and not t.leaf]
    if only_containers:
        raise UnknownLayer(
            f"the pattern {pattern!r} matches containers only",
            got=", ".join(only_containers[:5]),
            remedy=f"name one exactly, or end the pattern in an exclamation mark: {pattern + '!'!r}",
        )
    raise UnknownLayer(
        "no layer of the model matches the pattern" if wildcard else "the model has no such layer",
        got=repr(pattern),
        remedy=offer(pattern.strip("*!"), list(dict.fromkeys(t.name for t in found.taps))),
    )


def _spelled(tap: Tap) -> str:
    """The tap's full spelling, also where a bare name would do: ``gru[0]``."""
    return _base(tap) + brackets(tap.selector)


def _has_default(found: Structure, tap: Tap) -> bool:
    return any(t.default and t.module == tap.module and t.occurrence == tap.occurrence for t in found.taps)


def _regex(pattern: str) -> str:
    """Only ``*`` and ``?`` are special: brackets are part of names here."""
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)


def _require_samples(tap: Tap) -> None:
    if tap.sample_axis is None:
        raise WrongCall(
            f"{tap.name} can't be recorded: no axis of it holds the samples",
            got=f"shape {tuple(tap.shape)} whatever the batch",
            remedy="record the layer before or after it",
        )


def plan_layers(taps: Sequence[Tap], reduction: str, dtype: str) -> list[LayerPlan]:
    """Decide reduction, units and type of each layer.

    Raises:
        WrongCall: the reduction does not fit one of them, or the type is not known.
    """
    if dtype not in ("float32", "float16"):
        raise WrongCall("activations are stored as float32 or float16", got=repr(dtype), remedy="dtype='float32'")
    plans = []
    for tap in taps:
        resolved, units = reductions.resolve(reduction, tap.shape, tap.channels, tap.name)
        shape = tuple(-1 if s is None else s for s in tap.shape)
        stored = "float32" if tap.name == "input" else dtype  # token ids and pixels of 16 bits do not fit in float16
        plans.append(LayerPlan(tap.name, tap.kind, shape, units, resolved, stored, tap.to_json()))
    return plans
