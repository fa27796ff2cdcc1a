"""The step of a study that needs the model: load it, train it or load its weights, record every checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from inscape.capture import Recorder
from inscape.capture.loading import load_model, load_weights
from inscape.data.objects import load_object
from inscape.errors import WrongCall
from inscape.recording import index
from inscape.recording.names import offer
from inscape.studies.study import Study

if TYPE_CHECKING:
    from inscape.data import Source


def record_study(
    study: Study,
    *,
    progress: bool | None,
    overwrite: bool,
    trust: bool,
    on_checkpoint: Callable[[dict[str, Any]], None] | None,
) -> None:
    """Record all checkpoints that a study names; those that are published already are not recorded again."""
    model = _make_model(study)
    seed = int(study.section("study").get("seed", 0))
    settings = study.section("record")
    checkpoints = study.section("checkpoints")
    told = set()

    def tell(name: str) -> None:
        entry = next((e for e in index.read(study.out)["checkpoints"] if e["name"] == name), None)
        if on_checkpoint is not None and entry is not None and name not in told:
            told.add(name)
            on_checkpoint(entry)

    with Recorder(
        model,
        study_data(study),
        out=study.out,
        resume=not overwrite,
        overwrite=overwrite,
        seed=seed,
        title=study.section("study").get("title"),
        progress=progress,
        **settings,
    ) as recorder:

        def checkpoint(name: str) -> None:
            recorder.checkpoint(name)
            tell(name)

        if study.origin is not None:
            for name in _states(study, study.origin):
                _load_state(study, model, name, trust=trust)
                checkpoint(name)
        elif "train" in checkpoints:
            folder = training_folder(study)
            if overwrite and folder.is_dir():
                for state in folder.glob("*.pt"):
                    state.unlink()
            folder.mkdir(parents=True, exist_ok=True)
            train = load_object(_relative(study, checkpoints["train"]), "train")
            train(model, checkpoint, folder, **checkpoints.get("arguments", {}))
        elif "weights" in checkpoints:
            for weights in checkpoints["weights"]:
                load_weights(model, study.path(weights), trust=trust)
                checkpoint(Path(weights).stem)
        else:
            checkpoint("0")


def training_folder(study: Study) -> Path:
    """Where a training keeps what it needs to go on: beside the recording, of further ones beside the first."""
    out = (study.origin or study).out
    return out.with_name(out.name.removesuffix(".inscape") + ".training")


def study_model(study: Study, checkpoint: str, *, trust: bool = False) -> nn.Module:
    """The study's model in the state of one of its checkpoints.

    Raises:
        WrongCall: the study does not say how a state of its training is loaded again.
    """
    model = _make_model(study)
    _load_state(study, model, checkpoint, trust=trust)
    return model


def study_data(study: Study) -> Source:
    """The data that a study names: ``digits``, a folder of images, an IDX pair, an array file; or splits, joined."""
    from inscape.data import Joined, from_path

    section = study.section("data")
    if isinstance(section.get("labels"), str):
        section["labels"] = study.path(section["labels"])
    splits = section.pop("splits", None)
    if splits is None:
        return from_path(_place(study, str(section.pop("source"))), **section)
    return Joined({name: from_path(_place(study, text), **section) for name, text in splits.items()})


def _make_model(study: Study) -> nn.Module:
    section = study.section("model")
    # A model that begins at random begins the same way when it is resumed.
    torch.manual_seed(int(study.section("study").get("seed", 0)))
    return load_model(_relative(study, section["factory"]), args=section.get("arguments"))


def _load_state(study: Study, model: nn.Module, checkpoint: str, *, trust: bool) -> None:
    checkpoints = study.section("checkpoints")
    if "weights" in checkpoints:
        file = next(weights for weights in checkpoints["weights"] if Path(weights).stem == checkpoint)
        load_weights(model, study.path(file), trust=trust)
    elif "restore" in checkpoints:
        restore = load_object(_relative(study, checkpoints["restore"]), "restore")
        restore(model, checkpoint, training_folder(study))
    elif "train" in checkpoints:
        raise WrongCall(
            "the study does not say how a state of its training is loaded again",
            got="[checkpoints] with train and no restore",
            remedy='add restore = "file.py:function", a function of (model, checkpoint, folder)',
        )


def _states(study: Study, origin: Study) -> list[str]:
    """The checkpoints of the first recording that a further one is of, in order."""
    published = [str(entry["name"]) for entry in index.read(origin.out)["checkpoints"]]
    if isinstance(study.states, str):
        return published if study.states == "all" else published[-1:]
    for name in study.states:
        if name not in published:
            raise WrongCall(
                "a further recording is of a checkpoint that the first one does not have",
                got=f"{name!r} for {study.out.name}",
                remedy=offer(name, published),
            )
    return [name for name in published if name in study.states]


def _place(study: Study, text: str) -> str:
    """What a study calls data, with paths relative to the study's folder: of an IDX pair both."""
    if text == "digits" or text.startswith("digits:"):
        return text
    _, colon, name = text.rpartition(":")
    if colon and name.isidentifier() and not study.path(text).exists():
        return _relative(study, text)
    if "," in text and not study.path(text).exists():
        return ",".join(str(study.path(file)) for file in text.split(","))
    return str(study.path(text))


def _relative(study: Study, spec: str) -> str:
    """A ``file.py:name`` of a study is relative to the study's folder."""
    file, colon, name = spec.rpartition(":")
    return f"{study.path(file)}{colon}{name}" if file.endswith(".py") else spec
