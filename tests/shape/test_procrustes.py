"""Procrustes against SciPy, and as the minimum that it claims to be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

from inscape import shape
from inscape.errors import ArrayError


@settings(max_examples=50, deadline=None)
@given(N=st.integers(1, 30), D=st.integers(1, 10), seed=st.integers(0, 1000))
def test_is_orthogonal_and_no_orthogonal_map_is_better(N: int, D: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    X, Y = generator.normal(size=(N, D)), generator.normal(size=(N, D))
    Q = shape.procrustes(X, Y)
    np.testing.assert_allclose(Q.T @ Q, np.eye(D), atol=1e-10)
    residual = np.linalg.norm(X @ Q - Y)
    assert residual <= np.linalg.norm(X @ orthogonal_procrustes(X, Y)[0] - Y) + 1e-9
    for _ in range(5):
        other = np.linalg.qr(generator.normal(size=(D, D)))[0]
        assert residual <= np.linalg.norm(X @ other - Y) + 1e-9


@settings(max_examples=25, deadline=None)
@given(D=st.integers(1, 10), seed=st.integers(0, 1000), scale=st.sampled_from([1e-200, 1.0, 1e200]))
def test_finds_the_map_that_was_applied(D: int, seed: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(3 * D + 5, D))
    Q = np.linalg.qr(generator.normal(size=(D, D)))[0]
    np.testing.assert_allclose(shape.procrustes(X * scale, X @ Q * scale), Q, atol=1e-8)


def test_does_not_center() -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))
    moved = X + np.array([5.0, 0.0, 0.0])
    assert not np.allclose(shape.procrustes(X, moved), np.eye(3), atol=1e-3)


def test_zeros_give_an_orthogonal_map() -> None:
    Q = shape.procrustes(np.zeros((4, 3)), np.ones((4, 3)))
    np.testing.assert_allclose(Q @ Q.T, np.eye(3), atol=1e-12)


def test_errors() -> None:
    X = np.ones((5, 3))
    with pytest.raises(ArrayError, match="same samples"):
        shape.procrustes(X, X[:4])
    with pytest.raises(ArrayError, match="number of dimensions"):
        shape.procrustes(X, X[:, :2])
    with pytest.raises(ArrayError, match="not finite"):
        shape.procrustes(X, X * np.nan)
