"""What all sparse arrays share: their parts, their kind, how they are built and shown, and that they are pytrees."""

from __future__ import annotations

import importlib
import math
from types import GenericAlias
from typing import Any, ClassVar

import numpy
import torch
from torch import Tensor

from ..op.torch_private import pytree
from . import planning
from .arithmetic import Arithmetic
from .comparison import Comparison
from .elementwise import Elementwise
from .exchange import Exchange
from .extrema import Extrema
from .kinds import Kind, give, shown_dtype, torch_dtype
from .moving import Moving
from .pattern import Pattern, twin
from .planning import CLASSES, Pool, groups_of_equal, host_values, is_plain, rearranged, relabelled, scattered
from .products import Products
from .reductions import Reductions


class sparray(Exchange, Moving, Arithmetic, Products, Reductions, Extrema, Elementwise, Comparison):
    """The base class of all sparse arrays; make one of its subclasses.

    A sparse array has a pattern, which is static, and a tensor of values, which is differentiable. As a pytree it has
    one leaf, the values: transforms, optimizers and ``vmap`` see those, and a gradient in a sparse array is a sparse
    array with the same pattern.
    """

    format: ClassVar[str]
    _is_sparse: ClassVar[bool] = True
    maxprint: int = 50
    __array_priority__: ClassVar[float] = 110.0
    __array_ufunc__: ClassVar[None] = None  # so that NumPy's arrays leave `array @ sparse` to this class
    _allowed_ndim: ClassVar[tuple[int, ...]] = (2,)

    _pattern: Pattern
    _values: Tensor
    _kind: Kind

    @classmethod
    def _of(cls, pattern: Pattern, values: Tensor, kind: Kind) -> Any:
        made = object.__new__(cls)
        made._pattern, made._values, made._kind = pattern, values, kind
        return made

    def _like(self, values: Tensor, pattern: Pattern | None = None) -> Any:
        """An array with the same pattern and other values."""
        return self._of(pattern or self._pattern, values, self._kind)

    # --- attributes ---------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions; assigning one reshapes in place."""
        return self._pattern.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        new = self.reshape(shape).asformat(self.format)
        self._pattern, self._values = new._pattern, new._values

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> Any:
        """Type of the values: torch's for an array of tensors, otherwise NumPy's."""
        return shown_dtype(self._values.dtype, self._kind)

    @property
    def data(self) -> Any:
        """The stored values, differentiable."""
        return give(self._values, self._kind)

    @data.setter
    def data(self, values: Any) -> None:
        self._values = planning.as_values(values, self._kind)

    @property
    def device(self) -> torch.device:
        """Where values and indices are."""
        return self._values.device

    @property
    def requires_grad(self) -> bool:
        """Whether autograd follows the values."""
        return self._values.requires_grad

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Have autograd follow the values, or not."""
        self._values.requires_grad_(requires_grad)
        return self

    @property
    def grad(self) -> Any:
        """The gradient that autograd has collected: an array with the same pattern, or None."""
        found = self._values.grad
        return None if found is None else self._like(found)

    def detach(self) -> Any:
        """The same array without its history."""
        return self._like(self._values.detach())

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """The array on another device or in another dtype, as :meth:`torch.Tensor.to` has it."""
        values = self._values.to(*args, **kwargs)
        return self._of(self._pattern.to(values.device), values, self._kind)

    @property
    def nnz(self) -> int:
        """Number of stored entries, explicit zeros included."""
        return self._stored()

    @property
    def size(self) -> int:
        """Number of stored entries."""
        return self.nnz

    @property
    def T(self) -> Any:
        """The transpose."""
        return self.transpose()

    @property
    def mT(self) -> Any:
        """The transpose of a matrix."""
        return self.transpose()

    @property
    def real(self) -> Any:
        """Real parts."""
        return self._like(self._values.real) if self._values.is_complex() else self

    @property
    def imag(self) -> Any:
        """Imaginary parts."""
        imaginary = self._values.imag if self._values.is_complex() else torch.zeros_like(self._values)
        return self._like(imaginary)

    def _stored(self) -> int:
        return int(self._values.shape[0])

    # --- for plans ----------------------------------------------------------------------------------------------

    def _host(self, *, shared: bool = False) -> Any:
        """SciPy's array with these values, which must be plain.

        SciPy sorts compressed arrays in place where it wants them sorted. Index tensors may belong to several arrays,
        so that an unsorted one is copied, unless ``shared``.
        """
        found = twin(self._pattern, host_values(self._values))
        if shared or self._is_canonical():
            return found
        copied = twin(self._pattern.copy(), host_values(self._values).copy())
        return copied

    def _labelled(self, pool: Pool) -> Any:
        """SciPy's array with labels in the place of values."""
        return relabelled(self._canonical(), pool)

    def _is_canonical(self) -> bool:
        """Whether no entry is stored twice and, in a compressed format, each line is sorted."""
        pattern = self._pattern
        if pattern.is_canonical is None:
            if pattern.format == "coo":
                if pattern.shape and all(pattern.shape):
                    pattern.is_canonical = _is_increasing(pattern)
                else:
                    pattern.is_canonical = not self._stored()
            elif pattern.format == "dia":
                pattern.is_canonical = True
            else:
                pattern.is_canonical = bool(twin(pattern, numpy.empty(0)).has_canonical_format)
        return pattern.is_canonical

    def _canonical(self) -> Any:
        """The same array with its entries in order, those of one place summed up."""
        if self._is_canonical():
            return self
        pattern = self._pattern
        coo = pattern.host()
        if pattern.format != "coo":
            indptr, indices = pattern.host()
            coo = (numpy.repeat(numpy.arange(len(indptr) - 1, dtype=indices.dtype), numpy.diff(indptr)), indices)
        places, group, count = groups_of_equal(coo)
        device = self._values.device
        values = self._values[: len(group)]
        summed = scattered(values, torch.from_numpy(group).to(device), count)
        if pattern.format == "coo":
            index = tuple(map(torch.from_numpy, places))
        else:
            counts = numpy.bincount(places[0], minlength=len(indptr) - 1)
            starts = numpy.concatenate([[0], numpy.cumsum(counts)]).astype(indptr.dtype)
            index = (torch.from_numpy(starts), torch.from_numpy(numpy.ascontiguousarray(places[1])))
        index = tuple(t.to(device) for t in index)
        return self._like(summed, Pattern(pattern.format, pattern.shape, index, True, True))

    def _replace(self, other: Any) -> None:
        """Become another array of the same class."""
        self._pattern, self._values = other._pattern, other._values

    # --- Python's protocols -------------------------------------------------------------------------------------

    def __len__(self) -> int:
        raise TypeError("the length of a sparse array is ambiguous; use .nnz or .shape[0]")

    def __bool__(self) -> bool:
        if math.prod(self.shape) == 1:
            return self.nnz != 0 and bool((self._values != 0).any())
        raise ValueError("the truth value of an array with more than one element is ambiguous")

    def __iter__(self) -> Any:
        return (self[i] for i in range(self.shape[0]))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise TypeError("a sparse array becomes no dense one unasked: use .toarray()")

    def __repr__(self) -> str:
        extra = self._extra_repr()
        shape = f"({', '.join(map(str, self.shape))}{',' if self.ndim == 1 else ''})"
        return f"<{type(self).__name__} of shape {shape}, dtype {self.dtype}, with {self.nnz} stored elements{extra}>"

    def _extra_repr(self) -> str:
        return ""

    def __str__(self) -> str:
        shown = self.tocoo()
        places = list(zip(*(c.tolist() for c in shown._pattern.index)))
        values = shown._values.detach()
        lines = [repr(self)]
        half = self.maxprint // 2
        for k, place in enumerate(places):
            if len(places) > self.maxprint and half <= k < len(places) - half:
                if k == half:
                    lines.append("  :")
                continue
            lines.append(f"  {place}\t{values[k].item()}")
        return "\n".join(lines)

    def __class_getitem__(cls, item: Any) -> GenericAlias:
        return GenericAlias(cls, item)

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        values = self._values
        copied = values.detach().clone().requires_grad_(values.requires_grad) if values.is_leaf else values.clone()
        return self._of(self._pattern.copy(), copied, self._kind)

    def __reduce__(self) -> Any:
        pattern = self._pattern
        parts = (pattern.format, pattern.shape, pattern.index, pattern.is_sorted, pattern.is_canonical)
        return _restored, (parts, self._values, _kind_name(self._kind))


