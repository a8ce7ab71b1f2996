"""`numpy.testing` for arrays of this namespace: tracked arrays and those of other devices are compared by value."""

import functools
from collections.abc import Callable
from typing import Any

import numpy.testing
import torch
from numpy.testing import (
    BLAS_SUPPORTS_FPE,
    HAS_LAPACK64,
    HAS_REFCOUNT,
    IS_64BIT,
    IS_EDITABLE,
    IS_INSTALLED,
    IS_MUSL,
    IS_PYPY,
    IS_PYSTON,
    IS_WASM,
    NOGIL_BUILD,
    NUMPY_ROOT,
    IgnoreException,
    KnownFailureException,
    SkipTest,
    TestCase,
    assert_,
    assert_no_gc_cycles,
    assert_no_warnings,
    assert_raises,
    assert_raises_regex,
    assert_string_equal,
    assert_warns,
    break_cycles,
    build_err_msg,
    check_support_sve,
    clear_and_catch_warnings,
    decorate_methods,
    jiffies,
    measure,
    memusage,
    overrides,
    print_assert_equal,
    run_threaded,
    rundocs,
    runstring,
    suppress_warnings,
    tempdir,
    temppath,
    verbose,
)

from scitorch.numpy.array import ndarray

__all__ = [
    "BLAS_SUPPORTS_FPE",
    "HAS_LAPACK64",
    "HAS_REFCOUNT",
    "IS_64BIT",
    "IS_EDITABLE",
    "IS_INSTALLED",
    "IS_MUSL",
    "IS_PYPY",
    "IS_PYSTON",
    "IS_WASM",
    "NOGIL_BUILD",
    "NUMPY_ROOT",
    "IgnoreException",
    "KnownFailureException",
    "SkipTest",
    "TestCase",
    "assert_",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_compare",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_max_ulp",
    "assert_equal",
    "assert_no_gc_cycles",
    "assert_no_warnings",
    "assert_raises",
    "assert_raises_regex",
    "assert_string_equal",
    "assert_warns",
    "break_cycles",
    "build_err_msg",
    "check_support_sve",
    "clear_and_catch_warnings",
    "decorate_methods",
    "jiffies",
    "measure",
    "memusage",
    "overrides",
    "print_assert_equal",
    "run_threaded",
    "rundocs",
    "runstring",
    "suppress_warnings",
    "tempdir",
    "temppath",
    "verbose",
]


def _by_value(value: Any) -> Any:
    """Replace arrays and tensors, also within sequences and dicts, by NumPy arrays of their values."""
    if isinstance(value, ndarray):
        value = value._tensor
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().resolve_conj().resolve_neg().numpy()
    if type(value) in (list, tuple):
        return type(value)(map(_by_value, value))
    if type(value) is dict:
        return {key: _by_value(item) for key, item in value.items()}
    return value


def _comparison(assertion: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(assertion)
    def compare(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return assertion(*map(_by_value, args), **_by_value(kwargs))

    return compare


assert_allclose = _comparison(numpy.testing.assert_allclose)
assert_almost_equal = _comparison(numpy.testing.assert_almost_equal)
assert_approx_equal = _comparison(numpy.testing.assert_approx_equal)
assert_array_almost_equal = _comparison(numpy.testing.assert_array_almost_equal)
assert_array_almost_equal_nulp = _comparison(numpy.testing.assert_array_almost_equal_nulp)
assert_array_compare = _comparison(numpy.testing.assert_array_compare)
assert_array_equal = _comparison(numpy.testing.assert_array_equal)
assert_array_less = _comparison(numpy.testing.assert_array_less)
assert_array_max_ulp = _comparison(numpy.testing.assert_array_max_ulp)
assert_equal = _comparison(numpy.testing.assert_equal)
