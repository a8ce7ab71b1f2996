"""Functions that make sparse arrays: identities, diagonals, blocks, stacks, Kronecker products, random ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import torch
from torch import Tensor

from .arithmetic import operand
from .kinds import as_tensor, default_float, give, is_scipy, is_sparse, kind_of, promoted, torch_dtype
from .pattern import scipy_sparse
from .planning import CLASSES, Pool, adopted, from_host, host_values, is_plain, rearranged


def _sparse(value: Any) -> Any:
    """A sparse array of one, or of a dense array or list."""
    if is_sparse(value):
        return value
    if is_scipy(value):
        from .exchange import from_scipy

        return from_scipy(value)
    tensor = as_tensor(value, kind_of(value))
    if tensor.ndim < 2:
        tensor = tensor.reshape(1, -1)
    made = CLASSES["coo"](tensor)
    made._kind = kind_of(value)
    return made


def _joined(operation: Any, parts: Sequence[Any], dtype: Any) -> Any:
    wanted = None if dtype is None else torch_dtype(dtype)
    kind = kind_of(*parts)
    common = parts[0]._values.dtype
    for part in parts[1:]:
        common = promoted(common, part._values.dtype, kind)
    parts = [p._cast_to(common) if p.format not in ("lil", "dok") else p.astype(common, copy=False) for p in parts]
    return rearranged(operation, *parts, kind=kind, dtype=wanted)


def eye_array(m: int, n: int | None = None, *, k: int = 0, dtype: Any = None, format: str | None = None) -> Any:
    """A matrix with ones on a diagonal.

    Parameters
    ----------
    m, n : int
        Rows and columns; square by default.
    k : int
        Which diagonal.
    dtype : dtype, optional
        torch's default dtype if not given.
    format : str, optional
        ``"dia"`` by default.

    Examples
    --------
    >>> from scitorch.sparse import eye_array
    >>> eye_array(2, format="csr").toarray()
    tensor([[1., 0.],
            [0., 1.]])
    """
    kind = kind_of()
    wanted = default_float(kind) if dtype is None else torch_dtype(dtype)
    found = scipy_sparse().eye_array(m, n, k=k, dtype=numpy.int8, format=format)
    return adopted(found, from_host, kind, dtype=wanted)


def diags_array(
    diagonals: Any,
    /,
    *,
    offsets: Any = 0,
    shape: tuple[int, int] | None = None,
    format: str | None = None,
    dtype: Any = None,
) -> Any:
    """A matrix of its diagonals, differentiable in them.

    Parameters
    ----------
    diagonals : sequence of array_like
        The elements of each diagonal; one number stands for a whole diagonal if a shape is given.
    offsets : int or sequence of int
        Which diagonals they are.
    shape : (int, int), optional
        By default the smallest square that holds them.
    format : str, optional
        ``"dia"`` by default.
    dtype : dtype, optional
        Of the result.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import diags_array
    >>> diags_array([torch.tensor([1.0, 2.0]), torch.tensor([3.0])], offsets=[0, 1]).toarray()
    tensor([[1., 3.],
            [0., 2.]])
    """
    single = not isinstance(diagonals, (list, tuple)) or not any(numpy.ndim(d) for d in map(_shape_of, diagonals))
    if isinstance(diagonals, (list, tuple)):
        flat = all(not _shape_of(d).ndim for d in diagonals)
        parts = [diagonals] if flat and numpy.ndim(offsets) == 0 else list(diagonals)
        single = flat and numpy.ndim(offsets) == 0
    else:
        parts = [diagonals] if numpy.ndim(offsets) == 0 and diagonals.ndim <= 1 else list(diagonals)
        single = numpy.ndim(offsets) == 0 and diagonals.ndim <= 1
    kind = kind_of(*(d for d in parts if not isinstance(d, (int, float, complex, list))))
    tensors = [as_tensor(d, kind) for d in parts]
    common = tensors[0].dtype if tensors else default_float(kind)
    for t in tensors[1:]:
        common = promoted(common, t.dtype, kind)
    if dtype is not None:
        common = torch_dtype(dtype)
    host_offsets = numpy.asarray(offsets)
    return rearranged(
        lambda *d: scipy_sparse().diags_array(
            d[0] if single else list(d), offsets=host_offsets, shape=shape, format=format
        ),
        *(t.to(common) for t in tensors),
        kind=kind,
    )


def _shape_of(value: Any) -> Any:
    return value if isinstance(value, Tensor) else numpy.empty(numpy.shape(value))


def block_array(blocks: Any, *, format: str | None = None, dtype: Any = None) -> Any:
    """A matrix of blocks; None stands for a block of zeros.

    Parameters
    ----------
    blocks : nested sequence of arrays
        Rows of blocks.
    format : str, optional
        Of the result.
    dtype : dtype, optional
        Of the result.
    """
    rows = [[None if b is None else _sparse(b) for b in row] for row in blocks]
    parts = [b for row in rows for b in row if b is not None]
    if not parts:
        raise ValueError("a matrix of blocks needs a block that is not None")

    def arranged(*host: Any) -> Any:
        given = iter(host)
        return scipy_sparse().block_array(
            [[None if b is None else next(given) for b in row] for row in rows], format=format
        )

    return _joined(arranged, parts, dtype)


def hstack(blocks: Any, format: str | None = None, dtype: Any = None) -> Any:
    """Arrays side by side, along the last dimension.

    Parameters
    ----------
    blocks : sequence of arrays
    format : str, optional
        Of the result.
    dtype : dtype, optional
        Of the result.
    """
    parts = [_sparse(b) for b in blocks]
    return _joined(lambda *host: scipy_sparse().hstack(host, format=format), parts, dtype)


def vstack(blocks: Any, format: str | None = None, dtype: Any = None) -> Any:
    """Arrays one below the other.

    Parameters
    ----------
    blocks : sequence of arrays
    format : str, optional
        Of the result.
    dtype : dtype, optional
        Of the result.
    """
    parts = [_sparse(b) for b in blocks]
    return _joined(lambda *host: scipy_sparse().vstack(host, format=format), parts, dtype)


def block_diag(mats: Any, format: str | None = None, dtype: Any = None) -> Any:
    """A matrix with matrices along its diagonal.

    Parameters
    ----------
    mats : sequence of arrays
    format : str, optional
        ``"coo"`` by default.
    dtype : dtype, optional
        Of the result.
    """
    parts = [_sparse(b) for b in mats]
    return _joined(lambda *host: scipy_sparse().block_diag(host, format=format), parts, dtype)


def kron(A: Any, B: Any, format: str | None = None) -> Any:
    """The Kronecker product of two matrices.

    Parameters
    ----------
    A, B : array
    format : str, optional
        Of the result.
    """
    a, b = _sparse(A), _sparse(B)
    kind = kind_of(a, b)
    if is_plain(a._values, b._values) and kind is not None:
        return adopted(scipy_sparse().kron(a._host(), b._host(), format=format), from_host, kind)
    first, second = Pool(), Pool()
    left, right = a._labelled(first), b._labelled(second)
    ones_left, ones_right = _ones(left), _ones(right)
    found = scipy_sparse().kron(left, ones_right, format=format)
    partner = scipy_sparse().kron(ones_left, right, format=format)
    dtype = promoted(a._values.dtype, b._values.dtype, kind)
    values = first.values(found.data).to(dtype) * second.values(partner.data).to(dtype)
    return adopted(found, lambda _: values, kind, None, values.device)


def _ones(labelled: Any) -> Any:
    ones = labelled.tocoo() if labelled.format in ("lil", "dok") else labelled.copy()
    ones.data = (ones.data != 0).astype(numpy.int64)
    return ones


def kronsum(A: Any, B: Any, format: str | None = None) -> Any:
    """The Kronecker sum ``kron(I, A) + kron(B, I)`` of two square matrices.

    Parameters
    ----------
    A, B : array
    format : str, optional
        Of the result.
    """
    a, b = _sparse(A), _sparse(B)
    if a.ndim != 2 or b.ndim != 2 or a.shape[0] != a.shape[1] or b.shape[0] != b.shape[1]:
        raise ValueError("a Kronecker sum is made of square matrices")
    dtype = promoted(a._values.dtype, b._values.dtype, kind_of(a, b))
    left = kron(eye_array(b.shape[0], dtype=dtype), a, format="coo")
    right = kron(b, eye_array(a.shape[0], dtype=dtype), format="coo")
    left._kind = right._kind = kind_of(a, b)
    return (left + right).asformat(format)


def tril(A: Any, k: int = 0, format: str | None = None) -> Any:
    """The entries on and below a diagonal.

    Parameters
    ----------
    A : array
    k : int
        Which diagonal.
    format : str, optional
        Of the result.
    """
    return rearranged(lambda a: scipy_sparse().tril(a, k=k, format=format), _sparse(A), kind=kind_of(_sparse(A)))


def triu(A: Any, k: int = 0, format: str | None = None) -> Any:
    """The entries on and above a diagonal.

    Parameters
    ----------
    A : array
    k : int
        Which diagonal.
    format : str, optional
        Of the result.
    """
    return rearranged(lambda a: scipy_sparse().triu(a, k=k, format=format), _sparse(A), kind=kind_of(_sparse(A)))


def find(A: Any) -> tuple[Any, Any, Any]:
    """Rows, columns and values of the entries that are not zero.

    Parameters
    ----------
    A : array
    """
    source = _sparse(A).tocoo()._canonical()
    mask = source._values.detach() != 0
    row, col = (c[mask] for c in source._pattern.index)
    return give(row, source._kind), give(col, source._kind), give(source._values[mask], source._kind)


def expand_dims(A: Any, /, *, axis: int = 0) -> Any:
    """The array with a dimension of size one more.

    Parameters
    ----------
    A : sparse array
    axis : int
        Where the new dimension is.
    """
    return rearranged(lambda a: scipy_sparse().expand_dims(a, axis=axis), A, kind=A._kind)


def swapaxes(A: Any, axis1: int, axis2: int) -> Any:
    """The array with two dimensions exchanged.

    Parameters
    ----------
    A : sparse array
    axis1, axis2 : int
    """
    return rearranged(lambda a: scipy_sparse().swapaxes(a, axis1, axis2), A, kind=A._kind)


def permute_dims(A: Any, axes: Any = None, copy: bool = False) -> Any:
    """The array with its dimensions permuted, by default reversed.

    Parameters
    ----------
    A : sparse array
    axes : tuple of int, optional
    copy : bool
    """
    return rearranged(lambda a: scipy_sparse().permute_dims(a, axes=axes, copy=copy), A, kind=A._kind)


def random_array(
    shape: tuple[int, ...],
    *,
    density: float = 0.01,
    format: str = "coo",
    dtype: Any = None,
    rng: Any = None,
    data_sampler: Any = None,
    random_state: Any = None,
) -> Any:
    """An array with random values at random places.

    Parameters
    ----------
    shape : tuple of int
    density : float
        The share of elements that are stored.
    format : str
        Of the result.
    dtype : dtype, optional
        torch's default dtype if not given.
    rng : numpy.random.Generator or int, optional
        Source of the random numbers.
    random_state : optional
        The older name of `rng`.
    data_sampler : callable, optional
        ``data_sampler(size=n)`` returns the values; uniform on [0, 1) by default.
    """
    kind = kind_of()
    if random_state is not None:
        if rng is not None:
            raise TypeError("rng and random_state are two names of one argument")
        rng = random_state
    wanted = default_float(kind) if dtype is None else torch_dtype(dtype)
    host = numpy.dtype(str(wanted).removeprefix("torch.")) if wanted != torch.bfloat16 else numpy.dtype(numpy.float32)
    found = scipy_sparse().random_array(
        shape, density=density, format=format, dtype=host, rng=rng, data_sampler=data_sampler
    )
    return adopted(found, from_host, kind, dtype=wanted)


__all__ = ["host_values", "operand"]
