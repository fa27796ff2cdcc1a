"""The store: what is published can be trusted, and damage has a name."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
import zarr

import inscape
from inscape.errors import CorruptRecording, RecordingLocked, RecordingNotFound, SchemaError, UnknownLayer, UnknownName
from inscape.recording import index, receipts
from inscape.recording.lock import Lock


def chunks(recording: Path) -> list[Path]:
    return sorted(p for p in recording.rglob("*") if p.is_file() and "c" in p.relative_to(recording).parts[:-1])


def test_any_reader_of_zarr_sees_named_dimensions(recorded: Any) -> None:
    tree = xarray.open_datatree(recorded.path, engine="zarr")
    activation = tree["checkpoints/0/layers/5/activation"]
    assert activation.dims == ("sample", "unit")
    np.testing.assert_array_equal(activation.values, np.asarray(recorded.activation("5")))
    assert tree["samples/label"].dims == ("sample",)
    assert list(tree["samples/text"].values[:2]) == ["sample 0", "sample 1"]


def test_nothing_unpublished_is_seen(recorded: Any, network: Any, images: Any) -> None:
    """A reader of the index sees whole checkpoints alone, whatever lies in the folder."""

    class Stop(Exception):
        pass

    class Interrupting:
        def run(self, spec: Any, parts: Any, progress: Any = None) -> Any:
            from dataclasses import replace

            from inscape.capture import record_part

            yield record_part(replace(spec, part=parts[0]))
            raise Stop

    texts = recorded.column("text")
    with pytest.raises(Stop):
        inscape.record(
            network, images, out=recorded.path, checkpoint="1", layers=["input", "*"], columns={"text": texts},
            resume=True, engine=Interrupting(),
        )  # fmt: skip
    assert (recorded.path / "checkpoints/1/layers/5/activation/zarr.json").exists()
    again = inscape.open(recorded.path)
    assert again.checkpoints == ["0"]
    assert again.info()["unfinished"] == [{"checkpoint": "1", "parts": 1, "of": 3}]
    assert "/checkpoints/1" not in xarray.open_datatree(recorded.path, engine="zarr").groups
    again.verify()


def test_a_flipped_bit_in_any_chunk_is_found_by_name(recorded: Any) -> None:
    generator = random.Random(0)
    files = chunks(recorded.path)
    assert len(files) > 20
    for file in files:
        original = file.read_bytes()
        changed = bytearray(original)
        changed[generator.randrange(len(changed))] ^= 1 << generator.randrange(8)
        file.write_bytes(bytes(changed))
        with pytest.raises(CorruptRecording) as caught:
            recorded.verify()
        assert str(file.parent.relative_to(recorded.path)).split("/c")[0] in str(caught.value)
        file.write_bytes(original)
    recorded.verify()


@pytest.mark.parametrize("damage", ["truncated", "missing", "empty"])
def test_a_damaged_chunk_is_an_error_on_reading_never_a_picture(recorded: Any, damage: str) -> None:
    folder = recorded.path / "checkpoints/0/layers/0/activation/c/0"
    file = folder / "0"
    if damage == "missing":
        shutil.rmtree(folder)
    else:
        file.write_bytes(file.read_bytes()[:100] if damage == "truncated" else b"")
    with pytest.raises(CorruptRecording, match="checkpoints/0/layers/0/activation/c/0"):
        recorded.activation("0")[:10]
    with pytest.raises(CorruptRecording, match="checkpoints/0/layers/0/activation/c/0"):
        recorded.verify()


def test_a_changed_receipt_or_metadata_is_found(recorded: Any) -> None:
    receipt = recorded.path / "receipts/checkpoints/0/000000000000.json"
    original = receipt.read_bytes()
    receipt.write_bytes(original.replace(b"overflow", b"overfl0w"))
    with pytest.raises(CorruptRecording, match="receipt"):
        recorded.verify()
    receipt.write_bytes(original)
    metadata = recorded.path / "samples/label/zarr.json"
    metadata.write_text(metadata.read_text().replace("2500", "2499"))
    with pytest.raises(CorruptRecording, match="samples/label"):
        recorded.verify()


def test_a_newer_schema_is_refused_with_the_remedy(recorded: Any) -> None:
    file = recorded.path / "zarr.json"
    content = json.loads(file.read_text())
    content["attributes"]["inscape"]["schema"] = index.SCHEMA + 1
    file.write_text(json.dumps(content))
    with pytest.raises(SchemaError, match="newer Inscape") as caught:
        inscape.open(recorded.path)
    assert "upgrade" in caught.value.remedy
    content["attributes"]["inscape"]["schema"] = 0
    file.write_text(json.dumps(content))
    with pytest.raises(SchemaError, match="older"):
        inscape.open(recorded.path)


def test_what_is_no_recording_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingNotFound, match="nothing is there"):
        inscape.open(tmp_path / "absent.inscape")
    with pytest.raises(RecordingNotFound, match=r"without a zarr\.json"):
        inscape.open(tmp_path)
    zarr.open_group(tmp_path / "other.zarr", mode="w", zarr_format=3)
    with pytest.raises(RecordingNotFound, match="not a recording"):
        inscape.open(tmp_path / "other.zarr")


HOLD = """
import sys, time
from pathlib import Path
from inscape.recording.lock import Lock
with Lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / ".lock")], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(RecordingLocked, match=str(holder.pid)), Lock(tmp_path / ".lock"):
        pass
    holder.kill()
    holder.communicate()
    with Lock(tmp_path / ".lock"):
        pass


def test_two_recorders_at_one_place(tmp_path: Path, network: Any, images: Any) -> None:
    with inscape.Recorder(network, images, out=tmp_path / "a.inscape", layers=["5"]) as first:
        first.checkpoint("0")
        with pytest.raises(RecordingLocked, match=str(os.getpid())):
            inscape.Recorder(network, images, out=tmp_path / "a.inscape", layers=["5"], resume=True)
        first.checkpoint("0-again")
    assert inscape.open(tmp_path / "a.inscape").checkpoints == ["0", "0-again"]


def test_misspelled_names_are_answered_with_the_nearest(recorded: Any) -> None:
    with pytest.raises(UnknownLayer, match="'input'"):
        recorded.activation("inptu")
    with pytest.raises(UnknownName, match="'0'"):
        recorded.activation("5", checkpoint="epoch-9")
    with pytest.raises(UnknownName, match="'text'"):
        recorded.column("txt")
    with pytest.raises(UnknownName, match="embed"):
        recorded.embedding("umap")


def test_lazy_arrays_read_what_is_asked_for(recorded: Any) -> None:
    lazy = recorded.activation("0")
    whole = np.asarray(lazy)
    assert lazy.shape == whole.shape == (2500, 784)
    np.testing.assert_array_equal(lazy[5], whole[5])
    np.testing.assert_array_equal(lazy[-1], whole[-1])
    np.testing.assert_array_equal(lazy[1020:1030, 3], whole[1020:1030, 3])
    np.testing.assert_array_equal(lazy[[5, 2000, 1]], whole[[5, 2000, 1]])
    np.testing.assert_array_equal(np.concatenate(list(lazy.blocks())), whole)
    with pytest.raises(IndexError):
        lazy[2500]


def test_every_published_part_has_a_receipt(recorded: Any) -> None:
    starts = [start for start, _ in recorded.plan.parts()]
    assert starts == [0, 1024, 2048]
    assert sorted(receipts.load(recorded.path, receipts.SAMPLES)) == starts
    assert sorted(receipts.load(recorded.path, receipts.checkpoint_kind("0"))) == starts
