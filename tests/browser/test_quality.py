"""How far to trust a picture: what this very view keeps, PCA beside, colors by each measure, and the best view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from playwright.sync_api import expect

import inscape
from inscape import shape
from inscape.recording import ResultArray, index, results

Floats = np.ndarray[Any, Any]
Tour = Any
OpenTour = Any
SETTLED = {"playing": False, "checkpoint": 8}


def aligned(recording: Path, embedding: str, layer: str, checkpoint: str) -> Floats:
    """(sample, dimension) as the method returned it, turned: not what was quantized for the screen."""
    group = zarr.open_group(recording, mode="r")[f"embeddings/{embedding}"]
    content: Any = group.attrs["inscape"]
    step = next(i for i, s in enumerate(content["steps"]) if (s["layer"], s["checkpoint"]) == (layer, checkpoint))
    centered = np.asarray(group["coordinates"][step], float) - np.asarray(content["center"][step])
    turned: Floats = centered @ np.asarray(group["alignment"][step], float)
    return turned


def nearest(X: Floats, k: int) -> Floats:
    """(sample, k), by sorting all squared distances; ties by number."""
    squared = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(squared, np.inf)
    order: Floats = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return order


def kept(near: Floats, plane: Floats, samples: Floats) -> float:
    """Of the neighbors (all samples, k) of the shown samples that are shown, the share that the plane keeps."""
    order = samples[nearest(plane, len(samples) - 1)]
    shares = []
    for row, sample in enumerate(samples):
        there = [n for n in near[sample] if n in set(samples.tolist())]
        if there:
            shares.append(len(set(there) & set(order[row, : len(there)].tolist())) / len(there))
    return float(np.mean(shares))


def basis_of(tour: Tour, dims: int) -> Floats:
    basis: Floats = np.reshape(tour.state["basis"], (dims, dims))
    return basis


def measured(tour: Tour, beside: bool = False) -> dict[str, Any]:
    """What the page measured of the view, once it has."""
    name = "qualityBeside" if beside else "quality"
    tour.wait(lambda: tour.page.evaluate(f"window.inscape.{name}.kind") == "measured")
    found: dict[str, Any] = tour.page.evaluate(f"window.inscape.{name}")
    return found


def random_basis(dims: int, seed: int) -> Floats:
    basis: Floats = np.linalg.qr(np.random.default_rng(seed).normal(size=(dims, dims)))[0]
    return basis


def cells(tour: Tour, row: str) -> list[str]:
    texts: list[str] = tour.page.get_by_test_id(f"trust-{row}").locator("td").all_inner_texts()
    return texts


@pytest.mark.parametrize("embedding", ["pca", "umap"])
def test_the_view_s_recall_is_that_of_its_definition(tour: Tour, demo_recording: Path, embedding: str) -> None:
    cloud = aligned(demo_recording, embedding, "conv2", "epoch-8")
    dims = cloud.shape[1]
    store = zarr.open_group(demo_recording, mode="r")
    near = np.asarray(store["checkpoints/epoch-8/layers/conv2/neighbors/indices"])[:, :15]
    labels = np.asarray(store["samples/label"])
    basis = random_basis(dims, 5)
    tour.show(layer="conv2", **SETTLED)
    tour.show(embedding=embedding)
    tour.show(basis=basis.ravel().tolist())
    found = measured(tour)
    everyone = np.arange(len(cloud))
    expected = kept(near, cloud @ basis[:, :2], everyone)
    assert found["recall"] == pytest.approx(expected, abs=1e-3) and 0.01 < expected < 0.9
    assert (found["k"], found["measured"], found["among"], found["of"]["kind"]) == (15, 2000, 2000, "layer")
    around = labels[nearest(cloud @ basis[:, :2], 6)]
    assert found["hit"] == pytest.approx((around == labels[:, None]).mean(), abs=1e-3)
    # It is written where the other numbers are, and on the stage.
    content: Any = store[f"embeddings/{embedding}"].attrs["inscape"]
    step = next(i for i, s in enumerate(content["steps"]) if (s["layer"], s["checkpoint"]) == ("conv2", "epoch-8"))
    whole = content["quality"][step]
    here = f"{100 * found['recall']:.0f}%"
    assert cells(tour, "recall")[0] == f"{100 * whole['recall']:.0f}%" and cells(tour, "recall")[-1] == here
    assert cells(tour, "trustworthiness")[0] == f"{whole['trustworthiness']:.3f}".removeprefix("0")
    assert f"this view {here}" in tour.page.get_by_test_id("trust-sentence").inner_text()
    assert f"this view {here}" in tour.page.get_by_test_id("view-keeps").inner_text()
    # Of fewer samples it is measured among them.
    some = everyone[labels < 4][::2]
    tour.show(filter=some.tolist())
    tour.wait(lambda: measured(tour)["among"] == len(some))
    assert measured(tour)["recall"] == pytest.approx(kept(near, (cloud @ basis[:, :2])[some], some), abs=2e-3)
    assert f"among the {len(some)} samples that are shown" in tour.page.get_by_test_id("trust-notes").inner_text()
    # While it moves nothing is told of a view that is gone.
    tour.show(playing=True)
    tour.wait(lambda: tour.page.evaluate("window.inscape.quality.kind") == "moving")
    assert "while it rests" in tour.page.get_by_test_id("trust-sentence").inner_text()
    tour.show(playing=False)
    assert measured(tour)["recall"] != found["recall"]


def test_without_stored_neighbors_those_of_the_layout_count(tour: Tour, demo_recording: Path) -> None:
    store = zarr.open_group(demo_recording, mode="r")
    assert "checkpoints/epoch-3/layers/conv2/neighbors" not in store
    cloud = aligned(demo_recording, "pca", "conv2", "epoch-3")
    tour.show(layer="conv2", playing=False, checkpoint=3, embedding="pca")
    found = measured(tour)
    plane = cloud @ basis_of(tour, cloud.shape[1])[:, :2]
    assert found["of"]["kind"] == "layout"
    assert found["recall"] == pytest.approx(kept(nearest(cloud, 15), plane, np.arange(len(cloud))), abs=2e-3)
    sentence = tour.page.get_by_test_id("trust-sentence").inner_text()
    assert "was not measured" in sentence and "nearest in the 16 dimensions" in sentence
    # Between two checkpoints the neighbors of neither are meant.
    tour.show(checkpoint=3.5)
    tour.wait(lambda: tour.page.evaluate("window.inscape.quality.kind") == "unmeasured")
    assert "between two checkpoints" in tour.page.get_by_test_id("trust-sentence").inner_text()


def separation(plane: Floats, labels: Floats) -> float:
    """tr(W⁻¹B) of places on the screen."""
    means = np.array([plane[labels == c].mean(axis=0) for c in np.unique(labels)])
    counts = np.bincount(labels)[:, None]
    apart = means - plane.mean(axis=0)
    residual = plane - means[labels]
    return float(np.trace(np.linalg.solve(residual.T @ residual, (apart * counts).T @ apart)))


def on_screen(tour: Tour, count: int) -> Floats:
    places: Floats = np.array(
        tour.page.evaluate("n => Array.from({length: n}, (_, i) => window.inscape.whereIs(i))", count)
    )
    return places


def turn(tour: Tour, of: str) -> str:
    """To the best view; what the page says of it."""
    tour.page.get_by_test_id("best-view").click()
    tour.page.get_by_test_id(f"best-view-{of}").click()
    said = tour.page.get_by_test_id("best-view-said")
    tour.wait(lambda: "view" in said.inner_text() and "Looking" not in said.inner_text())
    tour.wait(lambda: tour.view["ready"])
    text: str = said.inner_text()
    return text


def same_plane(a: Floats, b: Floats) -> float:
    """How far two planes are from each other: 0 is the same."""
    return float(np.abs(a[:, :2] @ a[:, :2].T - b[:, :2] @ b[:, :2].T).max())


def test_the_best_view_of_the_classes_is_the_discriminant_plane(tour: Tour, demo_recording: Path) -> None:
    cloud = aligned(demo_recording, "pca", "conv2", "epoch-8")
    labels = np.asarray(zarr.open_group(demo_recording, mode="r")["samples/label"])
    tour.show(layer="conv2", embedding="pca", **SETTLED)
    tour.show(basis=random_basis(16, 7).ravel().tolist())
    start = tour.state["basis"]
    before = separation(on_screen(tour, len(labels)), labels)
    said = turn(tour, "classes")
    after = separation(on_screen(tour, len(labels)), labels)
    assert after > 1.5 * before
    assert "Best view: class separation" in said and "→" in said
    found = basis_of(tour, 16)
    assert np.abs(found.T @ found - np.eye(16)).max() < 1e-9
    assert same_plane(found, shape.discriminant(cloud, labels)) < 2e-3
    # Undo goes back bit for bit, and again forth; then it is not told any more what was reached.
    tour.page.keyboard.press("Control+z")
    tour.wait(lambda: tour.state["basis"] == start and tour.view["ready"])
    assert tour.page.get_by_test_id("best-view-said").inner_text() == ""
    tour.page.keyboard.press("Control+Shift+z")
    tour.wait(lambda: tour.state["basis"] == found.ravel().tolist() and tour.view["ready"])
    # There is none better: the view stays, and that is no step of undo.
    assert "No better view" in turn(tour, "classes")
    assert np.abs(basis_of(tour, 16) - found).max() == 0
    # Of what is shown alone.
    shown = np.flatnonzero(labels < 3)
    tour.show(groups=[0, 1, 2])
    assert f"of {len(shown)} shown samples" in turn(tour, "classes")
    assert same_plane(basis_of(tour, 16), shape.discriminant(cloud[shown], labels[shown])) < 2e-3


def test_of_two_groups_the_later_lies_to_the_right(tour: Tour, demo_recording: Path) -> None:
    cloud = aligned(demo_recording, "pca", "conv2", "epoch-8")
    labels = np.asarray(zarr.open_group(demo_recording, mode="r")["samples/label"])
    tour.show(layer="conv2", embedding="pca", **SETTLED)
    ones = np.flatnonzero(labels == 1)
    # A selection of one class is parted from all others.
    tour.show(selection=ones.tolist())
    assert f"of {len(ones)} selected samples from the others" in turn(tour, "classes")
    expected = shape.discriminant(cloud, (labels == 1).astype(int))
    assert same_plane(basis_of(tour, 16), expected) < 2e-3
    assert np.abs(basis_of(tour, 16)[:, 0] - expected[:, 0]).max() < 2e-3
    places = on_screen(tour, len(labels))[:, 0]
    assert places[ones].mean() > places[labels != 1].mean()


def test_the_best_view_of_the_variance_is_that_of_the_principal_axes(tour: Tour, demo_recording: Path) -> None:
    cloud = aligned(demo_recording, "umap", "conv2", "epoch-8")
    tour.show(layer="conv2", **SETTLED)
    tour.show(embedding="umap", basis=random_basis(15, 3).ravel().tolist())
    said = turn(tour, "variance")
    values, vectors = np.linalg.eigh(np.cov(cloud.T))
    assert same_plane(basis_of(tour, 15), vectors[:, ::-1]) < 2e-3
    assert f"→ {100 * values[-2:].sum() / values.sum():.1f}%" in said
    # The second picture sees by the same basis, and has a choice of its own.
    tour.show(panes="two", beside={"layer": "conv3"})
    tour.page.get_by_test_id("best-view-beside").click()
    tour.page.get_by_test_id("best-view-variance").click()
    other = np.linalg.eigh(np.cov(aligned(demo_recording, "umap", "conv3", "epoch-8").T))[1][:, ::-1]
    tour.wait(lambda: same_plane(basis_of(tour, 15), other) < 2e-3 and tour.view["ready"])
    assert "variance shown" in tour.page.get_by_test_id("best-view-said-beside").inner_text()
    assert np.abs(np.subtract(tour.state["beside"]["basis"], tour.state["basis"])).max() == 0


@pytest.mark.parametrize("chosen", ["all", "selection"])
def test_the_best_view_of_neighbors_keeps_more_of_them(tour: Tour, demo_recording: Path, chosen: str) -> None:
    cloud = aligned(demo_recording, "pca", "fc1", "epoch-8")
    store = zarr.open_group(demo_recording, mode="r")
    near = np.asarray(store["checkpoints/epoch-8/layers/fc1/neighbors/indices"])[:, :15]
    labels = np.asarray(store["samples/label"])
    members = np.arange(len(cloud)) if chosen == "all" else np.flatnonzero(labels == 4)
    tour.show(layer="fc1", embedding="pca", selection=[] if chosen == "all" else members.tolist(), **SETTLED)
    tour.show(basis=random_basis(16, 2).ravel().tolist())

    def keeps(basis: Floats) -> float:
        plane = cloud @ basis[:, :2]
        order = nearest(plane, 15)[members]
        return float(np.mean([len(set(a) & set(b)) / 15 for a, b in zip(near[members], order, strict=True)]))

    before = keeps(basis_of(tour, 16))
    said = turn(tour, "neighbors")
    after = keeps(basis_of(tour, 16))
    assert after > 1.15 * before
    numbers = [float(word.strip("%.")) / 100 for word in said.split() if "%" in word]
    assert numbers == pytest.approx([before, after], abs=2e-3)
    if chosen == "all":
        assert measured(tour)["recall"] == pytest.approx(after, abs=2e-3)
    assert turn(tour, "neighbors")
    assert keeps(basis_of(tour, 16)) >= after - 2e-3


def test_the_best_view_by_keys_and_what_breaks_it_off(tour: Tour) -> None:
    tour.show(layer="conv2", embedding="pca", **SETTLED)
    tour.show(playing=True)
    keyboard = tour.page.keyboard
    tour.page.get_by_test_id("stage").focus()
    keyboard.press("t")
    focused = "document.activeElement.dataset.testid"
    tour.wait(lambda: tour.page.evaluate(focused) == "best-view-classes")
    keyboard.press("ArrowDown")
    assert tour.page.evaluate(focused) == "best-view-variance"
    assert tour.state["camera"] == {"zoom": 1, "x": 0, "y": 0}
    keyboard.press("Escape")
    assert tour.page.get_by_test_id("best-view-variance").count() == 0
    assert tour.page.evaluate(focused) == "best-view"
    assert tour.state["playing"]
    keyboard.press("t")
    tour.wait(lambda: tour.page.evaluate(focused) == "best-view-classes")
    keyboard.press("Enter")
    tour.wait(lambda: "class separation" in tour.page.get_by_test_id("best-view-said").inner_text())
    tour.wait(lambda: tour.view["ready"])
    assert not tour.state["playing"]
    # The tour goes on from there, and what was reached is not said of another view.
    found = tour.state["basis"]
    tour.page.get_by_test_id("tour-play").click()
    tour.wait(lambda: tour.state["basis"] != found)
    tour.wait(lambda: tour.page.get_by_test_id("best-view-said").inner_text() == "")
    # Who goes elsewhere while it is looked for has not asked for it any more.
    tour.show(playing=False)
    tour.page.get_by_test_id("best-view").click()
    before = tour.state["basis"]
    tour.page.evaluate(
        """() => {
            document.querySelector('[data-testid=best-view-neighbors]').click();
            window.inscape.state = { layer: 'conv3' };
        }"""
    )
    tour.wait(lambda: "Looking" not in tour.page.get_by_test_id("best-view-said").inner_text() and tour.view["ready"])
    assert tour.state["layer"] == "conv3" and tour.state["basis"] == before
    keyboard.press("?")
    assert "the view that shows most" in tour.page.get_by_test_id("help").inner_text()


def test_what_was_reached_stays_said_while_results_are_added(
    run_server: Any, open_tour: OpenTour, tmp_path: Path
) -> None:
    import torch

    images, labels = inscape.data.digits("test")
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 20))
    out = tmp_path / "growing.inscape"
    recording = inscape.record(model, (images[:300], labels[:300]), out=out, layers=["1"])
    inscape.embed(recording, "pca", dims=6, quality=False)
    tour = open_tour(run_server(out)[0])
    tour.show(playing=False, embedding="pca")
    said = turn(tour, "variance")
    # The same layer at the same checkpoint, read again.
    inscape.embed(inscape.open(out), np.asarray(images[:300]).reshape(300, -1)[:, ::20], layers=["1"], name="thumbs")
    tour.wait(tour.page.get_by_test_id("embedding-own").is_visible)
    tour.show()
    assert tour.page.get_by_test_id("best-view-said").inner_text() == said
    tour.show(embedding="thumbs")
    assert tour.page.get_by_test_id("best-view-said").inner_text() == ""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording whose second layout has all the numbers, approximate neighbors, and a layer that changed since."""
    import torch

    from inscape.studies.neighbors import neighbors_of

    images, labels = inscape.data.digits("test")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 20), torch.nn.Linear(20, 10))
    out = tmp_path_factory.mktemp("told") / "told.inscape"
    recording = inscape.record(model, (images[:300], labels[:300]), out=out, layers=["input", "1", "2"])
    inscape.embed(recording, "pca", dims=6, quality=True)
    recording = inscape.open(out)
    neighbors_of(recording, "1", recording.checkpoints[-1], 20)
    group = zarr.open_group(out, mode="r")["embeddings/pca"]
    content: Any = json.loads(json.dumps(dict(group.attrs["inscape"])))
    measures = {
        "trustworthiness": 0.981,
        "continuity": 0.972,
        "recall": 0.413,
        "k": 15,
        "correlation": 0.61,
        "hit": 0.95,
    }
    content |= {"method": "umap", "title": "UMAP"}
    content["quality"] = [
        {**measures, "sampled": 200, "pca": {**measures, "recall": 0.652, "correlation": 0.93, "sampled": 200}},
        {**measures, "hit": None, "sampled": None, "pca": None},
        None,
    ]
    arrays = {
        name: ResultArray(np.asarray(group[name]), tuple(group[name].metadata.dimension_names), 1)
        for name in ("coordinates", "alignment", "screen", "scale", "quality")
    }
    # One that was laid out before such numbers were kept for each sample.
    old = {**content, "method": "tsne", "title": "t-SNE", "quality": [measures] * len(content["steps"])}
    results.write(out, "embeddings/tsne", arrays, {"inscape": old})
    shape_of = (len(content["steps"]), 300)
    random = np.random.default_rng(0)
    for name in ("trustworthiness", "continuity", "correlation", "hit"):
        values = random.uniform(0.6, 1, shape_of).astype(np.float32)
        values[:, 100:] = np.nan
        arrays[name] = ResultArray(values, ("step", "sample"), 1)
    results.write(out, "embeddings/umap", arrays, {"inscape": content})
    last = recording.checkpoints[-1]

    def edit(path: str, **changes: Any) -> None:
        file = out / path / "zarr.json"
        document = json.loads(file.read_text())
        document["attributes"]["inscape"] |= changes
        file.write_text(json.dumps(document))

    edit(f"checkpoints/{last}/layers/1/neighbors", exact=False, recall=0.973)
    edit(f"checkpoints/{last}/layers/2", digest="0" * 64)
    index.publish(out)
    return out


