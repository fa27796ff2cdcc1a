"""A study file: model, data, layers, checkpoints and results, made in order, each resumable."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inscape.errors import InscapeError, WrongCall
from inscape.recording import Recording, index
from inscape.recording.files import seal, unseal, write_atomically
from inscape.recording.names import offer
from inscape.studies.embed import METHODS, embed

SECTIONS = {
    "study": {"title", "out", "seed"},
    "model": {"factory", "arguments"},
    "data": {"source", "labels", "class_names", "image_size", "resize", "mode", "mean", "std", "strict"},
    "record": {"layers", "reduction", "dtype", "batch_size", "predictions", "channels", "engine", "allow_nonfinite"},
    "checkpoints": {"weights", "train", "restore", "arguments"},
}
RESULTS = {
    "embed": {"embed", "layers", "checkpoints", "dims", "seed", "name", "quality", "later"},
    "flow": {"flow", "path", "checkpoint", "route", "dims", "iterations", "seed", "later"},
}
"""The keys of each kind of result; the first names the kind."""


@dataclass(frozen=True)
class Study:
    """What a study file says.

    Example of a file::

        [study]
        title = "my network"
        out = "runs/mine.inscape"

        [model]
        factory = "nets.py:make"

        [data]
        source = "photos/"
        image_size = 224

        [record]
        layers = ["input", "*"]

        [checkpoints]
        weights = ["epoch-1.safetensors", "epoch-2.safetensors"]

        [[result]]
        embed = "pca"
        dims = 16

    Paths are relative to the file. In place of ``weights``, ``train = "training.py:train"`` names a function
    ``train(model, checkpoint, folder, **arguments)`` which calls ``checkpoint(name)`` at every state to record and
    keeps in ``folder`` what it needs to go on after a kill. Results that ask the model then need
    ``restore = "training.py:restore"``, a function ``restore(model, checkpoint, folder)`` that loads a state again.
    """

    content: dict[str, dict[str, Any]]
    results: list[dict[str, Any]]
    folder: Path
    out: Path
    source: str = ""

    @classmethod
    def load(cls, path: str | Path, *, out: str | Path | None = None) -> Study:
        """Read a study file.

        Raises:
            WrongCall: it is missing, is no TOML, or has a key that no study knows.
        """
        path = Path(path)
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise WrongCall("there is no such study file", got=str(path), remedy="check the path") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise WrongCall("the study file can't be read", got=f"{path}: {error}", remedy="mend the TOML") from error
        results = content.pop("result", [])
        _check(path, content, results)
        where = Path(out) if out is not None else path.parent / content["study"]["out"]
        return cls(content, results, path.parent, where, str(path))

    def section(self, name: str) -> dict[str, Any]:
        """One section, empty where the file has none."""
        return dict(self.content.get(name, {}))

    def path(self, text: str) -> Path:
        """A path of the file, relative to its folder."""
        return self.folder / text

    def digest(self) -> str:
        """Digest of everything that decides the activations: sections, and size and time of the files they name."""
        checkpoints, data, model = self.section("checkpoints"), self.section("data"), self.section("model")
        named = [*checkpoints.get("weights", []), str(data.get("labels", "")), *str(data["source"]).split(",")]
        named += [str(spec).rpartition(":")[0] for spec in (model["factory"], checkpoints.get("train"), data["source"])]
        stamps = [_stamp(self.path(name)) for name in named if name]
        told: dict[str, Any] = {name: self.content.get(name) for name in ("model", "data", "record")}
        # How a state is loaded again changes no state.
        told["checkpoints"] = {k: v for k, v in checkpoints.items() if k != "restore"} or None
        seed = self.section("study").get("seed")
        return hashlib.sha256(json.dumps([told, seed, stamps], sort_keys=True).encode()).hexdigest()


def _stamp(path: Path) -> list[list[int]]:
    """Size and time of a file, or of every file of a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path] if path.is_file() else []
    return [[file.stat().st_size, file.stat().st_mtime_ns] for file in files]


