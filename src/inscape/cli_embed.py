"""`inscape embed`: its options, and what it says of the layouts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from inscape.cli_words import quality_in_words, say
from inscape.errors import WrongCall

Add = Callable[[str, str, str], argparse.ArgumentParser]


def options(add: Add) -> None:
    """Add the command's options."""
    command = add(
        "embed",
        "lay out the samples by their activations, layer by layer, aligned; goes on where a kill left off",
        "  inscape embed runs/a.inscape pca --dims 16\n"
        "  inscape embed runs/a.inscape umap --layers 'conv*' fc1 --checkpoints epoch-1 epoch-2 epoch-3\n"
        "  inscape embed runs/a.inscape tsne --layers fc1 --joint          every checkpoint of fc1 in one picture\n"
        "  inscape embed runs/a.inscape mine.npy --name mine --layers fc1  a layout of your own\n",
    )
    command.add_argument("path", help="the recording")
    command.add_argument("method", help="pca, umap, tsne or units; or a .npy file of your own, (N, d) or (S, N, d)")
    command.add_argument("--layers", nargs="+", metavar="PATTERN", help="recorded layers (all)")
    command.add_argument("--checkpoints", nargs="+", metavar="NAME", help="(all; for umap and tsne the last)")
    command.add_argument("--dims", type=int, help="dimensions, 2 to 64 (16 for pca, 15 for umap, 2 for tsne)")
    command.add_argument("--joint", action="store_true", help="umap or tsne: all steps in one layout, one space")
    command.add_argument(
        "--independent", action="store_true", help="umap or tsne: no step goes on from the one before it"
    )
    seeds = command.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, default=0, help="of random numbers: the same coordinates each time")
    seeds.add_argument("--no-seed", action="store_true", help="other coordinates each time; umap on all cores")
    command.add_argument("--name", help="under which it is stored (the method)")
    command.add_argument("--no-quality", action="store_true", help="do not measure how far to trust it")
    command.add_argument("--force", action="store_true", help="compute again what is there")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def embed(arguments: argparse.Namespace) -> int:
    """Lay out the samples of a recording."""
    from inscape.recording import open_recording
    from inscape.studies import embed as compute
    from inscape.studies.neighbors import NEIGHBORS

    recording = open_recording(arguments.path)
    embedding = compute(
        recording,
        _method(arguments.method),
        layers=arguments.layers,
        checkpoints=arguments.checkpoints,
        dims=arguments.dims,
        seed=None if arguments.no_seed else arguments.seed,
        name=arguments.name,
        sequence=not arguments.independent,
        joint=arguments.joint,
        quality=not arguments.no_quality,
        force=arguments.force,
        stepwise=True,
        progress=not (arguments.quiet or arguments.json),
    )
    steps = [
        {"layer": s.layer, "checkpoint": s.checkpoint, "quality": q}
        for s, q in zip(embedding.steps, embedding.quality, strict=True)
    ]
    if arguments.json:
        content = {"name": embedding.name, "method": embedding.method, "sequence": embedding.sequence}
        say(json.dumps(content | {"steps": steps}))
        return 0
    for step in steps:
        trust = "" if step["quality"] is None else f"  {quality_in_words(step['quality'])}"
        say(f"  {step['layer']} at {step['checkpoint']}{trust}")
    if len(recording) <= 2 * NEIGHBORS and not arguments.no_quality:
        say(f"  how far to trust it is not measured of {len(recording)} samples: it takes {2 * NEIGHBORS + 1}")
    say(f"{embedding.name}: {len(steps)} layouts; see them: inscape serve {arguments.path}")
    return 0


def _method(named: str) -> Any:
    """A method by its name, or the array in a file."""
    if not named.endswith(".npy"):
        return named
    import numpy as np

    try:
        return np.load(named, allow_pickle=False)
    except FileNotFoundError as error:
        raise WrongCall("there is no such file", got=named, remedy="check the path; np.save writes one") from error
    except (OSError, ValueError) as error:
        raise WrongCall("the layout can't be read", got=f"{named}: {error}", remedy="np.save an array") from error
