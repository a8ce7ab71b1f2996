"""The classes of sparse arrays with index tensors: coordinates, compressed lines, blocks, diagonals."""

from __future__ import annotations

import numbers
from typing import Any, ClassVar

import numpy
import torch
from torch import Tensor

from ..op.torch_private import is_transformed, without_wrappers
from .base import enter, sparray
from .kinds import Kind, as_tensor, default_float, give, is_scipy, is_sparse, kind_of, torch_dtype
from .pattern import Pattern, pattern_of, require_in_range, scipy_sparse, twin
from .planning import Pool, from_host, gathered, host_values, is_plain
from .product_kernels import lines_of


class indexed(sparray):
    """A sparse array whose pattern is made of index tensors."""

    def __init__(
        self, arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, *, maxprint: int | None = None
    ) -> None:
        if maxprint is not None:
            self.maxprint = maxprint
        wanted = None if dtype is None else torch_dtype(dtype)
        made = self._built(arg1, shape, wanted, copy)
        self._pattern, self._values, self._kind = made._pattern, made._values, made._kind
        if wanted is not None and self._values.dtype != wanted:
            self._values = self._values.to(wanted)

    def _built(self, arg1: Any, shape: Any, dtype: torch.dtype | None, copy: bool, **options: Any) -> Any:
        given = arg1
        if isinstance(arg1, Tensor) and arg1.layout != torch.strided:
            from .exchange import from_torch

            given = from_torch(arg1)
        elif is_scipy(arg1):
            from .exchange import from_scipy

            given = from_scipy(arg1)
        if is_sparse(given):
            return self._from_sparse(given, shape, copy, **options)
        if isinstance(arg1, tuple):
            if _is_shape(arg1, self._allowed_ndim):
                return self._empty(arg1, shape, dtype, **options)
            if arg1 and not isinstance(arg1[0], numbers.Number):
                return self._from_parts(arg1, shape, dtype, copy, **options)
        elif isinstance(arg1, numbers.Number) or numpy.ndim(arg1 if not isinstance(arg1, Tensor) else 0) == -1:
            raise ValueError("a sparse array is not made from a scalar")
        return self._from_dense(arg1, shape, dtype, **options)

    def _from_sparse(self, given: Any, shape: Any, copy: bool, **options: Any) -> Any:
        found = given.asformat(self.format) if not options else given.tobsr(**options)
        if shape is not None and tuple(shape) != found.shape:
            found = found.copy()
            found.resize(*shape)
        return found.copy() if copy else self._of(found._pattern, found._values, found._kind)

    def _scipy(self) -> Any:
        return getattr(scipy_sparse(), f"{self.format}_array")

    def _empty(self, arg1: Any, shape: Any, dtype: torch.dtype | None, **options: Any) -> Any:
        kind = kind_of()
        found = self._scipy()(arg1, shape=shape, dtype=numpy.int8, **options)
        values = torch.zeros(found.data.shape, dtype=dtype or default_float(kind))
        return self._of(pattern_of(found), values, kind)

    def _from_parts(self, parts: Any, shape: Any, dtype: torch.dtype | None, copy: bool, **options: Any) -> Any:
        data, *index = parts
        kind = kind_of(*_arrays_in(parts))
        values = as_tensor(data, kind, dtype)
        host = [_host_index(i) for i in index]
        if len(parts) == 2 and self.format in ("csr", "csc", "bsr"):
            coo = coo_array._of_class(coo_array, (values, *host), shape, kind, copy)
            return coo.tobsr(**options) if self.format == "bsr" else coo._canonical().asformat(self.format)
        return self._of_class(type(self), (values, *host), shape, kind, copy, **options)

    @staticmethod
    def _of_class(cls: Any, parts: Any, shape: Any, kind: Kind, copy: bool, **options: Any) -> Any:
        values, *host = parts
        maker = getattr(scipy_sparse(), f"{cls.format}_array")
        labels = numpy.arange(1, values.numel() + 1).reshape(tuple(values.shape))
        found = maker((labels, *host), shape=shape, copy=copy, **options)
        if cls.format in ("csr", "csc", "bsr"):
            found.check_format(full_check=True)
        if found.data.shape == tuple(values.shape) and not copy:
            stored = values
        else:
            stored = gathered(values.reshape(-1), found.data)
        made = cls._of(
            pattern_of(found, None, values.device), stored.clone() if stored is values and copy else stored, kind
        )
        return made

    def _from_dense(self, dense: Any, shape: Any, dtype: torch.dtype | None, **options: Any) -> Any:
        if is_sparse_like(dense):
            raise ValueError(f"a {self.format} array is not made from {type(dense).__name__}")
        kind = kind_of(*_arrays_in((dense,)))
        try:
            values = as_tensor(dense, kind, dtype)
        except TypeError as error:
            raise ValueError(f"a {self.format} array is not made from {type(dense).__name__}: {error}") from error
        if values.ndim == 0:
            raise ValueError("a sparse array is not made from a scalar")
        if values.ndim not in self._allowed_ndim:
            raise ValueError(f"{type(self).__name__} has no {values.ndim}-dimensional input")
        if is_plain(values):
            found = self._scipy()(host_values(values), shape=shape, **options)
            return self._of(pattern_of(found), from_host(found.data), kind)
        visible = without_wrappers(values)
        if is_transformed(visible):
            raise ValueError("the pattern of a sparse array made from a batch would differ over the batch")
        mask = (visible.detach() != 0).cpu().numpy()
        pool = Pool()
        found = self._scipy()(pool.labels(values) * mask, shape=shape, **options)
        return self._of(pattern_of(found, None, values.device), pool.values(found.data), kind)

    # --- where the values are -----------------------------------------------------------------------------------

    def _places(self) -> tuple[Tensor, ...]:
        """The index of every stored value along each dimension, int64."""
        return tuple(c.long() for c in self._pattern.index)

    def _cast_to(self, dtype: torch.dtype) -> Any:
        return self if self._values.dtype == dtype else self._like(self._values.to(dtype))


