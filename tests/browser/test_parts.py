"""What the page fetches at first, and the parts of it that come by themselves: small, at hand, told of if missing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, expect

OpenTour = Any

MOST_AT_FIRST = 150_000
"""Bytes, compressed, of the scripts that a person waits for."""

FETCHED = "performance.getEntriesByType('resource').map(({name}) => name)"

IMPORT = re.compile(r"""(?:from|import)\s*["'`](\.[^"'`]+\.js)["'`]""")


def test_the_scripts_that_a_person_waits_for_are_small(chrome: Browser, served_demo: str) -> None:
    context = chrome.new_context()
    page = context.new_page()
    page.goto(served_demo)
    # What the page names, and what those import: the rest is fetched when it is wanted.
    found: list[str] = page.evaluate("""[...document.querySelectorAll("script[src]")].map((script) => script.src)""")
    assert found
    sizes: dict[str, int] = {}
    for address in found:  # grows while it is gone through
        answer = context.request.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.ok and answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        sizes[address] = int(answer.headers["content-length"])
        found += [each for name in IMPORT.findall(answer.text()) if (each := urljoin(address, name)) not in found]
    context.close()
    assert 30_000 < sum(sizes.values()) <= MOST_AT_FIRST, sizes


def test_the_other_parts_are_fetched_when_nothing_else_is_to_be_done(tour: Any) -> None:
    parts = ("TrailsPanel", "LayersPanel", "UnitsPanel", "GridView", "ConfusionChart", "better-view", "vector", "query")
    tour.wait(
        lambda: set(parts) <= {part for url in tour.page.evaluate(FETCHED) for part in parts if f"/{part}-" in url},
    )
    assert tour.state["view"] == "tour"


def test_a_view_that_a_link_asks_for_is_fetched_beside_the_recording(open_tour: OpenTour, served_demo: str) -> None:
    tour = open_tour(f"{served_demo}#view=trails")
    tour.page.get_by_test_id("trails-at").wait_for()
    asked = [urlsplit(url).path for url in tour.requests]
    panel = next(i for i, path in enumerate(asked) if "/TrailsPanel-" in path)
    assert panel < next(i for i, path in enumerate(asked) if path.startswith("/recordings/"))
    assert tour.messages == []


@pytest.mark.parametrize(
    ("part", "button", "shown"),
    [
        ("LayersPanel", "view-layers", "layers-empty"),
        ("TrailsPanel", "view-trails", "stage"),
        ("GridView", "panes-grid", "grid"),
    ],
)
def test_a_part_that_can_not_be_fetched_says_so_and_is_tried_again(
    part: str, button: str, shown: str, open_tour: OpenTour, served_demo: str
) -> None:
    tour = open_tour("about:blank", ready=False)
    missing = re.compile(rf"/assets/{part}-.*\.js$")
    tour.page.route(missing, lambda route: route.fulfill(status=503, body=""))
    tour.page.goto(served_demo)
    tour.wait(lambda: any(missing.search(url) for url in tour.page.evaluate(FETCHED)))
    tour.page.get_by_test_id(button).click()
    message = tour.page.get_by_role("alert")
    expect(message).to_contain_text("could not load the")
    tour.page.unroute(missing)
    message.get_by_role("button", name="Try again").click()
    tour.page.get_by_test_id(shown).wait_for()
    assert not tour.page.get_by_role("alert").count()
    # Nothing but the browser's own words about the file.
    assert all("503" in said or missing.search(said) for said in tour.messages), tour.messages
