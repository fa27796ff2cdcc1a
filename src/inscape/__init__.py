"""Inscape shows the hidden activity of neural networks: record, measure, ask, look.

>>> import inscape
>>> inscape.__version__
'0.1.0'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from inscape import data, nets, probe, shape
    from inscape.capture import Recorder, record
    from inscape.errors import InscapeError
    from inscape.recording import Recording
    from inscape.recording.recording import open_recording as open
    from inscape.studies.embed import embed as embed
    from inscape.studies.flow import flow as flow
    from inscape.studies.lent import lend as lend
    from inscape.studies.similarity import similarity as similarity
    from inscape.studies.trails import trails as trails
    from inscape.studies.transform import transform as transform
    from inscape.studies.units import units as units

# Loaded on first use: `import inscape` stays quick, and a server needs neither torch nor umap.
_LAZY = {
    "record": ("inscape.capture", "record"),
    "Recorder": ("inscape.capture", "Recorder"),
    "open": ("inscape.recording.recording", "open_recording"),
    "Recording": ("inscape.recording", "Recording"),
    "embed": ("inscape.studies", "embed"),
    "flow": ("inscape.studies.flow", "flow"),
    "transform": ("inscape.studies.transform", "transform"),
    "lend": ("inscape.studies.lent", "lend"),
    "similarity": ("inscape.studies.similarity", "similarity"),
    "trails": ("inscape.studies.trails", "trails"),
    "units": ("inscape.studies.units", "units"),
    "InscapeError": ("inscape.errors", "InscapeError"),
    "probe": ("inscape.probe", None),
    "shape": ("inscape.shape", None),
    "data": ("inscape.data", None),
    "nets": ("inscape.nets", None),
    "errors": ("inscape.errors", None),
}

__all__ = [
    "InscapeError",
    "Recorder",
    "Recording",
    "__version__",
    "data",
    "embed",
    "flow",
    "lend",
    "nets",
    "open",
    "probe",
    "record",
    "shape",
    "similarity",
    "trails",
    "transform",
    "units",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'inscape' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    loaded = importlib.import_module(module)
    value = loaded if attribute is None else getattr(loaded, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(__all__) | set(globals()))
