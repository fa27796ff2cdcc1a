"""`inscape units`: its options, and what it says."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inscape.recording.units import StoredUnits

Add = Callable[[str, str, str], argparse.ArgumentParser]

EXAMPLES = """\
  inscape units runs/a.inscape --layer fc1
  inscape units runs/a.inscape --layer conv3 --checkpoint epoch-3 --top 10
  inscape units runs/a.inscape --layer fc1 --selection "odd ones"
"""


def options(add: Add) -> None:
    """Add the command's options."""
    command = add(
        "units", "map the units of a layer by how they follow each other, and rank them by what they tell", EXAMPLES
    )
    command.add_argument("path", help="the recording")
    command.add_argument("--layer", required=True, metavar="NAME", help="of at most 16,384 units")
    command.add_argument("--checkpoint", metavar="NAME", help="(the last)")
    command.add_argument("--selection", metavar="NAME", help="rank them by what they tell of a saved selection, too")
    command.add_argument("--top", type=int, default=5, metavar="COUNT", help="units that are listed a class")
    command.add_argument("--trees", type=int, default=100, metavar="COUNT", help="randomized trees a class")
    command.add_argument("--seed", type=int, default=0, help="of UMAP and the trees")
    command.add_argument("--force", action="store_true", help="compute again what is there")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def units(arguments: argparse.Namespace) -> int:
    """Make the map of a layer's units, and tell what is on it."""
    import numpy as np

    from inscape.errors import WrongCall
    from inscape.recording import open_recording
    from inscape.studies.units import describe, selection_power
    from inscape.studies.units import units as make

    if arguments.top < 1:
        raise WrongCall("at least one unit is listed a class", got=f"--top {arguments.top}", remedy="give 1 or more")
    recording = open_recording(arguments.path)
    chosen = None if arguments.selection is None else recording.selections[arguments.selection]
    stored = make(
        recording,
        arguments.layer,
        arguments.checkpoint,
        trees=arguments.trees,
        seed=arguments.seed,
        force=arguments.force,
        progress=not (arguments.quiet or arguments.json),
    )
    power = None if chosen is None else selection_power(recording, stored.layer, chosen, stored.checkpoint)
    ranked = [] if power is None else np.argsort(-np.abs(power - 0.5), kind="stable")[: arguments.top].tolist()
    if arguments.json:
        content = {
            "name": stored.name,
            "layer": stored.layer,
            "checkpoint": stored.checkpoint,
            "units": stored.units,
            "method": stored.method,
            "quality": stored.quality,
            "without": stored.without,
            "dead": stored.dead,
            "duplicates": [
                {"units": group, "signs": signs} for group, signs in zip(stored.duplicates, stored.signs, strict=True)
            ],
            "classes": [] if stored.without else _ranked(stored, arguments.top),
        }
        if chosen is not None and power is not None:
            told = [{"unit": u, "auc": float(power[u])} for u in ranked]
            content["selection"] = {"name": arguments.selection, "samples": len(chosen), "by_auc": told}
        print(json.dumps(content), flush=True)
        return 0
    for line in describe(stored, arguments.top):
        print(line)
    if power is not None:
        print(f"  “{arguments.selection}”  by AUC " + ", ".join(f"{u} ({power[u]:.3f})" for u in ranked))
    trust = stored.quality["trustworthiness"]
    how = (
        ""
        if trust is None
        else f", trustworthiness {trust:.3f}, recall@{stored.quality['k']} {stored.quality['recall']:.3f}"
    )
    print(f"{stored.name}: {stored.units:,} units by {stored.method.upper()}{how}")
    print(f"  see them: inscape serve {arguments.path}", flush=True)
    return 0


def _ranked(stored: StoredUnits, top: int) -> list[dict[str, object]]:
    """Of each class the units that tell it best, by both powers."""
    import numpy as np

    auc, trees = stored.auc, stored.trees
    ranked = []
    for i, entry in enumerate(stored.classes):
        best = np.argsort(-np.abs(auc[i] - 0.5), kind="stable")[:top]
        helpful = np.argsort(-trees[i], kind="stable")[:top]
        by_auc = [{"unit": int(u), "auc": float(auc[i, u])} for u in best]
        by_trees = [{"unit": int(u), "importance": float(trees[i, u])} for u in helpful]
        content = {"label": entry.label, "name": entry.name, "samples": entry.samples}
        ranked.append({**content, "by_auc": by_auc, "by_trees": by_trees})
    return ranked
