"""Thumbnails and their pages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inscape.data.thumbnails import (
    COLUMNS,
    PER_PAGE,
    decode_page,
    display_range,
    encode_page,
    is_image_like,
    shrink,
    thumbnails_of,
)
from inscape.errors import DataError

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (np.zeros((2, 1, 8, 8)), True),
        (np.zeros((2, 3, 8, 8), np.uint8), True),
        (torch.zeros(2, 4, 8, 8, dtype=torch.bfloat16), True),
        (np.zeros((2, 8, 9)), True),
        ((torch.zeros(2, 3, 8, 8), torch.zeros(2)), True),
        ({"pixel_values": torch.zeros(2, 3, 8, 8), "mask": torch.zeros(2)}, True),
        (np.zeros((2, 3, 8, 8), np.int64), True),
        (np.zeros((2, 8, 9), np.int64), False),
        (np.zeros((2, 2, 8, 8)), False),
        (np.zeros((2, 3, 3, 8)), False),
        (np.zeros((2, 8)), False),
        (np.zeros((2, 3, 4, 5, 6)), False),
        (np.zeros((0, 3, 8, 8)), False),
        (np.zeros((2, 3, 8, 8), np.complex64), False),
        ({"input_ids": torch.zeros(2, 3, 8, 8), "mask": torch.zeros(2)}, False),
    ],
)
def test_what_looks_like_an_image(inputs: Any, expected: bool) -> None:
    assert is_image_like(inputs) is expected


def test_the_range_that_is_shown() -> None:
    uniform = RANDOM.random((4, 3, 16, 16))
    assert display_range(uniform) == (0, 1)
    assert display_range(torch.tensor(uniform * 255)) == (0, 255)
    assert display_range((uniform * 255).astype(np.uint8)) == (0, 255)
    assert display_range(uniform > 0.5) == (0, 1)
    low, high = display_range(uniform * 4 - 2)
    assert low == pytest.approx(-1.98, abs=0.02)
    assert high == pytest.approx(1.98, abs=0.02)
    outlier = uniform * 4 - 2
    outlier[0, 0, 0, 0], outlier[0, 0, 0, 1] = 1e9, np.nan
    assert display_range(outlier)[1] < 2
    assert display_range(np.full((1, 4, 4), -3.0)) == (-3, -2)
    assert display_range(np.full((1, 4, 4), np.nan)) == (0, 1)


def test_levels_follow_the_range() -> None:
    values = np.array([[[-1.0, 0.0], [1.0, 3.0]]]).repeat(2, axis=1).repeat(2, axis=2)
    (thumbnail,) = thumbnails_of(values, (-1, 1))
    assert thumbnail.dtype == np.uint8
    assert thumbnail[::2, ::2].tolist() == [[0, 128], [255, 255]]
    values[0, 0, 0] = np.nan
    assert thumbnails_of(values, (-1, 1))[0][0, 0] == 0


def test_small_grey_levels_are_exact() -> None:
    levels = RANDOM.integers(0, 256, (5, 1, 28, 28), dtype=np.uint8)
    for inputs, display in ((levels, (0, 255)), (torch.tensor(levels) / 255, (0, 1)), (levels / 255, (0, 1))):
        np.testing.assert_array_equal(thumbnails_of(inputs, display), levels[:, 0])


def test_channels_go_last_and_a_fourth_is_left_out() -> None:
    images = RANDOM.random((2, 4, 8, 6))
    (first, _) = thumbnails_of(images)
    assert first.shape == (8, 6, 3)
    np.testing.assert_array_equal(first, np.rint(images[0, :3].transpose(1, 2, 0).astype(np.float32) * 255))


@given(st.integers(1, 300), st.integers(1, 300))
def test_thumbnails_keep_proportions(height: int, width: int) -> None:
    small = shrink(np.full((height, width), 9, np.uint8))
    assert small.min() == small.max() == 9
    if max(height, width) <= 64:
        assert small.shape == (height, width)
    else:
        assert max(small.shape) == 64
        scale = 64 / max(height, width)
        assert abs(small.shape[0] - height * scale) <= 0.5 or small.shape[0] == 1
        assert abs(small.shape[1] - width * scale) <= 0.5 or small.shape[1] == 1


def test_large_images_are_averaged() -> None:
    y, x = np.mgrid[:192, :256] / 256
    image = np.stack([x, y, 1 - x])[None].astype(np.float32)
    for inputs in (image, torch.tensor(image), image[:, :, :191]):
        (thumbnail,) = thumbnails_of(inputs)
        assert thumbnail.shape == (48, 64, 3)
        np.testing.assert_allclose(thumbnail[20, 30], [30.4 * 4, 20.4 * 4, 255 - 30.4 * 4], atol=3)
    image[0, 0, 0, 0] = np.nan
    assert thumbnails_of(image)[0][0, 0, 0] == 0


def test_shrinking_averages() -> None:
    checkers = np.indices((128, 128)).sum(axis=0) % 2 * 255
    np.testing.assert_allclose(shrink(checkers.astype(np.uint8)).astype(int), 127, atol=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 80), st.integers(4, 32), st.integers(4, 32), st.booleans())
def test_a_page_of_small_cells_is_lossless(count: int, height: int, width: int, color: bool) -> None:
    shape = (count, height, width, 3) if color else (count, height, width)
    cells = np.random.default_rng(count).integers(0, 256, shape, dtype=np.uint8)
    page = decode_page(encode_page(list(cells), (height, width)))
    assert page.shape == (-(-count // COLUMNS) * height, COLUMNS * width, 3)
    for i, cell in enumerate(cells):
        row, column = divmod(i, COLUMNS)
        found = page[row * height : (row + 1) * height, column * width : (column + 1) * width]
        np.testing.assert_array_equal(found, cell if color else cell[..., None].repeat(3, axis=-1))


def test_a_page_of_large_grey_cells_is_lossless_and_of_color_nearly() -> None:
    grey = RANDOM.integers(0, 256, (3, 64, 64), dtype=np.uint8)
    np.testing.assert_array_equal(decode_page(encode_page(list(grey), (64, 64)))[:, :64, 0], grey[0])
    y, x = np.mgrid[:64, :64]
    smooth = np.stack([x * 4, y * 4, 255 - x * 4], axis=-1).astype(np.uint8)
    page = encode_page([smooth] * 40, (64, 64))
    difference = np.abs(decode_page(page)[64:, :64].astype(int) - smooth)
    assert difference.mean() < 3
    assert len(page) < smooth.size * 40 / 10


def test_a_full_page_is_small_and_the_same_each_time() -> None:
    from inscape.data import digits

    cells = list(np.rint(digits("test")[0][:PER_PAGE, 0] * 255).astype(np.uint8))
    page = encode_page(cells, (28, 28))
    assert page[8:12] == b"WEBP"
    assert page == encode_page(cells, (28, 28))
    assert len(page) < 300_000


def test_a_cell_of_another_size_lies_in_the_middle() -> None:
    tall, small, large = (
        np.full((64, 32), 255, np.uint8),
        np.full((8, 8, 3), 255, np.uint8),
        np.full((90, 30), 255, np.uint8),
    )
    page = decode_page(encode_page([tall, small, large], (64, 64)))
    assert page[:, :16].max() < 40
    assert page[:, 20:44].min() > 200
    assert page[30:34, 64 + 30 : 64 + 34].min() > 150
    assert page[:20, 64:128].max() < 60
    assert page[2:62, 128 + 26 : 128 + 38].min() > 150
    assert page[:, 192:].max() < 20


def test_what_is_no_page_or_no_image_is_refused() -> None:
    for cells in ([], [np.zeros((4, 4), np.uint8)] * (PER_PAGE + 1)):
        with pytest.raises(DataError, match=r"1 to 1,024"):
            encode_page(cells, (4, 4))
    with pytest.raises(DataError, match="decoded"):
        decode_page(b"nothing of the kind")
    with pytest.raises(DataError, match="no images"):
        thumbnails_of(np.zeros((3, 4)))
