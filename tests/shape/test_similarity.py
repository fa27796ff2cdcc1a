"""Similarities against their definitions: explicit Gram matrices, SciPy, a direct SVCCA; and invariances."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes as scipy_procrustes

from inscape import shape
from inscape.errors import ArrayError, WrongCall
from inscape.shape import _products
from inscape.shape._centered import Centered
from inscape.shape.similarity import METHODS


def layers(seed: int, N: int, *widths: int, shared: int = 3, offset: float = 0.0) -> list[np.ndarray]:
    """Layers which have something in common."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=(N, shared))
    return [
        (common @ generator.normal(size=(shared, D)) + generator.normal(size=(N, D)) + offset).astype(np.float32)
        for D in widths
    ]


def by_definition(X: np.ndarray, Y: np.ndarray) -> float:
    """Biased CKA by centered Gram matrices, in float64."""
    N = len(X)
    H = np.eye(N) - 1 / N
    K, L = (H @ Z @ Z.T @ H for Z in (X.astype(np.float64), Y.astype(np.float64)))
    return float((K * L).sum() / np.sqrt((K * K).sum() * (L * L).sum()))


def hsic_1(K: np.ndarray, L: np.ndarray) -> float:
    """Song et al. 2012, eq. 5, as it stands there."""
    n = len(K)
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    one = np.ones(n)
    sums = np.trace(K @ L) + one @ K @ one * (one @ L @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ K @ L @ one)
    return float(sums / (n * (n - 3)))


def unbiased_by_definition(X: np.ndarray, Y: np.ndarray, parts: list[slice]) -> float:
    """Unbiased CKA: the mean of HSIC₁ over minibatches (Nguyen et al. 2021)."""
    sums = np.zeros(3)
    for part in parts:
        K, L = (Z[part].astype(np.float64) @ Z[part].astype(np.float64).T for Z in (X, Y))
        sums += [hsic_1(K, L), hsic_1(K, K), hsic_1(L, L)]
    return float(sums[0] / np.sqrt(sums[1] * sums[2]))


SHAPES = [(30, 5, 7), (30, 50, 7), (40, 60, 70), (1500, 20, 40), (1500, 40, 1900), (1200, 1300, 1600)]
"""Few and many samples (float64, float32), by products of units and of samples."""


@pytest.mark.parametrize(("N", "D", "E"), SHAPES)
@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_cka_is_its_definition_to_a_millionth(N: int, D: int, E: int, offset: float) -> None:
    X, Y = layers(N + D, N, D, E, offset=offset)
    assert shape.cka(X, Y) == pytest.approx(by_definition(X, Y), abs=1e-6)
    if offset:  # HSIC₁ asks for no centering, but float64 does
        X, Y = (Z - Z.mean(axis=0, dtype=np.float64) for Z in (X, Y))
    expected = unbiased_by_definition(X, Y, [slice(None)])
    X, Y = layers(N + D, N, D, E, offset=offset)
    assert shape.cka(X, Y, unbiased=True) == pytest.approx(expected, abs=1e-6)


def test_the_two_ways_give_the_same() -> None:
    Z = [Centered(x, "x") for x in layers(0, 1100, 30, 40, 50)]
    tell = lambda done, total: None  # noqa: E731
    for rows, columns in ((Z, None), (Z[:1], Z[1:])):
        a = _products._by_units(rows, columns, np.float64, tell, 1 << 30)
        b = _products._by_samples(rows, columns, np.float64, tell, 1 << 22)
        for left, right in zip(vars(a).values(), vars(b).values(), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-10)


@pytest.mark.parametrize("batch", [4, 13, 50, 100])
def test_minibatches_are_means_of_hsic(batch: int) -> None:
    X, Y = layers(1, 100, 6, 9)
    count = 100 // batch
    edges = np.linspace(0, 100, count + 1).astype(int)
    parts = [slice(a, b) for a, b in itertools.pairwise(edges)]
    found = shape.cka(X, Y, unbiased=True, batch=batch)
    assert found == pytest.approx(unbiased_by_definition(X, Y, parts), abs=1e-9)


