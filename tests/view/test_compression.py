"""Text goes compressed to whoever takes it so; arrays and ranges never."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inscape.view.server import application

TOKEN = "a-token_1"


@pytest.fixture
def client(recording: Path, page: Path, run: Callable[[object], Any]) -> Any:
    metadata = json.loads((recording / "zarr.json").read_text())
    metadata["consolidated_metadata"] = {"metadata": {f"layers/{i}": {"shape": [2000, 16]} for i in range(200)}}
    (recording / "zarr.json").write_text(json.dumps(metadata))
    client = run(application({"demo": recording}, TOKEN, page=page))
    assert client.get("/", token=TOKEN).status == 303
    return client


def test_metadata_goes_compressed_and_is_the_same(client: Any, recording: Path) -> None:
    path = "/recordings/demo/zarr.json"
    plain = client.get(path)
    small = client.get(path, headers={"accept-encoding": "br;q=1.0, gzip;q=0.8"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip" and small.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(small.content) == plain.content == (recording / "zarr.json").read_bytes()
    assert len(small.content) < len(plain.content) / 5
    assert small.headers["etag"] != plain.headers["etag"]
    again = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": small.headers["etag"]})
    assert (again.status, again.content) == (304, b"")
    # The file changes: so do the tag and the bytes.
    (recording / "zarr.json").write_text((recording / "zarr.json").read_text() + " ")
    new = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": small.headers["etag"]})
    assert new.status == 200 and gzip.decompress(new.content).endswith(b" ")


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_take_it_gets_it_plain(client: Any, accepted: str) -> None:
    answer = client.get("/recordings/demo/zarr.json", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers and json.loads(answer.content)


def test_arrays_and_ranges_are_sent_as_they_are(client: Any) -> None:
    chunk = "/recordings/demo/checkpoints/0/layers/block%252Fconv/activation/c/0/0"
    assert "content-encoding" not in client.get(chunk, headers={"accept-encoding": "gzip"}).headers
    part = client.get("/recordings/demo/zarr.json", headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert part.status == 206 and "content-encoding" not in part.headers and len(part.content) == 10