def is_sparse_like(value: Any) -> bool:
    return value is None or isinstance(value, (str, bytes, dict, set))


def _is_shape(given: tuple[Any, ...], allowed: tuple[int, ...]) -> bool:
    integral = all(isinstance(n, (int, numpy.integer)) and not isinstance(n, bool) for n in given)
    return bool(given) and integral and (len(given) in allowed or len(given) == 2)


def _arrays_in(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], (int, float, complex)):
            return []
        return [a for v in value for a in _arrays_in(v)]
    return [value]


def _host_index(index: Any) -> Any:
    if isinstance(index, Tensor):
        return index.detach().cpu().numpy()
    if isinstance(index, (list, tuple)):
        return type(index)(map(_host_index, index)) if any(map(_is_array, index)) else numpy.asarray(index)
    return as_tensor(index).detach().cpu().numpy() if _is_array(index) else index


def _is_array(value: Any) -> bool:
    return isinstance(value, (Tensor, list, tuple, numpy.ndarray)) or kind_of(value) is not kind_of()


def _index_property(position: int, doc: str) -> Any:
    def get(self: Any) -> Any:
        return give(self._pattern.index[position], self._kind)

    def set(self: Any, value: Any) -> None:
        tensor = as_tensor(value).to(self._pattern.device)
        if tensor.dtype not in (torch.int32, torch.int64):
            tensor = tensor.to(torch.int64)
        index = list(self._pattern.index)
        index[position] = tensor
        pattern = Pattern(self.format, self.shape, tuple(index))
        require_in_range(pattern)
        self._pattern = pattern

    return property(get, set, doc=doc)


