"""The state in which a model is looked at, and everything put back afterwards."""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
from collections.abc import Iterator

import numpy as np
import torch
from torch import nn


@contextlib.contextmanager
def recording_mode(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, no gradients, no autocast, no fused or compiled paths (they call no hooks).

    Whatever happens inside, the training flag of every module, the random states (torch, NumPy, Python), and the
    switches of torch are restored: a training loop goes on as if nobody had looked.
    """
    training = [(module, module.training) for module in model.modules()]
    compiled = [
        (m, m._compiled_call_impl) for m in model.modules() if getattr(m, "_compiled_call_impl", None) is not None
    ]
    fast_path = torch.backends.mha.get_fastpath_enabled()
    device = device_of(model).type
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(random_states_kept())
            stack.enter_context(torch.no_grad())
            stack.enter_context(torch.autocast(device, enabled=False))
            # Whoever compiled something has loaded dynamo; loading it for nothing takes seconds.
            if "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance"):
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            torch.backends.mha.set_fastpath_enabled(False)
            for module, _ in compiled:
                module._compiled_call_impl = None
            model.eval()
            yield
    finally:
        for module, flag in training:
            module.training = flag
        for module, implementation in compiled:
            module._compiled_call_impl = implementation
        torch.backends.mha.set_fastpath_enabled(fast_path)


@contextlib.contextmanager
def random_states_kept() -> Iterator[None]:
    """Put the random states of torch, NumPy and Python back, whatever was drawn inside."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else None
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)


def seed_everything(seed: int) -> None:
    """Seed torch, NumPy and Python: a part is the same whoever records it, and whatever came before."""
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)


def device_of(model: nn.Module) -> torch.device:
    """Where the model lives: the device of its first parameter or buffer, else the CPU."""
    tensor = next(itertools.chain(model.parameters(), model.buffers()), None)
    return torch.device("cpu") if tensor is None else tensor.device
