"""A study file: model, data, layers, checkpoints and results, made in order, each resumable."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inscape.errors import InscapeError, WrongCall
from inscape.recording import Recording, index
from inscape.recording.files import seal, unseal, write_atomically
from inscape.studies.bookmarks import write_bookmarks
from inscape.studies.embed import embed
from inscape.studies.study_file import check


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

        [[bookmark]]
        name = "The pair"
        sentence = "{pair} are taken for each other most: {pair_mistakes} times."
        state = { layer = "fc", embedding = "pca", groups = "$most-confused-pair", basis = "$apart" }

    Bookmarks are written once the results are there, see `inscape.studies.bookmarks`.

    Paths are relative to the file. In place of ``weights``, ``train = "training.py:train"`` names a function
    ``train(model, checkpoint, folder, **arguments)`` which calls ``checkpoint(name)`` at every state to record and
    keeps in ``folder`` what it needs to go on after a kill. Results that ask the model then need
    ``restore = "training.py:restore"``, a function ``restore(model, checkpoint, folder)`` that loads a state again.

    In place of ``source``, ``splits = { train = "…", test = "…" }`` joins data, with a column ``split``. Each
    ``[[recording]]`` is a further recording of the same model, of other data or layers, at some of its checkpoints::

        [[recording]]
        out = "runs/all.inscape"
        checkpoints = "last"
        data = { splits = { train = "train.npz", test = "test.npz" } }
        record = { layers = ["softmax"] }

        [[recording.result]]
        embed = "units"
        layers = ["softmax"]
    """

    content: dict[str, dict[str, Any]]
    results: list[dict[str, Any]]
    folder: Path
    out: Path
    source: str = ""
    bookmarks: list[dict[str, Any]] = field(default_factory=list)
    recordings: tuple[Study, ...] = ()
    """The further recordings, each a study of its own."""
    origin: Study | None = None
    """Of a further recording: the study whose states it is of."""
    states: str | tuple[str, ...] = "last"
    """Of a further recording: the checkpoints of these states; ``last``, ``all``, or their names."""

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
        check(path, content)
        results, recordings = content.pop("result", []), content.pop("recording", [])
        bookmarks = content.pop("bookmark", [])
        where = Path(out) if out is not None else path.parent / content["study"]["out"]
        main = cls(content, results, path.parent, where, str(path), bookmarks)
        return replace(main, recordings=tuple(main._recording(entry, beside=out is not None) for entry in recordings))

    def _recording(self, entry: Mapping[str, Any], *, beside: bool) -> Study:
        """A further recording; beside the first one where that goes to another place than the file says."""
        out = Path(entry["out"])
        study = {k: v for k, v in self.section("study").items() if k == "seed"} | {"out": str(out)}
        content = {**self.content, "study": study if "title" not in entry else {**study, "title": entry["title"]}}
        content |= {name: entry[name] for name in ("data", "record") if name in entry}
        checkpoints = entry.get("checkpoints", "last")
        return Study(
            content,
            entry.get("result", []),
            self.folder,
            self.out.with_name(out.name) if beside else self.path(str(out)),
            self.source,
            entry.get("bookmark", []),
            origin=self,
            states=checkpoints if isinstance(checkpoints, str) else tuple(checkpoints),
        )

    def section(self, name: str) -> dict[str, Any]:
        """One section, empty where the file has none."""
        return dict(self.content.get(name, {}))

    def path(self, text: str) -> Path:
        """A path of the file, relative to its folder."""
        return self.folder / text

    def digest(self) -> str:
        """Digest of everything that decides the activations: sections, and size and time of the files they name."""
        checkpoints, data, model = self.section("checkpoints"), self.section("data"), self.section("model")
        sources = list(data["splits"].values()) if "splits" in data else [str(data["source"])]
        named = [*checkpoints.get("weights", []), str(data.get("labels", ""))]
        named += [file for source in sources for file in source.split(",")]
        named += [str(spec).rpartition(":")[0] for spec in (model["factory"], checkpoints.get("train"), *sources)]
        stamps = [_stamp(self.path(name)) for name in named if name]
        told: dict[str, Any] = {name: self.content.get(name) for name in ("model", "data", "record")}
        # How a state is loaded again changes no state.
        told["checkpoints"] = {k: v for k, v in checkpoints.items() if k != "restore"} or None
        if self.origin is not None:
            told["states"] = self.states
        seed = self.section("study").get("seed")
        return hashlib.sha256(json.dumps([told, seed, stamps], sort_keys=True).encode()).hexdigest()


