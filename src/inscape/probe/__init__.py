"""Asks the model back: how a cloud flows from layer to layer."""

from inscape.probe import flow

__all__ = ["flow"]