def test_the_unbiased_estimate_does_not_grow_with_the_units() -> None:
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(200, 400)), generator.normal(size=(200, 400))
    assert shape.cka(X, Y) > 0.6  # nothing is in common
    assert abs(shape.cka(X, Y, unbiased=True)) < 0.1


@settings(max_examples=40, deadline=None)
@given(
    N=st.integers(5, 40),
    D=st.integers(1, 12),
    E=st.integers(1, 60),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-30, 1e-3, 7.0, 1e30]),
    method=st.sampled_from(METHODS),
    unbiased=st.booleans(),
)
def test_invariant_to_rotation_and_scale_symmetric_and_1_of_itself(
    N: int, D: int, E: int, seed: int, scale: float, method: str, unbiased: bool
) -> None:
    generator = np.random.default_rng(seed)
    X, Y = generator.normal(size=(N, D)), generator.normal(size=(N, E))
    Q = np.linalg.qr(generator.normal(size=(D, D)))[0]
    options: dict[str, Any] = {"method": method, "unbiased": unbiased and method == "cka"}
    plain = shape.similarity_matrix([X], [Y], **options)[0, 0]
    turned = shape.similarity_matrix([X @ Q * scale + 3 * scale], [Y / scale], **options)[0, 0]
    assert turned == pytest.approx(plain, abs=1e-7)
    assert shape.similarity_matrix([Y], [X], **options)[0, 0] == pytest.approx(plain, abs=1e-9)
    whole = shape.similarity_matrix([X, Y], **options)
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)
    assert whole[0, 1] == pytest.approx(plain, abs=1e-7)
    if not options["unbiased"]:  # an estimate of noise with itself can be 0: nothing can be said
        # 1 − d/√2 has the root of what rounding leaves.
        np.testing.assert_allclose(np.diag(whole), 1.0, atol=1e-6)
        assert whole.min() >= -1e-9 and whole.max() <= 1 + 1e-9


def svcca(X: np.ndarray, Y: np.ndarray) -> float:
    """Singular vectors of 99% of the variance, then canonical correlations by QR (Björck and Golub 1973)."""
    bases = []
    for Z in (X, Y):
        Z = Z.astype(np.float64) - Z.astype(np.float64).mean(0)
        U, s, _ = np.linalg.svd(Z, full_matrices=False)
        kept = int(np.argmax(np.cumsum(s**2) / np.sum(s**2) >= 0.99)) + 1
        bases.append(np.linalg.qr(U[:, :kept] * s[:kept])[0])
    return float(np.linalg.svd(bases[0].T @ bases[1], compute_uv=False).mean())


@pytest.mark.parametrize(("N", "D", "E"), [(100, 8, 12), (60, 90, 10), (60, 90, 120)])
def test_svcca_is_the_direct_computation(N: int, D: int, E: int) -> None:
    X, Y = layers(3, N, D, E)
    X *= 1 / np.arange(1, D + 1, dtype=np.float32)  # so that 99% are fewer than all
    found = shape.similarity_matrix([X], [Y], method="svcca")[0, 0]
    assert found == pytest.approx(svcca(X, Y), abs=1e-6)


def test_svcca_sees_through_any_linear_map() -> None:
    X = np.random.default_rng(0).normal(size=(80, 4))
    Y = X @ np.array([[3.0, 1, 0, 0], [0, 2, 1, 0], [0, 0, 2, 1], [1, 0, 0, 3]])
    values = shape.similarity_matrix([X, Y], method="svcca")
    assert values[0, 1] == pytest.approx(1, abs=1e-9)
    assert shape.cka(X, Y) < 0.99


