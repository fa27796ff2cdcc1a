"""A trained digits network with two copied units and a dead one in fc1, for docs/guides/units.md.

python docs/examples/planted_units.py runs/planted.inscape
inscape serve runs/planted.inscape
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

import inscape
from inscape.nets import DigitsNet, train

COPIES = {40: (3, 1.0), 17: (8, -2.0)}
"""Unit 40 becomes a copy of unit 3, unit 17 a negated copy of unit 8, twice as strong."""

DEAD = 25
"""This unit's weights become 0: it gives its bias for every sample."""


def plant(layer: nn.Linear) -> None:
    """Overwrite three units of a linear layer."""
    with torch.no_grad():
        for copy, (original, factor) in COPIES.items():
            layer.weight[copy] = factor * layer.weight[original]
            layer.bias[copy] = factor * layer.bias[original]
        layer.weight[DEAD] = 0


def main(out: Path, epochs: int = 8, samples: int = 8_000) -> None:
    """Train, plant, record the 2,000 held-out digits, and map the units."""
    images, labels = inscape.data.digits("train")
    held_out, answers = inscape.data.digits("test")
    model = DigitsNet()
    with inscape.Recorder(model, (held_out, answers), out=out, layers=["fc1", "relu4", "logits"]) as recorder:
        train(model, images[:samples], labels[:samples], epochs=epochs, seed=0)
        recorder.checkpoint("trained")
        plant(model.fc1)
        recorder.checkpoint("planted")
    recording = inscape.open(out)
    for checkpoint in recording.checkpoints:
        found = inscape.units(recording, "fc1", checkpoint)
        print(f"{checkpoint}: dead {found.dead}, duplicates {found.duplicates} {found.signs}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
