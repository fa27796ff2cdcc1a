"""What the similarity of all pairs of layers costs beside the bare matrix products that it needs.

    python benchmarks/similarity.py                          # 20 layers of 10,000 × 512, about two minutes
    python benchmarks/similarity.py --layers 10 --samples 5000 --rounds 3

Bare products and `shape.similarity_matrix` take turns, in one process with one BLAS; the product of a layer with itself
is a symmetric one for both. At most 1.3 times the bare products is asked for. A peer that takes arrays, pytorch-cka (in
an environment of its own: `pip install --no-deps pytorch-cka` and matplotlib, seaborn; it needs no torchvision), is
measured where it can be imported, at fewer samples, because it holds all Gram matrices (8 GB at 10,000 samples).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from inscape import shape

ASKED = 1.3
PEER_SAMPLES = 3_000


def make(layers: int, samples: int, units: int) -> list[np.ndarray]:
    """Layers that share something, as the layers of a network do."""
    generator = np.random.default_rng(0)
    common = generator.normal(size=(samples, 20)).astype(np.float32)
    return [
        common @ generator.normal(size=(20, units)).astype(np.float32)
        + generator.normal(size=(samples, units)).astype(np.float32)
        + 1
        for _ in range(layers)
    ]


def bare(X: list[np.ndarray]) -> None:
    """XᵢᵀXⱼ of every pair, and nothing else."""
    for i, x in enumerate(X):
        for y in X[i:]:
            x.T @ y


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of the processors: on a busy machine with one thread the latter are the fair ones."""
    begin = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


def main() -> int:
    """Measure; 1 where it takes longer than asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", action=argparse.BooleanOptionalAction, default=True, help="pytorch-cka beside it")
    arguments = parser.parse_args()
    X = make(arguments.layers, arguments.samples, arguments.units)
    count, N, D = len(X), arguments.samples, arguments.units
    work = N * D * D * (count * (count - 1) + count)  # operations; a symmetric product takes half
    print(f"{count} layers of {N:,} × {D}: {count * (count + 1) // 2} products, {work / 1e9:,.0f} GFLOP")
    here: dict[str, list[tuple[float, float]]] = {"bare products": [], "unbiased CKA": [], "biased CKA": []}
    shape.similarity_matrix(X[:2])
    for round_ in range(arguments.rounds):
        here["bare products"].append(timed(lambda: bare(X)))
        here["unbiased CKA"].append(timed(lambda: shape.similarity_matrix(X, unbiased=True)))
        here["biased CKA"].append(timed(lambda: shape.similarity_matrix(X)))
        told = ", ".join(f"{name} {clock:.1f} s ({cpu:.1f})" for name, ((clock, cpu), *_) in
                         ((name, times[::-1]) for name, times in here.items()))  # fmt: skip
        print(f"  round {round_ + 1}: {told}", flush=True)
    for name, both in here.items():
        quickest = [min(times) for times in zip(*both, strict=True)]
        ratios = [q / min(t) for q, t in zip(quickest, zip(*here["bare products"], strict=True), strict=True)]
        print(
            f"  {name:<14} quickest {quickest[0]:.2f} s ({quickest[1]:.2f} s of processors), "
            f"{work / quickest[0] / 1e9:.0f} GFLOP/s ({work / quickest[1] / 1e9:.0f} a processor); "
            f"{ratios[0]:.2f} × the bare products ({ratios[1]:.2f})",
            flush=True,
        )
    pair = [x.astype(np.float64) - x.mean(axis=0, dtype=np.float64) for x in X[:2]]
    exact = np.sum((pair[0].T @ pair[1]) ** 2) / np.prod([np.linalg.norm(x.T @ x) for x in pair])
    print(f"  off the exact value by {abs(shape.cka(X[0], X[1]) - exact):.1e}", flush=True)
    if arguments.peer:
        peer([x[:PEER_SAMPLES] for x in X], arguments.rounds)
    return int(min(here["unbiased CKA"])[0] / min(here["bare products"])[0] > ASKED)


def peer(X: list[np.ndarray], rounds: int) -> None:
    """pytorch-cka on the same arrays."""
    try:
        import torch
        from cka.cka import cka_from_features
    except ImportError as error:
        print(f"  no peer: {error}")
        return
    tensors = [torch.from_numpy(x - x.mean(axis=0)) for x in X]
    found = {"ours": np.empty(0), "pytorch-cka": np.empty(0)}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in found}

    def ours() -> None:
        found["ours"] = shape.similarity_matrix(X, unbiased=True)

    def theirs() -> None:
        found["pytorch-cka"] = cka_from_features(tensors, tensors).numpy()

    for _ in range(rounds):
        seconds["ours"].append(timed(ours))
        seconds["pytorch-cka"].append(timed(theirs))
    off = np.abs(found["ours"] - found["pytorch-cka"]).max()
    print(f"{len(X)} layers of {len(X[0]):,} × {X[0].shape[1]}, unbiased:")
    for name, times in seconds.items():
        print(f"  {name:<14} quickest {min(times)[0]:.2f} s")
    ratio = min(seconds["pytorch-cka"])[0] / min(seconds["ours"])[0]
    print(f"  pytorch-cka takes {ratio:.1f} × as long; values differ by {off:.0e}")


if __name__ == "__main__":
    sys.exit(main())
