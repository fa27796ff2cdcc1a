"""Files of weights: safetensors, what `torch.save` wrote, and, only where it is trusted, whatever else was pickled."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import torch

from inscape.data.objects import said
from inscape.errors import ModelError, NeedsTrust


def read_weights(path: Path, trust: bool) -> tuple[str, Any]:
    """Read a file of weights.

    Args:
        path: the file.
        trust: unpickle it where nothing else helps, which runs code that it holds.

    Returns:
        The format (safetensors, state dict or pickle), and what the file held.

    Raises:
        NeedsTrust: the file can only be read by unpickling it.
        ModelError: it is missing, empty, damaged, or no file of weights.
    """
    _check_file(path)
    if _is_safetensors(path):
        return "safetensors", _read_safetensors(path)
    return _read_torch(path, trust)


def _check_file(path: Path) -> None:
    if not path.exists():
        from inscape.recording.names import nearest

        near = nearest(path.name, sorted(p.name for p in path.parent.iterdir())) if path.parent.is_dir() else []
        raise ModelError(
            "there is no such file of weights",
            got=str(path),
            remedy=f"the nearest: {', '.join(near)}" if near else "check the path",
        )
    if path.is_dir():
        raise ModelError("weights must be a file", got=f"the folder {path}", remedy="give the file inside of it")
    if path.stat().st_size == 0:
        raise ModelError("the file of weights is empty", got=str(path), remedy="save the weights again")


def _head(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _is_safetensors(path: Path) -> bool:
    head = _head(path, 9)
    length = int.from_bytes(head[:8], "little")
    return path.suffix == ".safetensors" or (head[8:] == b"{" and length < path.stat().st_size)


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelError(
            "the safetensors file is damaged", got=f"{path}: {said(error)}", remedy="save or get the weights again"
        ) from error


def _read_torch(path: Path, trust: bool) -> tuple[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of pickle protocols; what can't be read is said below
            return "state dict", torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not _holds_code(error, path):
            raise _damaged(path, error) from error
        if not trust:
            raise NeedsTrust(
                "this file can only be read by unpickling it, which runs whatever code it holds",
                got=f"{path}: {_refused(error)}",
                remedy="save the model's state_dict() alone, or as safetensors; if you trust where the file comes "
                "from, pass --trust (trust=True)",
            ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        if "TorchScript" in str(error):
            raise ModelError(
                "this is a TorchScript program, not a file of weights",
                got=str(path),
                remedy="save the model's state_dict()",
            ) from error
        raise _damaged(path, error) from error
    try:
        if _head(path, 1) == b"\x80" and _head(path, 2) != b"\x80\x02":  # torch writes 2; this is of pickle itself
            with path.open("rb") as file:
                return "pickle", pickle.load(file)
        return "pickle", torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:  # a pickle may raise anything
        raise ModelError(
            "unpickling the weights failed",
            got=f"{path}; it said: {said(error)}",
            remedy="run where the code that saved it can be imported, or save the model's state_dict()",
        ) from error


def _holds_code(error: pickle.UnpicklingError, path: Path) -> bool:
    """Whether torch refused a file for what it would import or call, in contrast to one that is damaged."""
    text = str(error)
    if "Unsupported operand" in text:  # of a later protocol than torch's own; or this was never a pickle
        return _head(path, 2) == b"PK" or _head(path, 1) == b"\x80"
    return any(
        sign in text for sign in ("Unsupported global", "Unsupported class", "Trying to", "allowlisted", "disallowed")
    )


def _refused(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if "GLOBAL" in line or "global" in line]
    return (lines[0] if lines else said(error))[:200]


def _damaged(path: Path, error: BaseException) -> ModelError:
    return ModelError(
        "the file of weights is damaged, or is none",
        got=f"{path}: {said(error)}",
        remedy="give a safetensors file or a state dict written by torch.save; if it was, save or get it again",
    )
