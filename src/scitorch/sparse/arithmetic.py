"""Sums, elementwise products and quotients, powers, maxima and minima with sparse, dense and scalar operands.

The pattern of a sum is the union of the patterns, that of a product their intersection. Where derivatives are wanted
the result keeps all of it, also where values happen to cancel; values that nothing watches are left to SciPy, which
drops zeros.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import as_tensor, give, host_dtype, is_dense, is_scalar, is_scipy, is_sparse, kind_of, promoted, torch_dtype
from .pattern import twin
from .planning import Pool, adopted, from_host, host_values, is_plain
from .warning import warn_of_dense


class Arithmetic:
    """Arithmetic of sparse arrays."""

    # --- sums ---------------------------------------------------------------------------------------------------

    def __add__(self: Any, other: Any) -> Any:
        return _sum(self, other, operator.add)

    def __radd__(self: Any, other: Any) -> Any:
        return _sum(self, other, operator.add)

    def __sub__(self: Any, other: Any) -> Any:
        return _sum(self, other, operator.sub)

    def __rsub__(self: Any, other: Any) -> Any:
        if is_scalar(other):
            return (-self).__add__(other)
        other = operand(other, self)
        if not isinstance(other, Tensor):
            return NotImplemented
        return _dense_sum(self, other, lambda a, d: d - a)

    def __neg__(self: Any) -> Any:
        if self._values.dtype == torch.bool:
            raise NotImplementedError("a boolean sparse array has no negative")
        values = self._values
        if is_plain(values):  # torch has no negative of wide unsigned integers
            return self._like(from_host(-host_values(values)))
        return self._like(-values)

    def __pos__(self: Any) -> Any:
        return self.copy()

    # --- products -----------------------------------------------------------------------------------------------

    def multiply(self: Any, other: Any) -> Any:
        """The elementwise product with a scalar, a sparse or a dense array; shapes broadcast."""
        if is_scalar(other):
            return scaled(self, other, operator.mul)
        other = operand(other, self)
        if other is NotImplemented:
            return NotImplemented
        if isinstance(other, Tensor):
            return _dense_product(self, other, operator.mul)
        if is_plain(self._values, other._values):
            return _by_scipy(self, other, lambda a, b: a.multiply(b))
        return intersection(self, other, operator.mul)

    def __mul__(self: Any, other: Any) -> Any:
        return self.multiply(other)

    def __rmul__(self: Any, other: Any) -> Any:
        return self.multiply(other)

    def __truediv__(self: Any, other: Any) -> Any:
        return self._divide(other)

    def _divide(self: Any, other: Any) -> Any:
        if is_scalar(other):
            return scaled(self, other, operator.truediv)
        other = operand(other, self)
        if other is NotImplemented:
            return NotImplemented
        if isinstance(other, Tensor):
            return _dense_product(self, other, operator.truediv)
        if self.shape != other.shape:
            raise ValueError(f"inconsistent shapes {self.shape} and {other.shape}")
        warn_of_dense("division of two sparse arrays", self.shape, self._values.dtype)
        if is_plain(self._values, other._values):
            return _by_scipy(self, other, operator.truediv)
        quotient = self._dense() / other._dense()
        return _full(quotient, self)

    def __rtruediv__(self: Any, other: Any) -> Any:
        return NotImplemented

    def power(self: Any, n: Any, dtype: Any = None) -> Any:
        """The elements raised to a power, which is a number other than zero.

        Raises
        ------
        NotImplementedError
            For the power zero, which would be dense, and for arrays of powers.
        """
        if not is_scalar(n):
            raise NotImplementedError("the power must be a scalar")
        if not isinstance(n, Tensor) and not n:
            raise NotImplementedError("the power zero would store all elements")
        source = self if self.format in ("csr", "csc", "coo", "bsr", "dia") else self.tocsr()
        source = source._canonical()
        if dtype is not None:
            source = source._like(source._values.to(torch_dtype(dtype)))
        return scaled(source, n, operator.pow)

    def __pow__(self: Any, n: Any) -> Any:
        return self.power(n)

    # --- in place -----------------------------------------------------------------------------------------------

    def __imul__(self: Any, other: Any) -> Any:
        if not is_scalar(other):
            return NotImplemented
        self._values = _kept(self, scaled(self, other, operator.mul))
        return self

    def __itruediv__(self: Any, other: Any) -> Any:
        if not is_scalar(other):
            return NotImplemented
        self._values = _kept(self, scaled(self, other, operator.truediv))
        return self

    # --- extrema of two -----------------------------------------------------------------------------------------

    def maximum(self: Any, other: Any) -> Any:
        """The elementwise maximum with a scalar, a sparse or a dense array."""
        return _extremum(self, other, "maximum", torch.maximum)

    def minimum(self: Any, other: Any) -> Any:
        """The elementwise minimum with a scalar, a sparse or a dense array."""
        return _extremum(self, other, "minimum", torch.minimum)


def operand(other: Any, beside: Any) -> Any:
    """An operand as a sparse array or a dense tensor where ``beside`` is; NotImplemented for others."""
    if is_sparse(other):
        return other
    if is_dense(other):
        return as_tensor(other)
    if isinstance(other, Tensor):
        from .exchange import from_torch

        return from_torch(other)
    if is_scipy(other):
        from .exchange import from_scipy

        return from_scipy(other)
    if isinstance(other, (list, tuple)):
        return as_tensor(other, beside._kind).to(beside._values.device)
    return NotImplemented


def _by_scipy(a: Any, b: Any, operation: Callable[[Any, Any], Any]) -> Any:
    """A binary operation on plain values."""
    kind = kind_of(a, b)
    if kind is None and a._values.dtype != b._values.dtype:
        dtype = torch.promote_types(a._values.dtype, b._values.dtype)
        a, b = a._like(a._values.to(dtype)), b._like(b._values.to(dtype))
    found = operation(a._host(), b._host())
    return adopted(found, from_host, kind, a)


def _sum(a: Any, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
    if is_scalar(other):
        if isinstance(other, Tensor) and not is_plain(other):
            raise NotImplementedError("adding a scalar to a sparse array would store all elements")
        if other == 0:
            return a.copy()
        raise NotImplementedError("adding a nonzero scalar to a sparse array would store all elements")
    b = operand(other, a)
    if b is NotImplemented:
        return NotImplemented
    if isinstance(b, Tensor):
        result = _dense_sum(a, b, operation)
        return give(as_tensor(result), kind_of(a, other))
    if a.shape != b.shape:
        raise ValueError(f"inconsistent shapes {a.shape} and {b.shape}")
    if is_plain(a._values, b._values):
        return _by_scipy(a, b, operation)
    return union(a, b, operation)


def _dense_sum(a: Any, b: Tensor, operation: Callable[[Any, Any], Any]) -> Any:
    kind = kind_of(a, b) if a._kind is None else a._kind
    dtype = promoted(a._values.dtype, b.dtype, kind)
    try:
        shape = torch.broadcast_shapes(a.shape, b.shape)
    except RuntimeError:
        shape = None
    if shape != a.shape:
        raise ValueError(f"a dense array of shape {tuple(b.shape)} does not broadcast to {a.shape}")
    left, right = a._dense().to(dtype), b.to(dtype)
    if is_plain(left, right) and operation in (operator.add, operator.sub):  # torch adds no wide unsigned integers
        return give(from_host(operation(host_values(left), host_values(right))), kind)
    return give(operation(left, right), kind)


def union(a: Any, b: Any, operation: Callable[[Tensor, Tensor], Tensor]) -> Any:
    """A function of two arrays with ``f(0, 0) = 0`` on the union of their patterns."""
    a, b = (x.tocsr() if x.format in ("lil", "dok") else x for x in (a, b))
    first, second = Pool(), Pool()
    left, right = a._labelled(first), b._labelled(second)
    base = left.data.size + 1
    # one number holds both labels; SciPy makes the union by adding them
    right.data = right.data * base
    found = left + right
    if found.format in ("lil", "dok"):
        found = found.tocsr()
    from_right, from_left = numpy.divmod(found.data, base)
    kind = kind_of(a, b)
    dtype = promoted(a._values.dtype, b._values.dtype, kind)
    values = operation(first.values(from_left).to(dtype), second.values(from_right).to(dtype))
    return adopted(found, lambda _: values, kind, None, values.device)


def intersection(a: Any, b: Any, operation: Callable[[Tensor, Tensor], Tensor]) -> Any:
    """A function of two arrays that is zero where one of them is, on the intersection of their patterns."""
    a, b = (x.tocsr() if x.format in ("lil", "dok") else x for x in (a, b))
    first, second = Pool(), Pool()
    left, right = a._labelled(first), b._labelled(second)
    found = left.multiply(_ones(right))
    partner = _ones(left).multiply(right)
    kind = kind_of(a, b)
    dtype = promoted(a._values.dtype, b._values.dtype, kind)
    values = operation(first.values(found.data).to(dtype), second.values(partner.data).to(dtype))
    return adopted(found, lambda _: values, kind, None, values.device)


def _ones(labelled: Any) -> Any:
    ones = labelled.copy()
    ones.data = (labelled.data != 0).astype(numpy.int64)
    return ones


def _dense_product(a: Any, b: Tensor, operation: Callable[[Any, Any], Any]) -> Any:
    kind = kind_of(a, b) if a._kind is None else a._kind
    try:
        shape = torch.broadcast_shapes(a.shape, b.shape)
    except RuntimeError:
        raise ValueError(f"inconsistent shapes {a.shape} and {tuple(b.shape)}") from None
    if len(shape) > 2 and shape != a.shape:
        raise ValueError(f"inconsistent shapes {a.shape} and {tuple(b.shape)}")
    if a.format not in ("csr", "csc", "coo"):
        a = a.tocsr() if a.format != "dia" else a.tocoo()
    a = a._broadcast(tuple(shape))
    picked = b.expand(shape)[a._places()]
    dtype = promoted(a._values.dtype, b.dtype, kind)
    if operation is operator.truediv and not (dtype.is_floating_point or dtype.is_complex):
        dtype = torch.float64 if kind is not None else torch.get_default_dtype()
    values = a._values.to(dtype)
    if dtype == torch.bool:
        return a._of(a._pattern, values & picked, kind)
    return a._of(a._pattern, operation(values, picked.to(dtype)), kind)


def scaled(a: Any, factor: Any, operation: Callable[[Any, Any], Any]) -> Any:
    """The stored values combined with a number."""
    values, kind = a._values, kind_of(a, factor)
    plain_factor = not isinstance(factor, Tensor) and not hasattr(factor, "tensor")
    own = host_dtype(values.dtype)
    if plain_factor and kind is not None and kind.numpy_rules and own is not None:
        if operation is operator.truediv and numpy.can_cast(own, numpy.float64):
            own = numpy.dtype(numpy.float64)  # SciPy's quotients are float64
        if is_plain(values):
            host = host_values(values).astype(own, copy=False)
            if operation is operator.truediv:
                with numpy.errstate(divide="ignore", invalid="ignore"):
                    found = host * (1 / numpy.asarray(factor)[()])
            else:
                found = operation(host, factor)
            return a._of(a._pattern, from_host(found), kind)
        dtype = torch_dtype(numpy.result_type(operation(numpy.ones(1, own), factor)))
        values, factor = values.to(dtype), factor.item() if isinstance(factor, numpy.generic) else factor
    elif not plain_factor:
        factor = as_tensor(factor)
    return a._of(a._pattern, operation(values, factor), kind)


def _kept(a: Any, result: Any) -> Tensor:
    """Values of a result that has to fit into ``a``, as in-place operations on NumPy's arrays have it."""
    found, dtype = result._values, a._values.dtype
    source, target = host_dtype(found.dtype), host_dtype(dtype)
    if source is not None and target is not None and not numpy.can_cast(source, target, "same_kind"):
        raise TypeError(f"cannot store values of dtype {source} in an array of dtype {target}")
    return found.to(dtype)


