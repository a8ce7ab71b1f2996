"""Sparse Jacobians and Hessians: the pattern is found once, and a few products then give all entries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy
import scipy.sparse
import torch
from torch import Tensor

from scitorch.func.call import Call, Function
from scitorch.func.colouring import column_colours, star_colours
from scitorch.func.sparsity import dependencies
from scitorch.sparse import csr_array
from scitorch.sparse.kinds import kind_of

__all__ = ["SparsePlan", "check_pattern", "hessian_plan", "jacobian_plan", "sparse_hessian", "sparse_jacobian"]

Kind = Literal["columns", "rows", "symmetric"]


@dataclass(frozen=True, eq=False)
class SparsePlan:
    """How a sparse derivative is computed; made by `jacobian_plan` and `hessian_plan`, and used any number of times.

    Attributes
    ----------
    pattern
        A `scitorch.sparse.csr_array` of ones: elements of the result by elements of the argument.
    kind
        Whether columns are computed together, or rows, or columns of a symmetric matrix.
    colours
        The group of each column or row.
    """

    pattern: Any
    kind: Kind
    colours: Tensor
    places: Tensor

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return self.pattern.shape  # type: ignore[no-any-return]

    @property
    def rows(self) -> Tensor:
        """The row of each entry."""
        indptr, _ = self.pattern._pattern.index
        return torch.repeat_interleave(torch.arange(self.shape[0], device=indptr.device), indptr.diff())

    @property
    def columns(self) -> Tensor:
        """The column of each entry."""
        return self.pattern._pattern.index[1].long()  # type: ignore[no-any-return]

    @property
    def groups(self) -> int:
        """Number of products that it takes."""
        return int(self.colours.max()) + 1 if self.colours.numel() else 0

    @property
    def nnz(self) -> int:
        """Number of entries."""
        return self.places.numel()

    def __repr__(self) -> str:
        return f"<plan of a {self.shape[0]}x{self.shape[1]} matrix: {self.nnz} entries from {self.groups} {self.kind}>"

    def seeds(self, like: Tensor) -> Tensor:
        """The sum of the unit vectors of each group."""
        colours = self.colours if like.is_cpu else self.colours.to(like.device)
        return (torch.arange(self.groups, device=like.device)[:, None] == colours).to(like.dtype)

    def filled(self, compressed: Tensor, like: Any) -> Any:
        """The sparse array from the products, one in each row; of tensors or arrays, as what it is a derivative in."""
        places = self.places if compressed.is_cpu else self.places.to(compressed.device)
        values = compressed.reshape(-1)[places]
        return csr_array._of(self.pattern._pattern, values, kind_of(like))


def jacobian_plan(
    function: Function,
    *args: Any,
    argnums: int = 0,
    pattern: Any = None,
    mode: Literal["auto", "forward", "reverse"] = "auto",
    **kwargs: Any,
) -> SparsePlan:
    """Find the pattern of a Jacobian and the products that give it.

    Parameters
    ----------
    function : callable
        Of arrays; its result and the argument to differentiate in are one tensor or array each.
    *args, **kwargs
        Arguments like those of later calls. The pattern holds for all values, as long as the function takes the same
        branches and picks the same elements.
    argnums : int
    pattern : sparse array, optional
        The pattern, if it is known. It may have too many entries, not too few; see `check_pattern`.
    mode : {"auto", "forward", "reverse"}
        Whether to compute columns or rows together; by default what takes fewer products.

    Returns
    -------
    SparsePlan

    Notes
    -----
    The function runs once with tensors that carry the positions that each element depends on. Elementwise operations
    unite positions, those that rearrange elements move them, reductions and products unite along dimensions, and an
    operation without traits is taken to mix everything.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import jacobian_plan
    >>> jacobian_plan(lambda x: x[1:] * x[:-1], torch.zeros(100))
    <plan of a 99x100 matrix: 198 entries from 2 columns>
    """
    call = _single(function, args, kwargs, argnums)
    (x,) = call.primals
    if pattern is None:
        pattern = dependencies(lambda t: _only(call, t), x)
    pattern = _as_pattern(pattern)
    options = []
    if mode in ("auto", "forward"):
        options.append(("columns", column_colours(pattern)))
    if mode in ("auto", "reverse"):
        options.append(("rows", column_colours(scipy.sparse.csr_array(pattern.T))))
    if not options:
        raise ValueError(f"mode is 'auto', 'forward' or 'reverse', not {mode!r}")
    kind, colours = min(options, key=lambda option: option[1].max(initial=-1))
    return _plan(pattern, kind, colours)  # type: ignore[arg-type]


def hessian_plan(function: Function, *args: Any, argnums: int = 0, pattern: Any = None, **kwargs: Any) -> SparsePlan:
    """Find the pattern of the Hessian of a scalar function and the products that give it.

    Parameters
    ----------
    function, args, argnums, pattern, kwargs
        As in `jacobian_plan`, for a function that returns one real number.

    Returns
    -------
    SparsePlan

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import hessian_plan
    >>> hessian_plan(lambda x: (x[1:] * x[:-1]).sin().sum(), torch.zeros(100))
    <plan of a 100x100 matrix: 298 entries from 3 symmetric>
    """
    call = _single(function, args, kwargs, argnums)
    (x,) = call.primals
    if pattern is None:
        pattern = dependencies(_gradient(call), x)
    pattern = _as_pattern(pattern)
    symmetric = _as_pattern(pattern + pattern.T + scipy.sparse.eye_array(x.numel(), dtype=numpy.int8))
    colours = star_colours(symmetric)
    # an entry is read where its colour meets its row alone, in the matrix or in its mirror image
    coordinates = scipy.sparse.coo_array(symmetric)
    pair = coordinates.row * (colours.max(initial=-1) + 1) + colours[coordinates.col]
    alone = numpy.bincount(pair, minlength=int(pair.max(initial=-1)) + 1) == 1
    ours = scipy.sparse.coo_array(_as_pattern(pattern + pattern.T))
    groups = int(colours.max(initial=-1)) + 1
    direct = alone[ours.row * groups + colours[ours.col]]
    row = numpy.where(direct, ours.row, ours.col)
    colour = numpy.where(direct, colours[ours.col], colours[ours.row])
    compressed = scipy.sparse.csr_array(ours)
    return SparsePlan(
        _on_tensors(compressed),
        "symmetric",
        torch.from_numpy(colours.astype(numpy.int64)),
        torch.from_numpy((colour * x.numel() + row).astype(numpy.int64)),
    )


def sparse_jacobian(
    function: Function,
    argnums: int = 0,
    *,
    plan: SparsePlan | None = None,
    mode: Literal["auto", "forward", "reverse"] = "auto",
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return the function that computes the Jacobian as a sparse array.

    Parameters
    ----------
    function : callable
        Its result and the argument to differentiate in are one tensor or array each.
    argnums : int
    plan : SparsePlan, optional
        Of `jacobian_plan`; otherwise one is made at every call, which costs more than the derivatives.
    mode : {"auto", "forward", "reverse"}
        As in `jacobian_plan`.
    chunk_size : int, optional
        How many products are computed together; all by default.

    Returns
    -------
    callable
        Takes the function's arguments and returns a `scitorch.sparse.csr_array` with a row for each element of the
        result and a column for each element of the argument. Its entries can be differentiated again.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import sparse_jacobian
    >>> sparse_jacobian(lambda x: x[1:] * x[:-1])(torch.tensor([1.0, 2.0, 3.0])).toarray()
    tensor([[2., 1., 0.],
            [0., 3., 2.]])
    """

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        call = _single(function, args, kwargs, argnums)
        (x,) = call.primals
        used = plan or jacobian_plan(function, *args, argnums=argnums, mode=mode, **kwargs)
        _check_size(used, call)

        def along(seed: Tensor) -> Any:
            moved: Any = torch.func.jvp(lambda t: _only(call, t), (x,), (seed.reshape(x.shape),))
            return moved[1]

        if used.kind == "columns":
            products = torch.func.vmap(along, randomness="same", chunk_size=chunk_size)(used.seeds(x))
            return used.filled(products.reshape(used.groups, -1), args[argnums])
        pulled: Any = torch.func.vjp(lambda t: _only(call, t), x)
        result, pull = pulled
        products = torch.func.vmap(lambda seed: pull(seed.reshape(result.shape))[0], chunk_size=chunk_size)(
            used.seeds(result)
        )
        return used.filled(products.reshape(used.groups, -1), args[argnums])

    return computed


