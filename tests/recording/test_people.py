"""What people add: kept whole whoever writes at once and whoever is killed, checked, and no burden for the rest."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

import inscape
from inscape.errors import (
    ArrayError,
    ChangedMeanwhile,
    CorruptRecording,
    Mismatch,
    RecordingLocked,
    RecordingNotFound,
    SchemaError,
    StorageFailed,
    UnknownEntry,
    WrongCall,
)
from inscape.recording import people
from inscape.recording.lock import Lock
from inscape.recording.people import documents
from inscape.recording.people.samples import checked_samples, from_runs, to_runs
from machine import OwnTime

N = 200


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("people") / "small.inscape", N)


@pytest.fixture
def rec(original: Path, tmp_path: Path) -> inscape.Recording:
    return inscape.open(shutil.copytree(original, tmp_path / "small.inscape"))


def make(out: Path, samples: int, **options: Any) -> Path:
    import torch

    torch.manual_seed(0)
    data = np.random.default_rng(0).random((samples, 6), dtype=np.float32)
    inscape.record(torch.nn.Linear(6, 4), data, out=out, layers=["output"], **options)
    return out


def document(rec: inscape.Recording, kind: str) -> Path:
    return rec.path / "people" / kind / "zarr.json"


# Round trips


def test_a_selection_is_written_as_ids_or_as_a_mask_and_read_as_sorted_ids(rec: inscape.Recording) -> None:
    rec.selections["odd ones"] = [5, 3, 3]
    rec.selections["array"] = np.array([199, 0], dtype=np.uint8)
    mask = np.zeros(N, dtype=bool)
    mask[10:20] = True
    rec.selections["mask"] = mask
    rec.selections["none"] = []
    rec.selections["all"] = range(N)
    rec.selections["set"] = {7, 2}
    rec.selections["no mask"] = ~mask
    again = inscape.open(rec.path).selections
    assert list(again) == ["odd ones", "array", "mask", "none", "all", "set", "no mask"]
    expected = [[3, 5], [0, 199], range(10, 20), [], range(N), [2, 7], [*range(10), *range(20, N)]]
    for name, ids in zip(again, expected, strict=True):
        assert again[name].dtype == np.int64
        np.testing.assert_array_equal(again[name], np.array(ids, dtype=np.int64))
    assert len(again) == 7 and "mask" in again and "other" not in again and 3 not in again
    del again["mask"]
    assert "mask" not in rec.selections
    assert rec.selections.get("mask") is None and rec.selections.pop("mask", None) is None
    with pytest.raises(KeyError):
        del rec.selections["mask"]
    with pytest.raises(UnknownEntry, match="did you mean 'odd ones'"):
        rec.selections["odd one"]


def test_color_note_and_author_stay_until_they_are_changed(rec: inscape.Recording) -> None:
    rec.selections.set("a", [1], color="#AABBCC", note="two\nlines", by="Ada")
    rec.selections["a"] = [2]
    entry = rec.selections.entry("a")
    assert (entry["color"], entry["note"], entry.get("by")) == ("#aabbcc", "two\nlines", None)
    assert entry["samples"] == {"count": 1, "of": N, "runs": [2, 1]}
    assert entry["version"] == 2 and entry["created"] <= entry["changed"]
    rec.selections.set("a", [2], color="")
    assert "color" not in rec.selections.entry("a")


def test_writing_the_same_again_changes_nothing(rec: inscape.Recording) -> None:
    rec.selections["a"] = [1, 2]
    before = document(rec, "selections").stat()
    rec.selections["a"] = [2, 1]
    after = document(rec, "selections").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


NAMES = [
    "a/b",
    "../..",
    "..",
    ".",
    ".hidden",
    "zarr.json",
    "c",
    "__x",
    "x.json",
    "50%",
    "%2F",
    "é ☃ 日本語",
    "👩‍🔬",
    "CON",
    "a" * 80,
]


def test_any_name_that_can_be_shown_can_be_given(rec: inscape.Recording) -> None:
    files = {path for path in rec.path.rglob("*") if "people" not in path.parts}
    for place, name in enumerate(NAMES):
        rec.selections[name] = [place]
        rec.colors[name] = f"#0000{place:02x}"
    assert list(rec.selections) == list(rec.colors) == NAMES
    for place, name in enumerate(NAMES):
        assert rec.selections[name].tolist() == [place]
    assert {path for path in rec.path.rglob("*") if "people" not in path.parts} - files <= {
        rec.path / ".locks", rec.path / ".locks" / "people",
    }  # fmt: skip
    rec.selections["cafe\u0301"] = [1]
    assert rec.selections["caf\u00e9"].tolist() == [1]  # the same letters


@pytest.mark.parametrize("name", ["", " ", "a ", "a" * 81, "a\nb", "a\x00", "\x7f", "\ud800", "\u2028", 3, None, b"a"])
def test_a_name_that_cannot_be_shown_is_refused(rec: inscape.Recording, name: Any) -> None:
    for mapping, value in ((rec.selections, [1]), (rec.handles, [])):
        with pytest.raises(WrongCall, match="remedy"):
            mapping[name] = value
    assert name not in rec.selections
    assert not (rec.path / "people").exists()


@pytest.mark.parametrize(
    "samples",
    [[200], [-1], [1.5], ["a"], [[1], [2]], [[1], [2, 3]], 3, None, np.zeros(199, bool), [True], np.zeros((N, 1), bool),
     [2**63], [None]],
)  # fmt: skip
def test_what_is_no_set_of_samples_is_refused(rec: inscape.Recording, samples: Any) -> None:
    with pytest.raises(ArrayError, match="remedy: give ids from 0 to 199"):
        rec.selections["a"] = samples
    assert len(rec.selections) == 0


def test_bookmarks_are_a_list(rec: inscape.Recording) -> None:
    state = {"layer": "output", "basis": [[1.0, 0.5], [0, -1e-9]], "filter": None, "深": {"a": [True]}}
    for sentence in ("one", "two", "three"):
        rec.bookmarks.append(sentence, {**state, "sentence": sentence})
    marks = inscape.open(rec.path).bookmarks
    assert [m.sentence for m in marks] == ["one", "two", "three"]
    assert [m.position for m in marks] == [0, 1, 2]
    assert marks[0].state == {**state, "sentence": "one"} and marks[-1].sentence == "three"
    assert [m.sentence for m in marks[1:]] == ["two", "three"]
    marks.move(-1, 0)
    assert [m.sentence for m in marks] == ["three", "one", "two"]
    marks.move(0, -1)
    assert [m.sentence for m in marks] == ["one", "two", "three"]
    marks.replace(1, sentence="zwei")
    assert (marks[1].sentence, marks[1].state["sentence"]) == ("zwei", "two")
    marks.remove(marks[0])
    marks.remove(0)
    assert [(m.sentence, m.position) for m in marks] == [("three", 0)]
    del marks[0]
    assert len(marks) == 0
    with pytest.raises(IndexError):
        marks.remove(0)
    with pytest.raises(UnknownEntry):
        marks.replace("gone", sentence="x")


def test_colors_and_handles(rec: inscape.Recording) -> None:
    rec.colors["cat"] = "#FF0000"
    rec.colors.update({"dog": "#00ff00"})
    assert dict(rec.colors) == {"cat": "#ff0000", "dog": "#00ff00"}
    for color in ("red", "#ff", "#ff00000", "#gg0000", "", 3, None):
        with pytest.raises(WrongCall):
            rec.colors["cat"] = color
    rec.colors["n" * 500] = "#000000"  # a class may have a long name: it is the data's
    given = [
        {"kind": "axis", "axis": 3, "pinned": True},
        {"kind": "class", "group": "cat", "name": "cats"},
        {"kind": "class", "group": 0},
        {"kind": "samples", "samples": np.arange(4), "name": "my four"},
    ]
    rec.handles["mine"] = given
    read = rec.handles["mine"]
    assert read[0] == {"kind": "axis", "axis": 3, "name": "", "pinned": True}
    assert read[2] == {"kind": "class", "group": 0, "name": "", "pinned": False}
    assert read[3]["samples"].tolist() == [0, 1, 2, 3]
    for wrong in (
        {"kind": "axis", "axis": 64}, {"kind": "axis"}, {"kind": "axis", "axis": True}, {"kind": "x"}, {}, {"kind": []},
        {"kind": "axis", "axis": 1, "group": 2}, {"kind": "axis", "axis": 1, "pinned": 1},
        {"kind": "class", "group": -1},
        {"kind": "samples", "samples": [N]}, {"kind": "axis", "axis": 1, "name": "x" * 81},
    ):  # fmt: skip
        with pytest.raises(WrongCall):
            rec.handles["mine"] = [wrong]
    assert len(rec.handles["mine"]) == 4


def test_a_name_can_be_changed_but_takes_nobody_elses(rec: inscape.Recording) -> None:
    for name in "abc":
        rec.selections[name] = [1]
    rec.selections.rename("a", "first")
    assert list(rec.selections) == ["first", "b", "c"]
    with pytest.raises(ChangedMeanwhile, match="another one of this name"):
        rec.selections.rename("b", "c")
    with pytest.raises(KeyError):
        rec.selections.rename("a", "d")


# Samples as runs


@settings(max_examples=300, deadline=None)
@given(st.sets(st.integers(0, 400)))
def test_runs_are_the_ids(ids: set[int]) -> None:
    runs = to_runs(sorted(ids))
    assert from_runs(runs) == sorted(ids)
    assert checked_samples({"runs": runs}, 401) == checked_samples(list(ids), 401)
    assert checked_samples({"runs": runs}, 401)["count"] == len(ids)


@pytest.mark.parametrize(
    "given",
    [{"runs": [1]}, {"runs": [0, 0]}, {"runs": [-1, 1]}, {"runs": [0, 11]}, {"runs": [0, 1, 0, 1]}, {"runs": "ab"},
     {"runs": [0, 10**400]}, {"runs": [0.0, 1]}, {"runs": [True, True]}, {}, {"runs": [0, 1], "count": 2},
     {"runs": [0, 1], "of": 11}, {"runs": [0, 1], "of": None}, {"runs": [0, 1], "x": 1}, "ab", None, [10], [-1], [[]],
     [10**400], ["1"]],
)  # fmt: skip
def test_runs_that_make_no_sense_are_refused(given: Any) -> None:
    with pytest.raises(WrongCall):
        checked_samples(given, 10)


def test_selections_of_seventy_thousand_samples_are_compact_and_quick(tmp_path: Path) -> None:
    root = tmp_path / "large.inscape"
    root.mkdir()
    total = 70_000
    (root / "zarr.json").write_text(json.dumps({"attributes": {"inscape": {"samples": total}}}))
    selections = inscape.recording.Selections(root)
    generator = np.random.default_rng(0)
    sizes = {}
    lasso = np.zeros(total, bool)
    for start in range(0, total, 7000):  # sorted by class: some runs a class
        lasso[start : start + 3000] = True
    for name, mask in {
        "lasso": lasso,
        "half": generator.random(total) < 0.5,
        "few": generator.random(total) < 0.01,
    }.items():
        ours = OwnTime()
        selections[name] = mask
        assert ours.seconds() < 1
        np.testing.assert_array_equal(selections[name], np.flatnonzero(mask))
        sizes[name] = len(json.dumps(selections.entry(name)["samples"]["runs"], separators=(",", ":")))
    print(sizes)
    assert sizes["lasso"] < 200 and sizes["half"] < 80_000 and sizes["few"] < 5_000


# Several at once, and the killed

WRITING = """
import sys, inscape
rec = inscape.open(sys.argv[1]); me = sys.argv[2]
for i in range(25):
    rec.selections[f"{me}-{i}"] = [i]
    rec.selections["the same"] = range(int(me) * 10, int(me) * 10 + 5)
    rec.bookmarks.append(f"{me} {i}", {"i": i})
    rec.colors[f"{me}-{i}"] = "#123456"
    if i % 2: del rec.colors[f"{me}-{i}"]