def _check(path: Path, content: Mapping[str, Any], results: Any) -> None:
    for name, section in content.items():
        if name not in SECTIONS or not isinstance(section, dict):
            raise WrongCall("a study has no such section", got=f"[{name}] in {path}", remedy=offer(name, SECTIONS))
        for key in section:
            if key not in SECTIONS[name]:
                raise WrongCall(
                    "a study has no such key", got=f"{name}.{key} in {path}", remedy=offer(key, SECTIONS[name])
                )
    for name, key in (("study", "out"), ("model", "factory"), ("data", "source")):
        if key not in content.get(name, {}):
            raise WrongCall("a study needs a key", got=f"no {name}.{key} in {path}", remedy=f"add {key} to [{name}]")
    for result in results:
        kind = next((kind for kind in RESULTS if kind in result), None)
        unknown = set(result) - RESULTS[kind or "embed"]
        if unknown or kind is None:
            got = ", ".join(sorted(unknown)) or f"none of {', '.join(RESULTS)}"
            known = sorted(RESULTS[kind]) if kind else list(RESULTS)
            raise WrongCall("a result of the study is unknown", got=f"{got} in {path}", remedy=offer(got, known))
        if kind == "flow":
            continue
        if result["embed"] not in METHODS:
            raise WrongCall(
                "there is no such embedding",
                got=f"embed = {result['embed']!r} in {path}",
                remedy="choose from " + ", ".join(METHODS),
            )


@dataclass
class Report:
    """What running a study did."""

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


Say = Callable[[str], None]


def run(
    study: Study,
    *,
    say: Say = print,
    progress: bool | None = None,
    overwrite: bool = False,
    trust: bool = False,
    later: bool | None = None,
    on_checkpoint: Callable[[dict[str, Any]], None] | None = None,
) -> Report:
    """Make the steps of a study in order; skip what is current, and go on where a kill left off.

    Args:
        study: what to do.
        say: takes one line for people.
        progress: show bars.
        overwrite: record again from the beginning.
        trust: unpickle weights if need be.
        later: make only the results marked ``later`` (True), only the others (False), or all (None).
        on_checkpoint: called with the index entry of each checkpoint once it is published.
    """
    report = Report()
    if overwrite or not is_recorded(study):
        from inscape.studies.recording_step import record_study

        record_study(study, progress=progress, overwrite=overwrite, trust=trust, on_checkpoint=on_checkpoint)
        write_atomically(_receipt(study), seal({"digest": study.digest()}))
        report.done.append("record")
    else:
        report.skipped.append("record")
    recording = Recording(study.out)
    for result in study.results:
        if later is not None and bool(result.get("later", False)) != later:
            continue
        if "flow" in result:
            _make_flow(study, recording, result, report, say, progress, trust)
        else:
            _make(recording, result, report, say, progress)
    return report


def is_recorded(study: Study) -> bool:
    """Whether the recording is complete and was made from this very study."""
    receipt = _receipt(study)
    if not receipt.exists():
        return False
    try:
        return bool(index.read(study.out)["complete"]) and unseal(receipt).get("digest") == study.digest()
    except InscapeError:
        return False


def _receipt(study: Study) -> Path:
    return study.out / "receipts" / "study.json"


def _make(recording: Recording, result: Mapping[str, Any], report: Report, say: Say, progress: bool | None) -> None:
    arguments = {key: result[key] for key in ("layers", "dims", "seed", "name", "quality") if key in result}
    checkpoints = result.get("checkpoints")
    if checkpoints == "last":
        arguments["checkpoints"] = [recording.checkpoint()]
    elif checkpoints not in (None, "all"):
        arguments["checkpoints"] = checkpoints
    before = {name: recording.embedding(name).provenance.created for name in recording.embeddings}
    made = embed(recording, result["embed"], progress=progress, **arguments)
    if before.get(made.name) == made.provenance.created:
        report.skipped.append(made.name)
    else:
        report.done.append(made.name)
        say(f"  {made.name}: {len(made.steps)} layouts in {made.coordinates.shape[-1]} dimensions")


def _make_flow(
    study: Study,
    recording: Recording,
    result: Mapping[str, Any],
    report: Report,
    say: Say,
    progress: bool | None,
    trust: bool,
) -> None:
    from inscape.studies.flow import flow
    from inscape.studies.recording_step import study_data, study_model

    arguments = {key: result[key] for key in ("path", "route", "dims", "iterations", "seed") if key in result}
    at = recording.checkpoint(result.get("checkpoint"))
    name = str(result["flow"])
    before = recording.flow(name).provenance.created if name in recording.flows else None
    model = study_model(study, at, trust=trust)
    made = flow(recording, model, study_data(study), checkpoint=at, name=name, progress=progress, **arguments)
    if made.provenance.created == before:
        report.skipped.append(name)
    else:
        report.done.append(name)
        exact = sum(step.exact for step in made.transitions)
        say(
            f"  {name}: {len(made.transitions)} steps from {made.stops[0].name} to {made.stops[-1].name}, {exact} exact"
        )
