"""Maps of units in the store: made, read back, known when stale; planted units are named; bad input is answered."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

import inscape
from inscape import shape
from inscape.cli import main
from inscape.errors import ArrayError, InscapeWarning, UnknownLayer, UnknownName, WrongCall
from inscape.recording import Recording, results
from inscape.studies.units import describe, selection_power
from inscape.view.jobs.kinds import validate

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def record(X: np.ndarray, out: Path, labels: np.ndarray | None = None, **more: Any) -> Recording:
    data = X.astype(np.float32) if labels is None else (X.astype(np.float32), labels)
    return inscape.record(nn.Identity(), data, out=out, layers=["input"], predictions=False, **more)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The trained network of the guide, trained a little less."""
    out = tmp_path_factory.mktemp("planted") / "planted.inscape"
    runpy.run_path(str(EXAMPLES / "planted_units.py"))["main"](out, epochs=2, samples=2_000)
    return inscape.open(out)


def test_planted_units_of_a_trained_network_are_named(planted: Recording) -> None:
    """Must show 2(c)."""
    before, after = planted.unit_map("fc1@trained"), planted.unit_map("fc1@planted")
    assert float(np.mean(planted.prediction("trained") == planted.labels)) > 0.7  # it has learned
    assert before.dead == [] and before.duplicates == []
    assert after.dead == [25]
    assert after.duplicates == [[3, 40], [8, 17]] and after.signs == [[1, 1], [1, -1]]
    said = "\n".join(describe(after))
    assert "dead: 25 (1 of 64)" in said and "duplicates: 3, 40" in said and "duplicates: 8, 17 (17 negated)" in said
    places = after.places
    assert np.abs(places[3] - places[40]).max() < 1e-3 and np.abs(places[8] - places[17]).max() < 1e-3
    assert places[25, 1] < np.delete(places, 25, axis=0)[:, 1].min()


def test_it_is_stored_and_read_back(planted: Recording) -> None:
    assert planted.units == ["fc1@planted", "fc1@trained"]
    found = planted.unit_map("fc1@trained")
    X, labels = np.asarray(planted.activation("fc1", "trained")), np.asarray(planted.labels)
    assert (found.layer, found.checkpoint, found.units, found.method) == ("fc1", "trained", 64, "mds")
    assert [entry.name for entry in found.classes] == list("0123456789")
    assert [entry.samples for entry in found.classes] == np.bincount(labels).tolist()
    assert np.array_equal(found.auc, shape.unit_auc(X, labels))
    assert np.array_equal(found.trees, shape.unit_trees(X, labels))
    assert np.allclose(found.mean, X.mean(axis=0), atol=1e-5) and np.allclose(found.deviation, X.std(axis=0), atol=1e-5)
    assert found.quality["trustworthiness"] > 0.7 and found.quality["k"] == 15
    assert found.provenance.method == "units" and found.provenance.seed == 0 and not found.stale
    assert "STALE" not in repr(found) and planted.info()["units"] == planted.units
    planted.verify()


def test_the_same_map_is_not_made_twice_and_one_of_other_activations_is_stale(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(60, 6))
    rec = record(X, tmp_path / "a.inscape", np.arange(60) % 3)
    told: list[tuple[int, int, str, str]] = []

    def made(**settings: Any) -> bool:
        told.clear()
        inscape.units(rec, "input", progress=lambda *said: told.append(said), **settings)
        return bool(told)

    assert made(trees=5) and not made(trees=5)
    assert made(trees=6) and made(trees=6, seed=1) and not made(trees=6, seed=1)
    assert made(trees=6, seed=1, force=True)
    assert rec.units == ["input@0"]
    # As if the layer had been recorded anew: the digest beside the activation is another one.
    file = rec.path / "input" / "zarr.json"
    file.write_text(file.read_text().replace(rec.activation("input").digest or "?", "0" * 64))
    assert rec.unit_map("input@0").stale
    assert made(trees=6, seed=1) and not rec.unit_map("input@0").stale
    assert told[-1][:2] == (6, 6)  # correlations, layout, areas, and trees of three classes


def test_without_labels_there_is_a_map_without_powers(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(30, 4))
    unlabeled = inscape.units(record(X, tmp_path / "a.inscape"), "input", progress=False)
    assert unlabeled.places.shape == (4, 2) and unlabeled.classes == []
    assert unlabeled.without == "the samples have no labels"
    with pytest.raises(UnknownName, match="no labels"):
        _ = unlabeled.auc
    assert "no discriminative powers: the samples have no labels" in "\n".join(describe(unlabeled))
    one = inscape.units(record(X, tmp_path / "b.inscape", np.zeros(30, int)), "input", progress=False)
    assert one.without == "the samples are of 1 class" and one.classes == []
    # A class that no sample is of has no row; samples without a label take no part.
    labels = np.array([4, 1, -1] * 10)
    some = inscape.units(record(X, tmp_path / "c.inscape", labels), "input", trees=5, progress=False)
    assert [(entry.label, entry.samples) for entry in some.classes] == [(1, 10), (4, 10)]
    assert np.array_equal(some.auc[0], shape.unit_auc(X.astype(np.float32), labels)[1])


