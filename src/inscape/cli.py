"""The command line: thin, one function a command."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from typing import Any, TextIO

from inscape import (
    cli_demo,
    cli_embed,
    cli_flow,
    cli_reading,
    cli_record,
    cli_render,
    cli_similarity,
    cli_trails,
    cli_units,
)
from inscape.cli_options import build_parser
from inscape.cli_words import accuracy_in_words, say
from inscape.errors import InscapeError, InscapeWarning

Arguments = argparse.Namespace


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 the work failed, 2 the call was wrong."""
    parser = build_parser(COMMANDS)
    arguments = parser.parse_args(argv)
    with warnings.catch_warnings():
        warnings.simplefilter("always", InscapeWarning)
        warnings.showwarning = _show_warning
        try:
            status: int = arguments.function(arguments) or 0
            return status
        except InscapeError as error:
            if getattr(arguments, "json", False):
                content = {"error": type(error).__name__, "what": error.what, "got": error.got, "remedy": error.remedy}
                print(json.dumps(content))
            print(f"inscape: {error}", file=sys.stderr)
            return error.exit_status
        except KeyboardInterrupt:
            kept = "nothing was written" if arguments.command == "render" else "what was published is kept"
            print(f"\ninscape: stopped; {kept}", file=sys.stderr)
            if hasattr(arguments, "resume"):
                print("  go on with the same command and --resume", file=sys.stderr)
            elif arguments.command in ("run", "demo", "embed"):
                print("  go on with the same command", file=sys.stderr)
            return 1
        except BrokenPipeError:
            return 0


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """People see the notes that are meant for them; warnings of libraries are for developers (python -W)."""
    if issubclass(category, InscapeWarning):
        print(f"inscape: note: {message}", file=sys.stderr)


def _bars(arguments: Arguments) -> bool:
    return not (arguments.quiet or getattr(arguments, "json", False))


def run(arguments: Arguments) -> int:
    """Make a study."""
    from inscape.studies import Study
    from inscape.studies import run as make

    study = Study.load(arguments.study, out=arguments.out)
    later = True if arguments.later else None
    report = make(
        study,
        say=(lambda text: None) if arguments.quiet or arguments.json else say,
        progress=_bars(arguments),
        overwrite=arguments.overwrite,
        trust=arguments.trust,
        later=later,
        on_checkpoint=None if arguments.quiet or arguments.json else _tell_checkpoint,
    )
    if arguments.json:
        further = [str(made.out) for made in study.recordings]
        content = {"path": str(study.out), "done": report.done, "skipped": report.skipped}
        say(json.dumps(content | ({"further": further} if further else {})))
    else:
        current = f" (current already: {', '.join(report.skipped)})" if report.skipped else ""
        say(f"made: {', '.join(report.done) or 'nothing'}{current}")
        say(f"  see it: inscape serve {' '.join(str(made.out) for made in (study, *study.recordings))}")
    return 0


def _tell_checkpoint(entry: dict[str, Any]) -> None:
    say(f"  {entry['name']}  {accuracy_in_words(entry)}".rstrip())


def serve(arguments: Arguments) -> int:
    """Show recordings in the browser."""
    from inscape.view.serve import serve as start

    start(arguments.paths, host=arguments.host, port=arguments.port, open_browser=arguments.open)
    return 0


COMMANDS = {
    "demo": cli_demo.demo,
    "record": cli_record.record,
    "layers": cli_record.layers,
    "info": cli_reading.info,
    "verify": cli_reading.verify,
    "embed": cli_embed.embed,
    "flow": cli_flow.flow,
    "similarity": cli_similarity.similarity,
    "trails": cli_trails.trails,
    "units": cli_units.units,
    "run": run,
    "serve": serve,
    "render": cli_render.render,
}
