"""Planted structure is found: a factor that nobody told the network, and a class whose labels can't be trusted."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import inscape
from inscape.nets import DigitsNet, Training
from inscape.studies import Study

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("study", ["hidden_factor", "hidden_factor_removed", "mislabeled"])
def test_the_studies_are_ones(study: str) -> None:
    assert Study.load(EXAMPLES / f"{study}.toml").results


@pytest.mark.parametrize("removed", [False, True])
def test_a_hidden_factor_splits_every_class_and_is_gone_once_removed(tmp_path: Path, removed: bool) -> None:
    factor = example("hidden_factor")
    images, labels, polarity = factor.polarized("train")
    images, labels, polarity = images[:2600], labels[:2600], polarity[:2600]
    if removed:
        # The factor can be removed without knowing it: every digit comes out as the other polarity would.
        np.testing.assert_allclose(factor.normalized(images), factor.normalized(1 - images), atol=1e-6)
        images = factor.normalized(images)
    model = DigitsNet()
    training = Training(model, images[:2000].astype(np.float32), labels[:2000], epochs=4, seed=0, shift=0)
    for _ in range(4):
        training.epoch()
    assert training.evaluate(images[2000:].astype(np.float32), labels[2000:]) > 0.8
    rec = inscape.record(
        model, (images[2000:].astype(np.float32), labels[2000:]), out=tmp_path / "a.inscape", layers=["pool"]
    )
    picture = inscape.embed(rec, "umap", layers=["pool"], dims=2, quality=False).coordinates[0]
    found = factor.purity(picture, labels[2000:], polarity[2000:])
    assert sorted(found) == list(range(10))
    if removed:
        assert 0.4 < np.mean(list(found.values())) < 0.6
    else:
        assert min(found.values()) > 0.9


def recorded(out: Path, images: Any, labels: Any) -> Any:
    """A short training on digits with these labels, seen by a fifth of them before and after each epoch."""
    model = DigitsNet()
    training = Training(model, images, labels, epochs=4, seed=0)
    with inscape.Recorder(model, (images[::4], labels[::4]), out=out, layers=["relu4"]) as recorder:
        for epoch in range(5):
            if epoch:
                training.epoch()
            recorder.checkpoint(f"epoch-{epoch}")
    return inscape.open(out)


def test_a_mislabeled_class_parts_worst(tmp_path: Path) -> None:
    mislabeled = example("mislabeled")
    images, taught, true = mislabeled.taught()
    sixes = taught == 6
    assert np.mean(true[sixes] != 6) == pytest.approx(0.3, abs=0.01)
    np.testing.assert_array_equal(np.bincount(taught), np.bincount(true))
    made = inscape.trails(recorded(tmp_path / "a.inscape", images[:4000], taught[:4000]), "relu4", method="pca")
    assert made.ranking[0] == 6
    assert made.classes[0].late is None
    # The very digits, labeled rightly, part as others do.
    right = inscape.trails(recorded(tmp_path / "b.inscape", images[:4000], true[:4000]), "relu4", method="pca")
    assert right.ranking.index(6) > 2
    assert right.classes[right.ranking.index(6)].late is not None
