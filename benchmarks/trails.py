"""Bundling of trails beside datashader's `hammer_bundle`, in one run: time, ink, and the two pictures.

    python -m venv /tmp/peer && /tmp/peer/bin/pip install datashader scikit-image dask
    python benchmarks/trails.py --peer-python /tmp/peer/bin/python                       # about half an hour, most of
    python benchmarks/trails.py --peer-python /tmp/peer/bin/python --trails /tmp/trails  # it the trails; kept here

The trails are of a training: 20 checkpoints seen by 2,000 digits, and 30 seen by 10,000, of the last hidden layer of
the demo's network: the 2,000 laid out by UMAP in a sequence, the 10,000 by their principal components. `hammer_bundle`
has no notion of a trail: each segment is an edge of its own between two nodes that stay. Both are asked for their
defaults, in turns, numba warm; of each the median is taken. Ink is counted in a picture of 1,000 × 1,000 pixels, lines
one pixel wide, over the extent of the raw trails.
The aims: at most 1/12 and 1/40 of its time, at a share of the raw trails' ink no higher than its own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SIDE = 1000
AIMS = {(2000, 20): 1 / 12, (10_000, 30): 1 / 40}
COLORS = ("4e79a7", "f28e2b", "e15759", "76b7b2", "59a14f", "edc948", "b07aa1", "ff9da7", "9c755f", "79706e")

PEER = """
import json, sys, time
import numpy as np, pandas as pd
from datashader.bundling import hammer_bundle

paths = np.load(sys.argv[1])
count, steps, _ = paths.shape
nodes = pd.DataFrame(paths.reshape(-1, 2), columns=["x", "y"])
first = (np.arange(count)[:, None] * steps + np.arange(steps - 1)).ravel()
edges = pd.DataFrame({"source": first, "target": first + 1})
hammer_bundle(nodes[: 10 * steps], edges[: 10 * (steps - 1)])  # compiles
print("ready", flush=True)
for line in sys.stdin:
    begun = time.perf_counter()
    found = hammer_bundle(nodes, edges)
    taken = time.perf_counter() - begun
    np.save(sys.argv[2], found[["x", "y"]].to_numpy(np.float32))
    print(json.dumps(taken), flush=True)
"""


def make(samples: int, steps: int, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The trails of a training (N, T, 2), and the labels."""
    import inscape
    from inscape.nets import DigitsNet, Training

    file = folder / f"trails-{samples}x{steps}.npz"
    if file.exists():
        kept = np.load(file)
        return kept["paths"], kept["labels"]
    images, labels = inscape.data.digits("train")
    seen = [np.concatenate(pair) for pair in zip(inscape.data.digits("test"), (images, labels), strict=True)]
    model = DigitsNet()
    training = Training(model, images[:2000], labels[:2000], epochs=steps - 1, seed=0)
    out = folder / f"trails-{samples}x{steps}.inscape"
    data = (seen[0][:samples], seen[1][:samples])
    with inscape.Recorder(model, data, out=out, layers=["fc1"], overwrite=True) as recorder:
        for i in range(steps):
            if i:
                training.epoch()
            recorder.checkpoint(f"epoch-{i}")
    rec = inscape.open(out)
    method = "umap" if samples <= 2000 else "pca"
    plane = inscape.embed(rec, method, layers=["fc1"], checkpoints=rec.checkpoints, dims=2, quality=False)
    paths = np.ascontiguousarray(plane.aligned.transpose(1, 0, 2))
    np.savez(file, paths=paths, labels=data[1])
    return paths, data[1]


def ink(lines: list[np.ndarray], low: np.ndarray, extent: float) -> int:
    """Pixels that any of the lines (n, 2) touches."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (SIDE, SIDE))
    draw = ImageDraw.Draw(picture)
    for line in lines:
        draw.line([tuple(point) for point in ((line - low) / extent * (SIDE - 1)).tolist()], fill=1)
    return int(np.asarray(picture).sum())


def segments(points: np.ndarray) -> list[np.ndarray]:
    """The lines of `hammer_bundle`'s answer, which are parted by rows of NaN."""
    gaps = np.flatnonzero(np.isnan(points[:, 0]))
    lines = (line[~np.isnan(line[:, 0])] for line in np.split(points, gaps))
    return [line for line in lines if len(line) > 1]