@pytest.mark.parametrize(("N", "D"), [(50, 6), (30, 45)])
def test_procrustes_is_scipys(N: int, D: int) -> None:
    X, Y = (Z.astype(np.float64) for Z in layers(4, N, D, D))
    unit = [(Z - Z.mean(0)) / np.linalg.norm(Z - Z.mean(0)) for Z in (X, Y)]
    Q, nuclear = orthogonal_procrustes(*unit)
    distance = shape.procrustes_distance(X, Y)
    assert distance == pytest.approx(np.linalg.norm(unit[0] @ Q - unit[1]), abs=1e-7)
    assert shape.similarity_matrix([X], [Y], method="nuclear")[0, 0] == pytest.approx(nuclear, abs=1e-7)
    assert shape.similarity_matrix([X], [Y], method="procrustes")[0, 0] == pytest.approx(
        1 - distance / np.sqrt(2), abs=1e-9
    )
    # SciPy's own distance scales as well as it can: 1 − ‖XᵀY‖_*².
    assert scipy_procrustes(X, Y)[2] == pytest.approx(1 - nuclear**2, abs=1e-9)


def test_the_nuclear_norm_is_umap_tours() -> None:
    X, Y = (Z.astype(np.float64) for Z in layers(5, 60, 7, 11))
    X, Y = X - X.mean(0), Y - Y.mean(0)
    norms = [np.linalg.norm(product, "nuc") for product in (X.T @ Y, X.T @ X, Y.T @ Y)]
    expected = norms[0] / np.sqrt(norms[1] * norms[2])
    assert shape.similarity_matrix([X], [Y], method="nuclear")[0, 0] == pytest.approx(expected, abs=1e-9)
    distance = shape.procrustes_distance(X, Y)  # of layers with other numbers of units
    assert distance == pytest.approx(np.sqrt(2 - 2 * expected), abs=1e-9)


class Lazy:
    """Rows that are made when they are asked for; remembers the largest slice."""

    def __init__(self, values: np.ndarray) -> None:
        self._values, self.shape, self.dtype, self.largest = values, values.shape, values.dtype, 0

    def __getitem__(self, rows: slice) -> np.ndarray:
        block = self._values[rows]
        self.largest = max(self.largest, len(block))
        return block.copy()


@pytest.mark.parametrize("method", METHODS)
def test_small_blocks_give_the_same(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    N = 1100 if method == "cka" else 150  # float32 from 1,024 on
    Z = layers(6, N, 30, 40, 20, 10)
    wide = layers(6, N, 30, N + 100, 20, N + 200)
    from inscape.shape import _aligning, similarity

    def small(rows: Any, columns: Any, tell: Any) -> Any:
        return _products.inner(rows, columns, tell, N * 300)

    def stepwise(left: Any, right: Any, use: Any, dtype: Any) -> None:
        _products.each_product(left, right, use, dtype, N * 300)

    for several in (Z, wide):
        whole = shape.similarity_matrix(several, method=method)
        crossed = shape.similarity_matrix(several[:2], several[1:], method=method)
        with monkeypatch.context() as patch:
            patch.setattr(similarity, "inner", small)
            patch.setattr(_aligning, "each_product", stepwise)
            lazy = [Lazy(x) for x in several]
            np.testing.assert_allclose(shape.similarity_matrix(lazy, method=method), whole, atol=2e-7)
            np.testing.assert_allclose(
                shape.similarity_matrix(several[:2], several[1:], method=method), crossed, atol=2e-7
            )
        np.testing.assert_allclose(crossed, whole[:2, 1:], atol=2e-7)


def test_what_is_read_at_once_is_bounded() -> None:
    lazy = [Lazy(Z) for Z in layers(0, 20_000, 30, 40)]
    rows = [Centered(x, "x") for x in lazy]
    for x in lazy:
        x.largest = 0
    for inner in (_products._by_units, _products._by_samples):
        inner(rows, None, np.float32, lambda done, total: None, 2_000_000)
        assert 0 < max(x.largest for x in lazy) * 40 * 4 < 2_000_000


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32, np.uint8, np.bool_])
def test_any_real_type(dtype: type) -> None:
    X, Y = (np.round(Z * 3).clip(0, 100).astype(dtype) for Z in layers(7, 1100, 12, 20))
    assert shape.cka(X, Y) == pytest.approx(by_definition(X, Y), abs=1e-6)