def test_a_layout_that_went_on_from_another_says_what_it_may_owe_it(tour: Tour, demo_recording: Path) -> None:
    content: Any = zarr.open_group(demo_recording, mode="r")["embeddings/umap"].attrs["inscape"]
    starts = {step["layer"]: step["start"] for step in content["steps"]}
    assert starts["input"] is None and starts["softmax"]
    said = tour.page.get_by_test_id("trust-start")
    tour.show(**SETTLED, layer="softmax", embedding="umap")
    expect(said).to_contain_text(f"went on from {starts['softmax'][0]}'s")
    command = "umap --layers softmax --checkpoints epoch-8 --name softmax-alone"
    expect(said.locator("code")).to_have_text(f"inscape embed {demo_recording.name} {command}")
    # The first of the sequence, and layouts that are no sequence, owe nothing.
    tour.show(layer="input", embedding="umap")
    expect(said).to_have_count(0)
    tour.show(layer="softmax", embedding="pca")
    expect(said).to_have_count(0)


def test_pca_stands_beside_at_the_same_dimension(run_server: Any, open_tour: OpenTour, told: Path) -> None:
    address, _ = run_server(told)
    tour = open_tour(address)
    tour.show(layer="input", embedding="umap", playing=False)
    page = tour.page
    measured(tour)
    heads = page.get_by_test_id("trust-numbers").locator("thead th").all_inner_texts()
    assert [" ".join(head.split()) for head in heads] == ["UMAP 6-D", "PCA 6-D", "this view"]
    assert cells(tour, "recall")[:2] == ["41%", "65%"]
    assert cells(tour, "trustworthiness") == [".981", ".981", "–"]
    assert cells(tour, "correlation") == [".610", ".930", "–"]
    assert cells(tour, "hit")[:2] == ["95%", "95%"]
    assert "measured at 200 samples" in page.get_by_test_id("trust-notes").inner_text()
    table, section = (page.locator(part).bounding_box() for part in (".trust-numbers", ".trust"))
    assert table["x"] + table["width"] <= section["x"] + section["width"] + 0.5
    assert "PCA 6-D 65%" in page.get_by_test_id("view-keeps").inner_text()
    # Where it was not measured with the layout, it is a stored PCA of as many dimensions.
    tour.show(layer="1")
    pca: Any = zarr.open_group(told, mode="r")["embeddings/pca"].attrs["inscape"]
    stored = pca["quality"][[s["layer"] for s in pca["steps"]].index("1")]
    measured(tour)
    assert cells(tour, "recall")[:2] == ["41%", f"{100 * stored['recall']:.0f}%"]
    assert cells(tour, "hit")[0] == "–"
    notes = page.get_by_test_id("trust-notes").inner_text()
    assert "approximate search that has 97% of them" in notes and "200 samples" not in notes
    assert page.get_by_test_id("trust-stale").count() == 0
    # The picture of it, beside.
    page.get_by_test_id("show-pca").click()
    tour.wait(lambda: tour.state["panes"] == "two" and tour.view["ready"])
    assert tour.state["beside"]["method"] == "pca" and tour.state["beside"]["layer"] is None
    assert measured(tour, beside=True)["k"] == 15
    assert "PCA 6-D" in page.get_by_test_id("view-keeps-beside").inner_text()
    assert page.get_by_test_id("show-pca").count() == 0
    # In the grid each layout tells how much it keeps.
    tour.show(panes="grid")
    assert "41%" in page.locator(".grid-keeps").all_inner_texts()
    # What was laid out of a layer that changed since is told.
    tour.show(panes="one", layer="2")
    assert "2 has changed since this was laid out" in page.get_by_test_id("trust-stale").inner_text()
    assert "was not measured" in page.get_by_test_id("trust-sentence").inner_text()
    assert tour.messages == []


