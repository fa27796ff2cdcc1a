"""Which way a flow takes through a network that branches."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from inscape.errors import UnknownLayer, WrongCall
from inscape.probe.flow.calls import INPUT, Value
from inscape.recording.names import offer

ROUTES = ("longest", "shortest")


def choose(values: Sequence[Value], waypoints: Sequence[str] | None = None, route: str = "longest") -> list[Value]:
    """The values from the first waypoint to the last, each computed from the one before.

    Between two waypoints the way of most calls is taken (through the branch of a residual block), or with
    `route="shortest"` that of fewest (along its skip connection); a waypoint inside a branch leads through it.

    Args:
        values: of a trace.
        waypoints: names of layers, in order; None goes from the data to the model's output.
        route: ``longest`` or ``shortest``.

    Raises:
        UnknownLayer: a name that no tensor bears; the nearest are offered.
        WrongCall: no way leads from one waypoint to the next, or there is nothing to see on it.
    """
    if route not in ROUTES:
        raise WrongCall("a route is longest or shortest", got=repr(route), remedy=f"one of {', '.join(ROUTES)}")
    stops = [_find(values, name) for name in waypoints] if waypoints else [_first(values), values[-1]]
    if len(stops) < 2:
        raise WrongCall("a flow needs two layers at least", got=f"{len(stops)}", remedy="name where it begins and ends")
    way = [stops[0].index]
    for before, after in itertools.pairwise(stops):
        found = _between(values, before.index, after.index, 1 if route == "longest" else -1)
        if found is None:
            raise WrongCall(
                f"{after.name} is not computed from {before.name}",
                got="no way from one to the other in the forward pass",
                remedy="name layers in the order in which one follows from another; branches beside each other are "
                "two flows",
            )
        way += found[1:]
    chosen = [values[i] for i in way]
    seen = [value for value in chosen if value.shown]
    if len(seen) < 2:
        raise WrongCall(
            "there is nothing to see on this way",
            got=f"{len(seen)} tensors with a row of floats a sample",
            remedy="begin at a layer that gives floats, such as the embedding of a text model",
        )
    return seen


def _first(values: Sequence[Value]) -> Value:
    return next(v for v in values if v.call < 0)


def _find(values: Sequence[Value], name: str) -> Value:
    if name == "output":
        return next((v for v in values if "output" in v.aliases or v.name == "output"), values[-1])
    for value in values:
        if name == value.name or name in value.aliases:
            return value
    several = [v.name for v in values if v.name.startswith(name + ":")]
    if several:
        raise UnknownLayer(f"{name} is called more than once", got=name, remedy=f"one of {', '.join(several)}")
    known = [v.name for v in values if v.name] + [INPUT, "output"]
    raise UnknownLayer("no tensor of the forward pass bears this name", got=repr(name), remedy=offer(name, known))


def _between(values: Sequence[Value], start: int, stop: int, sign: int) -> list[int] | None:
    """The way of most (or fewest) calls, by dynamic programming: values are in the order of computing."""
    best: dict[int, tuple[int, int]] = {start: (0, -1)}
    for value in values[start + 1 : stop + 1]:
        lengths = [(sign * (best[s][0]), s) for s in value.sources if s in best]
        if lengths:
            length, source = max(lengths, key=lambda found: (found[0], -found[1]))
            best[value.index] = (sign * length + 1, source)
    if stop not in best:
        return None
    way = [stop]
    while way[-1] != start:
        way.append(best[way[-1]][1])
    return way[::-1]
