"""What a frame of the tour costs beside langevitour's, and how soon a recording is on the screen, in one run.

    python benchmarks/tour.py            # about ten minutes on two cores
    python benchmarks/tour.py --sizes 100000 --seconds 2 --repeats 1

Needs npm, Chromium (as the browser tests find it, or INSCAPE_CHROME), Playwright and the built page (`make web`).

1. The same points in the real page, behind `inscape serve`, and in langevitour 0.8.0 (npm), each in a tab of one
   Chromium with software WebGL. They take turns of some seconds, of which the first is not counted, and who is not on
   is paused. Main-thread time a frame: at most 1/20 of langevitour's. Frames a second: at least as many.
2. The same with 10,000 samples that have pictures: Inscape's page with images in place of points, and with points, and
   langevitour with points; it can show no images.
3. The memory of a Chromium with one such page more than with an empty one, after its garbage was collected: of the
   page's process, of its JavaScript heap, and of the graphics process, which here is the graphics card's memory too.
4. From the navigation to a served recording of 70,000 × 15 until its points are on the screen, each time in a fresh
   context, whose caches are empty: at most 2 s, the median.

The main-thread time is taken twice, from outside and the same way for both: `callback` is the time inside the
animation callbacks that drew, and inside timers; `thread` is all that Chromium counts as tasks of the page's main
thread (scripts, style, layout, paint, collecting garbage). A frame presented is a callback that drew: Chromium asks for
no further one before it has taken this one (in its traces there are as many swaps of the display as such callbacks).

Equal: the rows (PCA coordinates of seeded clusters, to the int16 that Inscape stores), the ten classes, the canvas in
CSS and in device pixels, the pixels that a unit of the data takes, the diameter of a point in CSS pixels. Neither shows
axes, controls over the points, or anything under a pointer.

Unequal, in langevitour's favor: Chromium draws its 2D canvas by the CPU, at twenty times the frames that it has on an
emulated graphics card; its shading of each point is off, and its pointer is away (else it searches all points in every
frame); its page has nothing else on it, Inscape's has all of its header, legend and time bar.

Unequal by design: its points are squares on a 2D canvas, Inscape's are disks with a soft edge (a pixel wider), blended,
by WebGL2 on an emulated graphics card, beside the main thread; each moves in its own way and at its own speed;
langevitour rests for 5 ms after each frame, which is not counted as main-thread time but is in its frames a second, and
clamps points to its square plot, the left part of its canvas, where Inscape uses the whole of it.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tour_memory import Memory, measured_memory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

HERE = Path(__file__).resolve().parent / "tour"
ROOT = HERE.parent.parent
PACKAGES = ROOT / ".make" / "benchmark-tour"
"""Where npm installs what `tour/package-lock.json` pins; git ignores it."""

DIMS = 16
CLASSES = 10
PICTURED = 10_000
"""Samples of the recording with pictures, of 28 × 28 pixels."""

OPENED = (70_000, 15)
"""The recording whose opening is timed: as many samples as MNIST, and the dimensions of a UMAP."""

VIEWPORT = {"width": 1280, "height": 800}
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# As in tests/browser/conftest.py, which says why.
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
    # langevitour's canvas by the CPU: on the emulated graphics card it presents a twentieth of the frames.
    "--disable-accelerated-2d-canvas",
]

FEWEST = 8
"""Frames that a turn has at least, be it longer for them."""


def fail(what: str, got: str, remedy: str) -> SystemExit:
    """What the benchmark ends with where it can't run."""
    return SystemExit(f"error: {what}\n  got:    {got}\n  remedy: {remedy}")


def find_chrome() -> str:
    """The browser that the tests would use."""
    named = os.environ.get("INSCAPE_CHROME")
    if named and not Path(named).is_file():
        raise fail("INSCAPE_CHROME names no file", named, "let it be the path of Chromium's executable")
    found = named or next((path for path in map(shutil.which, CHROMES) if path), None)
    if not found:
        raise fail(
            "there is no Chromium", f"none of {', '.join(CHROMES)} on PATH", "install one, or set INSCAPE_CHROME"
        )
    return found


def check_page() -> str:
    """Say of when the built page is."""
    import inscape.view.server

    index = inscape.view.server.PAGE / "index.html"
    if not index.is_file():
        raise fail("the page is not built", f"no {index}", "run `make web`")
    changed = max((path.stat().st_mtime for path in (ROOT / "web" / "src").rglob("*.ts*")), default=0.0)
    return "older than its sources: `make web`" if changed > index.stat().st_mtime else "newer than its sources"


