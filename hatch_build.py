"""Builds the front end while the package is built, so that a wheel carries the page and needs no Node."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _frontend() -> ModuleType:
    # By its path: `scripts/` is no package, and a build backend does not run with it on sys.path.
    path = Path(__file__).resolve().parent / "scripts" / "frontend.py"
    spec = importlib.util.spec_from_file_location("inscape_frontend", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is missing: build from a checkout or from the source distribution")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FrontEnd(BuildHookInterface[Any]):
    """Builds `web/` into `src/inscape/view/page/` for wheels and source distributions."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """A Node from PyPI, where the page has to be built and the system's Node is missing or old."""
        requirements: list[str] = _frontend().requirements()
        return requirements

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless it is current. An editable installation takes whatever `make web` built."""
        if version == "editable":
            return
        frontend = _frontend()
        try:
            frontend.build()
        except frontend.FrontEndError as error:
            raise SystemExit(f"error: {error}") from None
