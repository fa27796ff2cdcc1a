"""The memory that a page takes: measured in a Chromium of its own, beside the same one with an empty page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

Memory = dict[str, float]
"""Megabytes: `page` and `graphics`, the proportional set sizes of the processes; `heap`, JavaScript's own count."""


def measured_memory(
    kind: BrowserType,
    executable: str,
    arguments: list[str],
    new_context: Callable[[Browser], BrowserContext],
    way: Callable[[Page], None],
) -> Memory:
    """How much more memory a Chromium takes once `way` has opened something in its page; Linux only."""
    chrome = kind.launch(executable_path=executable, args=arguments)
    try:
        page = new_context(chrome).new_page()
        page.goto("about:blank")
        before = _taken(chrome, page)
        way(page)
        after = _taken(chrome, page)
        return {name: after[name] - before[name] for name in after}
    finally:
        chrome.close()


def _taken(chrome: Browser, page: Page) -> Memory:
    tools = page.context.new_cdp_session(page)
    for _ in range(3):
        tools.send("HeapProfiler.collectGarbage")
    time.sleep(1.0)  # freed memory goes back to the system a little later
    heap = float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
    processes = chrome.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = {kind: sum(_size(p["id"]) for p in processes if p["type"] == kind) for kind in ("renderer", "GPU")}
    return {"page": sizes["renderer"], "heap": heap, "graphics": sizes["GPU"]}


def _size(process: int) -> float:
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) / 1000 if found else 0.0
