"""A real Chromium, and the demo's recording behind the real server."""

from __future__ import annotations

import io
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from machine import OwnTime

Floats = np.ndarray[Any, Any]
WIDTH, HEIGHT = 1280, 820

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
    # The last three begin a page of the browser's own beside each of ours: a second of a processor for every test. The
    # others are Playwright's, whose list this one takes the place of.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "OptimizationHints,NetworkTimeServiceQuerying,PreconnectToSearch,AimEnabled,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
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


def serve(path: Path) -> Generator[str, None, None]:
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
                said.append(lines.get(timeout=300))
            except queue.Empty:
                pytest.fail(f"inscape serve printed no address in 300 s: {''.join(said)!r}")
            match = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", said[-1])
            if match:
                break
        yield match.group()
    finally:
        process.terminate()
        process.wait(timeout=200)
        reader.join(timeout=5)
        process.stdout.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Callable[[Path], str]]:
    """Serves recordings: `served(path)` is the address; all servers end with the session."""
    running: list[Generator[str, None, None]] = []

    def begin(path: Path) -> str:
        running.append(serve(path))
        return next(running[-1])

    yield begin
    for server in running:
        server.close()


COUNT_LOST = (
    "addEventListener('webglcontextlost', () => { window.contextsLost = (window.contextsLost ?? 0) + 1 }, true)"
)
"""What a browser may do by itself, and a test that fails is to tell."""


@dataclass
class Tour:
    """The page, driven through `window.inscape` and seen through screenshots."""

    page: Page
    address: str
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    leaving: bool = False

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.evaluate("window.inscape.state")
        return state

    @property
    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.page.evaluate("window.inscape.view")
        return view

    def where_is(self, sample: int) -> Floats:
        """(2,): CSS pixels of the stage, of a picture that is ready."""
        place = self.page.evaluate("sample => window.inscape.whereIs(sample)", sample)
        assert place is not None, f"it is nowhere; {self.page.evaluate('[window.contextsLost, window.inscape.view]')}"
        return np.array(place, dtype=float)

    def is_ready(self) -> bool:
        view = self.view  # read once: between two readings it may go
        return bool(view and view["ready"])

    def show(self, **state: Any) -> None:
        """Set some of the state and wait until that is what is drawn."""
        self.page.evaluate("state => { window.inscape.state = state }", state)
        self.wait(self.is_ready)
        # What was drawn is on the screen one frame later.
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def reload(self) -> None:
        """Load the page again; what it was fetching is broken off."""
        self.leaving = True
        self.page.reload()
        self.leaving = False
        self.wait(lambda: self.page.evaluate("!!window.inscape?.view"))

    def complaint_of(self, request: Request) -> list[str]:
        """What failed; the browser itself breaks off its icon, and all that is under way, when a page is left."""
        left = (self.leaving or "favicon" in request.url) and "ERR_ABORTED" in (request.failure or "")
        return [] if left else [f"failed: {request.url}"]

    def wait(self, condition: Callable[[], Any], seconds: float = 20) -> None:
        # Not page.wait_for_function: it makes code from text, which the page's Content-Security-Policy forbids.
        ours = OwnTime()
        while not condition():
            if ours.seconds() > seconds:
                state = self.page.evaluate("({...window.inscape?.state, basis: null, ...window.inscape?.view})")
                pytest.fail(f"waited {seconds} s in vain; {state}")
            time.sleep(0.02)

    def pixels(self) -> Floats:
        """The stage as (height, width, 3) in 0..255, without the tools that lie on it."""
        tools = """visible => document.querySelectorAll(".select-tools, .shown-count").forEach(tool => {
            tool.style.visibility = visible;
        })"""
        self.page.evaluate(tools, "hidden")
        png = self.page.get_by_test_id("stage").screenshot()
        self.page.evaluate(tools, "")
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(float)

    def input(self, testid: str, value: float) -> None:
        """Move a slider as the pointer does."""
        self.page.get_by_test_id(testid).evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})) }",
            value,
        )


def open_page(context: BrowserContext, address: str, ready: bool = True) -> Tour:
    """A new page at an address, once its recording is shown."""
    tour = Tour(context.new_page(), address)
    tour.page.on("console", lambda message: tour.messages.append(f"{message.type}: {message.text}"))
    tour.page.on("pageerror", lambda error: tour.messages.append(f"error: {error}"))
    tour.page.on("requestfailed", lambda request: tour.messages.extend(tour.complaint_of(request)))
    tour.page.on("request", lambda request: tour.requests.append(request.url))
    tour.page.add_init_script(COUNT_LOST)
    tour.page.set_default_timeout(180_000)  # what never comes; others may have the machine meanwhile
    if not ready:
        tour.page.goto(address)
        return tour
    # What people kept is read behind the first picture, and its strip makes the stage smaller.
    with tour.page.expect_response("**/people"):
        tour.page.goto(address)
    tour.wait(lambda: tour.page.evaluate("!!window.inscape?.view"))
    return tour


@pytest.fixture
def tour(chrome: Browser, served_demo: str) -> Iterator[Tour]:
    """The page on the demo; at the end nothing was on the console and no other host was asked."""
    context = chrome.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    tour = open_page(context, served_demo)
    yield tour
    context.close()
    assert tour.messages == []
    here = urlsplit(served_demo).netloc
    assert {urlsplit(url).netloc for url in tour.requests} == {here}


@pytest.fixture
def open_tour(chrome: Browser) -> Iterator[Callable[..., Tour]]:
    """Opens pages: `open_tour(address, **settings of the browser's context)`; closes them all at the end."""
    contexts: list[BrowserContext] = []

    def begin(address: str, ready: bool = True, **settings: Any) -> Tour:
        contexts.append(chrome.new_context(**({"viewport": {"width": WIDTH, "height": HEIGHT}} | settings)))
        return open_page(contexts[-1], address, ready)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def run_server() -> Iterator[Callable[..., Any]]:
    """Runs `inscape serve` on recordings: `run_server(*paths, token=…, port=…)` gives (address, process)."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*paths: Path, token: str = "a-token_1", port: int = 0) -> tuple[str, subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "inscape", "serve", *map(str, paths), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "INSCAPE_TOKEN": token, "PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            match = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
            if match:
                return match.group(), process
        raise AssertionError("no address was printed")

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)