def sparse_hessian(
    function: Function, argnums: int = 0, *, plan: SparsePlan | None = None, chunk_size: int | None = None
) -> Callable[..., Any]:
    """Return the function that computes the Hessian of a scalar function as a sparse array.

    Parameters
    ----------
    function : callable
        Returns one real number.
    argnums : int
    plan : SparsePlan, optional
        Of `hessian_plan`; otherwise one is made at every call.
    chunk_size : int, optional
        How many products are computed together; all by default.

    Returns
    -------
    callable
        Takes the function's arguments and returns a `scitorch.sparse.csr_array`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import sparse_hessian
    >>> sparse_hessian(lambda x: (x[1:] * x[:-1]).sum())(torch.tensor([1.0, 2.0, 3.0])).toarray()
    tensor([[0., 1., 0.],
            [1., 0., 1.],
            [0., 1., 0.]])
    """

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        call = _single(function, args, kwargs, argnums)
        (x,) = call.primals
        used = plan or hessian_plan(function, *args, argnums=argnums, **kwargs)
        if used.shape != (x.numel(), x.numel()):
            raise ValueError(
                f"the plan is of a {used.shape[0]}x{used.shape[1]} matrix, the argument has {x.numel()} elements"
            )

        def along(seed: Tensor) -> Any:
            moved: Any = torch.func.jvp(_gradient(call), (x,), (seed.reshape(x.shape),))
            return moved[1]

        products = torch.func.vmap(along, randomness="same", chunk_size=chunk_size)(used.seeds(x))
        return used.filled(products.reshape(used.groups, -1), args[argnums])

    return computed


