"""The model and the data as the command line names them: the options, and what they mean."""

from __future__ import annotations

import argparse
from typing import Any


def named(command: argparse.ArgumentParser) -> None:
    """Add the names of a model and of data."""
    command.add_argument("model", help="package.module:factory or file.py:factory; what it returns is the model")
    command.add_argument(
        "data",
        help="folder of images (one folder a class), .npy, .npz, IDX images[,labels], digits, or file.py:function",
    )


def model_and_data(command: argparse.ArgumentParser) -> None:
    """Add them, with what is picked of the model."""
    named(command)
    command.add_argument(
        "--layers", nargs="+", default=["*"], metavar="PATTERN", help="* picks leaf modules; input, output"
    )
    command.add_argument(
        "--reduction", default="auto", help="auto, flatten, mean, max, pool:w, position, positions:n, token:i"
    )
    command.add_argument("--dtype", default="float32", help="float32 or float16")
    command.add_argument("--channels", default="auto", help="auto, first or last")
    data_options(command)


def data_options(command: argparse.ArgumentParser) -> None:
    """Add the options of images and of labels."""
    images = command.add_argument_group("images")
    images.add_argument("--image-size", type=int, metavar="PIXELS", help="crop to this many pixels, in the center")
    images.add_argument("--resize", type=int, metavar="PIXELS", help="before it, the shorter side to this many")
    images.add_argument("--mode", default="RGB", help="RGB or L (grey)")
    images.add_argument("--mean", type=_numbers, metavar="M[,M,M]", help="subtracted from values in 0..1")
    images.add_argument("--std", type=_numbers, metavar="S[,S,S]", help="then divided by")
    images.add_argument("--transform", metavar="file.py:function", help="PIL image → tensor, in place of all these")
    images.add_argument("--strict", action="store_true", help="an unreadable image is an error, not skipped")
    labels = command.add_argument_group("labels")
    labels.add_argument("--labels", metavar="FILE", help=".npy, or a text file with one label a line")
    labels.add_argument("--class-names", metavar="A,B,…", help="names of the classes, in order")


def data_of(arguments: argparse.Namespace) -> Any:
    """The data that the options name."""
    from inscape.data import from_path

    return from_path(
        arguments.data,
        labels=arguments.labels,
        class_names=None if arguments.class_names is None else arguments.class_names.split(","),
        image_size=arguments.image_size,
        resize=arguments.resize,
        mode=arguments.mode,
        mean=arguments.mean,
        std=arguments.std,
        transform=arguments.transform,
        strict=arguments.strict,
    )


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))
