"""A sequence of UMAP layouts beside umap-learn run on each step: time, quality, movement.

    python benchmarks/embedding.py runs/demo.inscape                        # 9 checkpoints × 6 layers in 15 dimensions
    python benchmarks/embedding.py runs/demo.inscape --layers conv1 fc1 --json

The two take turns step by step, in one process, so that a machine whose speed drifts favors none; both have laid out
something before the clock runs, so numba is warm; both are run without a seed, umap-learn with its parallel layout and
as many neighbors (itself and 15 others). The clock of ours has all that `inscape.embed` does: reading, neighbors,
layout, alignment, storing; only quality, which umap-learn does not measure, is left out.

1. Time: ours / umap-learn's; at most 0.35.
2. Trustworthiness at 15 neighbors: ours may be lower by 0.005 on no step.
3. Movement of consecutive pictures: of a step and the one that it went on from. Each layout is centered and scaled to
   a root-mean-square distance of 1 from its middle, so that none gains by being small; then one is turned onto the
   other by orthogonal Procrustes, ours as well, and the mean distance of a sample between the two is its movement.
   Two averages are printed: the mean of our movements over the mean of theirs, and the mean of the ratios. At most 1/3.
   The same in the layouts' own units, not scaled, stands below with the sizes: theirs grow larger, and who is small
   moves little, so it favors ours. Beside all stands what the activations themselves move, in all their dimensions,
   scaled and brought together alike: what changed so much in the network can't keep still in a faithful picture of it.
4. Does displacement follow change? Spearman's correlation over the samples between the distance each went and the share
   of its 15 nearest neighbors in the activations that changed, averaged over the pairs: not less than independent
   runs'. Ours moves a sample by just this change, so this number is partly of its own making. Two others are not: the
   change of its 50 nearest neighbors, and by how much its distances to 500 samples changed, each activation divided by
   its mean distance.

--peers adds openTSNE and manifolds-rs (PyPI, where it can be imported: in an environment of its own, not this one's).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

import inscape
from inscape import shape

LAYERS = ["conv1", "conv2", "conv3", "pool", "fc1", "logits"]
K = 15


def main() -> None:
    """Run both, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", help="what `inscape demo` made")
    parser.add_argument("--layers", nargs="+", default=LAYERS)
    parser.add_argument("--checkpoints", nargs="+", help="(all)")
    parser.add_argument("--dims", type=int, default=15)
    parser.add_argument("--seed", type=int, help="run both with this seed, on one core, in place of all cores")
    parser.add_argument("--peers", action="store_true", help="openTSNE and manifolds-rs too, on the last step")
    parser.add_argument("--keep", metavar="FILE.npz", help="write all layouts there")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.inscape"
        shutil.copytree(arguments.recording, copy)
        for neighbors in copy.rglob("neighbors"):  # ours finds them anew, as umap-learn does
            shutil.rmtree(neighbors)
        rec = inscape.open(copy)
        report = compare(rec, arguments)
        if arguments.peers:
            report["peers"] = peers(np.asarray(rec.activation(arguments.layers[-1]), np.float32))
    print(json.dumps(report) if arguments.json else shown(report))


