"""What every command takes: options, their defaults and examples."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from inscape import __version__, cli_render, cli_similarity

Command = Callable[[argparse.Namespace], int]

EPILOG = """\
examples:
  inscape demo                                             train, record and tour a small network
  inscape layers nets.py:make photos/ --image-size 224     what can be recorded, and the bytes it takes
  inscape record nets.py:make photos/ --image-size 224 --weights best.safetensors --out runs/a.inscape
  inscape embed runs/a.inscape umap                        lay the layers out in 15 dimensions
  inscape serve runs/a.inscape                             see it in the browser
  inscape render runs/a.inscape --out tour.webm            a film of it
"""


def build_parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """Build the parser; each command gets its function."""
    parser = argparse.ArgumentParser(
        prog="inscape",
        description="Shows the hidden activity of neural networks: record, measure, look.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"inscape {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, text: str, examples: str) -> argparse.ArgumentParser:
        command = subparsers.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog="examples:\n" + examples,
            formatter_class=_Help,
        )
        command.set_defaults(function=commands[name])
        command.add_argument("--quiet", action="store_true", help="no progress bars")
        return command

    _demo(add)
    _record(add)
    _layers(add)
    _reading(add)
    _embed(add)
    _flow(add)
    cli_similarity.options(add)
    _run(add)
    _serve(add)
    cli_render.options(add)
    return parser


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False, []) or "%(default)" in (action.help or ""):
            return action.help
        return super()._get_help_string(action)


Add = Callable[[str, str, str], argparse.ArgumentParser]


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _server(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address to listen on")
    command.add_argument("--port", type=int, default=7860, help="port; a free one is taken where this one is not")
    command.add_argument("--open", action="store_true", help="open the browser")


def _demo(add: Add) -> None:
    command = add(
        "demo",
        "train a small network on real digits, record every epoch, lay out every layer, and show it",
        "  inscape demo\n  inscape demo --out /tmp/d.inscape --no-serve\n",
    )
    command.add_argument("--out", default="runs/demo.inscape", help="where the recording goes")
    command.add_argument("--no-serve", action="store_true", help="do all the work, UMAP included, and end")
    command.add_argument("--overwrite", action="store_true", help="begin again")
    _server(command)


def _named(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", help="package.module:factory or file.py:factory; what it returns is the model")
    command.add_argument(
        "data",
        help="folder of images (one folder a class), .npy, .npz, IDX images[,labels], digits, or file.py:function",
    )


def _model_and_data(command: argparse.ArgumentParser) -> None:
    _named(command)
    command.add_argument(
        "--layers", nargs="+", default=["*"], metavar="PATTERN", help="* picks leaf modules; input, output"
    )
    command.add_argument(
        "--reduction", default="auto", help="auto, flatten, mean, max, pool:w, position, positions:n, token:i"
    )
    command.add_argument("--dtype", default="float32", help="float32 or float16")
    command.add_argument("--channels", default="auto", help="auto, first or last")
    _data(command)


def _data(command: argparse.ArgumentParser) -> None:
    images = command.add_argument_group("images")
    images.add_argument("--image-size", type=int, metavar="PIXELS", help="crop to this many pixels, in the center")
    images.add_argument("--resize", type=int, metavar="PIXELS", help="before it, the shorter side to this many")
    images.add_argument("--mode", default="RGB", help="RGB or L (grey)")
    images.add_argument("--mean", type=_numbers, metavar="M[,M,M]", help="subtracted from values in 0..1")
    images.add_argument("--std", type=_numbers, metavar="S[,S,S]", help="then divided by")
    images.add_argument("--transform", metavar="file.py:function", help="PIL image → tensor, in place of all these")
    images.add_argument("--strict", action="store_true", help="an unreadable image is an error, not skipped")
    labels = command.add_argument_group("labels")
    labels.add_argument("--labels", metavar="FILE", help=".npy, or a text file with one label a line")
    labels.add_argument("--class-names", metavar="A,B,…", help="names of the classes, in order")


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _record(add: Add) -> None:
    command = add(
        "record",
        "record what a model does while it looks at data",
        "  inscape record nets.py:make photos/ --image-size 224 --weights best.safetensors --out runs/a.inscape\n"
        "  inscape record nets:resnet digits --layers 'layer*!' fc --reduction mean --out runs/b.inscape\n"
        "  inscape record nets.py:make photos/ --weights epoch-*.safetensors --out runs/c.inscape --resume\n",
    )
    _model_and_data(command)
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
    _json(command)


def _layers(add: Add) -> None:
    command = add(
        "layers",
        "list the layers in execution order, which a pattern picks, and the bytes that recording them takes",
        "  inscape layers nets.py:make photos/ --image-size 224\n"
        "  inscape layers inscape.nets:DigitsNet digits --layers 'conv*'\n",
    )
    _model_and_data(command)
    _json(command)


def _reading(add: Add) -> None:
    for name, text in (
        ("info", "say what a recording holds"),
        ("verify", "check every byte of a recording against its checksums"),
    ):
        command = add(name, text, f"  inscape {name} runs/a.inscape\n")
        command.add_argument("path", help="the recording")
        _json(command)


def _embed(add: Add) -> None:
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
    _json(command)


def _flow(add: Add) -> None:
    command = add(
        "flow",
        "follow the recorded samples from layer to layer through their model, exactly",
        "  inscape flow runs/a.inscape nets.py:make photos/ --image-size 224 --weights best.safetensors\n"
        "  inscape flow runs/a.inscape nets.py:make photos/ --path stem layer2.0.conv1 layer2 --name stem-to-2\n",
    )
    command.add_argument("path", metavar="recording", help="the recording")
    _named(command)
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
    _data(command)
    _json(command)


def _run(add: Add) -> None:
    command = add(
        "run",
        "make the steps of a study file in order; skip what is current, go on where a kill left off",
        "  inscape run study.toml\n",
    )
    command.add_argument("study", help="the study file (TOML)")
    command.add_argument("--out", help="where the recording goes, in place of the file's own")
    command.add_argument("--overwrite", action="store_true", help="record again from the beginning")
    command.add_argument("--later", action="store_true", help="of the results, only those marked later")
    command.add_argument("--trust", action="store_true", help="allow files of weights to be unpickled")
    _json(command)


def _serve(add: Add) -> None:
    command = add("serve", "show recordings in the browser", "  inscape serve runs/a.inscape runs/b.inscape\n")
    command.add_argument("paths", nargs="+", help="recordings, or folders of them")
    _server(command)
