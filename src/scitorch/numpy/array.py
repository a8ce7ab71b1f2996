"""`ndarray`: one torch tensor with NumPy's behaviour.

The class is thin on purpose: one slot, no state of its own, so that an operator costs little more than torch's.
What an operation means is decided in the module of its family; the methods here only lead there.
"""

import operator
from collections.abc import Callable, Iterator
from itertools import repeat
from types import GenericAlias
from typing import Any, ClassVar

import numpy
import torch

from scitorch.numpy.dtypes import COMPLEX, FLOATING, INEXACT
from scitorch.numpy.floating_errors import watching
from scitorch.numpy.memory import followed, lend, transformed
from scitorch.numpy.methods import Methods
from scitorch.numpy.properties import Properties
from scitorch.numpy.protocols import Protocols
from scitorch.op.torch_private import transforms_active

__all__ = ["ndarray"]

_INTEGER_FAST = frozenset({torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8})
_INEXACT_FAST = INEXACT - {torch.float16}
_REAL_FAST = FLOATING - {torch.float16}
_ARITHMETIC = _INEXACT_FAST | _INTEGER_FAST
_NEGATED = _ARITHMETIC - COMPLEX
_ORDERED = FLOATING | _INTEGER_FAST | {torch.bool}
_WRITTEN = _INEXACT_FAST | _INTEGER_FAST | {torch.bool}
_BASIC = frozenset({int, slice, type(None)})  # entries of a key that torch takes as NumPy does
_PRODUCTS = (2, 3, 0.5, 1, 0, -1, -0.5, -2)  # exponents for which torch multiplies, divides or takes a root


def broadcast_error(error: RuntimeError, operands: Any) -> Exception:
    """Return NumPy's exception for shapes that do not broadcast, or the error itself if it was another one."""
    shapes = [tuple(t.shape) for t in operands if isinstance(t, torch.Tensor)]
    try:
        numpy.broadcast_shapes(*shapes)
    except ValueError:
        listed = " ".join(str(shape).replace(" ", "") for shape in shapes)
        return ValueError(f"operands could not be broadcast together with shapes {listed}")
    return error


def _operand(
    name: str, fast: Callable[[Any, Any], Any], dtypes: Any, scalar_dtypes: Any
) -> Callable[["ndarray", Any], Any]:
    """Return a binary dunder: a short way for equal dtypes and Python floats, the ufunc for all others."""

    def forward(self: "ndarray", other: Any) -> Any:
        a = self._tensor
        kind = type(other)
        if kind is ndarray:
            b = other._tensor
            dtype = a.dtype
            if dtype is b.dtype and dtype in dtypes and not watching:
                try:
                    tensor = fast(a, b)
                except RuntimeError:
                    return getattr(ufuncs, name)(self, other)  # which raises NumPy's error
                result = new(ndarray)
                result._tensor = tensor
                return result
        elif (kind is float or kind is int) and (
            (a.dtype in scalar_dtypes and not watching)
            or (kind is int and a.dtype is torch.int64 and a.dtype in dtypes and -(2**63) <= other < 2**63)
        ):
            result = new(ndarray)
            result._tensor = fast(a, other)
            return result
        elif _defers(other):
            return NotImplemented
        return getattr(ufuncs, name)(self, other)

    return forward


def _reflected(name: str, fast: Callable[[Any, Any], Any] | None, scalar_dtypes: Any) -> Callable[..., Any]:
    def backward(self: "ndarray", other: Any) -> Any:
        kind = type(other)
        if fast is not None and (kind is float or kind is int) and self._tensor.dtype in scalar_dtypes and not watching:
            result = new(ndarray)
            result._tensor = fast(other, self._tensor)
            return result
        if _defers(other):
            return NotImplemented
        return getattr(ufuncs, name)(other, self)

    return backward


def _in_place(name: str, fast: Callable[[Any, Any], Any] | None = None) -> Callable[..., Any]:
    def update(self: "ndarray", other: Any) -> Any:
        a = self._tensor
        if a.ndim == 0 and not hasattr(self, "_mutable") and (torch.compiler.is_compiling() or not a._is_view()):
            return getattr(ufuncs, name)(self, other)
        if fast is not None:
            b = other._tensor if type(other) is ndarray else other
            # not under forward differentiation: torch's tangents are wrong where both operands share memory
            simple = type(b) is float or (isinstance(b, torch.Tensor) and b.dtype is a.dtype and not transformed())
            if simple and a.dtype in _INEXACT_FAST and not a.requires_grad and not watching:
                try:
                    fast(a, b)
                    return self
                except RuntimeError:  # shapes, overlapping memory, transforms: the long way decides
                    pass
        if _defers(other):
            return NotImplemented
        return getattr(ufuncs, name)(self, other, out=self)

    return update


