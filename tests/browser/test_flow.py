"""From layer to layer in the browser: nothing jumps, and the page says what kind of step it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

import inscape

Tour = Any
Floats = Any
"""What `conftest.py` calls so."""


SAMPLES = 60


@pytest.fixture
def flowing(tour: Tour) -> Tour:
    tour.show(playing=False)
    tour.show(embedding="flow:flow", layerPlace=0)
    return tour


def places(tour: Tour) -> Floats:
    ids = list(range(0, SAMPLES * 30, 30))
    return np.array(tour.page.evaluate("ids => ids.map((i) => window.inscape.whereIs(i))", ids))


def at(tour: Tour, place: float) -> Floats:
    tour.show(layerPlace=place)
    return places(tour)


def test_neighboring_pictures_agree_both_ways(flowing: Tour, demo_recording: Path) -> None:
    stops = inscape.open(demo_recording).flow().stops
    last = len(stops) - 1
    tiny = 1e-6
    for stop in range(last):  # forward
        here = at(flowing, stop)
        assert np.abs(at(flowing, stop + tiny) - here).max() <= 1
        before = at(flowing, stop + 1 - tiny)
        assert np.abs(at(flowing, stop + 1) - before).max() <= 1
    for stop in range(last, 0, -1):  # and back
        here = at(flowing, stop)
        assert np.abs(at(flowing, stop - tiny) - here).max() <= 1
        before = at(flowing, stop - 1 + tiny)
        assert np.abs(at(flowing, stop - 1) - before).max() <= 1


def test_the_way_is_continuous(flowing: Tour) -> None:
    now = at(flowing, 3)
    for place in np.linspace(3, 5, 81)[1:]:
        then, now = now, at(flowing, float(place))
        assert np.abs(now - then).max() < 60, place


def test_points_are_where_the_stored_flow_says(flowing: Tour, demo_recording: Path) -> None:
    flow = inscape.open(demo_recording).flow()
    ids = np.arange(0, SAMPLES * 30, 30)
    for stop in (0, 3, 6, len(flow.stops) - 1):
        seen = at(flowing, stop)
        basis = np.array(flowing.state["basis"])
        basis = basis.reshape(int(len(basis) ** 0.5), -1)
        view = flowing.view
        p = flow.coordinates(stop)[ids] @ basis[:, :2]
        expected = np.array(view["center"]) + view["scale"] * p * [1, -1]
        assert np.abs(seen - expected).max() <= 1


def test_the_page_says_what_kind_of_step_it_is(flowing: Tour) -> None:
    caption, trust = flowing.page.get_by_test_id("caption"), flowing.page.get_by_test_id("leg-trust")
    flowing.show(layerPlace=0.5)
    expect(caption).to_contain_text("Linear (conv2d)")
    expect(trust).to_contain_text("Exact")
    flowing.show(layerPlace=6.5)
    expect(caption).to_contain_text("stand-in")
    expect(trust).to_contain_text("average pooling alone misses")
    flowing.show(layerPlace=7)
    expect(trust).to_have_count(0)


def test_keys_and_buttons_go_along_the_flow_and_leave_it(flowing: Tour) -> None:
    flowing.page.locator("body").press("j")
    flowing.wait(lambda: flowing.state["layerPlace"] == 1)
    assert flowing.state["layer"] == "conv1"
    flowing.page.locator("body").press("k")
    flowing.wait(lambda: flowing.state["layerPlace"] == 0)
    flowing.show(layerPlace=5)
    flowing.page.get_by_test_id("embedding-pca").click()
    flowing.wait(lambda: flowing.view["ready"])
    state = flowing.state
    assert (state["embedding"], state["layer"], state["layerPlace"]) == ("pca", "conv3", None)
    flowing.page.get_by_test_id("embedding-flow").click()
    flowing.wait(lambda: flowing.view["ready"])
    assert flowing.state["layerPlace"] == 5


def test_a_link_shows_the_same_place(flowing: Tour, open_tour: Callable[..., Tour], served_demo: str) -> None:
    for place in (4, 4.7):
        seen = at(flowing, place)
        flowing.wait(lambda place=place: f"place={place}" in flowing.page.evaluate("location.hash").split("&"))
        again = open_tour(served_demo + flowing.page.evaluate("location.hash"))
        again.wait(lambda again=again: again.view["ready"])
        assert again.state["layerPlace"] == place
        assert np.abs(places(again) - seen).max() <= 1
