"""Arrays to be assigned to, element by element: lists of rows, and a dictionary.

SciPy's own lists and dictionary hold labels instead of values; the values are kept in the order in which they were
assigned. So an assignment costs what it costs in SciPy, and a derivative finds its way to what was assigned.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import torch
from torch import Tensor

from .base import enter, sparray
from .kinds import Kind, default_float, give, is_sparse, kind_of, torch_dtype
from .moving import host_key
from .pattern import Pattern, scipy_sparse
from .planning import CLASSES, Pool, gathered, host_values, is_plain, relabelled

_DTYPE = numpy.dtype(numpy.int64)


class editable(sparray):
    """A sparse array that holds SciPy's one of labels, and the values in order of assignment."""

    _labels: Any
    _parts: list[Tensor]
    _count: int

    @classmethod
    def _of(cls, pattern: Pattern, values: Tensor, kind: Kind) -> Any:
        return CLASSES["coo"]._of(pattern, values, kind).asformat(cls.format)

    @classmethod
    def _made(cls, labels: Any, parts: list[Tensor], kind: Kind) -> Any:
        made = object.__new__(cls)
        made._labels, made._parts, made._kind = labels, parts, kind
        made._count = sum(p.shape[0] for p in parts)
        return made

    @classmethod
    def _adopted(
        cls, found: Any, values_of: Callable[..., Tensor], kind: Kind, device: Any, dtype: torch.dtype | None
    ) -> Any:
        coo = found.tocoo()
        values = values_of(coo.data)
        if dtype is not None:
            values = values.to(dtype)
        if device is not None:
            values = values.to(device)
        coo.data = numpy.arange(1, len(coo.data) + 1)
        return cls._made(getattr(coo, f"to{cls.format}")(), [values], kind)

    def __init__(
        self, arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, *, maxprint: int | None = None
    ) -> None:
        if maxprint is not None:
            self.maxprint = maxprint
        wanted = None if dtype is None else torch_dtype(dtype)
        if isinstance(arg1, tuple) and all(isinstance(n, (int, numpy.integer)) for n in arg1) and arg1:
            self._kind = kind_of()
            maker = getattr(scipy_sparse(), f"{self.format}_array")
            self._labels = maker(arg1, shape=shape, dtype=_DTYPE)
            self._parts, self._count = [torch.zeros(0, dtype=wanted or default_float(self._kind))], 0
            return
        if isinstance(arg1, tuple) and self.format == "lil":
            raise TypeError("a lil_array is made from a dense or sparse array, or a shape")
        if is_sparse(arg1) and arg1.format == self.format and not copy and wanted in (None, arg1._values.dtype):
            made = arg1
        elif is_sparse(arg1):
            made = arg1.asformat(self.format, copy=copy)
        else:
            source = CLASSES["csr" if self.format == "lil" else "coo"](arg1, shape=shape, dtype=wanted)
            if source.ndim > 2 or (self.format == "lil" and source.ndim != 2):
                raise ValueError(f"{type(self).__name__} has no {source.ndim}-dimensional input")
            made = source.asformat(self.format)
        if wanted is not None and made._values.dtype != wanted:
            made = made.astype(wanted)
        self._labels, self._parts, self._count, self._kind = made._labels, made._parts, made._count, made._kind

    # --- as the other formats have it -----------------------------------------------------------------------------

    @property
    def _values(self) -> Tensor:  # type: ignore[override]
        """The values by label."""
        if len(self._parts) > 1:
            self._parts = [torch.cat(self._parts)]
        return self._parts[0]

    @property
    def _pattern(self) -> Pattern:  # type: ignore[override]
        return self.tocoo()._pattern

    def _like(self, values: Tensor, pattern: Pattern | None = None) -> Any:
        if values.shape[0] != self._count:
            raise ValueError("a new set of values must have one value for each assignment")
        return self._made(self._labels.copy(), [values], self._kind)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions; assigning one reshapes in place."""
        return tuple(map(int, self._labels.shape))

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._replace(self.reshape(shape).asformat(self.format))

    @property
    def device(self) -> torch.device:
        """Where the values are."""
        return self._parts[0].device

    def _stored(self) -> int:
        return int(self._labels.nnz)

    def _host(self, *, shared: bool = False) -> Any:
        coo = self._labels.tocoo()
        coo.data = host_values(self._values)[coo.data - 1] if coo.nnz else host_values(self._values)[:0]
        return getattr(coo, f"to{self.format}")()

    def _labelled(self, pool: Pool) -> Any:
        base = pool.labels(self._values)
        coo = self._labels.tocoo()
        coo.data = base[coo.data - 1] if coo.nnz else coo.data
        return getattr(coo, f"to{self.format}")()

    def _canonical(self) -> Any:
        return self

    def _cast_to(self, dtype: torch.dtype) -> Any:
        return self if self._values.dtype == dtype else self.astype(dtype)

    def _places(self) -> tuple[Tensor, ...]:
        raise AssertionError("entries of an editable array have no order")

    def copy(self) -> Any:
        """The array in memory of its own."""
        return self._made(self._labels.copy(), [self._values.clone()], self._kind)

    def astype(self, dtype: Any, casting: str = "unsafe", copy: bool = True) -> Any:
        """The array in another dtype."""
        if torch_dtype(dtype) == self._values.dtype:
            return self.copy() if copy else self
        return self.tocoo().astype(dtype, casting, copy).asformat(self.format)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """The array on another device or in another dtype."""
        return self._made(self._labels.copy(), [self._values.to(*args, **kwargs)], self._kind)

    def detach(self) -> Any:
        """The same array without its history."""
        return self._made(self._labels, [self._values.detach()], self._kind)

    def _moved(self, operation: Callable[..., Any], *others: Any) -> Any:
        if others:
            return super()._moved(operation, *others)
        return self._read(operation(self._labels))

    def _read(self, found: Any) -> Any:
        """What labels stand for."""
        from .planning import adopted

        if isinstance(found, (numpy.ndarray, numpy.generic, int)):
            labels = numpy.asarray(found)
            if labels.ndim == 0:
                k = int(labels)
                values = self._values
                return give(values[k - 1] if k else values.new_zeros(()), self._kind)
            return give(gathered(self._values, labels), self._kind)
        if found.format in ("lil", "dok"):
            return self._made_from(found)
        return adopted(found, lambda labels: gathered(self._values, labels), self._kind, None, self.device)

    def _made_from(self, labels: Any) -> Any:
        return CLASSES[labels.format]._made(labels.copy(), [self._values], self._kind)

    def _converted(self, format: str, copy: bool) -> Any:
        if self.format == format:
            return self.copy() if copy else self
        return self._read(getattr(self._labels.tocoo(), f"to{format}")())

    def _replace(self, other: Any) -> None:
        self._labels, self._parts, self._count = other._labels, other._parts, other._count

    # --- assignment -----------------------------------------------------------------------------------------------

    def __setitem__(self, key: Any, value: Any) -> None:
        self._change(_assignment(host_key(key)), self._operand(value))

    def _change(self, operation: Callable[..., Any], *parts: Any, afresh: bool = False) -> None:
        labelled = [self._taken_in(p) for p in parts]
        operation(self._labels, *labelled)

    def _taken_in(self, part: Any) -> Any:
        """Labels for values that are to be stored; a zero that nothing watches has none, and is not stored."""
        dtype, device = self._parts[0].dtype, self._parts[0].device
        if isinstance(part, Tensor):
            values = part.detach() if not _followed(part) else part
            values = values.to(device=device, dtype=dtype)
            shape = tuple(values.shape)
            labels = numpy.arange(self._count + 1, self._count + values.numel() + 1).reshape(shape)
            if is_plain(values):
                labels = labels * (host_values(values) != 0)
            self._append(values.reshape(-1))
            return labels if shape else labels[()]
        coo = part.tocoo()._canonical()
        pool = Pool()
        found = relabelled(coo, pool)
        found.data = found.data + self._count
        self._append(coo._values.to(device=device, dtype=dtype))
        return found.tocsr() if found.ndim == 2 else found

    def _append(self, values: Tensor) -> None:
        self._parts.append(values)
        self._count += int(values.shape[0])

    def resize(self, *shape: Any) -> None:
        """Change the shape in place; entries outside are lost."""
        self._labels.resize(*shape)

    def __imul__(self, other: Any) -> Any:
        made = (self.tocsr() * other).asformat(self.format)
        self._replace(made)
        return self

    def __itruediv__(self, other: Any) -> Any:
        made = (self.tocsr() / other).asformat(self.format)
        self._replace(made)
        return self

    def __iadd__(self, other: Any) -> Any:
        made = self + other
        if not is_sparse(made):
            return NotImplemented
        self._replace(made.asformat(self.format))
        return self

    def __isub__(self, other: Any) -> Any:
        made = self - other
        if not is_sparse(made):
            return NotImplemented
        self._replace(made.asformat(self.format))
        return self

    def __reduce__(self) -> Any:
        return _reassembled, (self.tocoo(), self.format)


def _reassembled(coo: Any, format: str) -> Any:
    return coo.asformat(format)


def _assignment(key: Any) -> Callable[[Any, Any], None]:
    def assign(labels: Any, value: Any) -> None:
        labels[key] = value

    return assign


def _followed(tensor: Tensor) -> bool:
    return not is_plain(tensor)


@enter
class lil_array(editable):
    """A sparse matrix as lists of rows, to be assigned to.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, or a shape.
    shape, dtype, copy
        As in :class:`csr_array`.

    Attributes
    ----------
    rows : array of lists
        The columns of the entries of each row.
    data : array of lists
        The values of the entries of each row.
    """

    format = "lil"

    @property
    def rows(self) -> Any:
        """The columns of the entries of each row."""
        return self._labels.rows

    @property
    def data(self) -> Any:
        """The values of the entries of each row."""
        values = self._values
        plain = host_values(values).tolist() if self._kind is not None and is_plain(values) else values
        found = numpy.empty(self.shape[0], dtype=object)
        for i, labels in enumerate(self._labels.data):
            found[i] = [plain[k - 1] for k in labels]
        return found

    @data.setter
    def data(self, values: Any) -> None:
        raise AttributeError("the lists of a lil_array are not assigned to; assign to its elements")

    def getrowview(self, i: int) -> Any:
        """A row as a matrix of its own."""
        return self._read(self._labels.getrowview(i))

    def getrow(self, i: int) -> Any:
        """A copy of a row as a matrix."""
        return self._read(self._labels.getrow(i))


@enter
class dok_array(editable):
    """A sparse array as a dictionary from indices to values, to be assigned to.

    Parameters
    ----------
    arg1
        A dense array, a sparse array, or a shape.
    shape, dtype, copy
        As in :class:`csr_array`.
    """

    format = "dok"
    _allowed_ndim = (1, 2)

    def _value(self, label: Any) -> Any:
        return give(self._values[int(label) - 1], self._kind)

    def keys(self) -> Any:
        """Indices of the stored values."""
        return self._labels.keys()

    def values(self) -> Any:
        """The stored values."""
        return [self._value(label) for label in self._labels.values()]

    def items(self) -> Any:
        """Pairs of index and value."""
        return [(key, self._value(label)) for key, label in self._labels.items()]

    def get(self, key: Any, default: Any = 0.0) -> Any:
        """The value at an index, or the default."""
        label = self._labels.get(key, 0)
        return self._value(label) if label else default

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value at an index, after storing the default if there was none."""
        if key not in self._labels:
            self[key] = 0 if default is None else default
        return self[key]

    def update(self, val: Any) -> None:
        """Store the values of a dictionary, or of pairs of index and value."""
        for key, value in dict(val).items():
            self[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        """Remove an index and return its value."""
        label = self._labels.pop(key, *([0] if default else []))
        return self._value(label) if label else default[0]

    def popitem(self) -> Any:
        """Remove the last index and return it with its value."""
        key, label = self._labels.popitem()
        return key, self._value(label)

    def clear(self) -> None:
        """Remove all entries."""
        self._labels.clear()

    @classmethod
    def fromkeys(cls, iterable: Any, value: Any = 1, /) -> Any:
        """An array that has one value at all given indices."""
        keys = list(iterable)
        width = len(keys[0]) if isinstance(keys[0], tuple) else 1
        columns = [[k[d] if width > 1 else k for k in keys] for d in range(width)]
        made = cls(tuple(max(c) + 1 for c in columns), dtype=numpy.asarray(value).dtype)
        for key in keys:
            made[key] = value
        return made

    def __len__(self) -> int:
        return len(self._labels)

    def __contains__(self, key: Any) -> bool:
        return key in self._labels

    def __delitem__(self, key: Any) -> None:
        del self._labels[key]

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._labels)

    def __or__(self, other: Any) -> Any:
        made = self.copy()
        made |= other
        return made

    def __ior__(self, other: Any) -> Any:
        if not isinstance(other, dok_array):
            return NotImplemented
        for key, value in other.items():
            self[key] = value
        return self

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """The transpose."""
        return self._read(self._labels.transpose(axes=axes, copy=True))


__all__ = ["dok_array", "editable", "lil_array", "operator"]
