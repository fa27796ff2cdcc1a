"""The step of a study that needs the model: load it, train it or load its weights, record every checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inscape.capture import Recorder
from inscape.capture.loading import load_model, load_weights
from inscape.data.objects import load_object
from inscape.errors import WrongCall
from inscape.recording import index
from inscape.studies.study import Study


def record_study(
    study: Study,
    *,
    progress: bool | None,
    overwrite: bool,
    trust: bool,
    on_checkpoint: Callable[[dict[str, Any]], None] | None,
) -> None:
    """Record all checkpoints that a study names; those that are published already are not recorded again."""
    model_section = study.section("model")
    factory = _relative(study, model_section["factory"])
    seed = int(study.section("study").get("seed", 0))
    torch.manual_seed(seed)  # a model that begins at random begins the same way when it is resumed
    model = load_model(factory, args=model_section.get("arguments"))
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

        if "train" in checkpoints:
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
    """Where a training keeps what it needs to go on: beside the recording."""
    return study.out.with_name(study.out.name.removesuffix(".inscape") + ".training")


def study_model(study: Study, checkpoint: str, *, trust: bool = False) -> nn.Module:
    """The study's model in the state of one of its checkpoints.

    Raises:
        WrongCall: the study does not say how a state of its training is loaded again.
    """
    section, checkpoints = study.section("model"), study.section("checkpoints")
    torch.manual_seed(int(study.section("study").get("seed", 0)))
    model = load_model(_relative(study, section["factory"]), args=section.get("arguments"))
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
    return model


def study_data(study: Study) -> Any:
    """The data that a study names: ``digits``, ``digits:train``, a folder of images, an IDX pair, an array file."""
    from inscape.data import from_path

    section = study.section("data")
    name = str(section.pop("source"))
    if name != "digits" and not name.startswith("digits:"):
        name = str(study.path(name))
    return from_path(name, **section)


def _relative(study: Study, spec: str) -> str:
    """A ``file.py:name`` of a study is relative to the study's folder."""
    file, colon, name = spec.rpartition(":")
    return f"{study.path(file)}{colon}{name}" if file.endswith(".py") else spec