def bundle_peer(folder: Path) -> None:
    """Install langevitour once, as the lock file pins it, and lay its page into `folder`."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise fail("there is no npm", "no node and npm on PATH", "install Node 20 or newer")
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    seal = PACKAGES / "node_modules" / ".lock"
    if not seal.is_file() or seal.read_text() != lock:
        PACKAGES.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, PACKAGES)
        run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], "npm could not install langevitour")
        seal.write_text(lock)
    shutil.copy(HERE / "peer.js", PACKAGES)
    shutil.copy(HERE / "peer.html", folder)
    esbuild = PACKAGES / "node_modules" / ".bin" / "esbuild"
    bundle = f"--outfile={folder / 'peer.bundle.js'}"
    run(
        [str(esbuild), "peer.js", "--bundle", "--minify", "--log-level=warning", bundle], "langevitour can't be bundled"
    )


def run(command: list[str], what: str) -> None:
    """Run a command beside the packages; what it says is shown where it fails."""
    done = subprocess.run(command, cwd=PACKAGES, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise fail(what, f"exit status {done.returncode}: {said}", "connect to a network, or correct what it names")


def clusters(samples: int, dims: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, d) float32 in ten Gaussian clusters of different spread, and the class of each."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, CLASSES, samples, dtype=np.int32)
    centers = 3 * rng.standard_normal((CLASSES, dims), dtype=np.float32)
    spreads = rng.uniform(0.4, 1.6, (CLASSES, dims)).astype(np.float32)
    rows = centers[classes] + spreads[classes] * rng.standard_normal((samples, dims), dtype=np.float32)
    return rows, classes


def record(samples: int, dims: int, folder: Path) -> Any:
    """A recording of the clusters, through a network that changes nothing, and its PCA."""
    from torch import nn

    import inscape

    rows, classes = clusters(samples, dims)
    recording = inscape.record(
        nn.Sequential(OrderedDict(points=nn.Identity())),
        rows,
        out=folder / f"{samples}.inscape",
        layers=["points"],
        labels=classes,
        class_names=[f"class {k}" for k in range(CLASSES)],
        predictions=False,
        batch_size=8192,
        progress=False,
    )
    inscape.embed(recording, "pca", dims=dims, quality=False, progress=False)
    return recording


def record_pictures(samples: int, dims: int, folder: Path) -> Any:
    """A recording of pictures whose 28 × 28 pixels a fixed linear layer brings to the clusters, and its PCA."""
    import torch
    from torch import nn

    import inscape

    rows, classes = clusters(samples, dims)
    rng = np.random.default_rng(1)
    patterns = np.linalg.qr(rng.standard_normal((784, dims)))[0].astype(np.float32)
    pictures = np.clip(0.5 + 0.25 * rows @ patterns.T, 0, 1).reshape(-1, 1, 28, 28)
    layer = nn.Linear(784, dims, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(patterns.T.copy()))
    recording = inscape.record(
        nn.Sequential(OrderedDict(flat=nn.Flatten(), points=layer)),
        pictures,
        out=folder / f"{samples}-pictures.inscape",
        layers=["points"],
        labels=classes,
        class_names=[f"class {k}" for k in range(CLASSES)],
        predictions=False,
        batch_size=8192,
        progress=False,
    )
    inscape.embed(recording, "pca", dims=dims, quality=False, progress=False)
    return recording


@contextlib.contextmanager
def serving(recording: Path) -> Iterator[str]:
    """Run `inscape serve` as a person does; the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inscape", "serve", str(recording), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said += line
            match = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
            if match:
                break
        else:
            raise fail("inscape serve printed no address", repr(said), "correct what it names")
        # It has little to say, but must not wait for somebody to read it.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield match.group()
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def static(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on the loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Side:
    """One of the two: a page, how it is set in motion, and what its turns have measured."""

    def __init__(self, name: str, page: Page, play: str) -> None:
        self.name = name
        self.page = page
        self.turns: list[dict[str, float]] = []
        self._play = play
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable")

    def play(self, playing: bool) -> None:
        """Set the tour going, or let it rest."""
        self.page.evaluate(self._play, playing)

    def take_turn(self, seconds: float) -> dict[str, float]:
        """Run alone for some seconds, and for some frames at least."""
        self.page.bring_to_front()
        before, at_first = self._counted(), self._thread_seconds()
        self.play(True)
        self.page.wait_for_timeout(1000 * seconds)
        deadline = time.monotonic() + 60
        # The first frame of a turn follows no other.
        while (frames := self.page.evaluate("() => measured.starts.length") - before["frames"]) <= FEWEST:
            if time.monotonic() > deadline:
                raise fail(f"{self.name} hardly moves", f"{frames} frames in a minute", "measure with smaller --sizes")
            self.page.wait_for_timeout(500)
        self.play(False)
        self.page.wait_for_timeout(300)  # the frame that was asked for already
        after, at_last = self._counted(), self._thread_seconds()
        frames = after["frames"] - before["frames"]
        starts, busy = after["starts"][-frames:], after["busy"][-frames:]
        return {
            "callback_ms": (sum(busy) + after["timers"] - before["timers"]) / frames,
            "thread_ms": 1000 * (at_last - at_first) / frames,
            "frames_per_s": 1000 * (frames - 1) / (starts[-1] - starts[0]),
        }

    def _counted(self) -> Any:
        return self.page.evaluate("() => ({...measured, frames: measured.starts.length, now: performance.now()})")

    def _thread_seconds(self) -> float:
        metrics = self._tools.send("Performance.getMetrics")["metrics"]
        return next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")

    def medians(self) -> dict[str, float]:
        """Of all turns."""
        return {key: statistics.median(turn[key] for turn in self.turns) for key in self.turns[0]}


def fresh_context(chrome: Browser) -> BrowserContext:
    """A context with nothing cached, whose pages are measured."""
    context = chrome.new_context(viewport=VIEWPORT)
    context.set_default_timeout(300_000)
    context.add_init_script(path=HERE / "measure.js")
    return context


PLAY = "(playing) => { window.inscape.state = {playing}; }"

CANVAS = """(canvas) => {
  const {width, height} = canvas.getBoundingClientRect();
  return {css: [width, height], pixels: [canvas.width, canvas.height]};
}"""


def wait_until(page: Page, condition: str) -> None:
    """Poll, for five minutes at most: `wait_for_function` makes code from text, which Inscape's page forbids."""
    deadline = time.monotonic() + 300
    while not page.evaluate(f"() => Boolean({condition})"):
        if time.monotonic() > deadline:
            raise fail("a page does not get ready", condition, "look at it in a browser")
        time.sleep(0.02)


def open_inscape(page: Page, address: str, samples: int, **state: Any) -> None:
    """Open a served recording in a page and let the tour rest."""
    page.goto(address)
    wait_until(page, f"window.inscape?.view?.ready && window.inscape.view.points === {samples}")
    page.evaluate("state => { window.inscape.state = state; }", {"playing": False} | state)
    wait_until(page, "window.inscape.view.ready")


def open_peer(page: Page, address: str, wanted: dict[str, float]) -> None:
    """Open langevitour's page and let it rest."""
    page.goto(f"{address}/peer.html")
    page.evaluate("(wanted) => showPeer(wanted)", wanted)
    wait_until(page, "measured.starts.length > 0")


def compare(
    chrome: Browser, samples: int, seconds: float, repeats: int, folder: Path, pictures: bool = False
) -> dict[str, Any]:
    """Measure 1 at one size, or measure 2; and what 3 needs to open the same."""
    recording = (record_pictures if pictures else record)(samples, DIMS, folder)
    embedding = recording.embedding("pca", "points")
    embedding.aligned.astype("<f4").tofile(folder / "rows.bin")
    clusters(samples, DIMS)[1].astype("<i4").tofile(folder / "groups.bin")
    with serving(recording.path) as address, static(folder) as peer_address, fresh_context(chrome) as context:
        page = context.new_page()
        open_inscape(page, address, samples)
        inscape = Side("inscape", page, PLAY)
        canvas = page.locator("canvas").first.evaluate(CANVAS)
        width, height = canvas["pixels"]
        diameter = page.evaluate("() => measured.diameter")
        if diameter is None:
            raise fail("the size of a point is not known", "no uniform u_size", "follow web/src/render in measure.js")
        if width < height + 100:
            raise fail("langevitour's canvas can't have this shape", f"{width} × {height}", "make VIEWPORT wider")

        peer = context.new_page()
        wanted = {
            "width": width,
            "height": height,
            "dims": DIMS,
            "groups": CLASSES,
            "diameter": diameter,
            "pixels": page.evaluate("() => window.inscape.view.scale"),
        }
        open_peer(peer, peer_address, wanted)
        langevitour = Side("langevitour", peer, "(playing) => playPeer(playing)")
        its = peer.locator("canvas").first.evaluate(CANVAS)
        if its["pixels"] != canvas["pixels"]:
            raise fail("the canvases differ", f"{canvas} and {its}", "correct peer.js")

        sides = [inscape, langevitour]
        drawn = 0
        if pictures:
            second = context.new_page()
            open_inscape(second, address, samples, marks="images")
            drawn = second.evaluate("() => window.inscape.view.images")
            sides.insert(0, Side("images", second, PLAY))
        print(f"{samples:,} × {DIMS}, canvas {width} × {height}, points of {diameter:.2f} px", flush=True)
        for turn in range(-1, repeats):
            for side in sides:
                found = side.take_turn(seconds if turn >= 0 else min(2.0, seconds))
                if turn >= 0:
                    side.turns.append(found)
            if turn >= 0:
                print("  " + "   ".join(described(side.name, side.turns[-1]) for side in sides), flush=True)
        medians = {side.name: side.medians() for side in sides}
        page.context.close()
        memory = measure_memory(chrome, samples, address, peer_address, wanted, pictures)
    return {
        "samples": samples,
        "images_at_rest": drawn,
        "canvas": canvas["pixels"],
        "diameter": diameter,
        "medians": medians,
        "langevitour_over_inscape": {
            key: medians["langevitour"][key] / value for key, value in medians["inscape"].items()
        },
        "memory_MB": memory,
    }


def measure_memory(
    chrome: Browser, samples: int, address: str, peer_address: str, wanted: dict[str, float], pictures: bool
) -> dict[str, Memory]:
    """Measure 3: each in a Chromium of its own."""

    def points(page: Page) -> None:
        open_inscape(page, address, samples)

    def images(page: Page) -> None:
        open_inscape(page, address, samples, marks="images")

    def peer(page: Page) -> None:
        open_peer(page, peer_address, wanted)

    opened = {"inscape": points, "langevitour": peer} | ({"images": images} if pictures else {})
    return {
        name: measured_memory(chrome.browser_type, find_chrome(), ARGUMENTS, fresh_context, way)
        for name, way in opened.items()
    }


def described(name: str, found: dict[str, float]) -> str:
    """One turn in a line."""
    return (
        f"{name} callback {found['callback_ms']:.2f} ms, thread {found['thread_ms']:.2f} ms, "
        f"{found['frames_per_s']:.1f} frames/s"
    )


def opening(chrome: Browser, repeats: int, folder: Path) -> list[float]:
    """Measure 4: seconds, one a fresh context."""
    samples, dims = OPENED
    recording = record(samples, dims, folder)
    seconds = []
    with serving(recording.path) as address:
        for _ in range(repeats):
            with fresh_context(chrome) as context:
                context.add_init_script(f"watchForPoints({samples})")
                page = context.new_page()
                page.goto(address, wait_until="commit")
                wait_until(page, "window.measured?.shown")
                seconds.append(page.evaluate("() => measured.shown") / 1000)
    return seconds


def report_frames(found: dict[str, Any]) -> None:
    """Print 1, 2 and 3."""
    print(json.dumps(found, indent=1))
    size = f"{found['samples']:,} × {DIMS}"
    mine, its = found["medians"]["inscape"], found["medians"]["langevitour"]
    for key in ("callback", "thread"):
        a, b = mine[f"{key}_ms"], its[f"{key}_ms"]
        # Of few points a frame is short on both sides, and nothing is promised.
        verdict = "" if found["images_at_rest"] else f" (aim: 1/20) {'held' if a <= b / 20 else 'MISSED'}"
        print(f"{size}: {key} {a:.3f} ms a frame, 1/{b / a:.0f} of langevitour's {b:.1f} ms{verdict}")
    if pictured := found["medians"].get("images"):
        a, b = pictured["callback_ms"], pictured["thread_ms"]
        print(f"{size}: images, {found['images_at_rest']} at rest: callback {a:.3f} ms, thread {b:.3f} ms a frame")
    for name, memory in found["memory_MB"].items():
        print(f"{size}: {name}: " + ", ".join(f"{key} {value:.0f} MB" for key, value in memory.items()))
    a, b = mine["frames_per_s"], its["frames_per_s"]
    verdict = "held" if a >= b else "MISSED"
    print(f"{size}: {a:.2f} frames a second, {a / b:.2f} × langevitour's {b:.2f} (aim: 1.00) {verdict}", flush=True)


def report_opening(seconds: list[float]) -> None:
    """Print 4."""
    median = statistics.median(seconds)
    each = " ".join(f"{s:.2f}" for s in seconds)
    verdict = "held" if median <= 2 else "MISSED"
    samples, dims = OPENED
    print(f"{samples:,} × {dims} is on the screen {median:.2f} s after the navigation (aim: 2; {each}) {verdict}")


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000], help="samples of measure 1")
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, default=True, help="measure 2")
    parser.add_argument("--seconds", type=float, default=5, help="of a turn")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each, and openings")
    arguments = parser.parse_args()
    executable = find_chrome()
    page = check_page()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise fail("Playwright is missing", str(error), "pip install 'inscape[test]'") from error
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        load = os.getloadavg()[0]
        print(
            f"Chromium {chrome.version}, {os.cpu_count()} cores under a load of {load:.1f}, a page {page}", flush=True
        )
        pictured = [(PICTURED, True)] if arguments.pictures else []
        for samples, pictures in [(size, False) for size in arguments.sizes] + pictured:
            with tempfile.TemporaryDirectory() as folder:
                bundle_peer(Path(folder))
                report_frames(compare(chrome, samples, arguments.seconds, arguments.repeats, Path(folder), pictures))
        with tempfile.TemporaryDirectory() as folder:
            report_opening(opening(chrome, arguments.repeats, Path(folder)))
        chrome.close()


if __name__ == "__main__":
    main()
