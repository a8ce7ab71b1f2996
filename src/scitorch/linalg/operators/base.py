"""What every linear operator has: SciPy's interface, a pytree of its tensors, and defaults for what it does not know.

An operator is a pytree: the tensors among its attributes are leaves, everything else is structure. So gradients,
forward mode, ``vmap`` and optimizers see its entries as they see those of any other container, and an operator of
leaves with leading dimensions is a batch of operators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type
from scitorch.op.object_operator import apply_object
from scitorch.op.torch_private import pytree
from scitorch.op.traced_function import TracedFunction

from ..matrix_parts import adjoint

Shape = tuple[int, ...]


class _Mixed:
    """A container of tensors and other things, taken apart: only the tensors are leaves."""

    def __init__(self, value: Any) -> None:
        leaves, self.spec = pytree.tree_flatten(value)
        self.fixed = tuple(None if isinstance(leaf, Tensor) else leaf for leaf in leaves)
        self.places = tuple(i for i, leaf in enumerate(leaves) if isinstance(leaf, Tensor))

    def rebuilt(self, tensors: Any) -> Any:
        """The container with these tensors in it."""
        leaves = list(self.fixed)
        for i, tensor in zip(self.places, tensors):
            leaves[i] = tensor
        return pytree.tree_unflatten(leaves, self.spec)

    def _key(self) -> Any:
        return self.spec, self.fixed, self.places

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Mixed) and self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]


#: Where an operator made of leaves notes which attributes they came from: they need not be tensors any more.
_ORIGIN = "_origin_of_leaves"


def _flatten(op: LinearOperator) -> tuple[list[Any], Any]:
    attributes = {name: value for name, value in sorted(op.__dict__.items()) if name != _ORIGIN}
    origin = op.__dict__.get(_ORIGIN)
    if origin is None:
        origin = {}
        for name, value in attributes.items():
            kinds = {isinstance(leaf, Tensor) for leaf in pytree.tree_leaves(value)}
            if True in kinds:
                origin[name] = _Mixed(value) if False in kinds else None
    children = [_tensors_of(attributes[name], apart) for name, apart in origin.items()]
    static = tuple((name, value) for name, value in attributes.items() if name not in origin)
    return children, (type(op), tuple(origin.items()), static)


def _tensors_of(value: Any, apart: _Mixed | None) -> Any:
    if apart is None:
        return value
    leaves = pytree.tree_leaves(value)
    return [leaves[i] for i in apart.places]


def _unflatten(children: Any, context: Any) -> LinearOperator:
    cls, origin, static = context
    op: LinearOperator = object.__new__(cls)
    op.__dict__.update(static)
    for (name, apart), child in zip(origin, children):
        op.__dict__[name] = child if apart is None else apart.rebuilt(child)
    op.__dict__[_ORIGIN] = dict(origin)
    return op


class LinearOperator:
    """A linear map known by what it does to vectors.

    ``LinearOperator(shape, matvec, rmatvec=None, matmat=None, dtype=None, rmatmat=None)`` makes one of functions, as
    in SciPy. A subclass defines `_matvec` or `_matmat` and, if it wants, `_rmatvec`, `_rmatmat`, `_adjoint` or
    `_transpose`; what it leaves out is derived, the adjoint by transposing the product with torch.

    Parameters
    ----------
    shape : tuple of int
        Shape of the matrix, ``(m, n)``, after any batch dimensions.
    matvec : callable
        ``matvec(v)``, the product with a vector of shape ``(n,)``.
    rmatvec, matmat, rmatmat : callable, optional
        The product of the adjoint with a vector, and of both with columns of shape ``(n, k)``.
    dtype : torch.dtype or NumPy dtype, optional
        Of the entries; found by a product with a random vector if not given.
    parameters : pytree of tensors, optional
        What the entries depend on: the functions are then called as ``matvec(parameters, v)``, and derivatives are
        taken in the parameters.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg.operators import LinearOperator
    >>> double = LinearOperator((2, 2), matvec=lambda v: 2 * v, dtype=torch.float32)
    >>> double @ torch.ones(2)
    tensor([2., 2.])
    """

    __array_ufunc__ = None
    ndim = 2

    #: What is known of the operator; subclasses and instances say more.
    symmetric: bool = False
    positive_definite: bool = False
    #: Whether the product is linear in the leaves over the real numbers, with the vector held fixed.
    linear_in_leaves: bool = False

    shape: Shape
    dtype: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        pytree.register_pytree_node(cls, _flatten, _unflatten)

    def __new__(cls, *args: Any, **kwargs: Any) -> LinearOperator:
        if cls is LinearOperator:
            from .functions import FunctionOperator

            return object.__new__(FunctionOperator)
        own = [getattr(cls, name) is getattr(LinearOperator, name) for name in ("_matvec", "_matmat")]
        if all(own):
            raise TypeError(f"{cls.__name__}: a linear operator defines _matvec or _matmat")
        return object.__new__(cls)

    def __init__(self, dtype: Any, shape: Any) -> None:
        try:
            shape = tuple(int(s) for s in shape)
        except TypeError:
            raise ValueError(f"linear operator: shape is {shape!r}; wanted (m, n)") from None
        if len(shape) < 2 or min(shape) < 0 or (type(self).ndim == 2 and len(shape) != 2):
            raise ValueError(f"linear operator: shape is {shape!r}; wanted (m, n)")
        self.shape = shape
        self.dtype = as_torch_dtype(dtype)

    # --- what a subclass says ---------------------------------------------------------------------------------

    def _matvec(self, x: Tensor) -> Tensor:
        return self._matmat(x.unsqueeze(-1)).squeeze(-1)

    def _matmat(self, x: Tensor) -> Tensor:
        return torch.stack([as_tensor(self._matvec(column)) for column in x.unbind(-1)], -1)

    def _rmatvec(self, x: Tensor) -> Tensor:
        if type(self)._adjoint is LinearOperator._adjoint:
            return self._rmatmat(x.unsqueeze(-1)).squeeze(-1)
        return self._adjoint()._matvec(x)

    def _rmatmat(self, x: Tensor) -> Tensor:
        cls = type(self)
        if cls._adjoint is not LinearOperator._adjoint:
            return self._adjoint()._matmat(x)
        if cls._rmatvec is not LinearOperator._rmatvec:
            return torch.stack([as_tensor(self._rmatvec(column)) for column in x.unbind(-1)], -1)
        return self._transposed_product(x)

    def _transposed_product(self, x: Tensor) -> Tensor:
        """The product of the adjoint, by differentiating the product."""
        leaves, spec = pytree.tree_flatten(self)

        def adjoint_product(*given: Tensor) -> Tensor:
            *own, columns = given
            op: LinearOperator = pytree.tree_unflatten(own, spec)
            zero = columns.new_zeros((*columns.shape[:-2], op.shape[-1], columns.shape[-1]))
            return torch.func.vjp(op._matmat, zero)[1](columns)[0]  # type: ignore[no-any-return]

        return apply_object(TracedFunction(adjoint_product, "rmatmat"), (*leaves, x))[0]

    def _adjoint(self) -> LinearOperator:
        from .algebra import AdjointOperator

        return AdjointOperator(self)

    def _transpose(self) -> LinearOperator:
        from .algebra import ConjugateOperator

        dtype = self.dtype
        return self.H if dtype is not None and not dtype.is_complex else ConjugateOperator(self.H)

    # --- products ---------------------------------------------------------------------------------------------

    def matvec(self, x: Any) -> Any:
        """The product with a vector of shape ``(n,)`` or ``(n, 1)``."""
        return self._product("matvec", self._matvec, x, self.shape[-2:], vector=True)

    def rmatvec(self, x: Any) -> Any:
        """The product of the adjoint with a vector of shape ``(m,)`` or ``(m, 1)``."""
        return self._product("rmatvec", self._rmatvec, x, self.shape[-2:][::-1], vector=True)

    def matmat(self, x: Any) -> Any:
        """The product with columns of shape ``(..., n, k)``."""
        return self._product("matmat", self._matmat, x, self.shape[-2:], vector=False)

    def rmatmat(self, x: Any) -> Any:
        """The product of the adjoint with columns of shape ``(..., m, k)``."""
        return self._product("rmatmat", self._rmatmat, x, self.shape[-2:][::-1], vector=False)

    def _product(self, name: str, map_: Callable[[Tensor], Any], x: Any, shape: Shape, *, vector: bool) -> Any:
        kind = find_array_type(x)
        columns = as_tensor(x)
        m, n = shape
        if vector:
            if columns.shape not in ((n,), (n, 1)):
                raise ValueError(f"{name}: dimension mismatch: wanted shape ({n},), got {tuple(columns.shape)}")
            y = as_tensor(map_(columns.reshape(n)))
            if y.numel() != m:
                raise ValueError(f"{name}: the result has {y.numel()} entries; the operator of shape {shape} has {m}")
            y = y.reshape(m) if columns.ndim == 1 else y.reshape(m, 1)
        else:
            if columns.ndim < 2:
                raise ValueError(f"{name}: expected a matrix of columns, not a {columns.ndim}-d array")
            if columns.shape[-2] != n:
                raise ValueError(f"{name}: dimension mismatch: {tuple(self.shape)} and {tuple(columns.shape)}")
            y = as_tensor(map_(columns))
        return y if kind is None else kind.from_tensor(y)

    def dot(self, x: Any) -> Any:
        """The product with a vector, columns, a number or another operator."""
        from .algebra import ProductOperator, ScaledOperator

        if isinstance(x, LinearOperator):
            return ProductOperator(self, x)
        if _is_number(x):
            return ScaledOperator(self, x)
        columns = as_tensor(x)
        if columns.ndim == 0:
            return ScaledOperator(self, columns)
        return self.matvec(x) if columns.ndim == 1 and len(self.shape) == 2 else self.matmat(x)

    def __matmul__(self, other: Any) -> Any:
        if _is_number(other):
            raise ValueError("Scalar operands are not allowed, use '*' instead")
        if len(self.shape) > 2 and not isinstance(other, LinearOperator) and as_tensor(other).ndim == 1:
            return self.matmat(as_tensor(other).unsqueeze(-1)).squeeze(-1)
        return self.dot(other)

    def __rmatmul__(self, other: Any) -> Any:
        if _is_number(other):
            raise ValueError("Scalar operands are not allowed, use '*' instead")
        return self._left_product(other)

    def _left_product(self, other: Any) -> Any:
        from .algebra import ScaledOperator

        if _is_number(other):
            return ScaledOperator(self, other)
        kind, rows = find_array_type(other), as_tensor(other)
        if rows.ndim == 0:
            return ScaledOperator(self, rows)
        m = self.shape[-2]
        if rows.shape[-1] != m:
            raise ValueError(f"rmatmat: dimension mismatch: {tuple(rows.shape)} and {tuple(self.shape)}")
        columns = rows.unsqueeze(-1) if rows.ndim == 1 else adjoint(rows)
        y = self._rmatmat(columns.conj().resolve_conj() if rows.ndim == 1 else columns)
        product = y.squeeze(-1).conj().resolve_conj() if rows.ndim == 1 else adjoint(y).resolve_conj()
        return product if kind is None else kind.from_tensor(product)

    __call__ = __mul__ = lambda self, x: self.dot(x)
    __rmul__ = _left_product

    # --- algebra ----------------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> LinearOperator:
        from .algebra import SumOperator

        return SumOperator(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def __sub__(self, other: Any) -> LinearOperator:
        return self + (-other) if isinstance(other, LinearOperator) else NotImplemented

    def __neg__(self) -> LinearOperator:
        from .algebra import ScaledOperator

        return ScaledOperator(self, -1)

    def __truediv__(self, other: Any) -> LinearOperator:
        from .algebra import ScaledOperator

        if not _is_number(other) and not (isinstance(other, Tensor) and other.ndim == 0):
            raise ValueError("a linear operator can be divided by a number only")
        return ScaledOperator(self, 1 / other)

    def __pow__(self, power: Any) -> LinearOperator:
        from .algebra import PowerOperator

        return PowerOperator(self, power) if isinstance(power, (int, numpy.integer)) else NotImplemented

    def adjoint(self) -> LinearOperator:
        """The conjugate transpose."""
        return self._adjoint()

    def transpose(self) -> LinearOperator:
        """The transpose, without conjugation."""
        return self._transpose()

    H = property(adjoint)
    mH = property(adjoint)
    T = property(transpose)
    mT = property(transpose)

    # --- as a matrix ------------------------------------------------------------------------------------------

    @property
    def device(self) -> torch.device:
        """The device of the leaves; the default one without leaves."""
        leaves = [leaf for leaf in pytree.tree_leaves(self) if isinstance(leaf, Tensor)]
        return leaves[0].device if leaves else torch.get_default_device()

    def to_dense(self) -> Tensor:
        """The matrix, of shape ``(..., m, n)``: ``n`` products."""
        n = self.shape[-1]
        return self._matmat(torch.eye(n, dtype=self.dtype, device=self.device))

    def _require_square(self, what: str) -> int:
        m, n = self.shape[-2:]
        if m != n:
            raise ValueError(f"{what}: the operator has shape {tuple(self.shape)}; wanted a square one")
        return n

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution of ``self @ x = b``, differentiable in the leaves and in ``b``.

        Structured operators solve directly. Others iterate: conjugate gradients if positive definite, MINRES if
        symmetric, GMRES else; ``options`` are those of :func:`scitorch.sparse.linalg.cg` and its like.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the matrix is singular, or the iteration did not converge.
        """
        from ..krylov.solution import solve_iteratively

        return solve_iteratively(self, b, **options)

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """Sign and logarithm of the absolute value of the determinant."""
        from ..determinant import slogdet

        self._require_square("slogdet")
        sign, logarithm = slogdet(self.to_dense())
        return sign, logarithm

    def logdet(self) -> Tensor:
        """The logarithm of the determinant; NaN where that is negative."""
        sign, logarithm = self.slogdet()
        if sign.is_complex():
            return logarithm + torch.log(sign)
        return torch.where(sign > 0, logarithm, torch.where(sign == 0, -torch.inf, torch.nan))

    def diagonal(self) -> Tensor:
        """The diagonal."""
        return self.to_dense().diagonal(dim1=-2, dim2=-1)

    def trace(self) -> Tensor:
        """The sum of the diagonal."""
        self._require_square("trace")
        return self.diagonal().sum(-1)

    def sqrt(self) -> LinearOperator:
        """The principal square root."""
        from ..roots_logarithms import sqrtm
        from .dense import Dense

        self._require_square("sqrt")
        return Dense(sqrtm(self.to_dense()))

    def __repr__(self) -> str:
        size = "x".join(map(str, self.shape))
        return f"<{size} {type(self).__name__} with dtype={self.dtype}>"