"""


def test_nothing_is_lost_when_several_processes_write_at_once(rec: inscape.Recording) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITING, str(rec.path), str(me)]) for me in range(3)]
    seen = set()
    while any(writer.poll() is None for writer in writers):  # a reader beside them never sees a half
        if "the same" in rec.selections:
            seen.add(tuple(rec.selections["the same"].tolist()))
        entries = people.read(rec.path, "bookmarks").entries
        assert [entry["position"] for entry in entries] == list(range(len(entries)))
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert set(rec.selections) == {f"{me}-{i}" for me in range(3) for i in range(25)} | {"the same"}
    assert seen <= {tuple(range(me * 10, me * 10 + 5)) for me in range(3)}
    assert len(rec.bookmarks) == 75
    for me in range(3):
        mine = [mark.sentence for mark in rec.bookmarks if mark.sentence.startswith(f"{me} ")]
        assert mine == [f"{me} {i}" for i in range(25)]
    assert set(rec.colors) == {f"{me}-{i}" for me in range(3) for i in range(0, 25, 2)}
    assert people.read(rec.path, "colors").version == 3 * (25 + 12)  # every change counted once
    rec.verify()


KILLED = """
import sys, inscape
rec = inscape.open(sys.argv[1])
halves = [list(range(0, 200, 2)), list(range(1, 200, 2))]
state = {"filler": list(range(20000))}
rec.bookmarks.append("large", state)
print("go", flush=True)
while True:
    for half in halves:
        rec.selections["half"] = half
        rec.bookmarks.replace(0, state={**state, "first": half[0]})