@enter
class coo_array(indexed):
    """A sparse array of any number of dimensions by coordinates.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, ``(data, coords)``, or a shape.
    shape : tuple of int, optional
        By default the smallest that holds all coordinates.
    dtype : dtype, optional
        Of the values.
    copy : bool
        Whether the parts are copied.

    Attributes
    ----------
    coords : tuple of arrays
        The index of every stored value along each dimension. One place may occur more than once; such values add up.
    data : array
        The stored values.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import coo_array
    >>> a = coo_array((torch.tensor([3.0, 4.0]), ([0, 1], [1, 0])), shape=(2, 2))
    >>> a.toarray()
    tensor([[0., 3.],
            [4., 0.]])
    """

    format = "coo"
    _allowed_ndim = tuple(range(1, 65))

    @property
    def coords(self) -> tuple[Any, ...]:
        """The index of every stored value along each dimension."""
        return tuple(give(c, self._kind) for c in self._pattern.index)

    @coords.setter
    def coords(self, coords: Any) -> None:
        self._place(tuple(as_tensor(c).to(self._pattern.device) for c in coords))

    def _place(self, index: tuple[torch.Tensor, ...]) -> None:
        pattern = Pattern("coo", self.shape, index)
        require_in_range(pattern)
        self._pattern = pattern

    @property
    def row(self) -> Any:
        """Indices along the last dimension but one."""
        if self.ndim == 1:
            return give(torch.zeros_like(self._pattern.index[0]), self._kind)
        return give(self._pattern.index[-2], self._kind)

    @row.setter
    def row(self, row: Any) -> None:
        if self.ndim < 2:
            raise ValueError("an array of one dimension has no rows")
        index = list(self._pattern.index)
        index[-2] = as_tensor(row).to(index[-2])
        self._place(tuple(index))

    @property
    def col(self) -> Any:
        """Indices along the last dimension."""
        return give(self._pattern.index[-1], self._kind)

    @col.setter
    def col(self, col: Any) -> None:
        index = list(self._pattern.index)
        index[-1] = as_tensor(col).to(index[-1])
        self._place(tuple(index))

    @property
    def has_canonical_format(self) -> bool:
        """Whether the entries are in order and none is stored twice."""
        return bool(self._pattern.is_canonical)

    @has_canonical_format.setter
    def has_canonical_format(self, value: bool) -> None:
        self._pattern.is_canonical = bool(value)

    def _stored(self) -> int:
        return int(self._pattern.index[0].shape[0])

    def sum_duplicates(self) -> None:
        """Bring the entries in order and add up those of one place, in place."""
        self._replace(self._canonical())

    def eliminate_zeros(self) -> None:
        """Remove stored zeros, in place."""
        mask = _nonzero_mask(self)
        index = tuple(c[mask] for c in self._pattern.index)
        canonical = self._pattern.is_canonical
        self._values = self._values[mask]
        self._pattern = Pattern("coo", self.shape, index, canonical, canonical)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """The array with its dimensions reversed, or permuted by ``axes``."""
        if axes is None:
            order = tuple(range(self.ndim))[::-1]
        else:
            if not hasattr(axes, "__len__") or len(axes) != self.ndim:
                raise ValueError("axes don't match the dimensions of the array")
            order = tuple(int(a) for a in axes)
            if len({a % self.ndim for a in order}) != self.ndim:
                raise ValueError("repeated axis in transpose")
        shape = tuple(self.shape[a] for a in order)
        made = self._like(self._values, Pattern("coo", shape, tuple(self._pattern.index[a] for a in order)))
        return made.copy() if copy else made

    def tensordot(self, other: Any, axes: Any = 2) -> Any:
        """Sum of products over axes of both arrays, as :func:`numpy.tensordot` has it."""
        from .products_nd import tensordot

        return tensordot(self, other, axes)


def _nonzero_mask(array: Any) -> Tensor:
    visible = without_wrappers(array._values)
    if is_transformed(visible):
        raise ValueError("which entries are zero differs over the batch")
    return visible.detach() != 0


