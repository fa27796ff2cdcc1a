"""What a study's bookmarks say is read off the recording, and is true; what people changed stays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import inscape
from inscape.errors import WrongCall
from inscape.studies.bookmarks import check_bookmarks, resolve, write_bookmarks
from inscape.studies.demo import demo_study
from inscape.studies.findings import WORDS, Findings, NotFound, word

CLASSES = ["ant", "bee", "cow"]


class Told(nn.Module):
    """Gives the first three units as they are: what is predicted stands in the data."""

    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Linear(4, 4, bias=False)
        self.first = nn.Linear(4, 3, bias=False)
        self.softmax = nn.Softmax(dim=1)
        with torch.no_grad():
            self.same.weight.copy_(torch.eye(4))
            self.first.weight.copy_(torch.eye(3, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.softmax(self.first(self.same(x)))
        return told


LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
READ = np.array([0, 0, 1, 1, 1, 1, 1, 0, 2, 2, 2, 0])
SURE = np.array([5, 5, 2, 4, 5, 5, 5, 3, 5, 5, 5, 1.0])


@pytest.fixture
def rec(tmp_path: Path) -> inscape.Recording:
    """Two checkpoints: one that reads everything as `ant`, and one that reads as `READ` says."""
    x = np.zeros((12, 4), dtype=np.float32)
    x[np.arange(12), READ] = SURE
    x[:, 3] = np.linspace(-0.1, 0.1, 12)
    model = Told()
    out = tmp_path / "told.inscape"
    with inscape.Recorder(model, (x, LABELS), out=out, layers=["input", "*"], class_names=CLASSES) as recorder:
        with torch.no_grad():
            kept = model.first.weight.clone()
            model.first.weight.copy_(torch.zeros(3, 4))
        recorder.checkpoint("raw")
        with torch.no_grad():
            model.first.weight.copy_(kept)
        recorder.checkpoint("trained")
    found = inscape.open(out)
    inscape.embed(found, "pca", layers=["same"], dims=4, quality=False)
    found.refresh()
    return found


def test_the_words_are_true(rec: inscape.Recording) -> None:
    findings = Findings(rec, "trained", "same", "pca", groups=[0, 2])
    told = {name: word(findings, name) for name in WORDS if name not in FLOW_WORDS and "input" not in name}
    assert told["accuracy"] == f"{100 * (READ == LABELS).mean():.1f}%" == "66.7%"
    assert (told["pair"], told["a_as_b"], told["b_as_a"], told["pair_mistakes"]) == ("ant and bee", "2", "1", "3")
    assert (told["best"], told["best_recall"], told["worst"], told["worst_recall"]) == ("bee", "75%", "ant", "50%")
    assert (told["sample"], told["label"], told["prediction"]) == ("3", "ant", "bee")
    assert told["pair_samples"] == "8" and told["chance"] == "33%" and told["classes"] == "3"
    assert findings.pair_mistakes == [2, 3, 7]
    # Of the ants and cows 4 + 4: two ants are read as bees, one cow as an ant.
    assert (told["group_samples"], told["group_leaving"], told["group_within"]) == ("8", "2", "1")
    assert (told["group_recall"], told["errors"], told["group_within_share"]) == ("62%", "4", "25%")
    first = Findings(rec, "raw", "same", "pca")
    with pytest.raises(NotFound, match="no groups"):
        word(first, "group_leaving")
    assert (word(first, "favorite"), word(first, "favorite_count"), word(first, "accuracy")) == ("ant", "12", "33.3%")


FLOW_WORDS = {"before", "after", "before_units", "after_units", "before_between", "after_between", "residual"}


def test_between_is_the_share_of_the_variance_between_the_means(rec: inscape.Recording) -> None:
    X = np.random.default_rng(0).normal(size=(12, 3)) + LABELS[:, None]
    means = np.array([X[label == LABELS].mean(axis=0) for label in LABELS])
    assert Findings(rec, "trained").between(X) == pytest.approx(means.var(axis=0).sum() / X.var(axis=0).sum())


def test_placeholders_are_what_they_name(rec: inscape.Recording) -> None:
    state = {
        "layer": "same", "embedding": "pca", "checkpoint": "$first-learned", "groups": "$most-confused-pair",
        "selection": "$pair-mistakes", "hover": "$most-confident-mistake", "filter": "$none", "basis": "$apart",
        "camera": "$fit", "playing": False,
    }  # fmt: skip
    found = resolve(rec, "{a} and {b}: {{{pair_mistakes}}}", state)
    assert found["sentence"] == "ant and bee: {3}"
    state = found["state"]
    assert state["checkpoint"] == "trained" and state["groups"] == [0, 1] and state["hover"] == 3
    assert state["selection"] == [2, 3, 7] and state["filter"] is None and state["playing"] is False
    basis = np.reshape(state["basis"], (4, 4))
    assert np.abs(basis.T @ basis - np.eye(4)).max() < 1e-5
    points = rec.embedding("pca", "same", "trained").aligned @ basis
    pair = points[LABELS < 2]
    camera = state["camera"]
    norms = np.sort(np.linalg.norm(points, axis=1))
    radius = (0.7 + 0.3 * np.sqrt(2 / 4)) * norms[int(0.98 * 11)]
    placed = camera["zoom"] * pair[:, :2] / radius + [camera["x"], -camera["y"]]
    assert np.abs(placed).max() == pytest.approx(0.9, abs=1e-3)


def test_stars_spread_the_axes_as_the_page_does(rec: inscape.Recording) -> None:
    basis = np.reshape(
        resolve(rec, "x", {"layer": "same", "embedding": "pca", "basis": "$star"})["state"]["basis"], (4, 4)
    )
    assert np.allclose(basis[:, :2] * np.sqrt(2), [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-5)


def test_the_plane_of_most_spread_is_that_of_the_groups_first_two_components(rec: inscape.Recording) -> None:
    state = {"layer": "same", "embedding": "pca", "checkpoint": "trained", "groups": [1, 2], "basis": "$spread"}
    basis = np.reshape(resolve(rec, "{group_samples} of {errors}", state)["state"]["basis"], (4, 4))
    points = np.asarray(rec.embedding("pca", "same", "trained").aligned)[LABELS > 0]
    values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    assert np.allclose(((points - points.mean(axis=0)) @ basis[:, :2]).var(axis=0) * len(points), values[:2], rtol=1e-3)


def test_they_are_written_once_and_leave_people_s_own_alone(rec: inscape.Recording) -> None:
    bookmarks = [
        {"name": name, "sentence": "{accuracy}", "state": {"checkpoint": "$last"}} for name in ("one", "two", "three")
    ]
    rec.bookmarks.append("a person's", {"layer": "same"}, name="two")
    assert write_bookmarks(rec, bookmarks) == ["one", "three"]
    assert [(mark.name, mark.sentence) for mark in rec.bookmarks] == [
        ("one", "66.7%"), ("two", "a person's"), ("three", "66.7%"),
    ]  # fmt: skip
    rec.bookmarks.remove("one")
    rec.bookmarks.replace("three", sentence="better said")
    assert write_bookmarks(rec, bookmarks) == []
    assert [mark.sentence for mark in rec.bookmarks] == ["a person's", "better said"]
    rec.verify()


def test_what_the_recording_does_not_have_is_left_out_and_said(rec: inscape.Recording) -> None:
    bookmarks: list[dict[str, Any]] = [
        {"name": "no layout", "sentence": "x", "state": {"layer": "same", "embedding": "umap"}},
        {"name": "no flow", "sentence": "x", "state": {"embedding": "flow:flow", "layerPlace": 1}},
        {"name": "right", "sentence": "x", "state": {"layer": "same"}},
    ]
    said: list[str] = []
    assert write_bookmarks(rec, bookmarks, say=said.append) == ["right"]
    assert len(said) == 2 and "'no layout' is left out" in said[0] and "umap" in said[0]
    inscape.embed(rec, "units", layers=["same"], name="umap", quality=False)  # it is there now, under this name
    rec.refresh()
    assert write_bookmarks(rec, bookmarks, say=said.append) == ["no layout"]
    assert [mark.name for mark in rec.bookmarks] == ["no layout", "right"]
    with pytest.raises(NotFound, match="nothing is told wrong"):
        perfect = Findings(rec, "trained")
        perfect.labels = perfect.predictions
        _ = perfect.mistake
    with pytest.raises(inscape.InscapeError, match="same"):
        resolve(rec, "x", {"layer": "sane"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nmae": "x"}, "'name'"),
        ({"sentence": ""}, "no sentence"),
        ({"state": 5}, "no state"),
        ({"sentence": "{acuracy}"}, "'accuracy'"),
        ({"sentence": "{accuracy:.3f}"}, "no format"),
        ({"sentence": "{accuracy"}, "can't be read"),
        ({"sentence": "{accuracy.real}"}, "nothing is known"),
        ({"state": {"hover": "$most-confused-pair"}}, "no such placeholder"),
        ({"state": {"groups": "$most-confused"}}, r"\$most-confused-pair"),
        ({"state": {"layer": "$last"}}, "no such placeholder"),
    ],
)
def test_mistakes_in_the_file(change: dict[str, Any], message: str) -> None:
    right = {"name": "a", "sentence": "{accuracy}", "state": {"checkpoint": "$last"}}
    check_bookmarks(Path("study.toml"), [right])
    with pytest.raises(WrongCall, match=message):
        check_bookmarks(Path("study.toml"), [right | change])
    with pytest.raises(WrongCall, match="one name"):
        check_bookmarks(Path("study.toml"), [right, right])


def test_the_demo_tells_its_story(demo_recording: Path) -> None:
    """Six views, and every number in their sentences is found again by another way."""
    study, rec = demo_study(demo_recording), inscape.open(demo_recording)
    told = [resolve(rec, mark["sentence"], mark["state"]) for mark in study.bookmarks]
    assert len(told) == 6 and all(40 < len(mark["sentence"]) < 240 for mark in told)
    numbers = [re.findall(r"\d[\d,.]*\d|\d", mark["sentence"]) for mark in told]
    labels, last = np.asarray(rec.labels), np.asarray(rec.prediction())
    sure = np.asarray(rec.confidence())

    first = np.asarray(rec.prediction("epoch-0"))
    assert f"{100 * np.mean(first == labels):.1f}" in numbers[0] and f"{np.bincount(first).max():,}" in numbers[0]
    learned = told[1]["state"]["checkpoint"]
    assert f"{100 * np.mean(rec.prediction(learned) == labels):.1f}" in numbers[1]

    a, b = told[2]["state"]["groups"]
    swapped = np.flatnonzero(((labels == a) & (last == b)) | ((labels == b) & (last == a)))
    assert told[2]["state"]["selection"] == swapped.tolist() and str(len(swapped)) in numbers[2]
    others = [
        np.sum((labels == i) & (last == j)) + np.sum((labels == j) & (last == i)) for i in range(10) for j in range(i)
    ]
    assert max(others) == len(swapped)
    # The plane shows the pair apart: a line across it tells nearly all of them.
    basis = np.reshape(told[2]["state"]["basis"], (16, 16))
    along = rec.embedding("pca", "relu4", rec.checkpoints[-1]).aligned @ basis[:, 0]
    middle = (along[labels == a].mean() + along[labels == b].mean()) / 2
    pair = np.isin(labels, (a, b))
    assert np.mean((along > middle)[pair] == (labels == b)[pair]) > 0.95

    flow = rec.flow("flow")
    stop = int(told[3]["state"]["layerPlace"])
    assert flow.transitions[stop].kind == "max-pooling"
    assert {f"{flow.stops[stop].units:,}", f"{flow.stops[stop + 1].units:,}"} <= set(numbers[3])

    (misread,) = told[4]["state"]["selection"]
    wrong = np.flatnonzero(last != labels)
    assert last[misread] != labels[misread] and sure[misread] == sure[wrong].max()
    assert {str(misread), f"{100 * sure[misread]:.1f}"} <= set(numbers[4])

    corners = sure > 0.99
    assert {f"{corners.sum():,}", f"{(sure < 0.9).sum():,}", str(np.sum(corners & (last != labels)))} <= set(numbers[5])
    assert flow.stops[told[5]["state"]["layerPlace"]].name == "softmax"