"""


def test_a_killed_writer_leaves_the_old_or_the_new(rec: inscape.Recording) -> None:
    halves = [list(range(0, N, 2)), list(range(1, N, 2))]
    generator = random.Random(0)
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", KILLED, str(rec.path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "go\n"
        time.sleep(0.02 + generator.random() * 0.1)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert rec.selections["half"].tolist() in halves
        assert len(rec.bookmarks[0].state["filler"]) == 20_000
        rec.selections["after"] = [1]  # the lock died with its holder
        rec.bookmarks.replace(0, sentence=f"large {generator.random()}")
    rec.selections["after"] = [2]
    assert list((rec.path / "people").rglob("*.partial")) == []
    rec.verify()


def test_a_change_of_what_somebody_else_changed_is_refused(rec: inscape.Recording) -> None:
    rec.selections.set("a", [1], version=0)
    seen = rec.selections.entry("a")["version"]
    rec.selections.set("a", [2], by="Ada")
    with pytest.raises(ChangedMeanwhile, match="was changed meanwhile by Ada"):
        rec.selections.set("a", [3], version=seen)
    with pytest.raises(ChangedMeanwhile, match="was made meanwhile"):
        rec.selections.set("a", [3], version=0)
    del rec.selections["a"]
    with pytest.raises(ChangedMeanwhile, match="was removed meanwhile"):
        rec.selections.set("a", [3], version=seen)
    rec.selections["a"] = [1]
    with pytest.raises(ChangedMeanwhile):  # made anew, it has no version that it had before
        rec.selections.set("a", [3], version=seen)
    assert rec.selections["a"].tolist() == [1]


def test_one_writer_waits_for_another_but_not_for_ever(rec: inscape.Recording) -> None:
    with Lock(rec.path / ".locks" / "people"), pytest.raises(RecordingLocked):
        people.put(rec.path, "colors", "a", {"color": "#000000"}, wait=0.1)
    rec.colors["a"] = "#000000"


# The rest of the recording


def test_other_readers_see_the_recording_as_before(rec: inscape.Recording, tmp_path: Path) -> None:
    index = (rec.path / "zarr.json").read_bytes()
    groups = xarray.open_datatree(rec.path, engine="zarr").groups
    rec.selections["a/b"] = [1, 2]
    rec.bookmarks.append("look", {"layer": "output"})
    assert (rec.path / "zarr.json").read_bytes() == index
    assert xarray.open_datatree(rec.path, engine="zarr").groups == groups
    rec.verify()
    assert rec.info()["complete"]
    # Anything that reads Zarr reads them: plain attributes of plain groups.
    group = zarr.open_group(rec.path, path="people/selections", mode="r")
    attributes: Any = group.attrs["inscape"]
    assert attributes["entries"][0]["name"] == "a/b"
    assert sorted(zarr.open_group(rec.path, path="people", mode="r", use_consolidated=False).group_keys()) == [
        "bookmarks", "selections",
    ]  # fmt: skip
    copied = inscape.open(shutil.copytree(rec.path, tmp_path / "copied.inscape"))
    assert copied.selections["a/b"].tolist() == [1, 2] and copied.bookmarks[0].sentence == "look"
    copied.verify()


def test_a_recording_that_still_grows(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(6, 4)
    data = np.random.default_rng(0).random((N, 6), dtype=np.float32)
    with inscape.Recorder(model, data, out=tmp_path / "growing.inscape", layers=["output"]) as recorder:
        recorder.checkpoint("a")
        rec = inscape.open(tmp_path / "growing.inscape")
        rec.selections["while it grows"] = [1]
        recorder.checkpoint("b")
        rec.selections["later"] = [2]
    rec.refresh()
    assert rec.checkpoints == ["a", "b"] and list(rec.selections) == ["while it grows", "later"]
    rec.verify()
    make(rec.path, N, overwrite=True)  # other samples: what was said of the old ones is gone with them
    assert len(inscape.open(rec.path).selections) == 0


def test_a_selection_of_another_number_of_samples(rec: inscape.Recording, tmp_path: Path) -> None:
    rec.selections["a"] = [150]
    smaller = inscape.open(make(tmp_path / "smaller.inscape", 100))
    shutil.copytree(rec.path / "people", smaller.path / "people")
    with pytest.raises(Mismatch, match="200 there, 100 here"):
        smaller.selections["a"]
    smaller.selections["a"] = [50]
    assert smaller.selections["a"].tolist() == [50]
    larger = inscape.open(make(tmp_path / "larger.inscape", 300))
    shutil.copytree(rec.path / "people", larger.path / "people")
    assert larger.selections["a"].tolist() == [150]


def test_a_beginning_that_was_interrupted_with_people_left_can_be_overwritten(rec: inscape.Recording) -> None:
    rec.selections["a"] = [1]
    shutil.rmtree(rec.path / "receipts")
    (rec.path / "zarr.json").unlink()
    make(rec.path, N, overwrite=True)
    assert len(inscape.open(rec.path).selections) == 0


def test_a_recording_that_was_removed_does_not_come_back(rec: inscape.Recording) -> None:
    shutil.rmtree(rec.path)
    with pytest.raises(RecordingNotFound, match="no recording to keep this in"):
        rec.selections["a"] = [1]
    assert not rec.path.exists()


# What goes wrong


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"attributes": {}}', "[" * 100_000]
    + [
        f'{{"attributes": {{"inscape": {{"schema": 1, "version": {version}, "entries": {entries}}}}}}}'
        for version, entries in [
            ("1", "[1]"),
            ("1", '[{"name": "a", "version": 1}]'),
            ("1", '[{"name": "a", "version": 1, "samples": NaN}]'),
            ("1", '[{"name": "\\ud800", "version": 1, "samples": []}]'),
            ('"1"', "[]"),
        ]
    ],
)
def test_a_damaged_document_has_a_name_and_harms_no_other(rec: inscape.Recording, content: str) -> None:
    rec.selections["a"] = [1]
    rec.colors["a"] = "#000000"
    document(rec, "selections").write_text(content)
    with pytest.raises(CorruptRecording, match="only the selections are lost"):
        rec.selections["a"]
    with pytest.raises(CorruptRecording):
        rec.selections["b"] = [1]
    assert document(rec, "selections").read_text() == content
    assert rec.colors["a"] == "#000000" and people.version(rec.path) == "x-0-0-1"
    rec.verify()


def test_damaged_samples_are_said_to_be(rec: inscape.Recording) -> None:
    rec.selections["a"] = [1]
    file = document(rec, "selections")
    file.write_text(file.read_text().replace('"runs":[1,1]', '"runs":[1,-1]'))
    with pytest.raises(CorruptRecording, match="the samples of 'a' can't be read"):
        rec.selections["a"]


def test_a_newer_schema_is_not_overwritten(rec: inscape.Recording) -> None:
    rec.selections["a"] = [1]
    file = document(rec, "selections")
    file.write_text(file.read_text().replace('"schema":1', '"schema":2'))
    with pytest.raises(SchemaError, match="upgrade"):
        rec.selections["b"] = [1]


def test_links_are_not_followed(rec: inscape.Recording, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "selections").mkdir(parents=True)
    (rec.path / "people").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorruptRecording, match="is a link"):
        rec.selections["a"] = [1]
    assert list((tmp_path / "elsewhere" / "selections").iterdir()) == []


def test_a_read_only_folder_is_said_to_be(rec: inscape.Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    rec.selections["a"] = [1]

    def refuse(*arguments: Any, **options: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(StorageFailed, match="can't be written, so its selections(.|\n)*writable"):
        rec.selections["b"] = [1]
    monkeypatch.undo()
    assert list(rec.selections) == ["a"]


WITHOUT_PERMISSION = """
import os, sys
import inscape
rec = inscape.open(sys.argv[1])
rec.selections["a"], rec.colors, rec.bookmarks  # imports everything, while this user may still read the packages
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    rec.selections["b"] = [1]
except inscape.InscapeError as error:
    print(rec.selections["a"].tolist(), type(error).__name__, error)