def test_half_precision_sums_beyond_its_range() -> None:
    X, Y = (Z.astype(np.float16) for Z in layers(8, 3000, 16, 16, offset=300.0))
    assert (X.sum(axis=0, dtype=np.float64) > np.finfo(np.float16).max).all()
    assert shape.cka(X, Y) == pytest.approx(by_definition(X, Y), abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_a_constant_layer_is_like_nothing(method: str, value: float) -> None:
    X = layers(9, 1100, 5)[0]
    for dtype in (np.float32, np.float64, np.float16):
        with np.errstate(over="ignore"):
            silent = np.full((1100, 3), max(value, -6e4) if dtype == np.float16 else value, dtype)
        values = shape.similarity_matrix([X, silent], method=method)
        assert values[0, 0] == pytest.approx(1, abs=1e-6)
        assert (values[1] == 0).all() and (values[:, 1] == 0).all()


def test_errors() -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))
    broken = X.copy()
    broken[[3, 5], 1] = np.nan
    with pytest.raises(ArrayError, match="second") as raised:
        shape.similarity_matrix([X, broken], names=["first", "second"])
    assert "2 of 20 rows" in raised.value.got
    with pytest.raises(ArrayError, match="same samples") as raised:
        shape.cka(X, X[:19])
    assert "Y has 19" in raised.value.got
    with pytest.raises(ArrayError, match="at least 2 samples"):
        shape.cka(X[:1], X[:1])
    with pytest.raises(ArrayError, match="at least 4 samples"):
        shape.cka(X[:3], X[:3], unbiased=True)
    with pytest.raises(ArrayError, match="must be a matrix"):
        shape.cka(X[0], X)
    with pytest.raises(ArrayError, match="real numbers"):
        shape.cka(X * 1j, X)
    with pytest.raises(ArrayError, match="too large to square"):
        shape.cka(X * 1e200, X)
    with pytest.raises(WrongCall, match="no such similarity"):
        shape.similarity_matrix([X], method="cca")
    with pytest.raises(WrongCall, match="unbiased"):
        shape.cka(X, X, batch=5)
    with pytest.raises(ArrayError, match="batch does not fit"):
        shape.cka(X, X, unbiased=True, batch=2)
    with pytest.raises(WrongCall, match="nothing to compare"):
        shape.similarity_matrix([])
    with pytest.raises(WrongCall, match="one name"):
        shape.similarity_matrix([X], names=["a", "b"])


def test_singular_values_of_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from inscape.shape import _aligning

    monkeypatch.setattr(_aligning, "WIDEST", 10)
    X = np.random.default_rng(0).normal(size=(20, 12))
    with pytest.raises(ArrayError, match="svcca needs the singular values") as raised:
        shape.similarity_matrix([X], method="svcca")
    assert "method='cka'" in raised.value.remedy
    assert shape.similarity_matrix([X[:8]], method="svcca")[0, 0] == pytest.approx(1)


@pytest.mark.parametrize(("widths", "method"), [((4, 5, 6), "cka"), ((400, 5), "cka"), ((4,), "svcca")])
def test_progress_ends_at_the_whole(widths: tuple[int, ...], method: str) -> None:
    told: list[tuple[int, int]] = []
    shape.similarity_matrix(layers(0, 50, *widths), method=method, progress=lambda *told_now: told.append(told_now))
    assert told[-1][0] == told[-1][1]
    assert all(a < b for (a, _), (b, _) in itertools.pairwise(told))
