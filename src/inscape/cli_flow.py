"""`inscape flow`: its options, and what it says of the steps."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from inscape.cli_data import data_of, data_options, named
from inscape.cli_words import say

Add = Callable[[str, str, str], argparse.ArgumentParser]


def options(add: Add) -> None:
    """Add the command's options."""
    command = add(
        "flow",
        "follow the recorded samples from layer to layer through their model, exactly",
        "  inscape flow runs/a.inscape nets.py:make photos/ --image-size 224 --weights best.safetensors\n"
        "  inscape flow runs/a.inscape nets.py:make photos/ --path stem layer2.0.conv1 layer2 --name stem-to-2\n",
    )
    command.add_argument("path", metavar="recording", help="the recording")
    named(command)
    command.add_argument("--weights", metavar="FILE", help="safetensors or state dict of the checkpoint")
    command.add_argument(
        "--trust", action="store_true", help="allow the weights to be unpickled, which runs their code"
    )
    command.add_argument("--checkpoint", metavar="NAME", help="the state that these weights are (the last)")
    command.add_argument(
        "--path", nargs="+", dest="way", metavar="LAYER", help="layers to go through (from the data to the output)"
    )
    command.add_argument(
        "--route",
        choices=("longest", "shortest"),
        default="longest",
        help="between two layers: through the branches of residual blocks, or along their skip connections",
    )
    command.add_argument("--dims", type=int, default=16, help="axes of layers with more than 64 units, up to 64")
    command.add_argument("--iterations", type=int, default=1, help="passes that sharpen these axes")
    command.add_argument("--seed", type=int, default=0, help="of the search for these axes")
    command.add_argument("--name", default="flow", help="under which it is stored")
    command.add_argument("--force", action="store_true", help="compute again what is there")
    data_options(command)
    command.add_argument("--json", action="store_true", help="print one JSON object")


def flow(arguments: argparse.Namespace) -> int:
    """Follow the samples of a recording through its model."""
    import torch

    from inscape.capture.loading import load_model, load_weights
    from inscape.recording import open_recording
    from inscape.studies.flow import describe
    from inscape.studies.flow import flow as follow

    recording = open_recording(arguments.path)
    data = data_of(arguments)
    torch.manual_seed(arguments.seed)
    model = load_model(arguments.model)
    if arguments.weights:
        load_weights(model, arguments.weights, trust=arguments.trust)
    stored = follow(
        recording,
        model,
        data,
        path=arguments.way,
        checkpoint=arguments.checkpoint,
        route=arguments.route,
        dims=arguments.dims,
        iterations=arguments.iterations,
        seed=arguments.seed,
        name=arguments.name,
        force=arguments.force,
        progress=not (arguments.quiet or arguments.json),
    )
    if arguments.json:
        steps = [
            {"from": before.name, "to": after.name, "kind": s.kind, "operation": s.operation, "exact": s.exact}
            | {"residual": s.residual, "share": after.share}
            for before, s, after in zip(stored.stops, stored.transitions, stored.stops[1:], strict=False)
        ]
        say(json.dumps({"name": stored.name, "checkpoint": stored.checkpoint, "steps": steps}))
        return 0
    for line in describe(stored):
        say(line)
    exact = sum(step.exact for step in stored.transitions)
    say(f"{stored.name}: {len(stored.transitions)} steps at {stored.checkpoint}, {exact} of them exact")
    return 0
