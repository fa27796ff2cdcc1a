"""Which folders are recordings, and what they are called in addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inscape.errors import CorruptRecording, RecordingNotFound, SchemaError, WrongCall
from inscape.recording import index, journal
from inscape.view import recordings

WriteRecording = Callable[..., Path]


def test_the_server_reads_the_schema_that_is_written() -> None:
    assert index.SCHEMA == recordings.SCHEMA


def test_a_real_recording_is_found(recorded: Any) -> None:
    assert list(recordings.find([Path(recorded.path)])) == ["small"]


def test_names_are_the_folders_and_differ(tmp_path: Path, write_recording: WriteRecording) -> None:
    a, b = write_recording(tmp_path / "a" / "net.inscape"), write_recording(tmp_path / "b" / "net.inscape")
    c, d = write_recording(tmp_path / "net-2"), write_recording(tmp_path / "c" / ".inscape")
    assert recordings.find([a, b, c, d]) == {"net": a, "net-2": b, "net-2-2": c, "recording": d}


def test_a_folder_of_recordings_is_served_whole_and_each_once(tmp_path: Path, write_recording: WriteRecording) -> None:
    b, a = write_recording(tmp_path / "b.inscape"), write_recording(tmp_path / "a.inscape")
    (tmp_path / "c.inscape").mkdir()
    write_recording(tmp_path / "deeper" / "d.inscape")
    assert recordings.find([tmp_path, b, a]) == {"a": a, "b": b}


def test_a_relative_path_and_a_link(
    tmp_path: Path, write_recording: WriteRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_recording(tmp_path / "a.inscape")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    assert recordings.find([".", tmp_path / "link"]) == {"a": folder}


@pytest.mark.parametrize(
    "make", [lambda p: None, lambda p: p.touch(), lambda p: p.mkdir()], ids=["none", "file", "empty"]
)
def test_what_is_no_recording(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "x")
    with pytest.raises(RecordingNotFound, match="NAME.inscape") as caught:
        recordings.find([tmp_path / "x"])
    assert str(tmp_path / "x") in caught.value.got


@pytest.mark.parametrize("content", ["{}", "[]", "1", '{"attributes": 1}', '{"attributes": {"inscape": 1}}'])
def test_a_group_of_somebody_elses(tmp_path: Path, content: str) -> None:
    (tmp_path / "zarr.json").write_text(content)
    with pytest.raises(RecordingNotFound, match="no recording|not a recording"):
        recordings.find([tmp_path])


def test_metadata_that_is_cut_short(tmp_path: Path) -> None:
    (tmp_path / "zarr.json").write_text('{"attributes": {')
    with pytest.raises(CorruptRecording, match="inscape verify"):
        recordings.find([tmp_path])


@pytest.mark.parametrize(("schema", "remedy"), [(2, "pip install --upgrade inscape"), (0, "again"), (None, "again")])
def test_another_schema(tmp_path: Path, write_recording: WriteRecording, schema: object, remedy: str) -> None:
    write_recording(tmp_path / "a.inscape", schema)
    with pytest.raises(SchemaError, match=remedy):
        recordings.find([tmp_path])


def test_what_a_killed_process_was_publishing_is_finished(recorded: Any) -> None:
    journal.begin(recorded.path, journal.Change("embeddings/pca", ".embeddings-pca.absent.partial"))
    assert list(recordings.find([recorded.path]).values()) == [recorded.path]
    assert not journal.is_open(recorded.path)


def test_no_path_at_all() -> None:
    with pytest.raises(WrongCall, match="nothing to serve"):
        recordings.find([])