def compare(paths: np.ndarray, peer: str, rounds: int, folder: Path) -> dict[str, Any]:
    """Time both in turns, and count their ink."""
    from inscape.shape import bundle
    from inscape.shape.bundling import resample

    given, answered = folder / "given.npy", folder / "answered.npy"
    np.save(given, paths)
    script = folder / "peer.py"
    script.write_text(PEER)
    process = subprocess.Popen(
        [peer, str(script), str(given), str(answered)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    begun = time.perf_counter()
    bundled = bundle(paths)
    first = time.perf_counter() - begun
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        bundled = bundle(paths)
        ours.append(time.perf_counter() - begun)
        process.stdin.write("\n")
        process.stdin.flush()
        theirs.append(float(json.loads(process.stdout.readline())))
    process.stdin.close()
    process.wait()
    hammered = segments(np.load(answered))
    low = paths.min(axis=(0, 1))
    extent = float((paths.max(axis=(0, 1)) - low).max())
    raw = ink(list(resample(paths)), low, extent)
    found = {
        "shape": list(paths.shape[:2]),
        "ours": statistics.median(ours),
        "first": first,
        "theirs": statistics.median(theirs),
        "ratio": statistics.median(a / b for a, b in zip(ours, theirs, strict=True)),
        "ink": ink(list(bundled), low, extent) / raw,
        "their_ink": ink(hammered, low, extent) / raw,
    }
    return found | {"bundled": bundled, "hammered": hammered}


def picture(paths: np.ndarray, bundled: np.ndarray, hammered: list[np.ndarray], labels: np.ndarray, out: Path) -> None:
    """Raw trails, those of `hammer_bundle` and of `inscape.shape.bundle`, side by side, colored by class."""
    from PIL import Image, ImageColor, ImageDraw

    from inscape.shape.bundling import resample

    low = paths.min(axis=(0, 1))
    extent = float((paths.max(axis=(0, 1)) - low).max())
    steps = paths.shape[1]
    panel, gap, head = 520, 16, 30
    whole = Image.new("RGB", (3 * panel + 2 * gap, panel + head), "white")
    trail = np.arange(len(paths))
    kinds = (
        ("raw", list(resample(paths)), trail),
        ("datashader hammer_bundle", hammered, np.repeat(trail, steps - 1)),
        ("inscape.shape.bundle", list(bundled), trail),
    )
    for i, (title, lines, of) in enumerate(kinds):
        large = Image.new("RGB", (2 * panel, 2 * panel), "white")
        draw = ImageDraw.Draw(large, "RGBA")
        for line, sample in zip(lines, of, strict=True):
            color = ImageColor.getrgb("#" + COLORS[labels[sample] % 10])
            points = (line - low) / extent * (2 * panel - 40) + 20
            draw.line([tuple(point) for point in points.tolist()], fill=(*color, 70), width=2)
        whole.paste(large.resize((panel, panel), Image.Resampling.LANCZOS), (i * (panel + gap), head))
        ImageDraw.Draw(whole).text((i * (panel + gap) + 6, 6), title, fill="#333333", font_size=16)
    whole.quantize(64).save(out, optimize=True)


def main() -> int:
    """Compare both sizes, print what was found, and write the picture of the smaller."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer-python", required=True, metavar="PATH", help="a Python with datashader")
    parser.add_argument("--trails", metavar="FOLDER", help="where the trails are kept for the next time")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each")
    parser.add_argument("--sizes", nargs="+", default=["2000x20", "10000x30"], metavar="NxT")
    parser.add_argument("--picture", metavar="FILE", help="write the pictures of the first size, side by side")
    arguments = parser.parse_args()
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.trails or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for i, size in enumerate(arguments.sizes):
            samples, steps = (int(part) for part in size.split("x"))
            paths, labels = make(samples, steps, folder)
            found = compare(paths, arguments.peer_python, arguments.rounds, Path(temporary))
            aim = AIMS.get((samples, steps), 1.0)
            missed |= found["ratio"] > aim or found["ink"] > found["their_ink"]
            print(
                f"{samples:,} × {steps}: ours {found['ours']:.3f} s (the first {found['first']:.3f} s), hammer_bundle "
                f"{found['theirs']:.2f} s: 1/{1 / found['ratio']:.0f} of its time (aim 1/{1 / aim:.0f}); "
                f"ink {found['ink']:.3f} of the raw trails', hammer_bundle {found['their_ink']:.3f}",
                flush=True,
            )
            if arguments.picture and i == 0:
                picture(paths, found["bundled"], found["hammered"], labels, Path(arguments.picture))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
