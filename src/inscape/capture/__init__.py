"""Model and data → recording: taps, reductions, parts, engines, and the recorder for training loops."""

from inscape.capture.engines import Engine, Local, Processes
from inscape.capture.listing import list_layers
from inscape.capture.parts import PartSpec, record_part
from inscape.capture.recorder import Recorder, record

__all__ = ["Engine", "Local", "PartSpec", "Processes", "Recorder", "list_layers", "record", "record_part"]
