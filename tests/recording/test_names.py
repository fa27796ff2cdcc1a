"""Names of layers and checkpoints survive the way to a folder and back."""

from hypothesis import given
from hypothesis import strategies as st

from inscape.recording.names import from_folder, nearest, to_folder


@given(st.text(min_size=1))
def test_every_name_comes_back(name: str) -> None:
    assert from_folder(to_folder(name)) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_names_never_share_a_folder(a: str, b: str) -> None:
    assert (to_folder(a) == to_folder(b)) == (a == b)


@given(st.text(min_size=1))
def test_a_folder_is_safe(name: str) -> None:
    folder = to_folder(name)
    assert "/" not in folder and "\\" not in folder and "\0" not in folder
    assert not folder.startswith((".", "__")) and folder not in ("c", "zarr.json")


def test_the_nearest_names_are_offered() -> None:
    assert nearest("cnv1", ["conv1", "conv2", "fc"])[0] == "conv1"
