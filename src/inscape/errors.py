"""One base error. Every message says what was wrong, what was got, and what to do about it.

Each error also is the built-in that a caller would expect (`FileNotFoundError`, `ValueError`, …), so that code which
has never heard of Inscape still catches the right thing.
"""

from __future__ import annotations


class InscapeError(Exception):
    """The base of every error that Inscape raises on purpose.

    Args:
        what: what was wrong, as one sentence without a final stop.
        got: what was found instead.
        remedy: what the person can do now.
    """

    exit_status = 1
    """What the command line exits with: 1, the work failed; 2, the call was wrong."""

    def __init__(self, what: str, *, got: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.got = got
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  got:    {self.got}\n  remedy: {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.got, self.remedy)


def _rebuild(kind: type[InscapeError], what: str, got: str, remedy: str) -> InscapeError:
    return kind(what, got=got, remedy=remedy)


class WrongCall(InscapeError, ValueError):
    """The call itself was wrong: an argument, a flag, a combination of them."""

    exit_status = 2


class UnknownLayer(WrongCall, LookupError):
    """A layer, or a pattern of layers, that the model or the recording does not have."""


class AmbiguousLayer(WrongCall, LookupError):
    """A request that several tensors answer: the message lists the choices."""


class UnknownName(WrongCall, LookupError):
    """A checkpoint, an embedding or a column that the recording does not have."""


class UnknownEntry(UnknownName, KeyError):
    """A selection, a bookmark or another thing that people add, of a name that there is not."""


class ChangedMeanwhile(InscapeError):
    """What somebody else changed since one looked at it: nothing was overwritten."""


class ModelError(WrongCall):
    """A model that cannot be loaded, or that fails on its data."""


class NeedsTrust(WrongCall):
    """A file that can only be read by unpickling it, which nobody asked for."""


class DataError(WrongCall):
    """Data that cannot be recorded: empty, of differing shapes, not finite, unreadable."""


class ArrayError(WrongCall):
    """An array of the wrong shape, size or type for a method."""


class RecordingExists(WrongCall, FileExistsError):
    """The place where a recording should go is taken."""


class RecordingNotFound(WrongCall, FileNotFoundError):
    """There is no recording at this path."""


class RecordingLocked(InscapeError, BlockingIOError):
    """Another process is writing here."""


class SchemaError(InscapeError, ValueError):
    """A recording of a schema which this version of Inscape does not read."""


class Mismatch(WrongCall):
    """What should be resumed or appended does not continue what is there."""


class CorruptRecording(InscapeError, OSError):
    """A recording whose bytes are not the bytes that were written. Names the chunk."""


class RenderFailed(InscapeError, RuntimeError):
    """A picture or a film that could not be made: no browser, no encoder, or nothing to show."""


class StorageFailed(InscapeError, OSError):
    """The disk refused: full, read-only, over a quota. What was published before stays."""


class InscapeWarning(UserWarning):
    """Something that a person should know, though the work went on."""
