"""Joint layouts: one space for several checkpoints or layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inscape
from inscape.errors import WrongCall
from inscape.studies import joint
from inscape.studies.joint import comparable


@pytest.fixture
def recorded(tmp_path: Path, record_digits: Any) -> Any:
    return record_digits(tmp_path / "a.inscape", 3, samples=150)


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_checkpoints_of_a_layer_share_one_space(recorded: Any, method: str) -> None:
    made = inscape.embed(recorded, method, layers=["1"], dims=2, joint=True)
    assert made.name == f"{method}-joint-1" and made.sequence == "joint" and made.coordinates.shape == (3, 150, 2)
    np.testing.assert_array_equal(made.alignment, np.tile(np.eye(2), (3, 1, 1)))
    assert np.ptp(made.center, axis=0).max() == 0  # one center: nothing moves a step against another
    assert all(0.8 < q["trustworthiness"] <= 1 for q in made.quality)
    again = inscape.embed(recorded, method, layers=["1"], dims=2, joint=True, force=True, name="again")
    np.testing.assert_array_equal(made.coordinates, again.coordinates)
    # A sample is near to itself at the next checkpoint: the weights have hardly changed.
    after = np.linalg.norm(made.coordinates[1] - made.coordinates[0], axis=1)
    others = np.linalg.norm(made.coordinates[1][:, None] - made.coordinates[0][None], axis=2)
    assert np.median((others < after[:, None]).sum(axis=1)) < 15
    recorded.verify()


def test_layers_of_different_widths_share_one_space(recorded: Any) -> None:
    made = inscape.embed(recorded, "umap", layers=["input", "2", "3"], dims=3, joint=True, quality=False)
    assert made.name == "umap-joint" and made.coordinates.shape == (3, 150, 3)
    assert [(s.layer, s.checkpoint) for s in made.steps] == [("input", "c2"), ("2", "c2"), ("3", "c2")]
    assert made.content["title"] == "UMAP, joint"
    assert inscape.embed(recorded, "umap", layers=["input", "2", "3"], dims=3, joint=True, quality=False).provenance \
        == made.provenance  # fmt: skip


def test_rows_of_one_layer_are_left_alone() -> None:
    blocks = [np.random.default_rng(i).normal(size=(10, 4)).astype(np.float32) for i in range(3)]
    np.testing.assert_array_equal(comparable(blocks, ["a"] * 3), np.concatenate(blocks))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.floats(0.1, 50.0))
def test_a_layer_that_is_another_one_turned_scaled_and_shifted_lies_upon_it(
    seed: int, units: int, scale: float
) -> None:
    generator = np.random.default_rng(seed)
    X, more = generator.normal(size=(2, 40, units)) * np.arange(1, units + 1)
    turn = np.linalg.qr(generator.normal(size=(units, units)))[0]
    found = comparable([X, more, scale * X @ turn + 5.0, scale * more @ turn + 5.0], ["a", "a", "b", "b"])
    rows = found.reshape(4, 40, -1)
    np.testing.assert_allclose(rows[2], rows[0], atol=1e-4)
    np.testing.assert_allclose(rows[3], rows[1], atol=1e-4)
    norms = np.linalg.norm(rows[:2].reshape(80, -1), axis=1)
    assert norms.mean() == pytest.approx(1.0, abs=1e-4)


def test_checkpoints_of_a_layer_are_not_turned_against_each_other() -> None:
    """What one checkpoint is to another is kept: distances between the two, up to the layer's one scale."""
    generator = np.random.default_rng(0)
    a, b, other = generator.normal(size=(3, 30, 5))
    found = comparable([other, a, b], ["first", "second", "second"]).reshape(3, 30, -1)
    apart = np.linalg.norm(found[1] - found[2], axis=1)
    expected = np.linalg.norm(a - b, axis=1)
    np.testing.assert_allclose(apart / apart[0], expected / expected[0], rtol=1e-4)


def test_what_can_not_be_joint_is_said(recorded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongCall, match="UMAP or t-SNE"):
        inscape.embed(recorded, "pca", joint=True)
    monkeypatch.setattr(joint, "ROWS_LIMIT", 400)
    with pytest.raises(WrongCall, match="3 steps × 150 samples = 450 rows.*\n.*at most 2"):
        inscape.embed(recorded, "tsne", layers=["1"], joint=True)


def test_the_command_and_a_study_know_it(recorded: Any, command: Any, tmp_path: Path) -> None:
    done = command("embed", recorded.path, "umap", "--layers", "1", "--joint", "--dims", "2", "--no-quality", "--json")
    assert done.returncode == 0, done.stderr
    assert '"sequence": "joint"' in done.stdout
    assert inscape.open(recorded.path).embedding("umap-joint-1").dims == 2
    wrong = command("embed", recorded.path, "tsne", "--dims", "3")
    assert wrong.returncode == 2 and "2 dimensions" in wrong.stderr
    np.save(tmp_path / "mine.npy", np.random.default_rng(0).normal(size=(150, 3)))
    mine = command("embed", recorded.path, tmp_path / "mine.npy", "--name", "mine", "--layers", "1")
    assert mine.returncode == 0, mine.stderr
    assert inscape.open(recorded.path).embedding("mine").method == "own"
