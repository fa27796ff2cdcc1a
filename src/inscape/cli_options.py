"""What every command takes: options, their defaults and examples."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from inscape import (
    __version__,
    cli_embed,
    cli_flow,
    cli_reading,
    cli_record,
    cli_render,
    cli_similarity,
    cli_trails,
    cli_units,
)

Command = Callable[[argparse.Namespace], int]

EPILOG = """\
examples:
  inscape demo                                             train, record and tour a small network
  inscape layers nets.py:make photos/ --image-size 224     what can be recorded, and the bytes it takes
  inscape record nets.py:make photos/ --image-size 224 --weights best.safetensors --out runs/a.inscape
  inscape embed runs/a.inscape umap                        lay the layers out in 15 dimensions
  inscape trails runs/a.inscape                            follow the samples through the checkpoints
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
    cli_record.options(add)
    cli_reading.options(add)
    cli_embed.options(add)
    cli_flow.options(add)
    cli_similarity.options(add)
    cli_trails.options(add)
    cli_units.options(add)
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
