"""Methods that move entries without computing with them: conversions, selections, transposes, reshapes, assignments."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import as_tensor, give, is_scalar, is_scipy, is_sparse, kind_of, torch_dtype
from .pattern import pattern_of, twin
from .planning import Pool, host_values, is_plain, rearranged, relabelled


def host_key(key: Any) -> Any:
    """An index with NumPy's arrays in the place of tensors and other arrays."""
    if isinstance(key, tuple):
        return tuple(map(host_key, key))
    if is_sparse(key):
        return key.detach()._host() if key._values.is_cpu else key.to("cpu").detach()._host()
    if isinstance(key, (slice, int, list, type(None), type(Ellipsis), numpy.ndarray, numpy.generic)):
        return key
    if isinstance(key, Tensor) or kind_of(key) is not None:
        found = as_tensor(key).detach().cpu().numpy()
        return found if found.ndim else found[()]
    return key


class Moving:
    """Conversions, selections, transposes, reshapes and assignments of sparse arrays."""

    def _moved(self: Any, operation: Callable[..., Any], *others: Any) -> Any:
        return rearranged(operation, self, *others, kind=self._kind)

    # --- formats ------------------------------------------------------------------------------------------------

    def asformat(self: Any, format: str | None, copy: bool = False) -> Any:
        """The array in a format, ``"csr"`` or ``"array"`` for example; None for its own."""
        if format is None or format == self.format:
            return self.copy() if copy else self
        convert = getattr(self, f"to{format}", None)
        if convert is None:
            raise ValueError(f"there is no format {format!r}")
        return convert() if format in ("array", "dense") else convert(copy=copy)

    def _converted(self: Any, format: str, copy: bool) -> Any:
        if self.format == format:
            return self.copy() if copy else self
        return self._moved(lambda a: getattr(a, f"to{format}")(copy=copy))

    def tocoo(self: Any, copy: bool = False) -> Any:
        """The array with coordinates."""
        return self._converted("coo", copy)

    def tocsr(self: Any, copy: bool = False) -> Any:
        """The array with compressed rows."""
        return self._converted("csr", copy)

    def tocsc(self: Any, copy: bool = False) -> Any:
        """The array with compressed columns."""
        return self._converted("csc", copy)

    def todia(self: Any, copy: bool = False) -> Any:
        """The array by diagonals."""
        return self._converted("dia", copy)

    def tolil(self: Any, copy: bool = False) -> Any:
        """The array as lists of rows, to be assigned to."""
        return self._converted("lil", copy)

    def todok(self: Any, copy: bool = False) -> Any:
        """The array as a dictionary, to be assigned to."""
        return self._converted("dok", copy)

    def tobsr(self: Any, blocksize: tuple[int, int] | None = None, copy: bool = False) -> Any:
        """The array with compressed rows of dense blocks."""
        if self.format == "bsr" and blocksize in (None, self.blocksize):
            return self.copy() if copy else self
        if blocksize is None and self.format != "csr":
            return self.tocsr().tobsr(copy=copy)
        return self._moved(lambda a: a.tobsr(blocksize=blocksize, copy=copy))

    def toarray(self: Any, order: str | None = None, out: Any = None) -> Any:
        """The dense array of all elements.

        Parameters
        ----------
        order : {"C", "F"}, optional
            Memory layout.
        out : array, optional
            Where to put the elements.
        """
        if out is not None:
            if order is not None:
                raise ValueError("order cannot be given together with out")
            target = as_tensor(out)
            if tuple(target.shape) != self.shape or target.dtype != self._values.dtype:
                raise ValueError("out must have the shape and the dtype of the sparse array")
            elements = self._moved(lambda a: a.toarray())
            if isinstance(out, numpy.ndarray):
                out[...] = as_tensor(elements).detach().numpy()
            else:
                out[...] = elements
            return out
        return self._moved(lambda a: a.toarray(order=order))

    def todense(self: Any, order: str | None = None, out: Any = None) -> Any:
        """The dense array of all elements; see :meth:`toarray`."""
        return self.toarray(order=order, out=out)

    def _dense(self: Any) -> Tensor:
        """The dense tensor of all elements."""
        return rearranged(lambda a: a.toarray(), self, kind=None)

    def copy(self: Any) -> Any:
        """The array in memory of its own."""
        return self._like(self._values.clone(), self._pattern.copy())

    def astype(self: Any, dtype: Any, casting: str = "unsafe", copy: bool = True) -> Any:
        """The array in another dtype."""
        wanted = torch_dtype(dtype)
        values = self._values
        if wanted == values.dtype:
            return self.copy() if copy else self
        if casting != "unsafe":
            from .kinds import host_dtype

            source, target = host_dtype(values.dtype), host_dtype(wanted)
            if source is None or target is None or not numpy.can_cast(source, target, casting):  # type: ignore[arg-type]
                raise TypeError(f"cannot cast from {values.dtype} to {wanted} by the rule {casting!r}")
        cast = self._canonical() if self.format not in ("lil", "dok") else self
        return cast._like(_cast(cast._values, wanted), cast._pattern.copy())

    # --- selections ---------------------------------------------------------------------------------------------

    def __getitem__(self: Any, key: Any) -> Any:
        key = host_key(key)
        source = self.tocsr() if self.format in ("bsr", "dia") else self
        return source._moved(lambda a: a[key])

    def __setitem__(self: Any, key: Any, value: Any) -> None:
        if self.format in ("bsr", "dia"):
            raise NotImplementedError(f"a {self.format} array is not assigned to; convert it with tolil() or todok()")
        key = host_key(key)

        def assign(a: Any, v: Any) -> None:
            a[key] = v

        self._change(assign, self._operand(value))

    def diagonal(self: Any, k: int = 0) -> Any:
        """The elements of a diagonal, dense."""
        return self._moved(lambda a: a.diagonal(k=k))

    def setdiag(self: Any, values: Any, k: int = 0) -> None:
        """Assign to a diagonal.

        Parameters
        ----------
        values : array_like
            A number for the whole diagonal, or its first elements.
        k : int
            Which diagonal.
        """
        self._change(lambda a, v: a.setdiag(v, k=k), self._operand(values))

    def _operand(self: Any, value: Any) -> Any:
        """A value to be stored: a sparse array, or a tensor of this array's dtype and device."""
        if is_sparse(value):
            return value
        if is_scipy(value):
            from .exchange import from_scipy

            return from_scipy(value)
        return as_tensor(value, self._kind).to(self._values.device)

    def _change(self: Any, operation: Callable[..., Any], *parts: Any, afresh: bool = False) -> None:
        """Let ``operation`` change SciPy's array in place, and become what it has become.

        ``afresh`` is for operations that write into index arrays, which other arrays may share.
        """
        values = [p if isinstance(p, Tensor) else p._values for p in parts]
        dtype = self._values.dtype
        if is_plain(self._values, *values):
            if afresh:
                found = twin(self._pattern.copy(), host_values(self._values).copy())
            else:
                found = self._host()
            before = found.data
            operation(found, *(host_values(p.to(dtype)) if isinstance(p, Tensor) else p._host() for p in parts))
            if found.data is not before or not self._is_canonical() or afresh:
                self._values = torch.from_numpy(found.data)
            self._pattern = pattern_of(found, self._pattern)
            return
        pool = Pool()
        found = relabelled(self._canonical(), pool)
        operation(found, *(pool.labels(p.to(dtype)) if isinstance(p, Tensor) else p._labelled(pool) for p in parts))
        self._values = pool.values(found.data).to(dtype)
        self._pattern = pattern_of(found, None, self._values.device)

    def nonzero(self: Any) -> tuple[Any, ...]:
        """Indices of the elements that are not zero, one array for each dimension."""
        found = self.tocoo()
        mask = found._values.detach() != 0
        return tuple(give(c[mask], self._kind) for c in found._pattern.index)

    def _getrow(self: Any, i: int) -> Any:
        return self._moved(lambda a: a._getrow(i))

    def _getcol(self: Any, j: int) -> Any:
        return self._moved(lambda a: a._getcol(j))

    # --- shapes -------------------------------------------------------------------------------------------------

    def transpose(self: Any, axes: Any = None, copy: bool = False) -> Any:
        """The array with its dimensions reversed, or permuted by ``axes``."""
        return self._moved(lambda a: a.transpose(axes=axes, copy=copy))

    def reshape(self: Any, *shape: Any, order: str = "C", copy: bool = False) -> Any:
        """The same elements, counted in C or Fortran order, in another shape."""
        return self._moved(lambda a: a.reshape(*shape, order=order, copy=copy))

    def resize(self: Any, *shape: Any) -> None:
        """Change the shape in place; entries outside are lost."""
        self._change(lambda a: a.resize(*shape), afresh=True)

    def _broadcast_to(self: Any, shape: tuple[int, ...], copy: bool = False) -> Any:
        made = self._broadcast(tuple(shape))
        return made.copy() if copy and made is self else made

    def _broadcast(self: Any, shape: tuple[int, ...]) -> Any:
        if self.shape == shape:
            return self
        return self.tocoo()._moved(lambda a: a._broadcast_to(shape))


def _cast(values: Tensor, dtype: torch.dtype) -> Tensor:
    if values.is_complex() and not dtype.is_complex:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return values.to(dtype)
    return values.to(dtype)


__all__ = ["Moving", "host_key", "is_scalar"]
