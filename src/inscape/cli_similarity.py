"""`inscape similarity`: its options, and the table that it prints."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inscape.errors import WrongCall

if TYPE_CHECKING:
    from inscape.recording.similarity import StoredSimilarity

Add = Callable[[str, str, str], argparse.ArgumentParser]

EXAMPLES = """\
  inscape similarity runs/a.inscape
  inscape similarity runs/a.inscape --method svcca --layers 'conv*' fc1 --checkpoints epoch-8
  inscape similarity runs/a.inscape runs/b.inscape                 two models over the same samples
"""
SHOWN = 16
"""Columns of the table; a wider matrix is told in a line a row."""


def options(add: Add) -> None:
    """Add the command's options."""
    command = add(
        "similarity", "measure how alike the layers are, of one recording or of two of the same samples", EXAMPLES
    )
    command.add_argument("path", help="the recording; its layers are the rows")
    command.add_argument("other", nargs="?", help="another model's recording of the same samples, for the columns")
    command.add_argument("--method", default="cka", help="cka, svcca, procrustes or nuclear")
    command.add_argument("--layers", nargs="+", metavar="PATTERN", help="recorded layers (all)")
    command.add_argument(
        "--checkpoints", nargs="+", metavar="NAME", help="(all; of two recordings, or for methods but cka, the last)"
    )
    command.add_argument("--other-layers", nargs="+", metavar="PATTERN", help="layers of the other recording (all)")
    command.add_argument("--other-checkpoints", nargs="+", metavar="NAME", help="of the other recording (the last)")
    command.add_argument(
        "--biased", action="store_true", help="cka as first published, which overstates of few samples"
    )
    command.add_argument("--no-lend", action="store_true", help="the matrix alone: do not lay both models out together")
    command.add_argument("--lend", default="pca", metavar="METHOD", help="how both are laid out together: pca or umap")
    command.add_argument("--name", help="under which it is stored (the method, and the other's title)")
    command.add_argument("--force", action="store_true", help="compute again what is there")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def similarity(arguments: argparse.Namespace) -> int:
    """Measure, lend where there are two models, and tell."""
    from inscape.recording import open_recording
    from inscape.studies.lent import lend
    from inscape.studies.similarity import similarity as measure

    bars = not (arguments.quiet or arguments.json)
    recording = open_recording(arguments.path)
    other = None if arguments.other is None else open_recording(arguments.other)
    for option in ("other_layers", "other_checkpoints", "no_lend"):
        if other is None and getattr(arguments, option):
            flag = "--" + option.replace("_", "-")
            raise WrongCall(f"{flag} is of two recordings", got="one recording", remedy="name the other one too")
    stored = measure(
        recording,
        other,
        arguments.method,
        layers=arguments.layers,
        checkpoints=arguments.checkpoints,
        other_layers=arguments.other_layers,
        other_checkpoints=arguments.other_checkpoints,
        unbiased=not arguments.biased,
        name=arguments.name,
        force=arguments.force,
        progress=bars,
    )
    lent = None
    if other is not None and not arguments.no_lend:
        lent = lend(
            recording,
            other,
            arguments.lend,
            layers=arguments.layers,
            other_layers=arguments.other_layers,
            checkpoint=None if arguments.checkpoints is None else arguments.checkpoints[-1],
            other_checkpoint=None if arguments.other_checkpoints is None else arguments.other_checkpoints[-1],
            by=arguments.method,
            force=arguments.force,
            progress=bars,
        )
    if arguments.json:
        print(json.dumps(_content(stored) | ({} if lent is None else {"embedding": lent.name})), flush=True)
        return 0
    for line in table(stored):
        print(line)
    for place in stored.constant:
        print(f"  {place} is constant: it is like nothing, and its similarities are 0")
    print(f"{stored.name}: {len(stored.rows)} × {len(stored.columns)} in the recording")
    if lent is not None:
        print(f"{lent.name}: {len(lent.steps)} layouts, {len(stored.columns)} of them lent and rotated onto partners")
    print(f"  see it: inscape serve {arguments.path}, then Layers", flush=True)
    return 0


def _content(stored: StoredSimilarity) -> dict[str, Any]:
    return {
        "name": stored.name,
        "method": stored.method,
        "unbiased": stored.unbiased,
        "rows": [{"layer": row.layer, "checkpoint": row.checkpoint} for row in stored.rows],
        "columns": [{"layer": column.layer, "checkpoint": column.checkpoint} for column in stored.columns],
        "values": [[round(float(value), 6) for value in row] for row in stored.values],
        "partners": stored.partners,
        "order": stored.order,
        "constant": stored.constant,
    }


def table(stored: StoredSimilarity) -> list[str]:
    """The matrix in hundredths, or, where it is wide, the best partner of every row."""
    several = len({row.checkpoint for row in stored.rows}) > 1
    rows = [f"{row.layer} at {row.checkpoint}" if several else row.layer for row in stored.rows]
    several = len({column.checkpoint for column in stored.columns}) > 1
    columns = [f"{column.layer} at {column.checkpoint}" if several else column.layer for column in stored.columns]
    width = max(len(row) for row in rows)
    if len(columns) > SHOWN:
        return [
            f"  {row:>{width}}  most like {columns[best]}: {stored.values[i][best]:.2f}"
            for i, (row, best) in enumerate(zip(rows, stored.partners["rows"], strict=True))
        ]
    wide = [max(len(column), 4) for column in columns]
    lines = [" " * (width + 2) + "".join(f"  {column:>{w}}" for column, w in zip(columns, wide, strict=True))]
    for row, values in zip(rows, stored.values, strict=True):
        cells = "".join(f"  {value:>{w}.2f}" for value, w in zip(values, wide, strict=True))
        lines.append(f"  {row:>{width}}{cells}")
    return lines
