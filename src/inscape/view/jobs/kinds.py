"""The kinds of jobs there are, and what may be asked of each. Nothing else is ever started for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inscape.errors import UnknownName, WrongCall

Index = Mapping[str, Any]
"""`attributes.inscape` of the recording that the job is about."""

METHODS = ("pca", "umap", "tsne", "units")
LONGEST_LIST = 10_000
UNITS_LIMIT = 64


def validate(kind: Any, parameters: Any, index: Index) -> tuple[dict[str, Any], str]:
    """Check what a page asks for against the recording.

    Args:
        kind: a key of `KINDS`.
        parameters: JSON as it came.
        index: of the recording.

    Returns:
        The parameters with every default in its place, and a title for people.

    Raises:
        WrongCall: with what was got and what may be asked.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise WrongCall("there is no such kind of job", got=_shown(kind), remedy="choose from " + ", ".join(KINDS))
    if not isinstance(parameters, dict):
        raise WrongCall("a job's parameters are an object", got=_shown(parameters), remedy='give {"method": "pca"}')
    return KINDS[kind](parameters, index)


def _embed(parameters: dict[str, Any], index: Index) -> tuple[dict[str, Any], str]:
    """`inscape.embed`, published step by step."""
    _only(parameters, ("method", "layers", "checkpoints", "dims", "seed", "quality", "joint"))
    method = _one_of(parameters.get("method"), METHODS, "method")
    layers = {str(layer["name"]): int(layer["units"]) for layer in index["layers"]}
    names = _names(parameters.get("layers"), list(layers), "layer")
    checkpoints = _names(parameters.get("checkpoints"), [c["name"] for c in index["checkpoints"]], "checkpoint")
    if not index["checkpoints"]:
        raise WrongCall(
            "this recording has no finished checkpoint yet", got="0 checkpoints", remedy="wait for the first one"
        )
    dims = _integer(parameters.get("dims"), "dims", 2, 64)
    seed = _integer(parameters.get("seed", 0), "seed", 0, 2**32 - 1)
    quality = parameters.get("quality", True)
    if quality not in (True, False, "last"):
        raise WrongCall("quality is true, false or 'last'", got=_shown(quality), remedy="leave it out")
    joint = parameters.get("joint", False)
    if not isinstance(joint, bool) or (joint and method not in ("umap", "tsne")):
        raise WrongCall(
            "a joint layout is one of umap or tsne", got=_shown(joint) + f" of {method}", remedy="leave joint out"
        )
    if method == "tsne" and dims not in (None, 2):
        raise WrongCall("t-SNE is laid out in 2 dimensions", got=_shown(dims), remedy="leave dims out")
    if method == "units":
        _check_units(names, layers)
    shown = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE", "units": "Units"}[method]
    what = "every layer" if names is None else names[0] if len(names) == 1 else f"{len(names)} layers"
    checked = {
        "method": method,
        "layers": names,
        "checkpoints": checkpoints,
        "dims": dims,
        "seed": seed,
        "quality": quality,
        "joint": joint,
    }
    return checked, f"{'joint ' if joint else ''}{shown} of {what}"


def _trails(parameters: dict[str, Any], index: Index) -> tuple[dict[str, Any], str]:
    """`inscape.trails`."""
    _only(parameters, ("along", "layer", "checkpoint", "layers", "checkpoints", "embedding", "method", "joint", "seed"))
    along = _one_of(parameters.get("along", "checkpoints"), ("checkpoints", "layers"), "way")
    layers = [str(layer["name"]) for layer in index["layers"]]
    checkpoints = [str(checkpoint["name"]) for checkpoint in index["checkpoints"]]
    given = {key: parameters.get(key) for key in ("layer", "checkpoint", "embedding")}
    for key, there in (("layer", layers), ("checkpoint", checkpoints)):
        if given[key] is not None:
            _names([given[key]], there, key)
    if given["embedding"] is not None and not isinstance(given["embedding"], str):
        raise WrongCall("an embedding has a name", got=_shown(given["embedding"]), remedy="leave it out")
    joint = parameters.get("joint", False)
    if not isinstance(joint, bool):
        raise WrongCall("joint is true or false", got=_shown(joint), remedy="leave it out")
    checked: dict[str, Any] = {
        **given,
        "along": along,
        "layers": _names(parameters.get("layers"), layers, "layer"),
        "checkpoints": _names(parameters.get("checkpoints"), checkpoints, "checkpoint"),
        "method": _one_of(parameters.get("method", "umap"), [m for m in METHODS if m != "units"], "method"),
        "joint": joint,
        "seed": _integer(parameters.get("seed", 0), "seed", 0, 2**32 - 1),
    }
    steps = checked[along] or (layers if along == "layers" else checkpoints)
    if len(steps) < 2:
        raise WrongCall(
            f"trails go through at least two {along}", got=", ".join(steps) or "none", remedy="record more of them"
        )
    what = given["layer"] if along == "checkpoints" else given["checkpoint"]
    return checked, f"Trails of {what or 'the last ' + ('hidden layer' if along == 'checkpoints' else 'checkpoint')}"


KINDS: dict[str, Callable[[dict[str, Any], Index], tuple[dict[str, Any], str]]] = {"embed": _embed, "trails": _trails}


def _check_units(names: Sequence[str] | None, layers: Mapping[str, int]) -> None:
    if names is None or len(names) != 1 or not 2 <= layers[names[0]] <= UNITS_LIMIT:
        got = "every layer" if names is None else ", ".join(f"{n} with {layers[n]} units" for n in names)
        raise WrongCall(
            f"raw units are toured of one layer with 2 to {UNITS_LIMIT} of them", got=got, remedy="ask for method 'pca'"
        )


def _only(parameters: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = [key for key in parameters if key not in known]
    if unknown:
        raise WrongCall(
            "a job of this kind has no such parameter",
            got=_shown(unknown[0]),
            remedy="choose from " + ", ".join(known),
        )


def _one_of(value: Any, choices: Sequence[str], name: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise WrongCall(f"there is no such {name}", got=_shown(value), remedy="choose from " + ", ".join(choices))
    return value


def _names(value: Any, there: Sequence[str], noun: str) -> list[str] | None:
    """None for all of them; else names that are there, in the recording's order."""
    if value is None:
        return None
    if not isinstance(value, list) or not value or len(value) > LONGEST_LIST:
        raise WrongCall(f"{noun}s are a list of names, or null for all", got=_shown(value), remedy="leave them out")
    known = set(there)
    for name in value:
        if not isinstance(name, str) or name not in known:
            raise UnknownName(
                f"the recording has no such {noun}",
                got=_shown(name),
                remedy="choose from " + ", ".join(there[:12]) + (", …" if len(there) > 12 else ""),
            )
    wanted = set(value)
    return [name for name in there if name in wanted]


def _integer(value: Any, name: str, low: int, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise WrongCall(f"{name} is a whole number from {low} to {high}", got=_shown(value), remedy="leave it out")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