def check_pattern(
    function: Function,
    plan: SparsePlan,
    *args: Any,
    argnums: int = 0,
    generator: torch.Generator | None = None,
    **kwargs: Any,
) -> None:
    """Check a pattern along a random direction, as one that was given, or found for other arguments, may be too small.

    Parameters
    ----------
    function, args, argnums, kwargs
        As in `jacobian_plan`.
    plan : SparsePlan
    generator : torch.Generator, optional

    Raises
    ------
    ValueError
        If the sparse derivative times the direction is not the directional derivative.
    """
    call = _single(function, args, kwargs, argnums)
    (x,) = call.primals
    symmetric = plan.kind == "symmetric"
    transform = sparse_hessian if symmetric else sparse_jacobian
    derivative = transform(function, argnums, plan=plan)(*args, **kwargs)
    values = derivative._values
    direction = torch.randn(x.shape, dtype=x.dtype, generator=generator).to(x.device)
    differentiated = _gradient(call) if symmetric else (lambda t: _only(call, t))
    moved: Any = torch.func.jvp(differentiated, (x,), (direction,))
    expected = moved[1].reshape(-1)
    product = torch.zeros_like(expected).index_add(0, plan.rows, values * direction.reshape(-1)[plan.columns])
    error = (product - expected).abs()
    scale = sum(part.abs().max() for part in (expected, values) if part.numel()) * direction.abs().max()
    wrong = error > 1e3 * torch.finfo(x.dtype).eps * scale
    if bool(wrong.any()):
        raise ValueError(
            f"the pattern of {call.name} lacks entries: {int(wrong.sum())} rows of the product with a random direction "
            f"are wrong, the first of them row {int(wrong.nonzero()[0])}"
        )


def _single(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: int) -> Call:
    call = Call(function, args, kwargs, argnums)
    if len(call.primals) != 1:
        raise TypeError(
            f"{call.name}: args[{argnums}] has {len(call.primals)} float leaves; wanted one tensor or array"
        )
    if call.primals[0].is_complex():
        raise TypeError(f"{call.name}: args[{argnums}] is complex; pass real and imaginary parts in a real array")
    return call


def _only(call: Call, tensor: Tensor) -> Tensor:
    results = call(tensor)
    if len(results) != 1:
        raise TypeError(f"{call.name} returns {len(results)} float leaves; wanted one tensor or array")
    return results[0]


def _gradient(call: Call) -> Callable[[Tensor], Any]:
    return torch.func.grad(lambda t: call.scalar(t)[0])


def _as_pattern(pattern: Any) -> Any:
    if not scipy.sparse.issparse(pattern) and hasattr(pattern, "to_scipy"):
        pattern = pattern.to_scipy()
    found = scipy.sparse.csr_array(pattern)
    found.sum_duplicates()
    found.sort_indices()
    ones = numpy.ones(found.nnz, dtype=numpy.int8)
    return scipy.sparse.csr_array((ones, found.indices, found.indptr), shape=found.shape)


def _plan(pattern: Any, kind: Kind, colours: Any) -> SparsePlan:
    coordinates = scipy.sparse.coo_array(pattern)
    if kind == "columns":
        places = colours[coordinates.col] * pattern.shape[0] + coordinates.row
    else:
        places = colours[coordinates.row] * pattern.shape[1] + coordinates.col
    return SparsePlan(
        _on_tensors(pattern),
        kind,
        torch.from_numpy(colours.astype(numpy.int64)),
        torch.from_numpy(places.astype(numpy.int64)),
    )


def _on_tensors(pattern: Any) -> csr_array:
    return csr_array((torch.ones(pattern.nnz), pattern.indices, pattern.indptr), shape=pattern.shape)


def _check_size(plan: SparsePlan, call: Call) -> None:
    (x,) = call.primals
    if plan.kind == "symmetric":
        raise ValueError("the plan is one of a Hessian; make one with jacobian_plan")
    if plan.shape[1] != x.numel():
        raise ValueError(
            f"the plan is of a {plan.shape[0]}x{plan.shape[1]} matrix, the argument has {x.numel()} elements"
        )