"""


def test_a_folder_without_permission_is_said_to_be(rec: inscape.Recording) -> None:
    rec.selections["a"] = [1]
    folders = [rec.path, *(path for path in rec.path.rglob("*") if path.is_dir())]
    for folder in (*reversed(rec.path.parents[:3]), *folders):
        folder.chmod(0o755)
    for folder in folders:
        folder.chmod(0o555)
    (rec.path / ".locks" / "people").chmod(0o444)
    try:
        command = [sys.executable, "-c", WITHOUT_PERMISSION, str(rec.path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert done.stdout.startswith("[1] StorageFailed the recording can't be written"), done.stdout + done.stderr


DEEP: dict[str, Any] = {}
for _ in range(1000):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    ("sentence", "state"),
    [("", {}), ("  ", {}), ("x" * 501, {}), ("a\nb", {}), ("a", {"x": float("nan")}), ("a", {"x": float("inf")}),
     ("a", {"x": "\ud800"}), ("a", {"\udfff": 1}), ("a", DEEP), ("a", {"x": "y" * 300_000}), ("a", {"x": {1, 2}}),
     ("a", {"x": np.arange(3)}), (3, {})],
)  # fmt: skip
def test_bookmarks_are_bounded(rec: inscape.Recording, sentence: Any, state: Any) -> None:
    with pytest.raises(WrongCall, match="remedy"):
        rec.bookmarks.append(sentence, state)
    assert len(rec.bookmarks) == 0


def test_there_is_an_end_to_what_is_kept(rec: inscape.Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 3)
    for i in range(3):
        rec.colors[str(i)] = "#000000"
    with pytest.raises(WrongCall, match="can't keep so many colors"):
        rec.colors["3"] = "#000000"
    assert len(rec.colors) == 3
    monkeypatch.setattr(documents, "LARGEST", 2000)
    with pytest.raises(WrongCall, match="can't keep so many bookmarks"):
        rec.bookmarks.append("a", {"x": "y" * 3000})
    with pytest.raises(WrongCall):
        rec.selections.set("a", [1], note="x" * 2001)


def test_the_server_needs_neither_numpy_nor_zarr() -> None:
    code = "import sys, inscape.view.server; print([m for m in ('numpy', 'zarr', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
