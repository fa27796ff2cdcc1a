"""From layer to layer, exactly: what each step of a network does to the cloud of samples.

`matrix` and `offset` write an affine layer out; `prepare` follows samples through a model and gives, for each step,
both ends' coordinates in axes between which points move as the layer moves them.
"""

from inscape.probe.flow.affine import adjoint, matrix, offset
from inscape.probe.flow.calls import trace
from inscape.probe.flow.passes import prepare
from inscape.probe.flow.result import Flow, Stop, Transition

__all__ = ["Flow", "Stop", "Transition", "adjoint", "matrix", "offset", "prepare", "trace"]