_update_by_matmul = _in_place("matmul")


def _matmul_in_place(self: "ndarray", other: Any) -> Any:
    if self._tensor.ndim < 1 or (not _defers(other) and conversion.tensor_of(other).ndim < 2):
        raise ValueError(
            "inplace matrix multiplication requires the first operand to have at least one and the second at least "
            "two dimensions."
        )
    return _update_by_matmul(self, other)


def _operand_if_small(
    name: str, fast: Callable[[Any, Any], Any], dtypes: Any, scalar_dtypes: Any
) -> Callable[..., Any]:
    """Return a comparison or bitwise dunder: the short way for small arrays; NumPy is faster with large ones."""
    forward = _operand(name, fast, frozenset(), scalar_dtypes)
    equality = name in ("equal", "not_equal")

    def compare(self: "ndarray", other: Any) -> Any:
        if type(other) is ndarray:
            a, b = self._tensor, other._tensor
            dtype = a.dtype
            if dtype is b.dtype and dtype in dtypes and not watching and a.numel() < memory.LARGE:
                try:
                    tensor = fast(a, b)
                except RuntimeError:
                    return getattr(ufuncs, name)(self, other)  # which raises NumPy's error
                result = new(ndarray)
                result._tensor = tensor
                return result
        elif equality and (other is None or isinstance(other, str | bytes)):
            return ndarray._wrap(torch.full(self._tensor.shape, name == "not_equal", device=self._tensor.device))
        return forward(self, other)

    return compare


def _defers(other: Any) -> bool:
    """Whether an operator leaves the decision to the other operand."""
    kind = type(other)
    if kind in _KNOWN:
        return False
    if isinstance(other, torch.Tensor | numpy.ndarray | numpy.generic | list | tuple | int | float | complex):
        return False
    if getattr(kind, "__array_ufunc__", other) is None:
        return True
    return not (hasattr(other, "__array__") or hasattr(other, "__dlpack__") or hasattr(other, "__array_ufunc__"))


new = object.__new__


