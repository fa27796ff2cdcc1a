"""Bundling of trails: what stays, what comes together, and that place, size and company change nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inscape.errors import ArrayError
from inscape.shape import bundle
from inscape.shape.bundling import resample
from machine import OwnTime


def two_bundles(count: int = 200, steps: int = 9, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Trails along two lines that cross at a right angle, each point off its line by a tenth; and which line."""
    rng = np.random.default_rng(seed)
    line = np.arange(count) % 2
    along = np.linspace(-1, 1, steps)
    horizontal = np.stack([along, np.zeros(steps)], axis=1)
    paths = np.where(line[:, None, None] == 0, horizontal, horizontal[:, ::-1])
    return paths + rng.normal(scale=0.1, size=paths.shape), line


def inked(trails: np.ndarray, side: int = 400) -> int:
    """Pixels that a line through the points of any trail touches."""
    from PIL import Image, ImageDraw

    low, high = np.array([-1.5, -1.5]), np.array([1.5, 1.5])
    picture = Image.new("1", (side, side))
    draw = ImageDraw.Draw(picture)
    for trail in (trails - low) / (high - low) * side:
        draw.line([tuple(point) for point in trail], fill=1)
    return int(np.asarray(picture).sum())


def test_the_ends_stay_and_the_steps_keep_their_times() -> None:
    paths, line = two_bundles()
    bundled = bundle(paths)
    assert bundled.shape == (200, 65, 2) and bundled.dtype == np.float32
    np.testing.assert_array_equal(bundled[:, 0], paths[:, 0].astype(np.float32))
    np.testing.assert_array_equal(bundled[:, -1], paths[:, -1].astype(np.float32))
    # Points move across their trail: along the line they are where they were, but for the noise that was smoothed.
    here = np.where(line == 0, 0, 1)
    along = np.take_along_axis(bundled, here[:, None, None], 2)[:, :, 0]
    expected = np.broadcast_to(np.linspace(-1, 1, 65), along.shape)
    assert np.abs(along - expected)[:, 8:-8].mean() < 0.05


def test_two_planted_bundles_come_together_and_take_less_ink() -> None:
    paths, line = two_bundles()
    raw, bundled = resample(paths), bundle(paths)
    middle = slice(12, 53)
    for one, across in ((0, 1), (1, 0)):
        before = raw[line == one, middle, across].std()
        after = bundled[line == one, middle, across].std()
        assert after < 0.25 * before
    assert inked(bundled) < 0.6 * inked(raw)


def test_groups_are_drawn_to_their_own_kind_only() -> None:
    rng = np.random.default_rng(1)
    line = np.arange(300) % 2
    paths = np.zeros((300, 5, 2))
    paths[:, :, 0] = np.linspace(0, 1, 5)
    paths[:, :, 1] = np.where(line == 0, -0.06, 0.06)[:, None] + rng.normal(scale=0.01, size=(300, 5))
    together, apart = bundle(paths, kernel=0.12), bundle(paths, line, kernel=0.12)

    def gap(trails: np.ndarray) -> float:
        middle = trails[:, 20:45, 1]
        return float(middle[line == 1].mean() - middle[line == 0].mean())

    assert gap(apart) > 0.1
    assert gap(together) < 0.5 * gap(apart)


def test_one_group_is_all_together_and_the_order_of_the_groups_does_not_matter() -> None:
    paths, line = two_bundles()
    np.testing.assert_array_equal(bundle(paths, np.full(200, 7)), bundle(paths))
    names = np.array(["b", "a"])[line]
    np.testing.assert_array_equal(bundle(paths, line), bundle(paths, 1 - line))
    np.testing.assert_array_equal(bundle(paths, line), bundle(paths, names))
    # A group's trails are as they are without the others, where those do not change the extent of all.
    alone = bundle(np.concatenate([paths[line == 0], paths[line == 1][:0]]), kernel=0.06)
    assert np.abs(alone[:, 32, 1]).mean() < 0.06


def test_the_same_input_gives_the_same_bits() -> None:
    paths, line = two_bundles()
    np.testing.assert_array_equal(bundle(paths, line), bundle(paths.copy(), line.copy()))
    np.testing.assert_array_equal(bundle(paths.astype(np.float32)), bundle(paths.astype(np.float32)))