def test_bad_input_is_answered(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(30, 4))
    with pytest.raises(ArrayError, match=r"input at checkpoint 0 needs at least 3 samples"):
        inscape.units(record(X[:2], tmp_path / "few.inscape"), "input", progress=False)
    with pytest.raises(ArrayError, match="every unit gives the same"):
        inscape.units(record(np.ones((30, 4)), tmp_path / "constant.inscape"), "input", progress=False)
    bad = X.copy()
    bad[7, 1] = np.nan
    with pytest.warns(InscapeWarning, match="non-finite"):
        holed = record(bad, tmp_path / "nan.inscape", allow_nonfinite=True)
    with pytest.raises(ArrayError, match="1 of 30 rows"):
        inscape.units(holed, "input", progress=False)
    rec = record(X, tmp_path / "a.inscape")
    with pytest.raises(UnknownLayer):
        inscape.units(rec, "inptu", progress=False)
    with pytest.raises(UnknownName, match=r"inscape\.units"):
        rec.unit_map("input@0")
    assert rec.units == []
    wide = record(np.zeros((3, 16_385)), tmp_path / "wide.inscape")
    with pytest.raises(ArrayError, match="reduction='mean'"):
        inscape.units(wide, "input", progress=False)


def test_the_command_line_ranks_them(planted: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    threes = np.flatnonzero(planted.labels == 3)
    planted.selections["threes"] = threes
    call = ["units", str(planted.path), "--layer", "fc1", "--checkpoint", "planted", "--quiet", "--selection", "threes"]
    assert main([*call, "--json", "--top", "3"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["dead"] == [25] and content["duplicates"][1] == {"units": [8, 17], "signs": [1, -1]}
    auc = planted.unit_map("fc1@planted").auc[3]
    best = np.argsort(-np.abs(auc - 0.5), kind="stable")[:3]
    assert [entry["unit"] for entry in content["classes"][3]["by_auc"]] == best.tolist()
    assert [entry["unit"] for entry in content["selection"]["by_auc"]] == best.tolist()
    assert np.array_equal(selection_power(planted, "fc1", threes, "planted"), auc)
    assert main(call) == 0
    said = capsys.readouterr().out
    assert "fc1@planted: 64 units by MDS, trustworthiness" in said and "“threes”  by AUC" in said
    assert main([*call, "--top", "0"]) == 2 and main([*call[:3], "fc9"]) == 2


def test_a_study_makes_one(tmp_path: Path) -> None:
    from inscape.studies import Study, run

    generator = np.random.default_rng(0)
    np.savez(tmp_path / "data.npz", x=generator.normal(size=(40, 6)).astype(np.float32), y=np.arange(40) % 2)
    (tmp_path / "net.py").write_text("from torch import nn\ndef make():\n    return nn.Linear(6, 5)\n")
    (tmp_path / "study.toml").write_text(
        '[study]\nout = "a.inscape"\n[model]\nfactory = "net.py:make"\n[data]\nsource = "data.npz"\n'
        '[record]\nlayers = ["input"]\n[[result]]\nunits = "input"\ntrees = 4\nseed = 3\n'
    )
    study = Study.load(tmp_path / "study.toml")
    assert "units input@0" in run(study, progress=False).done
    assert "units input@0" in run(study, progress=False).skipped
    made = inscape.open(tmp_path / "a.inscape").unit_map("input@0")
    assert made.provenance.seed == 3 and made.provenance.parameters["trees"] == 4
    content = (tmp_path / "study.toml").read_text().replace("trees", "treees")
    (tmp_path / "study.toml").write_text(content)
    with pytest.raises(WrongCall, match="treees"):
        Study.load(tmp_path / "study.toml")


def test_jobs_are_checked() -> None:
    index = {
        "layers": [{"name": "fc1", "units": 64}, {"name": "huge", "units": 20_000}],
        "checkpoints": [{"name": "a"}, {"name": "b"}],
    }
    checked, title = validate("units", {"layer": "fc1"}, index)
    assert checked == {"layer": "fc1", "checkpoint": "b", "trees": 100, "seed": 0} and title == "Units of fc1 at b"
    assert validate("units", {"layer": "fc1", "checkpoint": "a", "seed": 4}, index)[0]["checkpoint"] == "a"
    bad: list[dict[str, Any]] = [
        {}, {"layer": 3}, {"layer": "fc2"}, {"layer": "fc1", "checkpoint": "c"}, {"layer": "fc1", "trees": 0},
        {"layer": "fc1", "seed": -1}, {"layer": "fc1", "dims": 2}, {"layer": "huge"},
    ]  # fmt: skip
    for parameters in bad:
        with pytest.raises(WrongCall):
            validate("units", parameters, index)
    with pytest.raises(WrongCall):
        validate("units", {"layer": "fc1"}, {**index, "checkpoints": []})


def test_the_job_is_done_by_the_worker(tmp_path: Path) -> None:
    from inscape.view.jobs.worker import WORK

    rec = record(np.random.default_rng(0).normal(size=(30, 4)), tmp_path / "a.inscape", np.arange(30) % 2)
    told: list[str] = []
    parameters, _ = validate("units", {"layer": "input", "trees": 3}, json.loads(index_of(rec)))
    WORK["units"](str(rec.path), parameters, lambda done, total, unit, doing: told.append(doing))
    assert Recording(rec.path).units == ["input@0"] and told[0] == "loading the libraries"


def index_of(rec: Recording) -> str:
    return json.dumps(json.loads((rec.path / "zarr.json").read_text())["attributes"]["inscape"])


def test_a_removed_map_is_gone(tmp_path: Path) -> None:
    rec = record(np.random.default_rng(0).normal(size=(30, 4)), tmp_path / "a.inscape")
    inscape.units(rec, "input", progress=False)
    results.remove(rec.path, "units/input%400")
    assert rec.units == []