class ndarray(Properties, Protocols, Methods):
    """An n-dimensional array over one `torch.Tensor`.

    Made by `array`, `asarray` and the creation functions; `ndarray(shape, dtype)` makes an uninitialised one, as in
    NumPy. Arrays carry gradients exactly when their tensor does.

    Parameters
    ----------
    shape : int or tuple of ints
    dtype : dtype, optional
    buffer : buffer, optional
        Memory to interpret; shared where torch can.
    offset, strides, order : optional
        As in `numpy.ndarray`, for `buffer`.

    Attributes
    ----------
    tensor : torch.Tensor
        The tensor itself, not a copy.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> x = np.arange(4.0)
    >>> (x * x)[1:]
    array([1., 4., 9.])
    """

    # What NumPy returns as an immutable scalar (a reduction, x[i]) is an array without dimensions here. In-place
    # operators replace it, they do not change it, unless it is an array in NumPy too, which has `_mutable`, or a view.
    __slots__ = ("__weakref__", "_mutable", "_tensor")
    _mutable: bool
    _tensor: torch.Tensor
    __array_priority__: ClassVar[float] = 100.0

    def __new__(
        cls, shape: Any, dtype: Any = float, buffer: Any = None, offset: int = 0, strides: Any = None, order: Any = None
    ) -> "ndarray":
        if buffer is not None:
            return conversion.asarray(numpy.ndarray(shape, dtype, buffer, offset, strides, order))
        return creation.empty(shape, dtype, order or "C")

    @staticmethod
    def _wrap(tensor: torch.Tensor) -> "ndarray":
        result = new(ndarray)
        result._tensor = tensor
        if tensor.requires_grad or transforms_active():
            lend(result)
        return result

    @staticmethod
    def _array(tensor: torch.Tensor) -> "ndarray":
        """Wrap a tensor that is an array in NumPy even where it has no dimensions."""
        result = new(ndarray)
        result._tensor = tensor
        if tensor.ndim == 0:
            result._mutable = True
        return result

    def _written(self) -> None:
        """Take notice that the tensor was written into; see `reversed_views`."""

    def _store(self, values: torch.Tensor) -> None:
        """Overwrite all elements, through views; a tensor that autograd tracks is replaced instead (see `indexing`)."""
        indexing.store(self, values)

    # Containers
    def __len__(self) -> int:
        if self._tensor.ndim == 0:
            raise TypeError("len() of unsized object")
        return self._tensor.shape[0]

    def __iter__(self) -> Iterator["ndarray"]:
        if self._tensor.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        tensor = self._tensor
        # autograd lets no one write into what unbind returns
        parts = map(tensor.select, repeat(0), range(len(tensor))) if followed(tensor) else tensor.unbind(0)
        if tensor.ndim == 1:  # elements are copies, of what the array holds when their turn comes
            return (ndarray._wrap(part.clone()) for part in parts)
        return iter([ndarray._wrap(part) for part in parts])

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def __getitem__(self, key: Any) -> "ndarray":
        result = new(ndarray)
        kind = type(key)
        if kind in _BASIC or (kind is tuple and _BASIC.issuperset(map(type, key))):
            try:
                tensor = self._tensor[key]
                if tensor.ndim == 0:
                    tensor = tensor.clone()  # an element is a copy, as a scalar is
                result._tensor = tensor
                if tensor.requires_grad or transforms_active():
                    lend(result)
                return result
            except (IndexError, TypeError, ValueError, OverflowError):
                pass  # negative steps, and the errors, which are NumPy's there
        result._tensor = tensor = indexing.get(self._tensor, key)
        if reversed_views.reverses(key):
            result = reversed_views.ReversedView.made(self, key, tensor)
        elif tensor.ndim == 0:
            if key is Ellipsis or (kind is tuple and any(item is Ellipsis for item in key)):
                result._mutable = True
            else:
                result._tensor = tensor.clone()
        if tensor.requires_grad or transforms_active():
            lend(result)
        return result

    def __setitem__(self, key: Any, value: Any) -> None:
        tensor = self._tensor
        kind = type(key)
        if kind in _BASIC or (kind is tuple and _BASIC.issuperset(map(type, key))):
            place: Any = key
        elif kind is ndarray and key._tensor.dtype is torch.int64 and 0 < key._tensor.numel() < memory.LARGE:
            place = key._tensor
        else:
            place = self  # not a short way
        if place is not self and not (tensor.requires_grad or transforms_active()):
            try:
                if type(value) is float and tensor.dtype in _INEXACT_FAST:
                    tensor[place] = value
                    return
                if type(value) is ndarray and tensor.dtype in _WRITTEN and tensor.dtype is value._tensor.dtype:
                    values = value._tensor
                    if not values.requires_grad and not memory.overlap(tensor, values):
                        tensor[place] = values
                        return
            except (IndexError, RuntimeError, TypeError, ValueError):
                pass  # negative steps, transforms, and the errors, which are NumPy's there
        indexing.assign(self, key, value)

    def __delitem__(self, key: Any) -> None:
        raise ValueError("cannot delete array elements")

    def __copy__(self) -> "ndarray":
        return ndarray._wrap(self._tensor.clone())

    def __deepcopy__(self, memo: dict[int, Any]) -> "ndarray":
        tensor = self._tensor
        if tensor.requires_grad and tensor.is_leaf:
            return ndarray._wrap(tensor.detach().clone().requires_grad_())
        return ndarray._wrap(tensor.clone())

    def __reduce__(self) -> Any:
        return ndarray._wrap, (self._tensor.detach() if not self._tensor.is_leaf else self._tensor,)

    def __class_getitem__(cls, item: Any) -> GenericAlias:
        return GenericAlias(cls, item)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + (0 if self._tensor._is_view() else self.nbytes)

    # Operators
    __add__ = _operand("add", operator.add, _ARITHMETIC, _INEXACT_FAST)
    __sub__ = _operand("subtract", operator.sub, _ARITHMETIC, _INEXACT_FAST)
    __mul__ = _operand("multiply", operator.mul, _ARITHMETIC, _INEXACT_FAST)
    __truediv__ = _operand("divide", operator.truediv, _INEXACT_FAST, _INEXACT_FAST)
    __floordiv__ = _operand("floor_divide", operator.floordiv, frozenset(), frozenset())
    __mod__ = _operand("remainder", operator.mod, frozenset(), frozenset())
    __divmod__ = _operand("divmod", divmod, frozenset(), frozenset())
    __matmul__ = _operand("matmul", operator.matmul, _INEXACT_FAST, frozenset())
    __lshift__ = _operand("left_shift", operator.lshift, frozenset(), frozenset())
    __rshift__ = _operand("right_shift", operator.rshift, frozenset(), frozenset())
    __and__ = _operand_if_small("bitwise_and", operator.and_, _INTEGER_FAST | {torch.bool}, frozenset())
    __or__ = _operand_if_small("bitwise_or", operator.or_, _INTEGER_FAST | {torch.bool}, frozenset())
    __xor__ = _operand_if_small("bitwise_xor", operator.xor, _INTEGER_FAST | {torch.bool}, frozenset())
    __lt__ = _operand_if_small("less", operator.lt, _ORDERED, _REAL_FAST)
    __le__ = _operand_if_small("less_equal", operator.le, _ORDERED, _REAL_FAST)
    __gt__ = _operand_if_small("greater", operator.gt, _ORDERED, _REAL_FAST)
    __ge__ = _operand_if_small("greater_equal", operator.ge, _ORDERED, _REAL_FAST)
    __eq__ = _operand_if_small("equal", operator.eq, _ORDERED | COMPLEX, _INEXACT_FAST)
    __ne__ = _operand_if_small("not_equal", operator.ne, _ORDERED | COMPLEX, _INEXACT_FAST)
    __hash__ = Protocols.__hash__  # a class with __eq__ would lose the inherited one
    __radd__ = _reflected("add", operator.add, _INEXACT_FAST)
    __rsub__ = _reflected("subtract", operator.sub, _INEXACT_FAST)
    __rmul__ = _reflected("multiply", operator.mul, _INEXACT_FAST)
    __rtruediv__ = _reflected("divide", None, ())  # torch multiplies by the reciprocal there: one rounding too many
    __rfloordiv__ = _reflected("floor_divide", None, ())
    __rmod__ = _reflected("remainder", None, ())
    __rdivmod__ = _reflected("divmod", None, ())
    __rpow__ = _reflected("power", None, ())
    __rmatmul__ = _reflected("matmul", None, ())
    __rlshift__ = _reflected("left_shift", None, ())
    __rrshift__ = _reflected("right_shift", None, ())
    __rand__ = _reflected("bitwise_and", None, ())
    __ror__ = _reflected("bitwise_or", None, ())
    __rxor__ = _reflected("bitwise_xor", None, ())
    __iadd__ = _in_place("add", operator.iadd)
    __isub__ = _in_place("subtract", operator.isub)
    __imul__ = _in_place("multiply", operator.imul)
    __itruediv__ = _in_place("divide", operator.itruediv)
    __ifloordiv__ = _in_place("floor_divide")
    __imod__ = _in_place("remainder")
    __ipow__ = _in_place("power")
    __imatmul__ = _matmul_in_place
    __ilshift__ = _in_place("left_shift")
    __irshift__ = _in_place("right_shift")
    __iand__ = _in_place("bitwise_and")
    __ior__ = _in_place("bitwise_or")
    __ixor__ = _in_place("bitwise_xor")

    def __pow__(self, other: Any, modulo: Any = None) -> Any:
        if modulo is not None or _defers(other):
            return NotImplemented
        tensor = self._tensor
        if (type(other) is float or type(other) is int) and tensor.dtype in _REAL_FAST and not watching:
            if tensor.numel() >= memory.LARGE and other not in _PRODUCTS and (seen := memory.views(tensor)) is not None:
                with numpy.errstate(all="ignore"):
                    return ndarray._wrap(torch.from_numpy(numpy.power(seen[0], other)))
            return ndarray._wrap(torch.pow(tensor, other))
        return ufuncs.power(self, other)

    def __neg__(self) -> "ndarray":
        tensor = self._tensor
        if tensor.dtype in _NEGATED:
            result = new(ndarray)
            result._tensor = -tensor
            return result
        return ufuncs.negative(self)  # type: ignore[no-any-return]

    def __pos__(self) -> "ndarray":
        return ufuncs.positive(self)  # type: ignore[no-any-return]

    def __abs__(self) -> "ndarray":
        return ufuncs.absolute(self)  # type: ignore[no-any-return]

    def __invert__(self) -> "ndarray":
        return ufuncs.invert(self)  # type: ignore[no-any-return]


_KNOWN = frozenset({ndarray, int, float, complex, bool, numpy.float64, numpy.int64, numpy.ndarray, torch.Tensor})

# At the end, because all of these need the class.
from scitorch.numpy import (  # noqa: E402
    conversion,
    creation,
    indexing,
    memory,
    reversed_views,
    ufuncs,
)
