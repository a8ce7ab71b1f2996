"""A pytest plugin that imports SciPy's tests of sparse arrays with scitorch's arrays in the place of SciPy's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import numpy
import pytest
import scipy
import scipy.sparse
from scipy.sparse import _sputils

import scitorch.sparse
from scitorch.op.array_types import arrays_by_default
from scitorch.sparse import planning
from scitorch.sparse.pattern import scipy_sparse

scipy_sparse()  # scitorch keeps the real package, whatever stands in its place later
_NAMES = frozenset(n for n in scitorch.sparse.__all__ if hasattr(scipy.sparse, n) and not n.startswith("_"))


class _Names(ModuleType):
    """A module of SciPy's that shows its tests scitorch's names; SciPy itself imports from it late."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(real.__name__)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        asked_by_tests = str(sys._getframe(1).f_globals.get("__name__")).startswith("scipy.sparse.tests")
        return getattr(scitorch.sparse if name in _NAMES and asked_by_tests else self._real, name)


_REPLACED = ("scipy.sparse", "scipy.sparse._construct", "scipy.sparse._csr", "scipy.sparse._coo", "scipy.sparse._base")


@contextmanager
def _in_place_of_scipy() -> Iterator[None]:
    """Let imports of ``scipy.sparse`` find scitorch's names."""
    real = {name: sys.modules[name] for name in _REPLACED}
    try:
        for name, module in real.items():
            sys.modules[name] = _Names(module)
        scipy.sparse = sys.modules["scipy.sparse"]  # type: ignore[assignment]
        yield
    finally:
        sys.modules.update(real)
        scipy.sparse = real["scipy.sparse"]  # type: ignore[assignment]


_stack = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    # no tensor holds extended precision
    _sputils.supported_dtypes[:] = [d for d in _sputils.supported_dtypes if numpy.dtype(d).char not in "gG"]
    _stack.enter_context(arrays_by_default(numpy.empty(0)))
    if os.environ.get("SCITORCH_PLANNED"):
        _stack.enter_context(planning.always_planned())


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """Import the module with the names replaced, and leave a module object it holds replaced for good."""
    if not isinstance(collector, pytest.Module):
        return (yield)
    with _in_place_of_scipy():
        module = collector.obj
    for name, value in list(vars(module).items()):
        if isinstance(value, ModuleType) and value.__name__ in _REPLACED and not isinstance(value, _Names):
            setattr(module, name, _Names(value))
    return (yield)
