"""`inscape info` and `inscape verify`: what a recording holds, and whether it is whole."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from inscape.cli_words import accuracy_in_words, neighbors_in_words, say

Add = Callable[[str, str, str], argparse.ArgumentParser]


def options(add: Add) -> None:
    """Add the commands' options."""
    for name, text in (
        ("info", "say what a recording holds"),
        ("verify", "check every byte of a recording against its checksums"),
    ):
        command = add(name, text, f"  inscape {name} runs/a.inscape\n")
        command.add_argument("path", help="the recording")
        command.add_argument("--json", action="store_true", help="print one JSON object")


def info(arguments: argparse.Namespace) -> int:
    """Say what a recording holds."""
    from inscape.recording import open_recording

    recording = open_recording(arguments.path)
    content = recording.info()
    if arguments.json:
        say(json.dumps(content))
        return 0
    state = "complete" if content["complete"] else "not finished"
    say(f"{content['title']} · {content['samples']:,} samples · {content['size']} · {state}")
    say(f"  model      {content['model']['name']}, {content['model']['parameters']:,} parameters")
    columns = ", ".join(content["columns"]) or "none"
    say(f"  data       {content['data']['name']} ({content['data']['kind']}); columns: {columns}")
    for layer in content["layers"]:
        shape = "×".join("?" if s < 0 else str(s) for s in layer["shape"])
        say(f"  layer      {layer['name']}: {layer['units']:,} units ({shape}, {layer['reduction']}, {layer['dtype']})")
    for entry in content["checkpoints"]:
        words = accuracy_in_words(entry)
        say(f"  checkpoint {entry['name']}" + (f": {words}" if words else ""))
    for entry in content["unfinished"]:
        say(f"  unfinished {entry['checkpoint']}: {entry['parts']} of {entry['of']} parts; go on with --resume")
    for name in content["embeddings"]:
        embedding = recording.embedding(name)
        stale = "; STALE: its input changed, embed again" if embedding.stale else ""
        say(f"  embedding  {name}: {len(embedding.steps)} steps, {embedding.method}{stale}")
    for name in content["similarities"]:
        similar = recording.similarity(name)
        stale = "; STALE: its input changed, measure again" if similar.stale else ""
        say(f"  similarity {name}: {len(similar.rows)} × {len(similar.columns)}, {similar.title}{stale}")
    for line in neighbors_in_words(content["neighbors"]):
        say(f"  neighbors  {line}")
    for name in content["trails"]:
        trail = recording.trail(name)
        stale = "; STALE: its input changed, make them again" if trail.stale else ""
        say(f"  trails     {name}: {trail.title}, {trail.content['method']}{stale}")
    for name in content["flows"]:
        flow = recording.flow(name)
        stale = "; STALE: the weights changed, follow it again" if flow.stale else ""
        say(f"  flow       {name}: {len(flow.stops)} stops at {flow.checkpoint}{stale}")
    for name in content["units"]:
        mapped = recording.unit_map(name)
        stale = "; STALE: the activation changed, map them again" if mapped.stale else ""
        say(f"  units      {name}: {mapped.units:,} units by {mapped.method.upper()}{stale}")
    if not content["embeddings"]:
        say(f"  no embedding yet: inscape embed {content['path']} pca")
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Check every published byte of a recording."""
    from inscape.progress import Progress
    from inscape.recording import open_recording
    from inscape.recording.verify import verify as check

    recording = open_recording(arguments.path)
    total = len(recording.layers) * max(1, len(recording.checkpoints))
    with Progress("verifying", total, "arrays", not (arguments.quiet or arguments.json)) as bar:
        checked = check(recording.path, lambda path: bar(1))
    if arguments.json:
        say(json.dumps({"path": str(recording.path), **checked}))
    else:
        say(f"intact: {checked['chunks']:,} chunks, {checked['receipts']:,} receipts")
    return 0
