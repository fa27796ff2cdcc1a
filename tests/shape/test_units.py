"""Units: their correlations, the dead and the duplicated; the map; what they tell. Against NumPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.manifold import trustworthiness
from sklearn.metrics import roc_auc_score

from inscape import shape
from inscape.errors import ArrayError


def layer(samples: int = 300, units: int = 12, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(samples, 4)) @ generator.normal(size=(4, units)) + generator.normal(
        size=(samples, units)
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_correlation_is_numpy_s(dtype: type) -> None:
    X = layer().astype(dtype)
    found = shape.unit_correlation(X)
    assert np.abs(found.values - np.corrcoef(X.T.astype(np.float64))).max() < 1e-13
    assert np.abs(found.mean - X.astype(np.float64).mean(axis=0)).max() < 1e-13
    assert np.abs(found.deviation - X.astype(np.float64).std(axis=0)).max() < 1e-13
    expected = 1 - np.abs(np.corrcoef(X.T.astype(np.float64)))
    assert np.abs(shape.unit_distances(X) - expected).max() < 1e-7


class Blocks:
    """Rows that can only be sliced, and tell how many of them were held at once."""

    def __init__(self, X: np.ndarray) -> None:
        self.X, self.shape, self.dtype, self.most = X, X.shape, X.dtype, 0

    def __getitem__(self, rows: slice) -> np.ndarray:
        found: np.ndarray = self.X[rows]
        self.most = max(self.most, len(found))
        return found


def test_rows_are_read_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from inscape.shape import _validate

    blocks = _validate.row_blocks
    monkeypatch.setattr(_validate, "row_blocks", lambda found, entries=0: blocks(found, 17 * found[1]))
    lazy = Blocks(layer())
    whole = np.corrcoef(lazy.X.T)
    assert np.abs(shape.unit_correlation(lazy).values - whole).max() < 1e-13
    assert lazy.most <= 17
    groups = np.arange(300) % 3
    assert np.array_equal(shape.unit_auc(lazy, groups), shape.unit_auc(lazy.X, groups))
    assert np.array_equal(shape.unit_trees(lazy, groups, trees=3), shape.unit_trees(lazy.X, groups, trees=3))
    assert lazy.most <= 17


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-20, 1e-3, 1.0, 1e6, 1e20]),
    offset=st.sampled_from([0.0, 1.0, -1e3]),
)
def test_scale_offset_and_sign_of_units_do_not_matter(seed: int, scale: float, offset: float) -> None:
    X = layer(60, 5, seed)
    changed = (X + offset) * scale * np.where(np.arange(5) % 2, -1, 1)
    assert np.abs(shape.unit_distances(changed) - shape.unit_distances(X)).max() < 1e-6


def planted() -> np.ndarray:
    X = layer(200, 10).astype(np.float32)
    X[:, 7] = X[:, 2]  # a copy
    X[:, 4] = 3 - 2 * X[:, 2]  # the same, negated, scaled and shifted
    X[:, 9] = X[:, 0]
    X[:, 5] = 0  # dead
    X[:, 6] = 0.3  # dead, but not at zero
    return X


def test_planted_dead_and_duplicated_units_are_named() -> None:
    X = planted()
    assert shape.dead_units(X).tolist() == [5, 6]
    found = shape.duplicate_units(X)
    assert [(group.units, group.signs) for group in found] == [([0, 9], [1, 1]), ([2, 4, 7], [1, -1, 1])]
    distances = shape.unit_distances(X)
    assert (np.delete(distances[5], 5) == 1).all() and distances[5, 5] == 0
    assert distances[2, 4] < 1e-6 and distances[2, 0] > 1e-3


def test_nearly_the_same_is_not_the_same() -> None:
    X = planted().astype(np.float64)
    X[:, 7] += 0.01 * np.random.default_rng(1).normal(size=200)
    assert [group.units for group in shape.duplicate_units(X)] == [[0, 9], [2, 4]]
    assert [group.units for group in shape.duplicate_units(X, tolerance=1e-3)] == [[0, 9], [2, 4, 7]]
    # A unit that moves for one sample alone lives.
    X[:, 5] = 0
    X[3, 5] = 1e-9
    assert shape.dead_units(X).tolist() == [6]


def test_mds_finds_a_known_layout() -> None:
    known = np.random.default_rng(2).normal(size=(60, 2))
    distances = np.sqrt(np.square(known[:, None] - known).sum(axis=2))
    found = shape.unit_map(distances)
    assert found.method == "mds" and found.stress is not None and found.stress < 1e-6
    centered = known - known.mean(axis=0)
    turned = found.places @ shape.procrustes(found.places, centered)
    assert np.abs(turned - centered).max() < 1e-4
    assert found.trustworthiness == 1.0 and found.recall == 1.0


def test_mds_is_at_least_as_good_as_scikit_learn_s() -> None:
    from sklearn.manifold import smacof

    distances = shape.unit_distances(layer(200, 40)).astype(np.float64)
    found = shape.unit_map(distances)
    shown = np.sqrt(np.square(found.places[:, None] - found.places).sum(axis=2, dtype=np.float64))
    ours = np.square(distances - shown).sum() / 2
    _, theirs = smacof(
        distances, n_init=1, init=found.places.astype(np.float64), max_iter=500, eps=1e-9, normalized_stress=False
    )
    _, random = smacof(distances, n_init=4, random_state=0, normalized_stress=False)
    assert ours <= theirs * 1.001
    assert ours <= random * 1.05
    assert found.stress == pytest.approx(np.sqrt(2 * ours / np.square(distances).sum()), rel=1e-4)


@pytest.mark.parametrize("method", ["mds", "umap"])
def test_the_map_is_judged_as_scikit_learn_judges(method: str) -> None:
    distances = shape.unit_distances(layer(200, 60)).astype(np.float64)
    found = shape.unit_map(distances, method=method, k=7, seed=1)
    assert found.method == method and found.k == 7 and np.isfinite(found.places).all()
    expected = trustworthiness(distances, found.places, n_neighbors=7, metric="precomputed")
    assert found.trustworthiness == pytest.approx(expected, abs=1e-6)
    near = np.argsort(distances + 9 * np.eye(60), axis=1)[:, :7]
    shown = np.square(found.places[:, None].astype(np.float64) - found.places).sum(axis=2) + 1e9 * np.eye(60)
    seen = np.argsort(shown, axis=1)[:, :7]
    kept = np.mean([len(set(a) & set(b)) / 7 for a, b in zip(near, seen, strict=True)])
    assert found.recall == pytest.approx(kept, abs=1e-6)
    again = shape.unit_map(distances, method=method, k=7, seed=1)
    assert np.array_equal(found.places, again.places)


def test_large_layers_go_to_umap_and_groups_stay_together() -> None:
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(150, 6))
    group = np.arange(520) % 6
    X = factors[:, group] * np.where(generator.random(520) < 0.5, -1, 1) + 0.3 * generator.normal(size=(150, 520))
    found = shape.unit_map(shape.unit_distances(X))
    assert found.method == "umap"
    shown = np.square(found.places[:, None] - found.places).sum(axis=2) + 1e9 * np.eye(520)
    assert (group[np.argmin(shown, axis=1)] == group).mean() > 0.98  # up or down does not matter


def test_the_leading_axes_of_a_large_layer_are_the_classical_ones() -> None:
    from inscape.shape.unit_map import _classical, _leading

    distances = shape.unit_distances(layer(100, 80))
    few, few_axes = _leading(distances)
    places = _classical(distances)
    squared = np.square(distances.astype(np.float64))
    centering = np.eye(80) - 1 / 80
    values = np.linalg.eigvalsh(-0.5 * centering @ squared @ centering)
    assert np.allclose(np.sort(few), values[-2:], rtol=1e-3)
    assert np.allclose(np.square(places).sum(axis=0), values[-2:][::-1], rtol=1e-6)
    assert np.allclose(np.linalg.norm(few_axes, axis=0), 1)


def test_dead_units_lie_in_a_row_below() -> None:
    X = planted()
    correlation = shape.unit_correlation(X)
    found = shape.unit_map(correlation.distances, correlation.dead)
    live = np.delete(found.places, [5, 6], axis=0)
    assert (found.places[[5, 6], 1] < live[:, 1].min()).all()
    assert found.places[5, 0] != found.places[6, 0]
    alone = shape.unit_map(correlation.distances[~correlation.dead][:, ~correlation.dead])
    assert np.allclose(live, alone.places)  # they do not bend the map


@pytest.mark.parametrize("units", [1, 2, 3, 4, 5])
def test_few_units(units: int) -> None:
    found = shape.unit_map(shape.unit_distances(layer(50, units)), method="auto")
    assert found.places.shape == (units, 2) and np.isfinite(found.places).all()
    assert (found.trustworthiness is None) == (units < 5)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1000), levels=st.integers(1, 6), classes=st.integers(2, 4))
def test_auc_is_scikit_learn_s_ties_included(seed: int, levels: int, classes: int) -> None:
    generator = np.random.default_rng(seed)
    X = generator.integers(0, levels, (40, 3)).astype(np.float32)
    groups = np.concatenate([np.arange(classes), generator.integers(0, classes, 40 - classes)])
    found = shape.unit_auc(X, groups)
    for c in range(classes):
        for unit in range(3):
            assert found[c, unit] == pytest.approx(roc_auc_score(groups == c, X[:, unit]), abs=1e-6)
    # What is left out changes nothing; a negated unit tells the opposite.
    some = np.concatenate([groups, [-1, -1]])
    more = np.concatenate([X, 99 * np.ones((2, 3), np.float32)])
    assert np.array_equal(shape.unit_auc(more, some), found)
    assert np.allclose(shape.unit_auc(-X, groups), 1 - found, atol=1e-6)


def test_powers_of_a_selection_and_of_a_class_that_no_sample_is_of() -> None:
    X = layer()
    mask = X[:, 3] > np.quantile(X[:, 3], 0.8)
    auc = shape.unit_auc(X, mask)
    assert auc.shape == (1, 12) and auc[0, 3] == 1.0
    assert shape.unit_trees(X, mask, trees=20).argmax() == 3
    gap = np.where(mask, 2, 0)
    assert np.isnan(shape.unit_auc(X, gap)[1]).all() and np.array_equal(shape.unit_auc(X, gap)[2], auc[0])
    assert np.isnan(shape.unit_trees(X, gap, trees=5)[1]).all()


def test_trees_are_scikit_learn_s_and_the_same_for_a_seed() -> None:
    X = layer().astype(np.float32)
    groups = (X[:, 3] > 0).astype(int) + 2 * (X[:, 8] > 1)
    found = shape.unit_trees(X, groups, trees=30, seed=4)
    forest = ExtraTreesClassifier(30, random_state=4).fit(X, groups == 2)
    assert np.allclose(found[2], forest.feature_importances_, atol=1e-6)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(found, shape.unit_trees(X, groups, trees=30, seed=4))
    assert not np.array_equal(found, shape.unit_trees(X, groups, trees=30, seed=5))


def test_of_many_samples_the_trees_learn_from_a_share_of_every_class() -> None:
    from inscape.shape import unit_power

    groups = np.zeros(20_000, int)
    groups[:40] = 1
    groups[40:100] = -1
    members, known = unit_power._members(groups, 20_000)
    rows = unit_power._learned_from(members, known, 0)
    assert abs(len(rows) - unit_power.LEARNED_FROM) <= 2
    assert (groups[rows] >= 0).all() and np.count_nonzero(groups[rows] == 1) == round(40 * 4000 / 19_940)
    X = np.random.default_rng(0).normal(size=(20_000, 3)).astype(np.float32)
    X[:, 1] += 4 * (groups == 1)
    assert shape.unit_trees(X, groups, trees=10)[1].argmax() == 1


def test_bad_input_is_answered() -> None:
    X = layer(50, 4)
    for function in (shape.unit_correlation, shape.dead_units, shape.duplicate_units, shape.unit_distances):
        with pytest.raises(ArrayError, match="at least 3 samples"):
            function(X[:2])
        with pytest.raises(ArrayError, match="must be a matrix"):
            function(X[0])
        with pytest.raises(ArrayError, match="NaN or infinity in 1 of 50 rows"):
            function(np.where(np.arange(200).reshape(50, 4) == 30, np.nan, X))
    wide = np.zeros((3, 16_385), np.float32)
    with pytest.raises(ArrayError, match="reduction='mean'"):
        shape.unit_correlation(wide)
    assert len(shape.dead_units(wide)) == 16_385
    bad = np.where(np.arange(200).reshape(50, 4) == 30, np.inf, X)
    for power in (shape.unit_auc, shape.unit_trees):
        with pytest.raises(ArrayError, match="not finite"):
            power(bad, np.arange(50) % 2)
        with pytest.raises(ArrayError, match="two classes at least"):
            power(X, np.zeros(50, int))
        with pytest.raises(ArrayError, match="two classes at least"):
            power(X, np.full(50, -1))
        with pytest.raises(ArrayError, match="the rest"):
            power(X, np.ones(50, bool))
        with pytest.raises(ArrayError, match="groups"):
            power(X, np.arange(49) % 2)
        with pytest.raises(ArrayError, match="groups"):
            power(X, np.linspace(0, 1, 50))
    with pytest.raises(ArrayError, match="nothing to lay out"):
        shape.unit_map(np.ones((4, 4)), np.ones(4, bool))
    with pytest.raises(ArrayError, match="square"):
        shape.unit_map(np.ones((4, 3)))
    with pytest.raises(ArrayError, match="no such layout"):
        shape.unit_map(np.ones((4, 4)), method="tsne")