def test_strength_goes_straight_from_raw_to_bundled() -> None:
    paths, _ = two_bundles()
    raw, bundled = resample(paths), bundle(paths)
    np.testing.assert_array_equal(bundle(paths, strength=0), raw)
    np.testing.assert_allclose(bundle(paths, strength=0.5), (raw + bundled) / 2, atol=1e-6)
    assert np.abs(bundled - raw).max() > 0.05


@settings(max_examples=20, deadline=None)
@given(
    st.integers(2, 6),
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.sampled_from([0.25, 0.5, 2.0, 8.0]),
    st.integers(0, 5),
)
def test_moving_and_scaling_the_plane_moves_and_scales_the_bundles(
    steps: int, x: float, y: float, scale: float, seed: int
) -> None:
    paths, _ = two_bundles(30, steps, seed)
    here = bundle(paths)
    there = bundle(paths * scale + np.array([x, y]))
    # The grid is laid over the trails, so only the rounding of float32 differs, a cell's border now and then.
    error = np.abs((there - np.array([x, y])) / scale - here)
    assert np.quantile(error, 0.99) < 1e-2
    assert error.max() < 0.1


def test_mirroring_and_turning_by_a_right_angle_do_the_same_to_the_bundles() -> None:
    paths, _ = two_bundles(60, 7)
    np.testing.assert_allclose(bundle(paths[:, :, ::-1]), bundle(paths)[:, :, ::-1], atol=1e-3)


@pytest.mark.parametrize("steps", [2, 3, 20, 100, 300])
def test_every_step_is_a_point_of_the_raw_trail(steps: int) -> None:
    paths = np.random.default_rng(0).normal(size=(5, steps, 2)).astype(np.float32)
    raw = resample(paths)
    between = (raw.shape[1] - 1) // (steps - 1)
    assert (raw.shape[1] - 1) % (steps - 1) == 0 and raw.shape[1] >= min(steps, 43)
    np.testing.assert_array_equal(raw[:, ::between], paths)
    for p in range(raw.shape[1] - 1):
        i, share = p // between, (p % between) / between
        np.testing.assert_allclose(raw[:, p], (1 - share) * paths[:, i] + share * paths[:, i + 1], atol=1e-6)


def test_trails_that_stand_still_stay_and_very_short_ones_have_only_ends() -> None:
    still = np.ones((4, 3, 2))
    np.testing.assert_array_equal(bundle(still), np.ones((4, 65, 2), np.float32))
    one = np.random.default_rng(0).normal(size=(1, 2, 2))
    np.testing.assert_allclose(bundle(one, points=2), one, atol=1e-6)
    # A lone straight trail has nobody to be drawn to, and stays straight.
    np.testing.assert_allclose(bundle(one), resample(one), atol=0.02)


def test_many_trails_take_little_memory() -> None:
    import tracemalloc

    paths = np.random.default_rng(0).normal(size=(100_000, 4, 2)).astype(np.float32)
    tracemalloc.start()
    ours = OwnTime()
    bundled = bundle(paths, rounds=2)
    assert ours.seconds() < 60
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bundled.shape == (100_000, 40, 2)
    assert peak < 4 * bundled.nbytes + (64 << 20)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"paths": np.zeros((3, 2))}, "trails are an array"),
        ({"paths": np.zeros((3, 1, 2))}, "trails are an array"),
        ({"paths": np.full((3, 4, 2), np.nan)}, "not finite"),
        ({"groups": np.zeros(3)}, "every trail is of one group"),
        ({"strength": 2.0}, "strength does not fit"),
        ({"kernel": 0.0}, "kernel does not fit"),
        ({"rounds": 0}, "rounds does not fit"),
        ({"points": 12}, "every step is a point"),
    ],
)
def test_what_can_not_be_bundled_is_said(arguments: dict[str, Any], what: str) -> None:
    paths, _ = two_bundles(20)
    with pytest.raises(ArrayError, match=what):
        bundle(**{"paths": paths, **arguments})