def _stamp(path: Path) -> list[list[int]]:
    """Size and time of a file, or of every file of a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path] if path.is_file() else []
    return [[file.stat().st_size, file.stat().st_mtime_ns] for file in files]


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
    settings: dict[str, Any] = {"say": say, "progress": progress, "overwrite": overwrite, "trust": trust}
    settings |= {"later": later, "on_checkpoint": on_checkpoint}
    report = Report()
    _run(study, "", report, **settings)
    for further in study.recordings:
        name = further.out.name.removesuffix(".inscape")
        say(f"{name}: a further recording")
        _run(further, f"{name}: ", report, **settings)
    return report


def _run(
    study: Study,
    name: str,
    report: Report,
    *,
    say: Say,
    progress: bool | None,
    overwrite: bool,
    trust: bool,
    later: bool | None,
    on_checkpoint: Callable[[dict[str, Any]], None] | None,
) -> None:
    if overwrite or not is_recorded(study):
        from inscape.studies.recording_step import record_study

        record_study(study, progress=progress, overwrite=overwrite, trust=trust, on_checkpoint=on_checkpoint)
        write_atomically(_receipt(study), seal({"digest": study.digest()}))
        report.done.append(f"{name}record")
    else:
        report.skipped.append(f"{name}record")
    recording = Recording(study.out)
    for result in study.results:
        if later is not None and bool(result.get("later", False)) != later:
            continue
        if "flow" in result:
            made, new = _make_flow(study, recording, result, say, progress, trust)
        elif "similarity" in result:
            made, new = _make_similarity(recording, result, say, progress)
        else:
            made, new = _make(recording, result, say, progress)
        (report.done if new else report.skipped).append(f"{name}{made}")
    if study.bookmarks:
        report.done += [f"{name}{made}" for made in write_bookmarks(recording, study.bookmarks, say=say)]


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


def _make(recording: Recording, result: Mapping[str, Any], say: Say, progress: bool | None) -> tuple[str, bool]:
    """Lay out; returns the name, and whether it is new."""
    arguments = {key: result[key] for key in ("layers", "dims", "seed", "name", "quality", "joint") if key in result}
    arguments |= _times(recording, result)
    before = {name: recording.embedding(name).provenance.created for name in recording.embeddings}
    made = embed(recording, result["embed"], stepwise=True, progress=progress, **arguments)
    new = before.get(made.name) != made.provenance.created
    if new:
        say(f"  {made.name}: {len(made.steps)} layouts in {made.coordinates.shape[-1]} dimensions")
    return made.name, new


def _times(recording: Recording, result: Mapping[str, Any]) -> dict[str, Any]:
    """The checkpoints that a result asks for, as an argument."""
    checkpoints = result.get("checkpoints")
    if checkpoints == "last":
        return {"checkpoints": [recording.checkpoint()]}
    return {} if checkpoints in (None, "all") else {"checkpoints": checkpoints}


def _make_similarity(
    recording: Recording, result: Mapping[str, Any], say: Say, progress: bool | None
) -> tuple[str, bool]:
    """Compare layers; returns the name, and whether it is new."""
    from inscape.studies.similarity import similarity

    arguments = {key: result[key] for key in ("layers", "unbiased", "name") if key in result}
    arguments |= _times(recording, result)
    before = {name: recording.similarity(name).provenance.created for name in recording.similarities}
    made = similarity(recording, method=str(result["similarity"]), progress=progress, **arguments)
    new = before.get(made.name) != made.provenance.created
    if new:
        say(f"  {made.name}: {len(made.rows)} × {len(made.columns)}, {made.title}")
    return made.name, new


def _make_flow(
    study: Study, recording: Recording, result: Mapping[str, Any], say: Say, progress: bool | None, trust: bool
) -> tuple[str, bool]:
    """Follow the samples; returns the name, and whether it is new."""
    from inscape.studies.flow import flow
    from inscape.studies.recording_step import study_data, study_model

    arguments = {key: result[key] for key in ("path", "route", "dims", "iterations", "seed") if key in result}
    at = recording.checkpoint(result.get("checkpoint"))
    name = str(result["flow"])
    before = recording.flow(name).provenance.created if name in recording.flows else None
    model = study_model(study, at, trust=trust)
    made = flow(recording, model, study_data(study), checkpoint=at, name=name, progress=progress, **arguments)
    new = made.provenance.created != before
    if new:
        exact = sum(step.exact for step in made.transitions)
        say(
            f"  {name}: {len(made.transitions)} steps from {made.stops[0].name} to {made.stops[-1].name}, {exact} exact"
        )
    return name, new
