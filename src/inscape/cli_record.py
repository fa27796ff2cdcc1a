"""`inscape record` and `inscape layers`: what a model does while it looks at data, and what of it can be recorded."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from inscape.cli_data import data_of, model_and_data
from inscape.cli_words import say
from inscape.errors import WrongCall

Add = Callable[[str, str, str], argparse.ArgumentParser]


def options(add: Add) -> None:
    """Add the commands' options."""
    _record_options(add)
    _layers_options(add)


def _record_options(add: Add) -> None:
    command = add(
        "record",
        "record what a model does while it looks at data",
        "  inscape record nets.py:make photos/ --image-size 224 --weights best.safetensors --out runs/a.inscape\n"
        "  inscape record nets:resnet digits --layers 'layer*!' fc --reduction mean --out runs/b.inscape\n"
        "  inscape record nets.py:make photos/ --weights epoch-*.safetensors --out runs/c.inscape --resume\n",
    )
    model_and_data(command)
    command.add_argument("--out", required=True, help="where the recording goes: NAME.inscape")
    command.add_argument(
        "--weights",
        nargs="+",
        default=[],
        metavar="FILE",
        help="safetensors or state dict; several are several checkpoints",
    )
    command.add_argument(
        "--checkpoint", nargs="+", metavar="NAME", help="names of the checkpoints; the files' names by default"
    )
    command.add_argument(
        "--trust", action="store_true", help="allow a file of weights to be unpickled, which runs its code"
    )
    command.add_argument(
        "--batch-size", type=int, help="samples a forward pass (up to 256, by the size of the activations)"
    )
    command.add_argument("--engine", default="local", help="local, processes or processes:N")
    command.add_argument("--resume", action="store_true", help="go on with what is there, or begin")
    command.add_argument("--overwrite", action="store_true", help="replace what is there")
    command.add_argument(
        "--predictions",
        action=argparse.BooleanOptionalAction,
        help="the output is one number a class (found out by itself)",
    )
    command.add_argument("--seed", type=int, default=0, help="for random positions")
    command.add_argument("--allow-nonfinite", action="store_true", help="record data with NaN as it is")
    command.add_argument("--title", help="shown on the page; the folder's name by default")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _layers_options(add: Add) -> None:
    command = add(
        "layers",
        "list the layers in execution order, which a pattern picks, and the bytes that recording them takes",
        "  inscape layers nets.py:make photos/ --image-size 224\n"
        "  inscape layers inscape.nets:DigitsNet digits --layers 'conv*'\n",
    )
    model_and_data(command)
    command.add_argument("--json", action="store_true", help="print one JSON object")


def record(arguments: argparse.Namespace) -> int:
    """Record one or several states of a model."""
    import torch

    from inscape.capture import Recorder
    from inscape.capture.loading import load_model, load_weights
    from inscape.recording import Recording

    data = data_of(arguments)
    torch.manual_seed(arguments.seed)  # a model that begins at random begins the same way when it is resumed
    model = load_model(arguments.model)
    names = arguments.checkpoint or [Path(weights).stem for weights in arguments.weights] or ["0"]
    if arguments.weights and len(names) != len(arguments.weights):
        raise WrongCall(
            "every file of weights needs one checkpoint name",
            got=f"{len(names)} names for {len(arguments.weights)} files",
            remedy="give --checkpoint once a file, in the same order, or leave it out",
        )
    if len(set(names)) < len(names):
        raise WrongCall(
            "two checkpoints would bear one name",
            got=", ".join(names),
            remedy="name them by --checkpoint, once a file, in the same order",
        )
    if arguments.weights:  # what does not fit is told before anything is written
        load_weights(model, arguments.weights[0], trust=arguments.trust)
    with Recorder(
        model,
        data,
        out=arguments.out,
        layers=arguments.layers,
        reduction=arguments.reduction,
        batch_size=arguments.batch_size,
        dtype=arguments.dtype,
        engine=arguments.engine,
        resume=arguments.resume,
        overwrite=arguments.overwrite,
        predictions=arguments.predictions,
        channels=arguments.channels,
        seed=arguments.seed,
        allow_nonfinite=arguments.allow_nonfinite,
        title=arguments.title,
        progress=not (arguments.quiet or arguments.json),
    ) as recorder:
        for i, name in enumerate(names):
            if arguments.weights and i > 0:
                load_weights(model, arguments.weights[i], trust=arguments.trust)
            recorder.checkpoint(name)
    info = Recording(arguments.out).info()
    if arguments.json:
        say(json.dumps(info))
    else:
        say(f"{info['samples']:,} samples, {len(info['layers'])} layers, {info['size']} in {info['path']}")
        say(f"  look at the numbers: inscape info {info['path']}")
        say(f"  lay it out:          inscape embed {info['path']} pca")
        say(f"  see it:              inscape serve {info['path']}")
    return 0


def layers(arguments: argparse.Namespace) -> int:
    """List what can be recorded of a model."""
    from inscape.capture import list_layers
    from inscape.capture.loading import load_model
    from inscape.recording.files import human_bytes

    found = list_layers(
        load_model(arguments.model),
        data_of(arguments),
        layers=arguments.layers,
        reduction=arguments.reduction,
        dtype=arguments.dtype,
        channels=arguments.channels,
    )
    if arguments.json:
        say(json.dumps(found))
        return 0
    rows = [("", "layer", "module", "shape", "units", "reduction", "bytes")]
    for entry in found["layers"]:
        shape = "×".join("?" if s is None else str(s) for s in entry["shape"])
        units = f"{entry['units']:,}" if entry.get("units") else "-"
        size = human_bytes(entry["bytes"]) if entry.get("bytes") else "-"
        reduction = entry.get("reduction") or ("does not fit" if entry["recordable"] else "no sample axis")
        rows.append(("●" if entry["picked"] else "", entry["name"], entry["module"], shape, units, reduction, size))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [c.rjust(w) if i in (4, 6) else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        say("  ".join(cells).rstrip())
    for name in found["uncalled"]:
        say(f"   {name}: not called in the forward pass")
    picked = sum(entry["picked"] for entry in found["layers"])
    say(f"● {picked} layers × {found['samples']:,} samples: {human_bytes(found['bytes'])} a checkpoint")
    return 0
