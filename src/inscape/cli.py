"""The command line: thin, one function a command."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from inscape.cli_options import build_parser
from inscape.errors import InscapeError, InscapeWarning, WrongCall

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


def _say(text: str = "") -> None:
    print(text, flush=True)


def _bars(arguments: Arguments) -> bool:
    return not (arguments.quiet or getattr(arguments, "json", False))


def record(arguments: Arguments) -> int:
    """Record one or several states of a model."""
    import torch

    from inscape.capture import Recorder
    from inscape.capture.loading import load_model, load_weights
    from inscape.recording import Recording

    data = _data(arguments)
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
        progress=_bars(arguments),
    ) as recorder:
        for i, name in enumerate(names):
            if arguments.weights and i > 0:
                load_weights(model, arguments.weights[i], trust=arguments.trust)
            recorder.checkpoint(name)
    info = Recording(arguments.out).info()
    if arguments.json:
        _say(json.dumps(info))
    else:
        _say(f"{info['samples']:,} samples, {len(info['layers'])} layers, {info['size']} in {info['path']}")
        _say(f"  look at the numbers: inscape info {info['path']}")
        _say(f"  lay it out:          inscape embed {info['path']} pca")
        _say(f"  see it:              inscape serve {info['path']}")
    return 0


def _data(arguments: Arguments) -> Any:
    from inscape.data import from_path

    return from_path(
        arguments.data,
        labels=arguments.labels,
        class_names=None if arguments.class_names is None else arguments.class_names.split(","),
        image_size=arguments.image_size,
        resize=arguments.resize,
        mode=arguments.mode,
        mean=arguments.mean,
        std=arguments.std,
        transform=arguments.transform,
        strict=arguments.strict,
    )


def layers(arguments: Arguments) -> int:
    """List what can be recorded of a model."""
    from inscape.capture import list_layers
    from inscape.capture.loading import load_model
    from inscape.recording.files import human_bytes

    found = list_layers(
        load_model(arguments.model),
        _data(arguments),
        layers=arguments.layers,
        reduction=arguments.reduction,
        dtype=arguments.dtype,
        channels=arguments.channels,
    )
    if arguments.json:
        _say(json.dumps(found))
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
        _say("  ".join(cells).rstrip())
    for name in found["uncalled"]:
        _say(f"   {name}: not called in the forward pass")
    picked = sum(entry["picked"] for entry in found["layers"])
    _say(f"● {picked} layers × {found['samples']:,} samples: {human_bytes(found['bytes'])} a checkpoint")
    return 0


def info(arguments: Arguments) -> int:
    """Say what a recording holds."""
    from inscape.recording import open_recording

    recording = open_recording(arguments.path)
    content = recording.info()
    if arguments.json:
        _say(json.dumps(content))
        return 0
    state = "complete" if content["complete"] else "not finished"
    _say(f"{content['title']} · {content['samples']:,} samples · {content['size']} · {state}")
    _say(f"  model      {content['model']['name']}, {content['model']['parameters']:,} parameters")
    columns = ", ".join(content["columns"]) or "none"
    _say(f"  data       {content['data']['name']} ({content['data']['kind']}); columns: {columns}")
    for layer in content["layers"]:
        shape = "×".join("?" if s < 0 else str(s) for s in layer["shape"])
        _say(
            f"  layer      {layer['name']}: {layer['units']:,} units ({shape}, {layer['reduction']}, {layer['dtype']})"
        )
    for entry in content["checkpoints"]:
        words = _accuracy(entry)
        _say(f"  checkpoint {entry['name']}" + (f": {words}" if words else ""))
    for entry in content["unfinished"]:
        _say(f"  unfinished {entry['checkpoint']}: {entry['parts']} of {entry['of']} parts; go on with --resume")
    for name in content["embeddings"]:
        embedding = recording.embedding(name)
        stale = "; STALE: its input changed, embed again" if embedding.stale else ""
        _say(f"  embedding  {name}: {len(embedding.steps)} steps, {embedding.method}{stale}")
    for name in content["similarities"]:
        similar = recording.similarity(name)
        stale = "; STALE: its input changed, measure again" if similar.stale else ""
        _say(f"  similarity {name}: {len(similar.rows)} × {len(similar.columns)}, {similar.title}{stale}")
    if not content["embeddings"]:
        _say(f"  no embedding yet: inscape embed {content['path']} pca")
    return 0


def verify(arguments: Arguments) -> int:
    """Check every published byte of a recording."""
    from inscape.progress import Progress
    from inscape.recording import open_recording
    from inscape.recording.verify import verify as check

    recording = open_recording(arguments.path)
    total = len(recording.layers) * max(1, len(recording.checkpoints))
    with Progress("verifying", total, "arrays", _bars(arguments)) as bar:
        checked = check(recording.path, lambda path: bar(1))
    if arguments.json:
        _say(json.dumps({"path": str(recording.path), **checked}))
    else:
        _say(f"intact: {checked['chunks']:,} chunks, {checked['receipts']:,} receipts")
    return 0


def embed(arguments: Arguments) -> int:
    """Lay out the samples of a recording."""
    from inscape.recording import open_recording
    from inscape.studies import embed as compute

    embedding = compute(
        open_recording(arguments.path),
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
        progress=_bars(arguments),
    )
    steps = [
        {"layer": s.layer, "checkpoint": s.checkpoint, "quality": q}
        for s, q in zip(embedding.steps, embedding.quality, strict=True)
    ]
    if arguments.json:
        content = {"name": embedding.name, "method": embedding.method, "sequence": embedding.sequence}
        _say(json.dumps(content | {"steps": steps}))
        return 0
    for step in steps:
        q = step["quality"]
        trust = "" if q is None else f"  trustworthiness {q['trustworthiness']:.3f}, recall@{q['k']} {q['recall']:.3f}"
        _say(f"  {step['layer']} at {step['checkpoint']}{trust}")
    _say(f"{embedding.name}: {len(steps)} layouts; see them: inscape serve {arguments.path}")
    return 0


def _method(named: str) -> Any:
    """A method by its name, or the array in a file."""
    if not named.endswith(".npy"):
        return named
    import numpy as np

    try:
        return np.load(named, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise WrongCall("the layout can't be read", got=f"{named}: {error}", remedy="np.save an array") from error


def flow(arguments: Arguments) -> int:
    """Follow the samples of a recording through its model."""
    import torch

    from inscape.capture.loading import load_model, load_weights
    from inscape.recording import open_recording
    from inscape.studies.flow import describe
    from inscape.studies.flow import flow as follow

    recording = open_recording(arguments.path)
    data = _data(arguments)
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
        progress=_bars(arguments),
    )
    if arguments.json:
        steps = [
            {"from": before.name, "to": after.name, "kind": s.kind, "operation": s.operation, "exact": s.exact}
            | {"residual": s.residual, "share": after.share}
            for before, s, after in zip(stored.stops, stored.transitions, stored.stops[1:], strict=False)
        ]
        _say(json.dumps({"name": stored.name, "checkpoint": stored.checkpoint, "steps": steps}))
        return 0
    for line in describe(stored):
        _say(line)
    exact = sum(step.exact for step in stored.transitions)
    _say(f"{stored.name}: {len(stored.transitions)} steps at {stored.checkpoint}, {exact} of them exact")
    return 0


def run(arguments: Arguments) -> int:
    """Make a study."""
    from inscape.studies import Study
    from inscape.studies import run as make

    study = Study.load(arguments.study, out=arguments.out)
    later = True if arguments.later else None
    report = make(
        study,
        say=(lambda text: None) if arguments.quiet or arguments.json else _say,
        progress=_bars(arguments),
        overwrite=arguments.overwrite,
        trust=arguments.trust,
        later=later,
        on_checkpoint=None if arguments.quiet or arguments.json else _tell_checkpoint,
    )
    if arguments.json:
        further = [str(made.out) for made in study.recordings]
        content = {"path": str(study.out), "done": report.done, "skipped": report.skipped}
        _say(json.dumps(content | ({"further": further} if further else {})))
    else:
        current = f" (current already: {', '.join(report.skipped)})" if report.skipped else ""
        _say(f"made: {', '.join(report.done) or 'nothing'}{current}")
        _say(f"  see it: inscape serve {' '.join(str(made.out) for made in (study, *study.recordings))}")
    return 0


def _tell_checkpoint(entry: dict[str, Any]) -> None:
    _say(f"  {entry['name']}  {_accuracy(entry)}".rstrip())


def _accuracy(entry: dict[str, Any]) -> str:
    """The accuracy of a checkpoint in words: of each split by itself, where the samples have splits."""
    if entry["accuracy"] is None:
        return ""
    splits = entry.get("splits") or {"": entry["accuracy"]}
    return ", ".join(f"{name} accuracy {value:.2%}".lstrip() for name, value in splits.items())


def serve(arguments: Arguments) -> int:
    """Show recordings in the browser."""
    from inscape.view.serve import serve as start

    start(arguments.paths, host=arguments.host, port=arguments.port, open_browser=arguments.open)
    return 0


def render(arguments: Arguments) -> int:
    """Write a picture or a film."""
    from inscape.cli_render import render as make

    return make(arguments)


def demo(arguments: Arguments) -> int:
    """Train, record, lay out and show."""
    from inscape.cli_demo import demo as start

    return start(arguments)


def similarity(arguments: Arguments) -> int:
    """Measure how alike layers are."""
    from inscape.cli_similarity import similarity as measure

    return measure(arguments)


COMMANDS = {
    "demo": demo,
    "record": record,
    "layers": layers,
    "info": info,
    "verify": verify,
    "embed": embed,
    "flow": flow,
    "similarity": similarity,
    "run": run,
    "serve": serve,
    "render": render,
}
