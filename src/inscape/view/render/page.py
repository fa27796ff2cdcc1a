"""The page as it is driven to make pictures: its clock stands, and each frame is asked for."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from inscape.errors import RenderFailed, WrongCall
from inscape.view.render.asked import Asked
from inscape.view.render.link import fragment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

SECONDS = 120.0
"""How long the page may take for one thing."""

# What a script did wrong (TypeError: a call of ours) is told from what can't be shown.
_CALL = """async ([name, argument]) => {
  try { return {value: (await window.inscape[name](argument)) ?? null}; }
  catch (error) { return {error: error.message, call: error instanceof TypeError}; }
}"""
_SET = """(state) => {
  try { window.inscape.state = state; return {}; }
  catch (error) { return {error: error.message, call: error instanceof TypeError}; }
}"""
_PREPARE = """async ([film, ground]) => {
  Object.assign(document.documentElement.dataset, {film, ground});
  await document.fonts.ready;
}"""


@contextmanager
def opened(browser: Browser, address: str, asked: Asked) -> Iterator[Driven]:
    """The page at the address of its server, as `asked` wants it shown."""
    from playwright.sync_api import Error

    width, height = asked.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=asked.scale,
        color_scheme="dark" if asked.theme == "dark" else "light",
        reduced_motion="no-preference",
    )
    context.set_default_timeout(1000 * SECONDS)
    try:
        yield Driven(context.new_page(), address, asked)
    except Error as error:
        first = str(error).splitlines()[0]
        raise RenderFailed("the browser gave up", got=first, remedy="try a smaller --size, or try it again") from error
    finally:
        context.close()


class Driven:
    """One page whose clock stands."""

    def __init__(self, page: Page, address: str, asked: Asked) -> None:
        self._page = page
        self._asked = asked
        self._under_way: set[Request] = set()
        page.on("request", self._begun)
        page.on("requestfinished", lambda request: self._under_way.discard(request))
        page.on("requestfailed", lambda request: self._under_way.discard(request))
        self._said: list[str] = []
        page.on("pageerror", lambda error: self._said.append(str(error)))
        self._session = page.context.new_cdp_session(page)
        # Said again: a session of its own takes pictures by its own measures.
        width, height = asked.size
        measures = {"width": width, "height": height, "deviceScaleFactor": asked.scale, "mobile": False}
        self._session.send("Emulation.setDeviceMetricsOverride", measures)
        # Paused from the beginning: how long the page took to open must not be seen.
        page.goto(f"{address}#{fragment(asked.link)}")
        if not page.evaluate("!!window.inscape"):
            raise RenderFailed(
                "the page does not begin",
                got=(self._said or [page.locator("body").inner_text()[:200]])[0],
                remedy="reinstall inscape; from its source folder: make web",
            )
        page.evaluate(_PREPARE, ["page" if asked.page else "stage", "none" if asked.transparent else "paper"])
        if asked.transparent:
            clear = {"r": 0, "g": 0, "b": 0, "a": 0}
            self._session.send("Emulation.setDefaultBackgroundColorOverride", {"color": clear})
        self._answered(page.evaluate(_CALL, ["hold", asked.seed]))
        self.frame(0)
        if asked.state:
            self.set(asked.state)

    def set(self, state: Mapping[str, Any]) -> None:
        """Set a part of the public state; it is shown by the next frame.

        Raises:
            WrongCall: the recording has no such thing.
        """
        self._answered(self._page.evaluate(_SET, dict(state)))

    @property
    def state(self) -> dict[str, Any]:
        """The whole public state."""
        state: dict[str, Any] = self._page.evaluate("window.inscape.state")
        return state

    @property
    def ways(self) -> dict[str, Any]:
        """What there is to go through: names of `layers` and `flows`, first and last place of `checkpoints`."""
        ways: dict[str, Any] = self._page.evaluate("window.inscape.ways")
        return ways

    def press(self, key: str) -> None:
        """Press a key, as a person does."""
        self._page.keyboard.press(key)

    def frame(self, seconds: float) -> None:
        """Let so much time pass; afterwards the picture is that of the state, with everything fetched.

        Raises:
            RenderFailed: what should be shown can't be.
        """
        self._answered(self._page.evaluate(_CALL, ["frame", seconds]))
        waited = 0.0
        while self._under_way and waited < SECONDS:
            waited += 0.005
            self._page.wait_for_timeout(5)
        if waited:  # what came is on the screen with the next frame
            self._answered(self._page.evaluate(_CALL, ["frame", 0]))

    def png(self) -> bytes:
        """What is on the screen now."""
        # Three times as quick as playwright's own screenshot, which measures and waits first.
        shot = self._session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
        return base64.b64decode(shot["data"])

    def svg(self) -> str:
        """The stage as vectors."""
        options = {"transparent": self._asked.transparent}
        return str(self._answered(self._page.evaluate(_CALL, ["svg", options]))["value"])

    def _begun(self, request: Request) -> None:
        if not request.url.endswith("/api/events"):  # which never ends
            self._under_way.add(request)

    def _answered(self, answer: dict[str, Any]) -> dict[str, Any]:
        if "error" not in answer:
            return answer
        # The page's own errors are written "what; got this; do that".
        match = re.fullmatch(r"(.*?); got (.*); (.*)", answer["error"], re.DOTALL)
        if answer.get("call"):
            what, got, remedy = match.groups() if match else (answer["error"], "the state", "look at it on the page")
            raise WrongCall(what, got=got, remedy=remedy)
        if match:
            raise RenderFailed(match[1], got=match[2], remedy=match[3])
        raise RenderFailed(
            "this can't be drawn",
            got=answer["error"],
            remedy="`inscape info` says what the recording holds, `inscape verify` whether it is intact, and "
            "`inscape embed` lays it out",
        )