class compressed(indexed):
    """A sparse matrix of compressed lines."""

    indptr = _index_property(0, "Where each line begins among the stored values.")
    indices = _index_property(1, "The place of every stored value in its line.")
    _lines: ClassVar[int]

    def _stored(self) -> int:
        return int(self._pattern.index[0][-1])

    @property
    def has_sorted_indices(self) -> bool:
        """Whether the places in each line ascend."""
        if self._pattern.is_sorted is None:
            self._pattern.is_sorted = bool(twin(self._pattern, numpy.empty(0)).has_sorted_indices)
        return self._pattern.is_sorted

    @has_sorted_indices.setter
    def has_sorted_indices(self, value: bool) -> None:
        self._pattern.is_sorted = bool(value)

    @property
    def has_canonical_format(self) -> bool:
        """Whether the places in each line ascend and none occurs twice."""
        if self._pattern.is_sorted is False:
            self._pattern.is_canonical = False
        return self._is_canonical()

    @has_canonical_format.setter
    def has_canonical_format(self, value: bool) -> None:
        self._pattern.is_canonical = bool(value)
        if value:
            self._pattern.is_sorted = True

    def check_format(self, full_check: bool = True) -> None:
        """Raise ``ValueError`` where the index arrays do not fit each other."""
        self._host_for_check().check_format(full_check)

    def _host_for_check(self) -> Any:
        return twin(self._pattern, numpy.empty(tuple(self._values.shape), numpy.int8))

    def sum_duplicates(self) -> None:
        """Sort each line and add up the values of one place, in place."""
        self._replace(self._canonical())

    def sort_indices(self) -> None:
        """Sort each line, in place."""
        if not self.has_sorted_indices:
            self._change(lambda a: a.sort_indices(), afresh=True)

    def sorted_indices(self) -> Any:
        """A copy with each line sorted."""
        made = self.copy()
        made.sort_indices()
        return made

    def prune(self) -> None:
        """Forget values and places beyond the last line, in place."""
        self._host_for_check().prune()
        count = self._stored()
        indptr, indices = self._pattern.index
        self._values = self._values[:count]
        self._pattern = Pattern(self.format, self.shape, (indptr, indices[:count]))

    def eliminate_zeros(self) -> None:
        """Remove stored zeros, in place."""
        mask = _nonzero_mask(self)[: self._stored()]
        if self.format == "bsr":
            mask = mask.flatten(1).any(1)
        indptr, indices = self._pattern.index
        before = torch.cat([mask.new_zeros(1, dtype=torch.int64), mask.cumsum(0)])
        self._values = self._values[: self._stored()][mask]
        index = (before[indptr.long()].to(indptr.dtype), indices[: self._stored()][mask])
        self._pattern = Pattern(self.format, self.shape, index, self._pattern.is_sorted, self._pattern.is_canonical)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """The transpose, which has the same index arrays in the other compressed format."""
        if (
            (axes is not None and (not hasattr(axes, "__len__") or tuple(axes) != (1, 0)))
            or self.ndim == 1
            or self.format == "bsr"
        ):
            return self._moved(lambda a: a.transpose(axes=axes, copy=copy))
        pattern = self._pattern
        flags = (pattern.is_sorted, pattern.is_canonical)
        other = csc_array if self.format == "csr" else csr_array
        made = other._of(Pattern(other.format, self.shape[::-1], pattern.index, *flags), self._values, self._kind)
        return made.copy() if copy else made


class _lines(compressed):
    def _places(self) -> tuple[Tensor, ...]:
        indptr, indices = self._pattern.index
        count = self._stored()
        minor = indices[:count].long()
        if self.ndim == 1:
            return (minor,)
        major = lines_of(indptr, count)
        return (major, minor) if self.format == "csr" else (minor, major)


@enter
class csr_array(_lines):
    """A sparse matrix of compressed rows, or a vector.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, ``(data, (row, col))``, ``(data, indices, indptr)``, or a shape.
    shape : tuple of int, optional
        By default the smallest that holds all entries.
    dtype : dtype, optional
        Of the values.
    copy : bool
        Whether the parts are copied.

    Attributes
    ----------
    data : array
        The stored values, row by row.
    indices : array
        The column of every stored value.
    indptr : array
        ``indptr[i]:indptr[i + 1]`` are the values of row ``i``.

    Examples
    --------
    The gradient of a sparse array is a sparse array:

    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> a = csr_array(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    >>> torch.func.grad(lambda a: (a @ torch.ones(2)).square().sum())(a).toarray()
    tensor([[4., 0.],
            [0., 6.]])
    """

    format = "csr"
    _allowed_ndim = (1, 2)


