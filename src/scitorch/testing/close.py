"""Comparing numbers, arrays and trees of them, with messages that say which, where and by how much."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy
import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from .array_values import as_tensor, is_array, is_sparse, sparse_values, widened
from .difference import describe
from .tolerance import default_tolerance


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    check_dtype: bool = False,
    scale: bool = False,
    what: str = "",
) -> None:
    """Assert that two arrays, or two trees of arrays, agree.

    Parameters
    ----------
    actual, expected
        Tensors (dense or sparse), NumPy, `scitorch.numpy` and SciPy sparse arrays, numbers, or dictionaries, lists,
        tuples, dataclasses, modules and other pytrees of them. The kinds of array may differ, shapes may not.
    rtol, atol
        Accepted is ``|actual − expected| ≤ atol + rtol·|expected|``, elementwise, by the modulus of complex numbers.
        By default what `default_tolerance` says of the less precise dtype; with one of the two given, the other is 0.
    equal_nan
        Whether nan equals nan. Infinities are equal if their signs are.
    check_dtype
        Whether the dtypes must be equal too.
    scale
        Measure errors relative to the largest expected magnitude instead of elementwise, as is right for results of
        linear algebra.
    what
        What is compared, for the message.

    Raises
    ------
    AssertionError
        Names the place in the tree, the worst element, both values, the absolute and the relative error, the distance
        in units in the last place, how many elements differ, and how the errors are distributed.

    Examples
    --------
    >>> assert_close({"w": torch.ones(3)}, {"w": torch.tensor([1.0, 1.0, 1.001])}, what="weights")
    Traceback (most recent call last):
      ...
    AssertionError: weights['w']: 1 of 3 elements differ (accepted: rtol=3e-05, atol=1e-06)
      worst at (2,): 1.0, wanted 1.0010000467300415
      absolute error 1.00e-03, relative error 9.99e-04, 8389 ulp
      relative errors:
        equal          ██████████████████████████████ 2
        1e-04 to 1e-03 ███████████████ 1
    """
    for path, a, e in _pairs(actual, expected, what):
        _assert_leaf(a, e, rtol, atol, equal_nan, check_dtype, scale, path)


def _pairs(actual: Any, expected: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Leaves that stand at the same place of two trees, with that place."""
    if is_array(actual) and _is_nested_numbers(expected):
        expected = numpy.asarray(expected)
    elif is_array(expected) and _is_nested_numbers(actual):
        actual = numpy.asarray(actual)
    if is_array(actual) and is_array(expected):
        yield path, actual, expected
        return
    a, e = _children(actual), _children(expected)
    if a is None and e is None:
        if not (actual is expected or actual == expected):
            raise AssertionError(f"{path or 'value'}: {actual!r}, wanted {expected!r}")
        return
    if a is not None and e is None and is_array(expected):
        e = _children(_rows(expected))
    elif e is not None and a is None and is_array(actual):
        a = _children(_rows(actual))
    if a is None or e is None:
        raise AssertionError(f"{path or 'value'}: {type(actual).__name__}, wanted {type(expected).__name__}")
    if len(a) != len(e) and all(isinstance(k, int) for k in [*a, *e]):
        raise AssertionError(f"{path or 'value'}: {len(a)} results, wanted {len(e)}")
    if a.keys() != e.keys():
        raise AssertionError(f"{path or 'value'}: has {_listed(a)}, wanted {_listed(e)}")
    for key in e:
        yield from _pairs(a[key], e[key], f"{path}[{key!r}]" if path or not isinstance(key, int) else f"result {key}")


def _is_nested_numbers(value: Any) -> bool:
    """Whether lists hold nothing but numbers, and as many in each row."""
    if not isinstance(value, list):
        return False
    try:
        return numpy.asarray(value).dtype.kind in "biufc" and not any(
            isinstance(leaf, torch.Tensor) for leaf in pytree.tree_leaves(value)
        )
    except ValueError:
        return False


