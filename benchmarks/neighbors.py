"""Neighbors, UMAP and quality of many samples: time, peak memory, and what a kill costs.

    python benchmarks/neighbors.py                   70,000 × 512: neighbors, UMAP to 15-D, quality; killed and resumed
    python benchmarks/neighbors.py --samples 300000  neighbors beside bare pynndescent, taking turns

The first makes a recording of Fashion-MNIST (Debian: dataset-fashion-mnist) behind a layer of 512 units, or of planted
clusters where that is not there, and works on it in processes of their own, whose peak resident memory (VmHWM) counts.
Then one such process is killed (SIGKILL) as soon as the neighbors are stored, and another goes on. The second compares
`shape.neighbors(X, 15)`, without and with the measuring of its recall, with `NNDescent(X, n_neighbors=16)` in one
process, numba warm.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

UNITS = 512
FASHION = Path("/usr/share/datasets/fashion-mnist")
MEMORY_GB = 4.0
RATIO = 1.3


def clusters(samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Planted clusters with a spectrum that falls off, as activations have it; (N, 512) float32, and their labels."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 30, samples)
    centers = 2.0 * random.normal(size=(30, UNITS)).astype(np.float32)
    spread = (1.0 / np.sqrt(np.arange(1, UNITS + 1))).astype(np.float32)
    X = np.empty((samples, UNITS), np.float32)
    for start in range(0, samples, 50_000):
        some = slice(start, start + 50_000)
        noise = random.standard_normal((len(labels[some]), UNITS), dtype=np.float32)
        X[some] = centers[labels[some]] * spread + 4.0 * noise * spread
    return X, labels


def fashion() -> tuple[np.ndarray, np.ndarray]:
    """All 70,000 images, (N, 784) float32 in 0…1, and their labels."""
    parts = []
    for name in ("train", "t10k"):
        with gzip.open(FASHION / f"{name}-images-idx3-ubyte.gz") as file:
            images = np.frombuffer(file.read(), np.uint8, offset=16)
        with gzip.open(FASHION / f"{name}-labels-idx1-ubyte.gz") as file:
            labels = np.frombuffer(file.read(), np.uint8, offset=8)
        parts.append((images.reshape(-1, 784), labels))
    images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    return images.astype(np.float32) / 255.0, labels.astype(np.int64)


def record(out: Path, samples: int) -> str:
    """A recording of one layer of 512 units; returns what it is of."""
    import torch
    from torch import nn

    import inscape

    torch.manual_seed(0)
    real = FASHION.is_dir() and samples <= 70_000
    X, labels = fashion() if real else clusters(samples)
    X, labels = X[:samples], labels[:samples]
    hidden = nn.Linear(X.shape[1], UNITS)
    model = nn.Sequential(hidden, nn.ReLU(), nn.Linear(UNITS, int(labels.max()) + 1))
    if real:  # one epoch, so that the layer is one that learned
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        inputs, targets = torch.from_numpy(X), torch.from_numpy(labels)
        for some in torch.randperm(len(X)).split(256):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs[some]), targets[some]).backward()
            optimizer.step()
    else:
        with torch.no_grad():
            hidden.weight.copy_(torch.eye(UNITS))
            hidden.bias.zero_()
    inscape.record(model, (X, labels), out=out, layers=["0"], batch_size=1000)
    return "Fashion-MNIST behind a trained layer" if real else "planted clusters"


def work(out: str) -> None:
    """In a process of its own: neighbors, UMAP to 15-D, quality; each of them told when it is done."""
    import inscape
    from inscape.studies.neighbors import neighbors_of

    rec = inscape.open(out)
    start = time.perf_counter()
    tell("start")
    neighbors_of(rec, "0", progress=report)
    tell("neighbors", seconds=time.perf_counter() - start, **rec.neighbors("0").describe())
    for quality in (False, True):
        start = time.perf_counter()
        embedding = inscape.embed(rec, "umap", layers=["0"], quality=quality, progress=report)
        seconds = time.perf_counter() - start
        tell("quality" if quality else "umap", seconds=seconds, quality=embedding.quality[0])
    # Not getrusage: its peak is inherited from the process that forked this one.
    status = Path("/proc/self/status").read_text()
    tell("peak", gigabytes=int(status.split("VmHWM:")[1].split()[0]) / 1024**2)


def report(done: int, total: int, unit: str, doing: str) -> None:
    """What a person sees while it works."""
    print(f"    {doing}: {done:,} of {total:,} {unit}", file=sys.stderr, flush=True)


def tell(what: str, **more: Any) -> None:
    """One line for the process that started this one."""
    print(json.dumps({"done": what, **more}), flush=True)


def worker(out: Path) -> subprocess.Popen[str]:
    """A process that works on the recording."""
    return subprocess.Popen([sys.executable, __file__, "--work", str(out)], stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, dict[str, Any]]:
    """All that the process tells until its end."""
    assert process.stdout is not None
    told = {content["done"]: content for content in map(json.loads, process.stdout)}
    if process.wait() != 0:
        raise SystemExit("the work failed: see above")
    return told


def end_to_end(samples: int) -> None:
    """Measure and print the first, with the kill."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "a.inscape"
        made = subprocess.run(
            [sys.executable, __file__, "--record", str(out), "--samples", str(samples)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        print(f"{samples:,} × {UNITS}, {made.strip()}, {os.cpu_count()} cores", flush=True)
        killed = worker(out)
        assert killed.stdout is not None
        for line in killed.stdout:
            if json.loads(line)["done"] == "neighbors":
                first = json.loads(line)
                break
        else:
            raise SystemExit("the work failed: see above")
        time.sleep(2.0)  # it is laying out now
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        print(f"neighbors: {first['seconds']:.1f} s, recall {first['recall']:.3f} on {first['recall_samples']} samples")
        print("killed while it laid out; again:", flush=True)
        told = finish(worker(out))
        again = told["neighbors"]["seconds"]
        verdict = "held" if again < 0.1 * first["seconds"] else "MISSED"
        print(f"neighbors: {again:.2f} s, read from the recording: it went on after the last finished step, {verdict}")
        print(f"UMAP to 15-D: {told['umap']['seconds']:.1f} s; quality: {told['quality']['seconds']:.1f} s")
        print(json.dumps(told["quality"]["quality"], indent=1))
        import inscape

        rec = inscape.open(out)
        rec.verify()
        whole = Path(folder) / "b.inscape"
        subprocess.run(["cp", "-r", str(out), str(whole)], check=True)
        for result in ("checkpoints/0/layers/0/neighbors", "embeddings/umap"):
            from inscape.recording import results

            results.remove(whole, result)
        started = time.perf_counter()
        told = finish(worker(whole))
        peak = told["peak"]["gigabytes"]
        verdict = "held" if peak <= MEMORY_GB else "MISSED"
        print(f"in one go: {time.perf_counter() - started:.1f} s, peak {peak:.2f} GB (aim {MEMORY_GB:.0f}) {verdict}")


def beside_pynndescent(samples: int, repeats: int) -> None:
    """Measure and print the second."""
    import warnings

    from pynndescent import NNDescent

    from inscape import shape

    warnings.simplefilter("ignore")
    X, _ = clusters(samples)
    few = X[:6000]
    _ = NNDescent(few, n_neighbors=16).neighbor_graph  # what numba compiles is no cost of either
    shape.neighbors(few, 15, exact=False)
    times: dict[str, list[tuple[float, float]]] = {"bare": [], "shape.neighbors": [], "its recall": []}

    def timed(kind: str, work: Callable[[], Any]) -> Any:
        # Processor seconds too, which tell the same however busy the machine is with others.
        start, spent = time.perf_counter(), time.process_time()
        result = work()
        times[kind].append((time.perf_counter() - start, time.process_time() - spent))
        return result

    for i in range(repeats):
        kinds: list[tuple[str, Callable[[], Any]]] = [
            ("bare", lambda: NNDescent(X, n_neighbors=16).neighbor_graph),
            ("shape.neighbors", lambda: shape.neighbors(X, 15)),
        ]
        for kind, search in kinds if i % 2 == 0 else reversed(kinds):
            result = timed(kind, search)
            if kind == "shape.neighbors":
                found = result
        recall, measured = timed("its recall", lambda found=found: shape.neighbor_recall(X, found))
        print("  " + "  ".join(f"{kind} {s[-1][0]:.1f} s ({s[-1][1]:.1f})" for kind, s in times.items()), flush=True)
    for i, clock in enumerate(("of time", "of processor time")):
        medians = {kind: statistics.median(seconds[i] for seconds in each) for kind, each in times.items()}
        for name, spent in (
            ("shape.neighbors", medians["shape.neighbors"]),
            ("with its recall", medians["shape.neighbors"] + medians["its recall"]),
        ):
            ratio = spent / medians["bare"]
            verdict = "held" if ratio <= RATIO else "MISSED"
            print(f"{name}: {ratio:.3f} × bare pynndescent {clock} (aim {RATIO}) {verdict}")
    print(f"recall {recall:.4f} on {measured} samples of {samples:,} × {UNITS}, {os.cpu_count()} cores")


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=70_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--work", metavar="PATH", help=argparse.SUPPRESS)
    parser.add_argument("--record", metavar="PATH", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
    elif arguments.record:
        print(record(arguments.record, arguments.samples))
    elif arguments.samples > 70_000:
        beside_pynndescent(arguments.samples, arguments.repeats)
    else:
        end_to_end(arguments.samples)


if __name__ == "__main__":
    main()