def compare(rec: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    """The two sequences, step by step."""
    import umap

    times = arguments.checkpoints or rec.checkpoints
    settings = {"n_components": arguments.dims, "n_neighbors": K + 1, "random_state": arguments.seed}

    def theirs(X: np.ndarray) -> np.ndarray:
        return np.asarray(umap.UMAP(**settings).fit_transform(X))

    warm = np.random.default_rng(0).normal(size=(len(rec), 20)).astype(np.float32)
    first = shape.umap(warm, arguments.dims, seed=arguments.seed, epochs=20)
    near = shape.neighbors(warm)
    shape.umap(warm, arguments.dims, near, first, arguments.seed, epochs=20, before=near)
    theirs(warm)
    independent: dict[tuple[str, str], np.ndarray] = {}
    seconds: dict[tuple[str, str], list[float]] = {}
    clock = {"since": 0.0, "step": 0}
    wanted = [(layer, time) for layer in arguments.layers for time in times]

    def turn(done: int, total: int, unit: str, doing: str) -> None:
        """Told by `embed` after each step: its clock stands while umap-learn has its turn at the same step."""
        if done == clock["step"]:
            return
        own = time.perf_counter() - clock["since"]
        step = wanted[done - 1]
        began = time.perf_counter()
        independent[step] = theirs(np.asarray(rec.activation(*step), np.float32))
        seconds[step] = [own, time.perf_counter() - began]
        clock.update(step=done, since=time.perf_counter())
        print(f"  {doing}: {own:.2f} s, umap-learn {seconds[step][1]:.2f} s", file=sys.stderr, flush=True)

    clock["since"] = time.perf_counter()
    made = inscape.embed(
        rec, "umap", layers=arguments.layers, checkpoints=times, dims=arguments.dims, seed=arguments.seed,
        name="sequence", quality=False, progress=turn,
    )  # fmt: skip
    storing = time.perf_counter() - clock["since"]
    assert [(step.layer, step.checkpoint) for step in made.steps] == wanted
    ours = dict(zip(wanted, made.coordinates, strict=True))
    starts = {
        place: None if step.start is None else (step.start[0], step.start[1])
        for place, step in zip(wanted, made.steps, strict=True)
    }
    if arguments.keep:
        both = {"ours": ours, "umap-learn": independent}
        np.savez(arguments.keep, **{f"{who}/{a}@{b}": Y for who, all_ in both.items() for (a, b), Y in all_.items()})
    return measured(rec, ours, independent, starts, seconds, storing)


def measured(
    rec: Any, ours: dict[Any, Any], theirs: dict[Any, Any], starts: dict[Any, Any], seconds: dict[Any, Any], rest: float
) -> dict[str, Any]:
    """Quality of every step, movement of every pair."""
    steps = []
    cache: dict[Any, Any] = {}

    def activation(step: Any) -> Any:
        """Its neighbors, and the distances of its samples to 500 of them."""
        if step not in cache:
            X = np.asarray(rec.activation(*step), np.float32)
            some = np.random.default_rng(0).choice(len(X), min(500, len(X)), replace=False)
            far = cdist(X, X[some])
            cache[step] = shape.neighbors(X, 50).indices, far / far.mean()
        return cache[step]

    for step, before in starts.items():
        X = np.asarray(rec.activation(*step), np.float32)
        quality = [shape.quality(X, layouts[step], k=K) for layouts in (ours, theirs)]
        entry = {
            "layer": step[0],
            "checkpoint": step[1],
            "seconds": seconds[step],
            "trustworthiness": [q.trustworthiness for q in quality],
            "recall": [q.recall for q in quality],
            "size": [size(layouts[step]) for layouts in (ours, theirs)],
        }
        if before is not None:
            went = [displacement(layouts[before], layouts[step]) for layouts in (ours, theirs)]
            own = displacement(*alike(np.asarray(rec.activation(*before), np.float32), X))
            (near, far), (near_before, far_before) = activation(step), activation(before)
            changes = {
                "neighbors": changed(near_before[:, :K], near[:, :K]),
                "neighbors_50": changed(near_before, near),
                "distances": np.abs(far - far_before).mean(axis=1),
            }
            entry["movement"] = [float(w.mean()) for w in went]
            entry["movement_own_units"] = [
                float(displacement(layouts[before], layouts[step], scaled=False).mean()) for layouts in (ours, theirs)
            ]
            entry["follows"] = {
                name: [float(spearmanr(w, change).statistic) if np.ptp(change) > 0 else None for w in went]
                for name, change in changes.items()
            }
            entry["activations_moved"] = float(own.mean())
            entry["changed"] = float(changes["neighbors"].mean())
        steps.append(entry)
    spent = np.array([step["seconds"] for step in steps]).sum(axis=0) + np.array([rest, 0.0])
    trust = np.array([step["trustworthiness"] for step in steps])
    pairs = [step for step in steps if "movement" in step]
    moved = np.array([step["movement"] for step in pairs])
    unscaled = np.array([step["movement_own_units"] for step in pairs])
    worst = int((trust[:, 0] - trust[:, 1]).argmin())

    def mean(name: str) -> list[float]:
        known = [step["follows"][name] for step in pairs if None not in step["follows"][name]]
        return [float(value) for value in np.mean(known, axis=0)]

    return {
        "samples": len(rec),
        "steps": steps,
        "seconds": [float(s) for s in spent],
        "time_ratio": float(spent[0] / spent[1]),
        "trustworthiness": [float(t) for t in trust.mean(axis=0)],
        "worst_trustworthiness_difference": float(trust[worst, 0] - trust[worst, 1]),
        "worst_step": [steps[worst]["layer"], steps[worst]["checkpoint"]],
        "size": [float(s) for s in np.mean([step["size"] for step in steps], axis=0)],
        "movement_own_units": [float(m) for m in unscaled.mean(axis=0)],
        "movement_own_units_ratio": float(unscaled[:, 0].mean() / unscaled[:, 1].mean()),
        "movement": [float(m) for m in moved.mean(axis=0)],
        "movement_ratio": float(moved[:, 0].mean() / moved[:, 1].mean()),
        "movement_mean_of_ratios": float((moved[:, 0] / moved[:, 1]).mean()),
        "activations_moved": float(np.mean([step["activations_moved"] for step in pairs])),
        "follows_change": {name: mean(name) for name in ("neighbors", "neighbors_50", "distances")},
    }


def centered(Y: np.ndarray) -> np.ndarray:
    """Its middle at 0, in float64."""
    Y = np.asarray(Y, np.float64)
    return np.asarray(Y - Y.mean(axis=0))


def size(Y: np.ndarray) -> float:
    """The root-mean-square distance from the middle."""
    return float(np.sqrt((centered(Y) ** 2).sum(axis=1).mean()))


def alike(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two activations in as many dimensions, at most as many as samples, all distances as they are."""
    both = []
    for X in (before, after):
        X = X.reshape(len(X), -1) - X.reshape(len(X), -1).mean(axis=0)
        if X.shape[1] > len(X):
            values, vectors = np.linalg.eigh(X @ X.T)
            X = vectors * np.sqrt(np.maximum(values, 0))
        both.append(X)
    width = max(X.shape[1] for X in both)
    wide = [np.pad(X, ((0, 0), (0, width - X.shape[1]))) for X in both]
    return wide[0], wide[1]


def displacement(before: np.ndarray, after: np.ndarray, scaled: bool = True) -> np.ndarray:
    """How far each sample is from its place before, the two layouts brought together, and to the size 1 if `scaled`."""
    before, after = (centered(Y) / (size(Y) if scaled else 1.0) for Y in (before, after))
    return np.asarray(np.linalg.norm(after @ shape.procrustes(after, before) - before, axis=1))


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The share of its neighbors that each sample lost."""
    k = after.shape[1]
    return np.array([1 - len(np.intersect1d(a, b, assume_unique=True)) / k for a, b in zip(after, before, strict=True)])


def peers(X: np.ndarray) -> list[dict[str, Any]]:
    """t-SNE and UMAP to the plane by others, on one activation; who can't be imported is left out and said."""
    found: list[dict[str, Any]] = []

    def run(name: str, lay_out: Any) -> None:
        try:
            lay_out(X[:200])  # compiled, and found to work
            began = time.perf_counter()
            Y = np.asarray(lay_out(X))
            took = time.perf_counter() - began
            found.append({"name": name, "seconds": took, "trustworthiness": shape.quality(X, Y, k=K).trustworthiness})
        except ImportError as error:
            found.append({"name": name, "absent": str(error)})

    def open_tsne(X: np.ndarray) -> Any:
        from openTSNE import TSNE

        return TSNE(random_state=0, n_jobs=-1).fit(X)

    def manifolds(name: str) -> Any:
        def lay_out(X: np.ndarray) -> Any:
            import manifolds_rs

            return getattr(manifolds_rs, name)(n_components=2).fit_transform(X)

        return lay_out

    run("inscape t-SNE", lambda X: shape.tsne(X, seed=0))
    run("openTSNE", open_tsne)
    run("inscape UMAP 2-D", lambda X: shape.umap(X, 2, seed=0))
    for name in ("TSNE", "UMAP"):
        run(f"manifolds-rs {name}", manifolds(name))
    return found


def shown(report: dict[str, Any]) -> str:
    """The report as a table for people."""
    lines = [
        "layer       checkpoint    s ours  theirs   trust ours  theirs   moved ours  theirs  activations"
        "   neighbors changed"
    ]
    for step in report["steps"]:
        move = "".join(f"{m:8.3f}" for m in step.get("movement", ()))
        lines.append(
            f"{step['layer']:12}{step['checkpoint']:12}{step['seconds'][0]:8.2f}{step['seconds'][1]:8.2f}"
            f"{step['trustworthiness'][0]:13.4f}{step['trustworthiness'][1]:8.4f}     {move}"
            + (f"{step['activations_moved']:13.3f}{step['changed']:20.2f}" if "changed" in step else "")
        )
    follows = report["follows_change"]
    lines += [
        f"time             {report['seconds'][0]:.1f} s / {report['seconds'][1]:.1f} s = {report['time_ratio']:.3f}"
        "   (≤ 0.35)",
        f"trustworthiness  worst difference {report['worst_trustworthiness_difference']:+.4f} at "
        f"{' '.join(report['worst_step'])}   (≥ -0.005); mean {report['trustworthiness'][0]:.4f}, "
        f"{report['trustworthiness'][1]:.4f}",
        f"movement         {report['movement'][0]:.3f} / {report['movement'][1]:.3f} = {report['movement_ratio']:.3f}; "
        f"mean of the ratios {report['movement_mean_of_ratios']:.3f}   (≤ 0.333)",
        f"    unscaled     {report['movement_own_units'][0]:.3f} / {report['movement_own_units'][1]:.3f} = "
        f"{report['movement_own_units_ratio']:.3f}; radii {report['size'][0]:.2f}, {report['size'][1]:.2f}",
        f"                 the activations themselves move {report['activations_moved']:.3f} "
        f"= {report['activations_moved'] / report['movement'][1]:.3f} of the independent runs",
        *(
            f"follows change   of {name}: {values[0]:.3f}, independent runs {values[1]:.3f}"
            for name, values in follows.items()
        ),
    ]
    for peer in report.get("peers", ()):
        lines.append(
            f"{peer['name']:18}{peer['seconds']:8.2f} s  trustworthiness {peer['trustworthiness']:.4f}"
            if "seconds" in peer
            else f"{peer['name']:18} absent: {peer['absent']}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