@enter
class csc_array(_lines):
    """A sparse matrix of compressed columns.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, ``(data, (row, col))``, ``(data, indices, indptr)``, or a shape.
    shape, dtype, copy
        As in :class:`csr_array`.

    Attributes
    ----------
    data, indices, indptr : array
        As in :class:`csr_array`, column by column.
    """

    format = "csc"


@enter
class bsr_array(compressed):
    """A sparse matrix of compressed rows of dense blocks.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, ``(data, (row, col))``, ``(data, indices, indptr)``, or a shape.
    shape, dtype, copy
        As in :class:`csr_array`.
    blocksize : (int, int), optional
        Rows and columns of a block; guessed by default.

    Attributes
    ----------
    data : array
        The blocks, of shape ``(blocks, rows, columns)``.
    indices, indptr : array
        As in :class:`csr_array`, of blocks.
    """

    format = "bsr"

    def __init__(
        self,
        arg1: Any,
        shape: Any = None,
        dtype: Any = None,
        copy: bool = False,
        blocksize: Any = None,
        *,
        maxprint: int | None = None,
    ) -> None:
        if maxprint is not None:
            self.maxprint = maxprint
        wanted = None if dtype is None else torch_dtype(dtype)
        options = {} if blocksize is None else {"blocksize": tuple(blocksize)}
        made = self._built(arg1, shape, wanted, copy, **options)
        self._pattern, self._values, self._kind = made._pattern, made._values, made._kind
        if wanted is not None and self._values.dtype != wanted:
            self._values = self._values.to(wanted)

    @property
    def blocksize(self) -> tuple[int, int]:
        """Rows and columns of a block."""
        return tuple(self._values.shape[1:])  # type: ignore[return-value]

    def _stored(self) -> int:
        rows, columns = self.blocksize
        return int(self._pattern.index[0][-1]) * rows * columns

    def _extra_repr(self) -> str:
        return f" (blocksize={'x'.join(map(str, self.blocksize))})"

    def prune(self) -> None:
        """Forget blocks beyond the last row, in place."""
        count = int(self._pattern.index[0][-1])
        indptr, indices = self._pattern.index
        if len(indices) < count or self._values.shape[0] < count:
            raise ValueError("indices and data have too few entries")
        self._values = self._values[:count]
        self._pattern = Pattern("bsr", self.shape, (indptr, indices[:count]))

    def eliminate_zeros(self) -> None:
        """Remove blocks of zeros, in place."""
        mask = _nonzero_mask(self).flatten(1).any(1)
        indptr, indices = self._pattern.index
        before = torch.cat([mask.new_zeros(1, dtype=torch.int64), mask.cumsum(0)])
        self._values = self._values[mask]
        self._pattern = Pattern("bsr", self.shape, (before[indptr.long()].to(indptr.dtype), indices[mask]))


@enter
class dia_array(indexed):
    """A sparse matrix by diagonals.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, ``(data, offsets)`` with a shape, or a shape.
    shape, dtype, copy
        As in :class:`csr_array`.

    Attributes
    ----------
    data : array
        One row for each diagonal; element ``[k, j]`` is in column ``j``.
    offsets : array
        Which diagonals they are.
    """

    format = "dia"
    offsets = _index_property(0, "Which diagonals are stored.")

    def _stored(self) -> int:
        return int(twin(self._pattern, numpy.empty(tuple(self._values.shape), numpy.int8)).nnz)

    def _extra_repr(self) -> str:
        return f" ({len(self._pattern.index[0])} diagonals)"

    def copy(self) -> Any:
        """The array in memory of its own."""
        return self._like(self._values.clone(), self._pattern.copy())