@pytest.mark.parametrize("by", ["trustworthiness", "continuity", "correlation", "hit"])
def test_points_are_colored_by_each_measure(run_server: Any, open_tour: OpenTour, told: Path, by: str) -> None:
    address, _ = run_server(told)
    tour = open_tour(address)
    group = zarr.open_group(told, mode="r")["embeddings/umap"]
    values = np.asarray(group[by][0])
    tour.show(layer="input", embedding="umap", playing=False, colorBy=by)
    page = tour.page
    assert page.get_by_test_id("legend-none").inner_text().strip() == "200 samples were not measured."
    tour.show(range=[0.8, None])
    assert tour.view["points"] == (values >= 0.8).sum() > 0
    tour.show(range=None, hover=3)
    said = page.get_by_test_id("hover-coloring").inner_text().split("\n")
    names = {"correlation": "distance correlation", "hit": "neighborhood hit"}
    assert said[0] == names.get(by, by)
    told_number = float(said[1].strip("%")) / (100 if "%" in said[1] else 1)
    assert told_number == pytest.approx(float(values[3]), abs=6e-4)
    # A layout without them says so, and what would make them.
    tour.show(embedding="tsne", hover=None)
    assert "inscape embed told.inscape tsne --dims 6 --force" in page.get_by_test_id("legend-reason").inner_text()
    assert tour.messages == []


