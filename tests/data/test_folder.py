"""Folders of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from source_contract import SourceContract

from inscape.data import Folder, Source, source
from inscape.data.images import decode
from inscape.errors import DataError, WrongCall


def corner(height: int = 40, width: int = 60) -> np.ndarray[Any, Any]:
    """Black, with the top left quarter red: upright only one way."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2, 0] = 255
    return pixels


def is_upright(image: Any) -> bool:
    """Whether the red quarter is at the top left, of an array (3, h, w) in 0..1."""
    h, w = image.shape[-2:]
    red = image[0]
    found = [red[h // 4, w // 4], red[h // 4, 3 * w // 4], red[3 * h // 4, w // 4], red[3 * h // 4, 3 * w // 4]]
    return bool(found[0] > 0.8 and max(found[1:]) < 0.2)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two classes and one image without, of several formats and sizes."""
    random = np.random.default_rng(0)
    for i in range(10):
        folder = tmp_path / "photos" / ("cat", "dog")[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 255, (30 + i, 50 - i, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.{('jpg', 'png', 'webp', 'bmp', 'tiff')[i % 5]}")
    Image.fromarray(corner()).save(tmp_path / "photos" / "loose.png")
    (tmp_path / "photos" / "README.txt").write_text("not an image")
    (tmp_path / "photos" / "nothing inside").mkdir()
    return tmp_path / "photos"


class TestFolder(SourceContract):
    @pytest.fixture
    def source(self, photos: Path) -> Source:
        return source(photos, size=24)


def test_folders_are_classes_and_loose_images_have_none(photos: Path) -> None:
    found = Folder(photos, size=16)
    assert found.class_names == ("cat", "dog")
    assert found.name == "photos"
    (batch,) = found.batches([(0, 11)])
    files = batch.columns["file"].tolist()
    assert files == ["loose.png", *sorted(f for f in files if "cat/" in f), *sorted(f for f in files if "dog/" in f)]
    assert batch.labels is not None
    assert batch.labels.tolist() == [-1] + [0] * 5 + [1] * 5


def test_only_loose_images_have_no_labels(tmp_path: Path) -> None:
    Image.fromarray(corner()).save(tmp_path / "a.png")
    found = source(tmp_path)
    assert found.class_names is None
    assert next(found.batches([(0, 1)])).labels is None


def test_pixels_are_exact_and_then_normalized(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    expected = pixels.transpose(2, 0, 1) / 255
    (batch,) = Folder(tmp_path).batches([(0, 1)])
    assert batch.inputs.shape == (1, 3, 6, 5)
    assert batch.inputs.dtype == np.float32
    np.testing.assert_allclose(batch.inputs[0], expected, atol=1e-6)
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    (batch,) = Folder(tmp_path, mean=mean, std=std).batches([(0, 1)])
    normalized = (expected - np.array(mean)[:, None, None]) / np.array(std)[:, None, None]
    np.testing.assert_allclose(batch.inputs[0], normalized, atol=1e-5)
    np.testing.assert_array_equal(batch.thumbnails[0] if batch.thumbnails else None, pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    """Stored turned or mirrored as the tag says, each must come out upright."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = Image.fromarray(corner())
    if orientation in turns:
        image = image.transpose(turns[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    (batch,) = source(tmp_path).batches([(0, 1)])
    assert batch.inputs.shape == (1, 3, 40, 60)
    assert is_upright(batch.inputs[0])


def grey16(path: Path) -> None:
    Image.fromarray((np.arange(48, dtype=np.uint16) * 1300).reshape(6, 8)).save(path)


@pytest.mark.parametrize("kind", ["L", "1", "P", "LA", "RGBA", "P+transparency", "CMYK", "I;16", "F"])
def test_every_kind_of_pixel_becomes_grey_and_rgb(tmp_path: Path, kind: str) -> None:
    path = tmp_path / {"CMYK": "a.jpg", "F": "a.tiff"}.get(kind, "a.png")
    half = np.zeros((6, 8), np.uint8)
    half[:, 4:] = 255
    image = Image.fromarray(half)
    if kind == "I;16":
        Image.fromarray(half.astype(np.uint16) * 257).save(path)
    elif kind == "F":
        Image.fromarray(half.astype(np.float32) / 255).save(path)
    elif kind in ("LA", "RGBA"):
        image = image.convert(kind)
        image.putalpha(Image.fromarray(half))  # the black half is transparent: all of it becomes white
        image.save(path)
    elif kind == "P+transparency":
        image.convert("P").save(path, transparency=0)
    else:
        image.convert(kind).save(path)
    expected = np.full((6, 8), 255) if kind in ("LA", "RGBA", "P+transparency") else half
    tolerance = 12 if kind == "CMYK" else 0
    for mode, channels in (("RGB", 3), ("L", 1)):
        (batch,) = Folder(tmp_path, mode=mode).batches([(0, 1)])
        assert batch.inputs.shape == (1, channels, 6, 8)
        np.testing.assert_allclose(
            batch.inputs[0] * 255, np.broadcast_to(expected, (channels, 6, 8)), atol=tolerance + 0.01
        )


def test_sixteen_bits_keep_their_order(tmp_path: Path) -> None:
    grey16(tmp_path / "a.png")
    levels = np.asarray(decode(tmp_path / "a.png", "L"), dtype=float).ravel()
    np.testing.assert_allclose(levels, np.arange(48) * 1300 / 257, atol=0.51)


def test_resize_then_crop_in_the_center(tmp_path: Path) -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:, 90:110] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (batch,) = Folder(tmp_path, size=40, resize=50).batches([(0, 1)])
    row = batch.inputs[0, 0, 20]
    assert row.shape == (40,)
    np.testing.assert_allclose(row, row[::-1], atol=0.02)
    assert row[20] > 0.9
    assert row[5] < 0.1
    assert abs(row.sum() - 10) < 0.3  # 20 of 200 pixels at half the size: 10 pixels of white
    (batch,) = Folder(tmp_path, size=50).batches([(0, 1)])  # without resize the shorter side becomes the size
    assert abs(batch.inputs[0, 0, 25].sum() - 10) < 0.3
    (batch,) = Folder(tmp_path, size=(20, 80)).batches([(0, 1)])
    assert batch.inputs.shape == (1, 3, 20, 80)
    assert abs(batch.inputs[0, 0, 10].sum() - 8) < 0.3  # the smallest image that it fits into is 40×80
    (batch,) = Folder(tmp_path, resize=50).batches([(0, 1)])
    assert batch.inputs.shape == (1, 3, 50, 100)


def test_thumbnails_show_what_the_model_sees(tmp_path: Path) -> None:
    Image.fromarray(corner(300, 600)).save(tmp_path / "a.png")
    (batch,) = Folder(tmp_path, size=224, mean=0.5, std=0.25).batches([(0, 1)])
    assert batch.thumbnails is not None
    (thumbnail,) = batch.thumbnails
    assert thumbnail.shape == (64, 64, 3)
    assert is_upright(thumbnail.transpose(2, 0, 1) / 255)
    (batch,) = Folder(tmp_path, mode="L").batches([(0, 1)])
    assert batch.thumbnails is not None
    assert batch.thumbnails[0].shape == (32, 64)


def test_a_transform_takes_the_place_of_the_geometry(tmp_path: Path) -> None:
    Image.fromarray(corner()).save(tmp_path / "a.png")

    def transform(image: Image.Image) -> torch.Tensor:
        return torch.tensor(np.asarray(image.resize((4, 2)))).permute(2, 0, 1).double()

    (batch,) = Folder(tmp_path, transform=transform).batches([(0, 1)])
    assert batch.inputs.shape == (1, 3, 2, 4)
    assert batch.inputs.dtype == np.float32
    with pytest.raises(DataError, match="transform"):
        next(Folder(tmp_path, transform=lambda image: image).batches([(0, 1)]))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_unreadable_images_are_skipped_and_reported(photos: Path, suffix: str) -> None:
    good = Folder(photos, size=8)
    whole = photos / "cat" / f"whole.{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)).save(whole)
    content = whole.read_bytes()
    whole.unlink()
    (photos / "cat" / f"truncated.{suffix}").write_bytes(content[: len(content) * 2 // 3])
    (photos / "dog" / "empty.png").write_bytes(b"")
    (photos / "dog" / "text.jpg").write_text("hello")
    found = Folder(photos, size=8)
    assert len(found) == len(good)
    assert [file for file, _ in found.skipped] == [f"cat/truncated.{suffix}", "dog/empty.png", "dog/text.jpg"]
    assert all(why and str(photos) not in why for _, why in found.skipped)
    assert "3 unreadable images skipped: cat/truncated" in found.notes[0]
    (a,), (b,) = good.batches([(0, 11)]), found.batches([(0, 11)])
    np.testing.assert_array_equal(a.inputs, b.inputs)
    with pytest.raises(DataError, match=r"cat/truncated.*") as caught:
        Folder(photos, size=8, strict=True)
    assert "--strict" in caught.value.remedy


def test_every_file_is_counted_by_the_progress(photos: Path) -> None:
    counted: list[int] = []
    Folder(photos, size=8, progress=counted.append)
    assert sum(counted) == 11


def test_no_folder_an_empty_one_and_one_of_damage(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        Folder(tmp_path / "missing")
    (tmp_path / "class").mkdir()
    with pytest.raises(DataError, match="no image in this folder"):
        source(tmp_path)
    (tmp_path / "class" / "a.jpg").write_bytes(b"")
    with pytest.raises(DataError, match="can be read"):
        source(tmp_path)


def test_differing_shapes_name_two_files_and_the_remedy(photos: Path) -> None:
    with pytest.raises(DataError) as caught:
        list(source(photos).batches([(0, 4)]))
    assert "loose.png: (40, 60, 3), cat/0.jpg: (30, 50, 3)" in caught.value.got
    assert "--image-size 224" in caught.value.remedy


def test_a_file_that_vanishes_later_is_told(photos: Path) -> None:
    found = Folder(photos, size=8)
    (photos / "cat" / "0.jpg").unlink()
    with pytest.raises(DataError, match=r"cat/0\.jpg"):
        list(found.batches([(0, 11)]))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"size": 0}, "at least one pixel"),
        ({"size": 224, "resize": 100}, "larger"),
        ({"mode": "HSV"}, "'HSV'"),
        ({"mean": (1, 2)}, "mean"),
        ({"std": 0}, "positive"),
        ({"std": float("nan")}, "std"),
    ],
)
def test_settings_that_make_no_sense(photos: Path, settings: Any, says: str) -> None:
    with pytest.raises(WrongCall, match=says):
        Folder(photos, **settings)
