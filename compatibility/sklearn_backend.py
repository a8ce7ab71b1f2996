"""A pytest plugin that runs scikit-learn's own array-API tests on scitorch, beside torch.

scikit-learn's tests take the names of array libraries from two generators. The plugin replaces them before the tests
are collected; no file of scikit-learn is changed. The tests themselves set ``array_api_dispatch=True``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sklearn.utils._array_api as array_api

BACKENDS = ("torch", "scitorch.numpy")


def _namespaces(include_numpy_namespaces: bool = True) -> Iterator[str]:
    yield from BACKENDS


def _combinations(include_numpy_namespaces: bool = True) -> Iterator[tuple[str, str, str]]:
    for backend in BACKENDS:
        for dtype in ("float64", "float32"):
            yield backend, "cpu", dtype


def pytest_configure(config: pytest.Config) -> None:
    array_api.yield_namespaces = _namespaces
    array_api.yield_namespace_device_dtype_combinations = _combinations
