"""Finds a browser that draws, and starts it where nobody sees it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inscape.errors import RenderFailed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    # The same pixels on every machine: drawn by software, whatever graphics card there is.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

EXTRA = "pip install 'inscape[render]'"


@contextmanager
def chrome() -> Iterator[Browser]:
    """A browser without a window, until the end of the block.

    Raises:
        RenderFailed: playwright or a browser is missing, or it does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise RenderFailed("pictures need a package that is not installed", got=str(error), remedy=EXTRA) from error
    with sync_playwright() as playwright:
        executable = find_chrome(playwright)
        try:
            # A Ctrl-C is ours to answer: between two frames, see `interruption.py`.
            browser = playwright.chromium.launch(
                executable_path=executable,
                args=list(ARGUMENTS),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise RenderFailed(
                "the browser does not start",
                got=f"{executable}: {str(error).splitlines()[0]}",
                remedy="start it by hand to see why, or name another one by the environment's INSCAPE_CHROME",
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def find_chrome(playwright: Playwright) -> str:
    """The executable that ``INSCAPE_CHROME`` names, one on PATH, or playwright's own."""
    named = os.environ.get("INSCAPE_CHROME")
    if named:
        if not Path(named).is_file():
            raise RenderFailed(
                "INSCAPE_CHROME names no program",
                got=named,
                remedy="set it to the path of a Chrome or Chromium, or unset it",
            )
        return named
    own = playwright.chromium.executable_path
    found = next((path for path in map(shutil.which, CHROMES) if path), own if Path(own).is_file() else None)
    if found is None:
        raise RenderFailed(
            "pictures are drawn by a Chrome or Chromium, and none was found",
            got=f"none of {', '.join(CHROMES)} on PATH",
            remedy="install one (`playwright install chromium`), or set INSCAPE_CHROME to the path of its executable",
        )
    return found
