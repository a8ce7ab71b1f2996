"""Truth about arrays: closeness, equality, kinds of values."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import holds
from scitorch.numpy.promotion import weak_result_type
from scitorch.numpy.reversed_views import memory_of, origin_of

__all__ = [
    "allclose",
    "array_equal",
    "array_equiv",
    "asarray_chkfinite",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isfortran",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "isscalar",
    "may_share_memory",
    "shares_memory",
]


@without_derivative("returns truth values", "np.isclose(x, x + y / 1e5)")
def isclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: bool = False) -> ndarray:
    """Whether elements are equal within ``atol + rtol * |b|``."""
    common = weak_result_type(a, b)
    if not (common.is_floating_point or common.is_complex):
        common = torch.float64
    x, y = tensor_of(a, common).detach(), tensor_of(b, common).detach()
    relative, absolute = (
        tensor_of(value, _real_dtype(common) if type(value) in (int, float) else None).detach()
        for value in (rtol, atol)
    )
    try:
        numpy.broadcast_shapes(*(tuple(t.shape) for t in (x, y, relative, absolute)))
    except ValueError as error:
        raise ValueError(f"operands could not be broadcast together: {error}") from None
    near = (torch.abs(x - y) <= absolute + relative * torch.abs(y)) & torch.isfinite(y)
    near = near | (x == y)
    if equal_nan:
        near = near | (torch.isnan(x) & torch.isnan(y))
    return ndarray._wrap(near)


@without_derivative("returns a truth value", "np.allclose(x, y)")
def allclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: bool = False) -> bool:
    """Whether all elements are equal within a tolerance."""
    return bool(isclose(a, b, rtol, atol, equal_nan)._tensor.all())


@without_derivative("returns a truth value", "np.array_equal(x, y)")
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    """Whether two arrays have the same shape and elements."""
    try:
        a, b = asarray(a1), asarray(a2)
    except (TypeError, ValueError):
        return False
    if a.shape != b.shape:
        return False
    same = (a == b)._tensor
    if equal_nan and a.dtype.kind in "fc" and b.dtype.kind in "fc":
        same = same | (torch.isnan(a._tensor) & torch.isnan(b._tensor))
    return bool(same.all())


@without_derivative("returns a truth value", "np.array_equiv(x, y)")
def array_equiv(a1: Any, a2: Any) -> bool:
    """Whether two arrays broadcast to the same shape with equal elements."""
    try:
        a, b = asarray(a1), asarray(a2)
        return bool((a == b)._tensor.all())
    except (TypeError, ValueError):
        return False


@without_derivative("returns truth values", "np.iscomplex(x)")
def iscomplex(x: Any) -> ndarray:
    """Whether elements have a nonzero imaginary part."""
    tensor = tensor_of(x)
    return ndarray._wrap(tensor.imag != 0 if tensor.is_complex() else torch.zeros_like(tensor, dtype=torch.bool))


@without_derivative("returns truth values", "np.isreal(x)")
def isreal(x: Any) -> ndarray:
    """Whether elements have no imaginary part."""
    return ndarray._wrap(~iscomplex(x)._tensor)


@without_derivative("returns a truth value", "np.iscomplexobj(x)")
def iscomplexobj(x: Any) -> bool:
    """Whether an object has a complex dtype."""
    kind = getattr(getattr(x, "dtype", None), "type", None)
    if isinstance(kind, type):
        return issubclass(kind, numpy.complexfloating)
    return tensor_of(x).is_complex()


@without_derivative("returns a truth value", "np.isrealobj(x)")
def isrealobj(x: Any) -> bool:
    """Whether an object does not have a complex dtype."""
    return not iscomplexobj(x)


@without_derivative("returns truth values", "np.isposinf(w)")
def isposinf(x: Any, out: Any = None) -> Any:
    """Whether elements are positive infinity."""
    return _infinite(x, out, torch.isposinf, "isposinf")


@without_derivative("returns truth values", "np.isneginf(w)")
def isneginf(x: Any, out: Any = None) -> Any:
    """Whether elements are negative infinity."""
    return _infinite(x, out, torch.isneginf, "isneginf")


def _infinite(x: Any, out: Any, test: Any, name: str) -> Any:
    from scitorch.numpy.ufunc_arguments import write_out

    tensor = tensor_of(x)
    if tensor.is_complex():
        raise TypeError(
            f"This operation is not supported for {asarray(x).dtype} values because it would be ambiguous: {name}"
        )
    result = test(tensor)
    return ndarray._wrap(result) if out is None else write_out(out, result)


@without_derivative("returns a truth value", "np.isscalar(2.5)")
def isscalar(element: Any) -> bool:
    """Whether an object is a scalar: of Python, of NumPy, or an array of no dimensions made by a function here."""
    return (isinstance(element, ndarray) and element.ndim == 0) or numpy.isscalar(element)


@without_derivative("returns a truth value", "np.isfortran(m)")
def isfortran(a: Any) -> bool:
    """Whether an array is column-major and not row-major."""
    return asarray(a).flags.fnc  # type: ignore[no-any-return]


@differentiable("np.asarray_chkfinite(m)")
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> ndarray:
    """Convert to an array; raise for nan and infinity."""
    array = asarray(a, dtype, order)
    if array.dtype.kind in "fc" and holds(~torch.isfinite(array._tensor)):
        raise ValueError("array must not contain infs or NaNs")
    return array


@without_derivative("returns a truth value", "np.shares_memory(x, x[1:])")
def shares_memory(a: Any, b: Any, /, max_work: Any = None) -> bool:
    """Whether two arrays share memory."""
    x, y = tensor_of(origin_of(a)), tensor_of(origin_of(b))
    if x.device != y.device or x.untyped_storage().data_ptr() != y.untyped_storage().data_ptr():
        return False
    if x.device.type != "cpu":
        return True
    return numpy.shares_memory(memory_of(a), memory_of(b))


@without_derivative("returns a truth value", "np.may_share_memory(x, y)")
def may_share_memory(a: Any, b: Any, /, max_work: Any = None) -> bool:
    """Whether two arrays might share memory."""
    return shares_memory(a, b)


def _real_dtype(dtype: torch.dtype) -> torch.dtype:
    return {torch.complex64: torch.float32, torch.complex128: torch.float64}.get(dtype, dtype)
