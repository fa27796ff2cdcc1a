"""Python objects that a person names on the command line: `package.module:name` or `file.py:name`."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from inscape.errors import InscapeError, WrongCall

_STAMP = "__inscape_stamp__"


def load_object(spec: str, what: str = "object", error: type[InscapeError] = WrongCall) -> Any:
    """Import what a spec names. The current folder is importable, as is the folder of a file.

    Args:
        spec: `package.module:name` or `path/file.py:name`; the name may have dots.
        what: what it is for, in messages: model, data, transform.
        error: the kind of error to raise.

    Raises:
        WrongCall, or the kind asked for: the spec has no such form, there is no such file or module, it fails when it
            is imported (chained), or it has no such name (the nearest are offered).

    >>> load_object("math:pi")
    3.141592653589793
    """
    place, colon, name = spec.rpartition(":")
    if not colon or not place or not name or not all(part.isidentifier() for part in name.split(".")):
        raise error(
            f"the {what} is not named as module:name",
            got=repr(spec),
            remedy=f"write package.module:{what} or path/file.py:{what}",
        )
    module = _from_file(Path(place), what, error) if _is_file(place) else _from_name(place, what, error)
    found: Any = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as reason:
            from inscape.recording.names import offer

            raise error(
                f"there is no such name for the {what}",
                got=f"{part!r} in {place}",
                remedy=offer(part, _public_names(found)),
            ) from reason
    return found


def said(error: BaseException) -> str:
    """The kind of an error and the first line of what it says.

    >>> said(ValueError("no such thing"))
    'ValueError: no such thing'
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def _is_file(place: str) -> bool:
    return place.endswith(".py") or os.sep in place


def _from_name(name: str, what: str, error: type[InscapeError]) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise error(
            f"the {what} is in no module", got=repr(name), remedy="write package.module:name or path/file.py:name"
        )
    importlib.invalidate_caches()  # a file may have been written a moment ago
    try:
        with _importable(os.getcwd()):
            return importlib.import_module(name)
    except ModuleNotFoundError as reason:
        if reason.name is not None and (name == reason.name or name.startswith(reason.name + ".")):
            file = Path(*name.split(".")).with_suffix(".py")
            hint = f"; did you mean {file}:…?" if file.exists() else ""
            raise error(
                f"there is no such module for the {what}",
                got=name if reason.name == name else f"{name}: no module {reason.name}",
                remedy=f"check its name, install it, or name a file: path/file.py:name{hint}",
            ) from reason
        raise _failed(name, what, error, reason) from reason
    except (Exception, SystemExit) as reason:
        raise _failed(name, what, error, reason) from reason


def _from_file(path: Path, what: str, error: type[InscapeError]) -> ModuleType:
    path = path.absolute()
    if not path.is_file():
        from inscape.recording.names import nearest

        near = nearest(path.name, sorted(p.name for p in path.parent.glob("*.py"))) if path.parent.is_dir() else []
        raise error(
            f"there is no such file for the {what}",
            got=str(path),
            remedy=f"the nearest: {', '.join(near)}" if near else "check the path",
        )
    stat = path.stat()
    stamp = (str(path), stat.st_mtime_ns, stat.st_size)
    name = _module_name(path)
    known = sys.modules.get(name)
    if known is not None and getattr(known, _STAMP, None) == stamp:
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise error(f"the {what} is in no Python file", got=str(path), remedy="give a file that ends in .py")
    module = importlib.util.module_from_spec(spec)
    setattr(module, _STAMP, stamp)
    sys.modules[name] = module
    try:
        with _importable(str(path.parent)):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as reason:
        sys.modules.pop(name, None)
        raise _failed(str(path), what, error, reason) from reason
    # By value: another process can't import a file that it does not know of.
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)
    return module


@contextmanager
def _importable(folder: str) -> Iterator[None]:
    """Look for modules in this folder first; afterwards last.

    Functions may import its files later. Were it first for good, a file that happens to bear the name of a library's
    module would take its place, in worker processes too.
    """
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)


def _module_name(path: Path) -> str:
    """The file's own name where nothing else bears it."""
    stem = path.stem if path.stem.isidentifier() else "module"
    known = sys.modules.get(stem)
    if known is not None and getattr(known, _STAMP, (None,))[0] == str(path):
        return stem
    try:
        taken = known is not None or importlib.util.find_spec(stem) is not None
    except (ImportError, ValueError):
        taken = False
    if taken:
        return f"{stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    return stem


def _failed(place: str, what: str, error: type[InscapeError], reason: BaseException) -> InscapeError:
    return error(
        f"importing the {what} failed",
        got=f"{place}; it said: {said(reason)}",
        remedy="mend the error; importing must not need arguments or end the program",
    )


def _public_names(place: Any) -> Iterator[str]:
    """The names in a module that are its own, before those that it imported."""
    public = {k: v for k, v in vars(place).items() if not k.startswith("_")} if hasattr(place, "__dict__") else {}
    own = [k for k, v in public.items() if getattr(v, "__module__", None) == getattr(place, "__name__", "")]
    yield from own or public
