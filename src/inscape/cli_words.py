"""What the command line says of numbers, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def say(text: str = "") -> None:
    """Print a line at once: it may be read by a program, or by somebody who waits."""
    print(text, flush=True)


def quality_in_words(quality: Mapping[str, Any]) -> str:
    """The trustworthiness and the recall of an embedding, with those of PCA at as many dimensions beside.

    >>> quality_in_words({"trustworthiness": 0.9712, "recall": 0.41, "k": 15})
    'trustworthiness 0.971, recall@15 0.410'
    """
    words = f"trustworthiness {quality['trustworthiness']:.3f}, recall@{quality['k']} {quality['recall']:.3f}"
    beside = quality.get("pca")
    if beside:
        words += f" (PCA: {beside['trustworthiness']:.3f}, {beside['recall']:.3f})"
    if quality.get("sampled"):
        words += f"; measured on {quality['sampled']:,} samples"
    return words


def neighbors_in_words(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each kind of stored neighbors: of which layers, how many, and how far they are right.

    >>> neighbors_in_words([{"layer": "fc", "checkpoint": "1", "k": 15, "exact": True, "recall": 1.0, "stale": False}])
    ['15 nearest of fc at 1: exact']
    """
    kinds: dict[tuple[int, str], list[str]] = {}
    for one in stored:
        trust = "exact"
        if not one["exact"]:
            known = one["recall"] is not None
            trust = f"recall {one['recall']:.3f}, measured on {one['recall_samples']}" if known else "approximate"
        if one["stale"]:
            trust += "; STALE: the activation changed"
        kinds.setdefault((one["k"], trust), []).append(f"{one['layer']} at {one['checkpoint']}")
    return [
        f"{k} nearest of {', '.join(of[:4])}{f' and {len(of) - 4} more' if len(of) > 4 else ''}: {trust}"
        for (k, trust), of in kinds.items()
    ]


def accuracy_in_words(entry: Mapping[str, Any]) -> str:
    """The accuracy of a checkpoint in words: of each split by itself, where the samples have splits."""
    if entry["accuracy"] is None:
        return ""
    splits = entry.get("splits") or {"": entry["accuracy"]}
    return ", ".join(f"{name} accuracy {value:.2%}".lstrip() for name, value in splits.items())