def _extremum(a: Any, other: Any, name: str, operation: Callable[[Tensor, Tensor], Tensor]) -> Any:
    if is_scalar(other):
        number = as_tensor(other)
        zero = torch.zeros((), dtype=number.dtype)
        dense = bool(getattr(torch, name)(zero, number.detach().cpu()) != 0)
        if dense:
            warn_of_dense(f"{name} with a number on the other side of zero", a.shape, a._values.dtype)
        if is_plain(a._values, number):
            return adopted(getattr(a._host(), name)(host_values(number)[()]), from_host, a._kind, a)
        dtype = promoted(a._values.dtype, number.dtype, a._kind) if isinstance(other, Tensor) else a._values.dtype
        if dense:
            return _full(operation(a._dense().to(dtype), number.to(dtype)), a)
        source = (a if a.format in ("csr", "csc", "coo") else a.tocsr())._canonical()
        return source._like(operation(source._values.to(dtype), number.to(dtype).to(a._values.device)))
    b = operand(other, a)
    if b is NotImplemented:
        raise NotImplementedError(f"{name} with {type(other).__name__}")
    if isinstance(b, Tensor):
        return _dense_sum(a, b, operation)
    if a.shape != b.shape:
        raise ValueError(f"inconsistent shapes {a.shape} and {b.shape}")
    if is_plain(a._values, b._values):
        return _by_scipy(a, b, lambda x, y: getattr(x, name)(y))
    found = union(a, b, operation)
    return found if found.format in ("csr", "csc", "bsr", "coo") else found.tocsr()


def _full(dense: Tensor, like: Any) -> Any:
    """A sparse array that stores every element."""
    scipy_like = numpy.ones(dense.shape, numpy.int8)
    from .planning import CLASSES

    found = CLASSES["csr" if dense.ndim <= 2 else "coo"](scipy_like)
    return found._of(found._pattern.to(dense.device), dense.reshape(-1), like._kind)


__all__ = ["Arithmetic", "intersection", "operand", "twin", "union"]