def _is_increasing(pattern: Pattern) -> bool:
    coords = pattern.host()
    if math.prod(pattern.shape) >= 2**62:
        return False
    if len(coords) == 1:
        flat = coords[0]
    else:
        flat = numpy.ravel_multi_index(coords, pattern.shape)
    return bool((flat[1:] > flat[:-1]).all())


def _kind_name(kind: Kind) -> str:
    if kind is None:
        return ""
    return type(kind.from_tensor(torch.zeros(1))).__module__


def _restored(parts: tuple[Any, ...], values: Tensor, module: str) -> Any:
    from .kinds import kind_of

    kind = None if not module else kind_of(importlib.import_module(module).zeros(1))
    return CLASSES[parts[0]]._of(Pattern(*parts), values, kind)


def flatten(array: Any) -> tuple[list[Any], Any]:
    """The one leaf of an array, and what is static."""
    return [array._values], (type(array), array._pattern, array._kind)


def unflatten(leaves: Any, context: Any) -> Any:
    """The array of a leaf; transforms put other things than tensors there."""
    cls, pattern, kind = context
    (values,) = leaves
    return cls._of(pattern, values, kind)


def enter(cls: Any) -> Any:
    """Register a class of arrays: by its format, and as a pytree."""
    CLASSES[cls.format] = cls
    pytree.register_pytree_node(
        cls,
        flatten,
        unflatten,
        flatten_with_keys_fn=lambda a: ([(pytree.GetAttrKey("data"), a._values)], (type(a), a._pattern, a._kind)),
        serialized_type_name=f"scitorch.sparse.{cls.__name__}",
    )
    return cls


def issparse(x: Any) -> bool:
    """Whether `x` is a sparse array of this package.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array, issparse
    >>> issparse(csr_array(torch.eye(2)))
    True
    >>> issparse(torch.eye(2))
    False
    """
    return isinstance(x, sparray)


__all__ = ["enter", "is_plain", "issparse", "rearranged", "sparray", "torch_dtype"]
