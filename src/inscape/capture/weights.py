"""Which state of the weights a checkpoint shows."""

from __future__ import annotations

import hashlib

import torch
from torch import nn

from inscape.recording.files import array_crc32c


def weights_digest(model: nn.Module) -> str:
    """Digest of all parameters and buffers by name, type, shape and content: hexadecimal SHA-256."""
    hasher = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        if not isinstance(tensor, torch.Tensor):
            continue
        values = tensor.detach().cpu().contiguous()
        crc = array_crc32c(values.reshape(-1).view(torch.uint8).numpy())
        hasher.update(f"{name} {values.dtype} {tuple(values.shape)} {crc:08x}\n".encode())
    return hasher.hexdigest()


def parameter_count(model: nn.Module) -> int:
    """The number of parameters, shared ones once."""
    return sum(parameter.numel() for parameter in model.parameters())
