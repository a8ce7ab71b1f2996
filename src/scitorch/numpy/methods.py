"""The methods of `ndarray` that are functions of the namespace."""

from typing import Any

import scitorch.numpy as np  # the namespace is complete by the time a method runs
from scitorch.numpy.missing import NO_VALUE

__all__ = ["Methods"]

_INT = frozenset({int})


class Methods:
    """Methods with NumPy's signatures; each is the function of the same name with the array as first argument."""

    __slots__ = ()

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """Return a result that NumPy computed from this array as an array of this namespace."""
        return np.asarray(array)

    def all(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether all elements are true, as `numpy.all`."""
        return np.all(self, axis, out, keepdims, where=where)

    def any(self, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
        """Whether any element is true, as `numpy.any`."""
        return np.any(self, axis, out, keepdims, where=where)

    def argmax(self, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Index of the first maximum, as `numpy.argmax`."""
        return np.argmax(self, axis, out, keepdims=keepdims)

    def argmin(self, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Index of the first minimum, as `numpy.argmin`."""
        return np.argmin(self, axis, out, keepdims=keepdims)

    def argpartition(self, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
        """Indices that partition, as `numpy.argpartition`."""
        return np.argpartition(self, kth, axis, kind, order)

    def argsort(
        self, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
    ) -> Any:
        """Indices that sort, as `numpy.argsort`."""
        return np.argsort(self, axis, kind, order, stable=stable, descending=descending)

    def choose(self, *choices: Any, out: Any = None, mode: str = "raise") -> Any:
        """Choose elements by index, as `numpy.choose`."""
        return np.choose(self, choices[0] if len(choices) == 1 else choices, out, mode)

    def clip(self, min: Any = NO_VALUE, max: Any = NO_VALUE, out: Any = None, **keywords: Any) -> Any:
        """Limit the values, as `numpy.clip`."""
        return np.clip(self, out=out, min=min, max=max, **keywords)

    def compress(self, condition: Any, axis: Any = None, out: Any = None) -> Any:
        """Select slices by a condition, as `numpy.compress`."""
        return np.compress(condition, self, axis, out)

    def conj(self, out: Any = None) -> Any:
        """Complex conjugate; the array itself where it is real."""
        if out is None and not self._tensor.is_complex():  # type: ignore[attr-defined]
            return self
        return np.conjugate(self, out=out)  # type: ignore[misc]

    conjugate = conj

    def cumprod(self, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """Cumulative product, as `numpy.cumprod`."""
        return np.cumprod(self, axis, dtype, out)

    def cumsum(self, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """Cumulative sum, as `numpy.cumsum`."""
        return np.cumsum(self, axis, dtype, out)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
        """Diagonals, as `numpy.diagonal`."""
        return np.diagonal(self, offset, axis1, axis2)

    def dot(self, b: Any, out: Any = None) -> Any:
        """Dot product, as `numpy.dot`."""
        return np.dot(self, b, out)

    def dump(self, file: Any) -> None:
        """Refuse: the format is a pickle; `numpy.save` writes arrays safely."""
        raise TypeError("ndarray.dump writes a pickle; use scitorch.numpy.save, which does not")

    def fill(self, value: Any) -> None:
        """Set all elements to a value."""
        self[...] = value  # type: ignore[index]

    def flatten(self, order: str = "C") -> Any:
        """Return a one-dimensional copy."""
        return np.ravel(self, order).copy()

    def max(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
    ) -> Any:
        """Maximum, as `numpy.max`."""
        return np.max(self, axis, out, keepdims, initial, where)

    def mean(
        self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
    ) -> Any:
        """Arithmetic mean, as `numpy.mean`."""
        return np.mean(self, axis, dtype, out, keepdims, where=where)

    def min(
        self, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = NO_VALUE, where: Any = True
    ) -> Any:
        """Minimum, as `numpy.min`."""
        return np.min(self, axis, out, keepdims, initial, where)

    def nonzero(self) -> Any:
        """Indices of nonzero elements, as `numpy.nonzero`."""
        return np.nonzero(self)

    def partition(self, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None) -> None:
        """Partition in place, as `numpy.ndarray.partition`."""
        self._store(np.partition(self, kth, axis, kind, order)._tensor)  # type: ignore[attr-defined]

    def prod(
        self,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = NO_VALUE,
        where: Any = True,
    ) -> Any:
        """Product, as `numpy.prod`."""
        return np.prod(self, axis, dtype, out, keepdims, initial, where)

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        """Set elements by flat index, as `numpy.put`."""
        np.put(self, indices, values, mode)

    def ravel(self, order: str = "C") -> Any:
        """Return a one-dimensional view where possible."""
        return np.ravel(self, order)

    def repeat(self, repeats: Any, axis: Any = None) -> Any:
        """Repeat elements, as `numpy.repeat`."""
        return np.repeat(self, repeats, axis)

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
        """Return the same elements in another shape, a view where possible."""
        sizes = shape[0] if len(shape) == 1 else shape
        if order == "C" and copy is None:
            try:
                if type(sizes) is int or _INT.issuperset(map(type, sizes)):
                    return np.ndarray._array(self._tensor.reshape(sizes))  # type: ignore[attr-defined]
            except (RuntimeError, TypeError):
                pass  # other ways of writing a shape, and NumPy's errors
        return np.reshape(self, sizes, order, copy=copy)

    def resize(self, *new_shape: Any, refcheck: bool = True) -> None:
        """Change the shape in place, filling with zeros."""
        if type(refcheck) not in (bool, int):
            raise TypeError(f"refcheck must be a truth value, not {type(refcheck).__name__}")
        shape = new_shape[0] if len(new_shape) == 1 else new_shape
        if shape is None or new_shape == ():
            return
        self._tensor = np.resize_with_zeros(self, shape)  # type: ignore[misc, arg-type]

    def round(self, decimals: int = 0, out: Any = None) -> Any:
        """Round to decimals, as `numpy.round`."""
        return np.round(self, decimals, out)

    def searchsorted(self, v: Any, side: str = "left", sorter: Any = None) -> Any:
        """Insertion points, as `numpy.searchsorted`."""
        return np.searchsorted(self, v, side, sorter)

    def setflags(self, write: Any = None, align: Any = None, uic: Any = None) -> None:
        """Accept `write=True`; arrays here are always writeable."""
        if write is not None and not write:
            raise ValueError("scitorch.numpy arrays cannot be made read-only")

    def sort(
        self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
    ) -> None:
        """Sort in place, as `numpy.ndarray.sort`."""
        self._store(np.sort(self, axis, kind, order, stable=stable, descending=descending)._tensor)  # type: ignore[attr-defined]

    def squeeze(self, axis: Any = None) -> Any:
        """Remove axes of length one, as `numpy.squeeze`."""
        return np.squeeze(self, axis)

    def std(
        self,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        where: Any = True,
        mean: Any = NO_VALUE,
        correction: Any = NO_VALUE,
    ) -> Any:
        """Standard deviation, as `numpy.std`."""
        return np.std(self, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)

    def sum(
        self,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = NO_VALUE,
        where: Any = True,
    ) -> Any:
        """Sum, as `numpy.sum`."""
        return np.sum(self, axis, dtype, out, keepdims, initial, where)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """Exchange two axes."""
        return np.swapaxes(self, axis1, axis2)

    def take(self, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
        """Take elements along an axis, as `numpy.take`."""
        return np.take(self, indices, axis, out, mode)

    def tobytes(self, order: str = "C") -> bytes:
        """Return the bytes of the elements in C order."""
        return np.to_numpy(self).tobytes(order)  # type: ignore[arg-type]

    def tofile(self, fid: Any, sep: str = "", format: str = "%s") -> None:
        """Write the elements to a file, as `numpy.ndarray.tofile`."""
        np.to_numpy(self).tofile(fid, sep, format)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
        """Sum along diagonals, as `numpy.trace`."""
        return np.trace(self, offset, axis1, axis2, dtype, out)

    def transpose(self, *axes: Any) -> Any:
        """Permute the axes."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], tuple | list)):
            return np.transpose(self, axes[0])
        return np.transpose(self, axes if axes else None)

    def var(
        self,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: float = 0,
        keepdims: bool = False,
        *,
        where: Any = True,
        mean: Any = NO_VALUE,
        correction: Any = NO_VALUE,
    ) -> Any:
        """Variance, as `numpy.var`."""
        return np.var(self, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)

    def view(self, dtype: Any = None, type: Any = None) -> Any:
        """Return the same memory, interpreted as another dtype if one is given."""
        return np.view(self, dtype, type)  # type: ignore[arg-type]

    def byteswap(self, inplace: bool = False) -> Any:
        """Swap the bytes of each element."""
        swapped = np.asarray(np.to_numpy(self).byteswap())
        if not inplace:
            return swapped
        self[...] = swapped  # type: ignore[index]
        return self
