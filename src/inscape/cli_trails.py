"""`inscape trails`: its options, and what it says of the trails that it made."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

Add = Callable[[str, str, str], argparse.ArgumentParser]

EXAMPLES = """\
  inscape trails runs/a.inscape
  inscape trails runs/a.inscape --layer fc1 --method pca
  inscape trails runs/a.inscape --along layers --checkpoint epoch-3
  inscape trails runs/a.inscape --layer fc1 --embedding my-embedding --name mine
"""


def options(add: Add) -> None:
    """Add the command's options."""
    command = add(
        "trails", "follow every sample through the checkpoints, or through the layers, and bundle the trails", EXAMPLES
    )
    command.add_argument("path", help="the recording")
    command.add_argument("--along", default="checkpoints", help="checkpoints, or layers")
    command.add_argument("--layer", metavar="NAME", help="along checkpoints: of which layer (the last hidden one)")
    command.add_argument("--checkpoint", metavar="NAME", help="along layers: of which checkpoint (the last)")
    command.add_argument("--layers", nargs="+", metavar="PATTERN", help="along layers: which (all)")
    command.add_argument("--checkpoints", nargs="+", metavar="NAME", help="along checkpoints: which (all)")
    places = command.add_argument_group("where the samples are")
    places.add_argument("--embedding", metavar="NAME", help="a stored embedding (one of 2 dimensions is made)")
    places.add_argument("--method", help="of the embedding that is made, such as umap, pca (umap)")
    places.add_argument("--joint", action="store_true", help="lay out all steps as one cloud, where the method can")
    bundling = command.add_argument_group("bundling")
    bundling.add_argument("--points", type=int, help="points of a trail (about 64)")
    bundling.add_argument("--rounds", type=int, default=12, help="how often the trails are moved")
    bundling.add_argument("--kernel", type=float, default=0.06, help="width of the first round, a share of the picture")
    bundling.add_argument("--grid", type=int, default=512, help="cells along a side of the finest grid")
    command.add_argument("--seed", type=int, default=0, help="of the embedding")
    command.add_argument("--name", help="under which they are stored (the layer)")
    command.add_argument("--force", action="store_true", help="compute again what is there")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def trails(arguments: argparse.Namespace) -> int:
    """Make trails, and say which classes part worst."""
    from inscape.recording import open_recording
    from inscape.studies.trails import METHOD
    from inscape.studies.trails import trails as make

    stored = make(
        open_recording(arguments.path),
        arguments.layer,
        along=arguments.along,
        checkpoint=arguments.checkpoint,
        layers=arguments.layers,
        checkpoints=arguments.checkpoints,
        embedding=arguments.embedding,
        method=arguments.method or METHOD,
        joint=arguments.joint,
        points=arguments.points,
        rounds=arguments.rounds,
        kernel=arguments.kernel,
        grid=arguments.grid,
        seed=arguments.seed,
        name=arguments.name,
        force=arguments.force,
        progress=not (arguments.quiet or arguments.json),
    )
    if arguments.json:
        content = {"name": stored.name, "title": stored.title, "along": stored.along, "fixed": stored.fixed}
        content |= {"embedding": stored.embedding, "unranked": stored.content["unranked"]}
        content |= {key: stored.content[key] for key in ("steps", "classes", "ranking", "quality")}
        print(json.dumps(content), flush=True)
        return 0
    for line in describe(stored):
        print(line, flush=True)
    print(f"{stored.name}: {stored.title}; see them: inscape serve {arguments.path}", flush=True)
    return 0


def describe(stored: object) -> list[str]:
    """A line a class, the worst parting first, and how far to trust the picture."""
    from inscape.recording.trails import StoredTrails

    assert isinstance(stored, StoredTrails)
    lines = []
    unranked = stored.content["unranked"]
    if unranked:
        lines.append(f"  classes are not ranked: {unranked}")
    else:
        lines.append("  classes, the worst parting first, by the activations:")
    steps = [step.checkpoint if stored.along == "checkpoints" else step.layer for step in stored.steps]
    width = max((len(entry.name) for entry in stored.classes), default=0)
    for entry in stored.classes:
        when = "never stays parted" if entry.late is None else f"parted from {steps[entry.late]} on"
        apart = entry.apart[-1]
        share = "a single sample" if apart is None else f"{apart:.0%} nearer to their own class at the end"
        lines.append(f"    {entry.name:<{width}}  {when}; {share}")
    measured = [quality["trustworthiness"] for quality in stored.quality if quality is not None]
    if measured:
        lines.append(f"  trustworthiness of the pictures: {min(measured):.3f} to {max(measured):.3f}")
    return lines
