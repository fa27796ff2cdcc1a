"""From a source's batch to the model's arguments."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from inscape.capture.structure import tensors
from inscape.errors import DataError, InscapeError, ModelError

if TYPE_CHECKING:
    from inscape.data import Batch


def to_device(inputs: Any, device: torch.device) -> Any:
    """Copy a batch to where the model is: a model that works in place must not change the person's own arrays."""
    if isinstance(inputs, torch.Tensor):
        return inputs.to(device, copy=True)
    if isinstance(inputs, Mapping):
        return {key: to_device(value, device) for key, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(to_device(value, device) for value in inputs)
    return inputs


def as_tensors(inputs: Any) -> Any:
    """A batch with tensors in the place of arrays, sharing their memory; tuples and dicts keep their structure."""
    if isinstance(inputs, np.ndarray):
        contiguous = np.ascontiguousarray(inputs)
        return torch.from_numpy(contiguous if contiguous.flags.writeable else contiguous.copy())
    if isinstance(inputs, Mapping):
        return {key: as_tensors(value) for key, value in inputs.items()}
    if isinstance(inputs, tuple | list):
        return tuple(as_tensors(value) for value in inputs)
    return inputs


def call(model: nn.Module, inputs: Any) -> Any:
    """Call a model on a batch: a tensor is its argument, a tuple its arguments, a dict its keyword arguments.

    Raises:
        ModelError: it raised; the message shows what it was given.
    """
    try:
        if isinstance(inputs, Mapping):
            return model(**inputs)
        if isinstance(inputs, tuple):
            return model(*inputs)
        return model(inputs)
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, KeyError, AssertionError) as error:
        if isinstance(error, InscapeError):
            raise
        raise ModelError(
            "the model failed on its data",
            got=f"{describe(inputs)}; it said: {_first_line(error)}",
            remedy="make the data what the model expects (shape, channels, size, range); for a folder of images see "
            "--image-size, --mode, --mean and --std",
        ) from error


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200] if text else ''}"


def describe(inputs: Any) -> str:
    """Write what a batch looks like: shapes and types."""
    if isinstance(inputs, torch.Tensor):
        return f"a batch {tuple(inputs.shape)} {str(inputs.dtype).removeprefix('torch.')}"
    if isinstance(inputs, Mapping):
        return "{" + ", ".join(f"{k}: {describe(v)}" for k, v in inputs.items()) + "}"
    if isinstance(inputs, tuple):
        return "(" + ", ".join(describe(v) for v in inputs) + ")"
    return type(inputs).__name__


def first_tensor(inputs: Any) -> torch.Tensor | None:
    """The tensor which `input` means: the first of the arguments."""
    return next((tensor for _, tensor in tensors(inputs)), None)


def attention_mask(inputs: Any) -> torch.Tensor | None:
    """The mask of real tokens (n, T), where a model takes one under the usual name."""
    mask = inputs.get("attention_mask") if isinstance(inputs, Mapping) else None
    return mask if isinstance(mask, torch.Tensor) and mask.ndim == 2 else None


def check_finite(inputs: Any, start: int) -> None:
    """Make sure that every float of a batch is finite.

    Raises:
        DataError: naming the first sample that is not.
    """
    for selector, tensor in tensors(inputs):
        if not tensor.is_floating_point() or bool(torch.isfinite(tensor.sum())):
            continue
        bad = ~torch.isfinite(tensor).reshape(tensor.shape[0], -1).all(dim=1)
        if bool(bad.any()):
            samples = [start + int(i) for i in bad.nonzero()[:5, 0]]
            name = f" of input {selector}" if selector else ""
            raise DataError(
                "the data holds values that are not finite (NaN or infinite)",
                got=f"{int(bad.sum())} samples{name} in this batch, the first: {', '.join(map(str, samples))}",
                remedy="clean or leave out these samples; or record them as they are with allow_nonfinite=True "
                "(--allow-nonfinite)",
            )


def checksum_bytes(inputs: Any, batch: Batch) -> Iterator[np.ndarray[Any, np.dtype[Any]]]:
    """The bytes of a batch (inputs as tensors, labels, columns), for comparing data between checkpoints."""
    if batch.labels is not None:
        yield np.ascontiguousarray(batch.labels)
    for name in sorted(batch.columns):
        values = np.asarray(batch.columns[name])
        text = "\0".join(map(str, values.tolist())).encode()
        yield np.frombuffer(text, dtype=np.uint8) if values.dtype.kind in "OUT" else np.ascontiguousarray(values)
    for _, tensor in tensors(inputs):
        content = tensor.detach().cpu().contiguous()
        yield (content if content.ndim else content.reshape(1)).view(torch.uint8).numpy()


def prefetch(batches: Iterator[Any], depth: int = 2) -> Generator[Any, None, None]:
    """Read ahead on a thread: decoding overlaps the forward pass.

    The thread computes alone, like the workers of a DataLoader. With a team of its own beside the one of the forward
    pass there are more OpenMP threads than cores, which then sleep at every barrier: 15% of a ResNet's time.
    """
    import queue
    import threading

    done = object()
    ready: queue.Queue[Any] = queue.Queue(maxsize=depth)
    stop, alone = threading.Event(), threading.Event()
    threads = torch.get_num_threads()

    def put(item: Any) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def read() -> None:
        torch.get_num_threads()  # a thread's first question takes the number over from the process; then it is its own
        torch.set_num_threads(1)
        alone.set()
        try:
            for batch in batches:
                put(batch)
                if stop.is_set():
                    return
            put(done)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=read, name="inscape-reader", daemon=True)
    thread.start()
    alone.wait()
    torch.set_num_threads(threads)  # what the reader set holds for itself, and for every thread that is begun later
    try:
        while (item := ready.get()) is not done:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join(timeout=5)


Progress = Callable[[int, int], None]
"""Called with (samples done, bytes written) since the last call."""