pytree.register_pytree_node(LinearOperator, _flatten, _unflatten)


def as_tensor(x: Any) -> Tensor:
    """``x`` as a tensor; arrays keep their values and precision."""
    if isinstance(x, Tensor):
        return x
    kind = find_array_type(x)
    return kind.to_tensor(x) if kind is not None else torch.as_tensor(x)


def as_torch_dtype(dtype: Any) -> torch.dtype | None:
    """A torch dtype of a torch or NumPy one."""
    if dtype is None or isinstance(dtype, torch.dtype):
        return dtype
    found: torch.dtype = torch.from_numpy(numpy.empty(0, dtype=numpy.dtype(dtype))).dtype
    return found


def common_dtype(*operands: Any) -> torch.dtype | None:
    """The dtype that products with all operands have, ``None`` if one of them does not say."""
    dtypes = [x.dtype for x in operands]
    if any(d is None for d in dtypes):
        return None
    found = dtypes[0]
    for dtype in dtypes[1:]:
        found = torch.promote_types(found, dtype)
    return found  # type: ignore[no-any-return]


def product(a: Tensor, x: Tensor) -> Tensor:
    """``a @ x`` with the two promoted to one dtype."""
    if a.dtype != x.dtype:
        dtype = torch.promote_types(a.dtype, x.dtype)
        a, x = a.to(dtype), x.to(dtype)
    return a @ x


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, complex, numpy.generic))
