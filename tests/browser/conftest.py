"""A real Chromium, and the demo's recording behind the real server."""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Software rendering by SwiftShader. Not --disable-gpu: there Chromium reads the canvas back for every frame, and its
# driver says so on the console, where no message is allowed.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


def find_chrome() -> str:
    named = os.environ.get("INSCAPE_CHROME")
    if named:
        assert Path(named).is_file(), f"INSCAPE_CHROME names no file: {named}"
        return named
    found = next((path for path in map(shutil.which, CHROMES) if path), None)
    assert found, "no Chrome or Chromium was found: install one, or set INSCAPE_CHROME to the path of its executable"
    return found


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One Chromium for all tests; each makes a context of its own."""
    executable = find_chrome()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served_demo(demo_recording: Path) -> Iterator[str]:
    """The address that `inscape serve` prints for the demo's recording."""
    yield from serve(demo_recording)


def serve(path: Path) -> Iterator[str]:
    """Run `inscape serve` as a person does, until the generator is closed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inscape", "serve", str(path), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=lambda: [lines.put(line) for line in process.stdout or ()], daemon=True)
    reader.start()
    said: list[str] = []
    try:
        while True:
            try:
                said.append(lines.get(timeout=60))
            except queue.Empty:
                pytest.fail(f"inscape serve printed no address in 60 s: {''.join(said)!r}")
            match = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", said[-1])
            if match:
                break
        yield match.group()
    finally:
        process.terminate()
        process.wait(timeout=20)
        reader.join(timeout=5)
        process.stdout.close()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)