def test_colors_that_no_layout_has_are_not_offered(tour: Tour, demo_recording: Path) -> None:
    store = zarr.open_group(demo_recording, mode="r")["embeddings"]
    there = {name for embedding in store for name in store[embedding]}
    offered = tour.page.get_by_test_id("colour-by").locator("option").evaluate_all("all => all.map(o => o.value)")
    for by in ("trustworthiness", "continuity", "correlation", "hit"):
        assert (by in offered) == (by in there)
    assert "quality" in offered


def test_the_card_has_the_nearest_in_the_layer(tour: Tour, demo_recording: Path) -> None:
    indices = zarr.open_group(demo_recording, mode="r")["checkpoints/epoch-8/layers/conv2/neighbors/indices"]
    near = np.asarray(indices)
    tour.show(layer="conv2", embedding="pca", hover=7, **SETTLED)
    strip = tour.page.get_by_test_id("hover-near")
    strip.wait_for()
    assert strip.get_attribute("data-samples") == " ".join(map(str, near[7, :5]))
    assert "nearest in conv2" in strip.inner_text() and strip.locator("canvas").count() == 5
    # Whoever asks for all of them gets the same ones.
    tour.page.keyboard.press("n")
    tour.wait(lambda: len(tour.state["selection"]) == 16)
    assert set(tour.state["selection"]) == {7, *near[7, :15].tolist()}
    assert "in all 784 units of conv2 at epoch-8" in tour.page.get_by_test_id("neighbors-where").inner_text()