def _rows(array: Any) -> Any:
    """An array seen as a sequence, which may stand for a list or tuple; a 0-d one is not one."""
    return list(as_tensor(array)) if not is_sparse(array) and as_tensor(array).ndim else None


def _listed(tree: Mapping[Any, Any]) -> str:
    return ", ".join(repr(k) for k in tree) or "nothing"


def _children(tree: Any) -> dict[Any, Any] | None:
    """What a tree holds by key, or None if it is a leaf."""
    if isinstance(tree, Mapping):
        return dict(tree)
    if isinstance(tree, (tuple, list)):
        return dict(enumerate(tree))
    if isinstance(tree, torch.nn.Module):
        return dict(tree.state_dict())
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return {f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)}
    if tree is not None and type(tree) in pytree.SUPPORTED_NODES:
        children, _ = pytree.SUPPORTED_NODES[type(tree)].flatten_fn(tree)
        return dict(enumerate(children))
    return None


def _assert_leaf(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
    scale: bool,
    what: str,
) -> None:
    indices: Tensor | None = None
    if is_sparse(actual) or is_sparse(expected):
        a, e, indices, shape, wanted_shape = sparse_values(actual, expected)
    else:
        a, e = as_tensor(actual), as_tensor(expected)
        shape, wanted_shape = tuple(a.shape), tuple(e.shape)
    what = f"{what}: " if what else ""
    if shape != wanted_shape:
        raise AssertionError(f"{what}shape {shape}, wanted {wanted_shape}")
    if check_dtype and a.dtype != e.dtype:
        raise AssertionError(f"{what}dtype {a.dtype}, wanted {e.dtype}")
    if rtol is None and atol is None:
        rtol, atol = default_tolerance(a.dtype, e.dtype)
    rtol, atol = rtol or 0.0, atol or 0.0
    error, size, wrong = _errors(a, e, equal_nan)
    if scale and size.numel():
        size = torch.where(torch.isfinite(size), size, 0).max().expand(size.shape)
    differs = wrong | (error > atol + rtol * torch.where(torch.isfinite(size), size, 0))
    if bool(differs.any()):
        tolerance = f"rtol={rtol:.3g}, atol={atol:.3g}" + (" of the largest" if scale else "")
        raise AssertionError(what + describe(a, e, error, size, differs, indices, tolerance))


def _errors(a: Tensor, e: Tensor, equal_nan: bool) -> tuple[Tensor, Tensor, Tensor]:
    """``|a − e|``, ``|e|``, and where special values are not the same."""
    x, y = widened(a), widened(e)
    if x.dtype in (torch.int64, torch.uint64) and x.dtype == y.dtype:
        # Differences of whole numbers beyond 2⁵³ would vanish in double precision.
        wrong = x != y
        x, y = x.to(torch.float64), y.to(torch.float64)
        distance = torch.where(wrong, (x - y).abs().clamp_min(1.0), 0.0)
        return distance, y.abs(), torch.zeros_like(wrong)
    if x.is_complex() or y.is_complex():
        x, y = x.to(torch.complex128), y.to(torch.complex128)
        finite = _finite(x) & _finite(y)
        # Real and imaginary parts share one error bound, that of the modulus; special values must agree part by part.
        same = _same(x.real, y.real, equal_nan) & _same(x.imag, y.imag, equal_nan)
    else:
        x, y = x.to(torch.float64), y.to(torch.float64)
        finite = torch.isfinite(x) & torch.isfinite(y)
        same = _same(x, y, equal_nan)
    distance = torch.where(finite, (torch.where(finite, x, 0) - torch.where(finite, y, 0)).abs(), 0.0)
    wrong = ~finite & ~same
    return torch.where(wrong, torch.inf, distance), y.abs(), wrong


def _finite(z: Tensor) -> Tensor:
    return torch.isfinite(z.real) & torch.isfinite(z.imag)


def _same(x: Tensor, y: Tensor, equal_nan: bool) -> Tensor:
    return (x == y) | (torch.isnan(x) & torch.isnan(y) & equal_nan)
