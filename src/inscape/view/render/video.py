"""MP4 and WebM by FFmpeg's encoders, which PyAV brings along."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image

from inscape.errors import RenderFailed
from inscape.view.render.asked import Format
from inscape.view.render.chrome import EXTRA

ENCODERS = {
    # Hairlines and points of a few pixels show every saving.
    Format.MP4: ("libx264", "H.264", {"crf": "16", "preset": "medium"}),
    Format.WEBM: ("libvpx-vp9", "VP9", {"crf": "22", "b": "0", "deadline": "good", "cpu-used": "3", "row-mt": "1"}),
}
BT709 = 1
LIMITED = 1


class Video:
    """Encodes each frame as it comes.

    Args:
        path: the file; its name need not say what it is.
        form: MP4 (H.264) or WebM (VP9), both with 4:2:0 colors, which every player and browser takes.
        rate: frames a second.
        pixels: width and height.
    """

    def __init__(self, path: Path, form: Format, rate: float, pixels: tuple[int, int]) -> None:
        try:
            import av
        except ImportError as error:
            raise RenderFailed("videos need a package that is not installed", got=str(error), remedy=EXTRA) from error
        encoder, name, options = ENCODERS[form]
        if encoder not in av.codecs_available:
            raise RenderFailed(
                f"this build of PyAV has no encoder for {name}",
                got=f"av {av.__version__} without {encoder}",
                remedy=f"install PyAV's own wheel ({EXTRA}), or write .gif",
            )
        self._av: Any = av
        settings = {"movflags": "+faststart"} if form is Format.MP4 else {}
        self._container: Any = av.open(str(path), "w", format=form.value, options=settings)
        speed = Fraction(rate).limit_denominator(1001)
        stream = cast("Any", self._container.add_stream(encoder, rate=speed, options=options))
        stream.width, stream.height = pixels
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        self._stream = stream

    def add(self, png: bytes) -> None:
        """Take the next frame."""
        rgb = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
        frame = self._av.VideoFrame.from_ndarray(rgb, format="rgb24")
        converted = frame.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED)
        self._container.mux(self._stream.encode(converted))

    def close(self) -> None:
        """Write what the encoder still holds, and the end of the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