def test_t_sne_of_all_checkpoints_is_asked_for_on_the_page(
    run_server: Any, open_tour: OpenTour, tmp_path: Path
) -> None:
    import torch

    images, labels = inscape.data.digits("test")
    out = tmp_path / "mine.inscape"
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 80), torch.nn.Linear(80, 5))
    with inscape.Recorder(model, (images[:100], labels[:100]), out=out, layers=["1", "2"]) as recorder:
        for epoch in range(2):
            recorder.checkpoint(f"epoch-{epoch}")
            with torch.no_grad():
                model[1].weight += 0.02 * torch.randn_like(model[1].weight)
    inscape.embed(inscape.open(out), "pca", dims=4, quality=False)
    address, _ = run_server(out)
    tour = open_tour(address)
    page = tour.page
    tour.show(layer="2", playing=False)
    page.get_by_test_id("embed-button").click()
    dialog = page.get_by_test_id("embed-dialog")
    assert dialog.get_by_label("Units").count() == 1
    dialog.get_by_label("Units").click()
    tour.wait(lambda: dialog.get_by_role("spinbutton").count() == 0)
    assert page.get_by_test_id("embed-joint").count() == 0
    page.keyboard.press("Escape")
    tour.show(layer="1")
    page.get_by_test_id("embed-button").click()
    assert dialog.get_by_label("Units").count() == 0  # more of them than can be toured
    dialog.get_by_label("t-SNE").click()
    tour.wait(lambda: dialog.get_by_role("spinbutton").count() == 0)
    page.get_by_test_id("embed-joint").check()
    page.get_by_test_id("embed-submit").click()
    page.get_by_test_id("jobs-button").wait_for()
    tour.wait(lambda: tour.state["embedding"] == "tsne-joint-1" and tour.view["ready"], seconds=120)
    button = page.get_by_test_id("embedding-tsne")
    assert button.inner_text() == "t-SNE, joint" and button.get_attribute("aria-pressed") == "true"
    assert "t-SNE" in page.get_by_test_id("caption").inner_text()
    # In two dimensions there is nothing to turn to.
    page.get_by_test_id("best-view").click()
    page.get_by_test_id("best-view-classes").click()
    assert "two dimensions" in page.get_by_test_id("banner").inner_text()
    assert tour.messages == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_and_nothing_lies_outside(
    open_tour: OpenTour, served_demo: str, scheme: str, width: int
) -> None:
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    tour = open_tour(served_demo, viewport={"width": width, "height": 780}, color_scheme=scheme, bypass_csp=True)
    tour.show(layer="conv2", **SETTLED)
    tour.show(embedding="umap")
    measured(tour)
    turn(tour, "variance")
    page = tour.page
    page.get_by_test_id("best-view").click()
    page.evaluate(source)
    found = page.evaluate("axe.run()")
    serious = [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in (".best-view .panel", ".view-keeps", ".trust-numbers", ".trust-sentence"):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, selector
    assert tour.messages == []
