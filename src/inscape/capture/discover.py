"""What a model consists of, found by watching it look at a few samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from inscape.capture import structure
from inscape.capture.inputs import call, first_tensor
from inscape.capture.mode import recording_mode, seed_everything
from inscape.capture.structure import Selector, brackets
from inscape.capture.unwrap import named_modules

_FIRST = (
    nn.modules.conv._ConvNd,
    nn.modules.batchnorm._NormBase,
    nn.GroupNorm,
    nn.LocalResponseNorm,
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd,
    nn.modules.pooling._AdaptiveAvgPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
    nn.modules.pooling._LPPoolNd,
    nn.modules.pooling._MaxUnpoolNd,
    nn.modules.dropout.Dropout2d,
    nn.modules.dropout.Dropout3d,
    nn.Upsample,
    nn.PixelShuffle,
    nn.PixelUnshuffle,
    nn.ChannelShuffle,
    nn.modules.padding._ConstantPadNd,
    nn.modules.padding._ReflectionPadNd,
    nn.modules.padding._ReplicationPadNd,
)
_LAST = (
    nn.Linear,
    nn.Bilinear,
    nn.Embedding,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.MultiheadAttention,
    nn.Transformer,
    nn.TransformerEncoder,
    nn.TransformerEncoderLayer,
    nn.TransformerDecoder,
    nn.TransformerDecoderLayer,
)
_CLASSIFIER = (nn.Linear, nn.Softmax, nn.LogSoftmax, nn.LazyLinear)


@dataclass
class Tap:
    """One tensor that can be recorded.

    Attributes:
        name: as it is requested: ``conv1``, ``layer:0``, ``gru[1]``, ``input``, ``output``.
        module: the dotted name of the module (empty for the model's own output and input).
        kind: the class of the module.
        occurrence: which call of the module in one pass; None where it is called once.
        selector: the way to the tensor inside the output.
        leaf: whether the module has no modules inside.
        shape: raw, without the sample axis; None where it varies from batch to batch.
        sample_axis: which axis of the tensor holds the samples; None: no axis does, it can't be recorded.
        multiple: rows a sample, where the samples are folded into the first axis with something else.
        channels: ``first`` or ``last``.
        default: whether the bare name means this tensor.
    """

    name: str
    module: str
    kind: str
    occurrence: int | None
    selector: Selector
    leaf: bool
    shape: tuple[int | None, ...]
    sample_axis: int | None
    multiple: int = 1
    channels: str = "last"
    default: bool = True
    floating: bool = True

    def to_json(self) -> dict[str, Any]:
        """How to find the tensor again, as plain JSON."""
        return {
            "module": self.module,
            "occurrence": self.occurrence or 0,
            "selector": list(self.selector),
            "sample_axis": self.sample_axis,
            "multiple": self.multiple,
            "channels": self.channels,
        }


@dataclass
class Structure:
    """What was found: the taps in execution order, and what was not called."""

    taps: list[Tap]
    uncalled: list[str] = field(default_factory=list)
    classifier: bool = False
    """Whether the output comes straight from a linear layer or a softmax."""
    probabilities: bool = False
    """Whether the rows of the output are probabilities already."""
    classes: int = 0
    """How many numbers a sample the output has, where it is (samples, numbers): the classes of a classifier."""


@dataclass
class _Seen:
    """The tensors of one call, during one pass."""

    module: str
    kind: str
    leaf: bool
    outputs: list[tuple[Selector, torch.Tensor]]
    channels: list[str]


def discover(model: nn.Module, batch: Callable[[int], Any], channels: str = "auto") -> Structure:
    """Watch a model on three samples, then on two: the axis that shrinks is the one that holds the samples.

    So modules with the samples on the second axis (``batch_first=False``, hidden states of recurrent layers) need no
    list of their kinds. Where the samples are folded into the first axis with something else (windows of attention),
    both passes are compared to make sure that a sample's rows lie together.

    Args:
        model: unwrapped.
        batch: gives the model's arguments for the first n samples, on its device.
        channels: ``auto``, or ``first`` | ``last`` for every layer.

    Raises:
        ModelError: the model raised on its data.
    """
    with recording_mode(model):
        seed_everything(0)
        three, output, inputs = _watch(model, batch(3))
        seed_everything(0)
        two, _, _ = _watch(model, batch(2))
    names = [seen.module for seen in three]
    calls = {name: names.count(name) for name in names}
    counter: dict[str, int] = {}
    taps = list(_input_taps(inputs, batch(2), channels))
    for a, b in zip(three, two, strict=False):
        occurrence = counter.get(a.module, 0)
        counter[a.module] = occurrence + 1
        taps += _taps(a, b, occurrence if calls[a.module] > 1 else None, channels)
    called = set(names)
    uncalled = [name for name, _ in named_modules(model) if name and name not in called]
    final = class_scores(output)
    producer = [s.kind for s in three if s.module and final is not None and any(t is final for _, t in s.outputs)]
    two_dimensional = final is not None and final.ndim == 2 and final.is_floating_point() and final.shape[1] > 1
    classes = {kind.__name__ for kind in _CLASSIFIER}
    return Structure(
        taps=taps,
        uncalled=uncalled,
        classifier=two_dimensional and bool(classes.intersection(producer)),
        probabilities=two_dimensional and _are_probabilities(final),
        classes=final.shape[1] if two_dimensional and final is not None else 0,
    )


def class_scores(output: Any) -> torch.Tensor | None:
    """The tensor (n, classes) of what a classifier returned: `logits` where it is named, else the first."""
    found = dict(structure.tensors(output))
    return found.get(("logits",), next(iter(found.values()), None))


def _are_probabilities(x: torch.Tensor | None) -> bool:
    if x is None:
        return False
    return bool((x >= 0).all()) and bool(
        torch.allclose(x.float().sum(dim=1), torch.ones(len(x), device=x.device), atol=1e-3)
    )


def _watch(model: nn.Module, inputs: Any) -> tuple[list[_Seen], Any, Any]:
    seen: list[_Seen] = []
    layouts: dict[int, str] = {}
    kept: list[torch.Tensor] = []  # holds every tensor, so that an id stays the name of one of them
    first = first_tensor(inputs)
    if first is not None and first.ndim == 4 and first.shape[1] in (1, 3, 4):
        layouts[id(first)] = "first"
    handles = []
    last_of_rank: dict[int, str] = {}

    def hook_for(name: str, leaf: bool) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:
            outputs = list(structure.tensors(output))
            channels = []
            for _, tensor in outputs:
                layout = _layout(module, tensor, arguments, layouts, last_of_rank)
                layouts[id(tensor)] = layout
                last_of_rank[tensor.ndim] = layout
                kept.append(tensor)
                channels.append(layout)
            kept.extend(t for _, t in structure.tensors(arguments))
            # An in-place module behind this one may change the values; shapes and identity are what counts here.
            seen.append(_Seen(name, type(module).__name__, leaf, outputs, channels))

        return hook

    try:
        for name, module in named_modules(model):
            handles.append(module.register_forward_hook(hook_for(name, leaf=not any(True for _ in module.children()))))
        output = call(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return seen, output, inputs


def _layout(
    module: nn.Module, output: torch.Tensor, arguments: Any, known: dict[int, str], last: dict[int, str]
) -> str:
    """Where a tensor has its channels: second for convolutions, their norms and poolings, last for layers of tokens.

    Every other module (an activation, a dropout, a block) takes over the layout of what it returns, of what it was
    given, or of the last tensor of this rank that was computed inside it.
    """
    if isinstance(module, _FIRST):
        return "first"
    if isinstance(module, _LAST):
        return "last"
    normalized = getattr(module, "normalized_shape", None)
    if normalized and output.ndim > 2:
        return "last" if output.shape[-1] == tuple(normalized)[-1] else "first"
    if id(output) in known:
        return known[id(output)]
    for _, tensor in structure.tensors(arguments):
        if id(tensor) in known and tensor.ndim == output.ndim:
            return known[id(tensor)]
    return last.get(output.ndim, "last")


def _input_taps(three: Any, two: Any, channels: str) -> list[Tap]:
    a, b = list(structure.tensors(three)), list(structure.tensors(two))
    found = []
    for i, ((selector, x), (_, y)) in enumerate(zip(a, b, strict=False)):
        layout = "first" if x.ndim == 4 and x.shape[1] in (1, 3, 4) else "last"
        name = "input" if i == 0 else "input" + brackets(selector)
        tap = _tap(name, "", "Data", None, selector, True, x, y, layout if channels == "auto" else channels)
        tap.default = i == 0
        found.append(tap)
    return found


def _taps(a: _Seen, b: _Seen, occurrence: int | None, channels: str) -> list[Tap]:
    default = structure.default_selector([selector for selector, _ in a.outputs])
    if a.module in ("input", "output") and occurrence is None:
        occurrence = 0  # these names are the data's and the model's own: such a module is `input:0`
    base = (a.module or "output") + ("" if occurrence is None else f":{occurrence}")
    others = dict(b.outputs)
    found = []
    for (selector, x), layout in zip(a.outputs, a.channels, strict=True):
        name = base if selector == default else base + brackets(selector)
        y = others.get(selector)
        if y is None:
            continue
        chosen = layout if channels == "auto" else channels
        tap = _tap(name, a.module, a.kind, occurrence, selector, a.leaf, x, y, chosen)
        tap.default = selector == default
        found.append(tap)
    return found


def _tap(
    name: str,
    module: str,
    kind: str,
    occurrence: int | None,
    selector: Selector,
    leaf: bool,
    x: torch.Tensor,
    y: torch.Tensor,
    channels: str,
) -> Tap:
    axis, multiple = _sample_axis(x, y)
    shape: tuple[int | None, ...]
    if axis is None:
        shape = tuple(x.shape)
    elif multiple > 1:
        shape = (multiple, *x.shape[1:])
    else:
        pairs = list(zip(x.shape, y.shape, strict=True))
        shape = tuple(s if s == t else None for i, (s, t) in enumerate(pairs) if i != axis)
    if channels == "first" and len(shape) < 2:
        channels = "last"
    floating = x.is_floating_point()
    return Tap(name, module, kind, occurrence, selector, leaf, shape, axis, multiple, channels, floating=floating)


def _sample_axis(x: torch.Tensor, y: torch.Tensor) -> tuple[int | None, int]:
    """Find the axis with three entries in one pass and two in the other; or the first axis as a multiple of both."""
    if x.ndim != y.ndim:
        return None, 1
    axes = [i for i, (s, t) in enumerate(zip(x.shape, y.shape, strict=True)) if s == 3 and t == 2]
    if axes:
        return axes[0], 1
    if x.ndim and x.shape[0] % 3 == 0 and y.shape[0] % 2 == 0 and x.shape[0] // 3 == y.shape[0] // 2 > 1:
        multiple = x.shape[0] // 3
        same = x.shape[1:] == y.shape[1:] and torch.allclose(x[: 2 * multiple].float(), y.float(), atol=1e-4, rtol=1e-3)
        if same:
            return 0, multiple
    return None, 1
