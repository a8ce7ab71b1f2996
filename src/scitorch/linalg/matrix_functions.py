"""Functions of a matrix given by a function of numbers, with derivatives of every order.

In a basis of eigenvectors the k-th derivative of a matrix function is a sum of products of the k directions, weighted
by divided differences of order k (Daleckii & Krein 1965; Higham, "Functions of Matrices", theorem 3.11 and problem
3.7). Differences are finite at repeated eigenvalues, and so are all derivatives there.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc
from scitorch.op.torch_private import constant_while_tracing, is_tracked

from .arguments import NoConvergence, require_finite, require_square
from .divided_differences import divided_differences, evaluated
from .matrix_parts import adjoint

#: The functions in use, by the name under which an operator's schema can hold them. The oldest are forgotten.
_functions: OrderedDict[str, Callable[..., Any]] = OrderedDict()
KEPT_FUNCTIONS = 4096

_ALPHABET = "abcdefghijklmnop"


def _name_of(function: Callable[..., Any]) -> str:
    name = f"{getattr(function, '__name__', type(function).__name__)} {id(function):x}"
    _functions[name] = function
    _functions.move_to_end(name)
    while len(_functions) > KEPT_FUNCTIONS:
        _functions.popitem(last=False)
    return name


def _named(name: str) -> Callable[..., Any]:
    if name not in _functions:
        raise RuntimeError(
            f"funm: func {name!r} is forgotten: {KEPT_FUNCTIONS} others were used since; give funm the same function "
            "object at each call"
        )
    return _functions[name]


def _spectrum(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Eigenvalues, eigenvectors, their inverse, and how much that magnifies errors."""
    one = torch.ones(a.shape[:-2], dtype=a.real.dtype if a.is_complex() else a.dtype, device=a.device)
    try:
        if bool((a == adjoint(a)).all()):
            w, v = torch.linalg.eigh(a)
            return w.to(a.dtype), v, adjoint(v), one
        w, v = torch.linalg.eig(a)
    except NoConvergence as error:
        raise LinAlgError(f"funm: argument 'A': the algorithm did not converge: {error}") from error
    inverse, info = torch.linalg.inv_ex(v)
    condition = torch.linalg.matrix_norm(v) * torch.linalg.matrix_norm(inverse)
    roundoff = torch.finfo(a.dtype).eps
    if bool((info != 0).any()) or not bool((condition < roundoff**-0.5).all()):
        raise LinAlgError(
            "funm: argument 'A' is defective, or so near that its eigenvectors carry less than half of the digits; "
            "use expm, logm, sqrtm, signm or fractional_matrix_power, which do not need eigenvectors"
        )
    return w, v, inverse, condition


def _function_kernel(a: Tensor, e: Tensor, *, function: str) -> Tensor:
    require_finite("funm", A=a)
    n, k = a.shape[-1], e.shape[-3]
    batch = torch.broadcast_shapes(a.shape[:-2], e.shape[:-3])  # type: ignore[no-untyped-call]
    if not a.numel():
        return torch.empty(*batch, n, n, dtype=a.dtype, device=a.device)
    f = _named(function)
    w, v, inverse, condition = _spectrum(a)
    if k == 0:
        inner = v * evaluated(f, w)[..., None, :]
        return _in_dtype_of(a, inner @ inverse, condition).expand(*batch, n, n).clone()
    weights = divided_differences(f, w, k)
    turned = inverse[..., None, :, :] @ e.to(v.dtype) @ v[..., None, :, :]
    letters = _ALPHABET[: k + 1]
    links = ",".join(f"...{i}{j}" for i, j in itertools.pairwise(letters))
    formula = f"...{letters},{links}->...{letters[0]}{letters[-1]}"
    total = torch.zeros(*batch, n, n, dtype=v.dtype, device=a.device)
    for order in itertools.permutations(range(k)):
        total = total + torch.einsum(formula, weights, *(turned[..., m, :, :] for m in order))
    return _in_dtype_of(a, v @ total @ inverse, condition)


def _in_dtype_of(a: Tensor, result: Tensor, condition: Tensor) -> Tensor:
    if result.is_complex() and not a.is_complex():
        size = result.abs().amax((-2, -1))
        error = 1e2 * a.shape[-1] * torch.finfo(a.dtype).eps * condition * size
        if not bool((result.imag.abs().amax((-2, -1)) <= error).all()):
            raise ValueError(
                "funm: the function of a real argument 'A' is complex, but the dtype cannot depend on values under "
                "vmap and torch.compile; pass a complex matrix"
            )
        result = result.real
    return result.contiguous()


def _joined(a: Tensor, e: Tensor, direction: Tensor) -> Tensor:
    """The directions and one more."""
    shape = torch.broadcast_shapes(e.shape[:-3], direction.shape[:-2])  # type: ignore[no-untyped-call]
    return torch.cat([e.expand(*shape, *e.shape[-3:]), direction.expand(*shape, *a.shape[-2:])[..., None, :, :]], -3)


def _with(e: Tensor, position: int, direction: Tensor) -> Tensor:
    """The directions with one replaced."""
    shape = torch.broadcast_shapes(e.shape[:-3], direction.shape[:-2])  # type: ignore[no-untyped-call]
    e = e.expand(*shape, *e.shape[-3:])
    direction = direction.expand(*shape, *direction.shape[-2:])[..., None, :, :]
    return torch.cat([e[..., :position, :, :], direction, e[..., position + 1 :, :, :]], -3)


def _direction_tangent(out: Tensor, a: Tensor, e: Tensor, de: Tensor, function: str) -> Tensor | None:
    total = None
    for m in range(e.shape[-3]):  # multilinear
        term = _function(a, _with(e, m, de[..., m, :, :]), function=function)
        total = term if total is None else total + term
    return total


def _direction_cotangent(g: Tensor, out: Tensor, a: Tensor, e: Tensor, function: str) -> Tensor:
    # tr(y D^k f(a)[e1, …, ek]) is symmetric in y and the directions, because the divided differences are.
    terms = [adjoint(_function(a, _with(e, m, adjoint(g)), function=function)) for m in range(e.shape[-3])]
    return torch.stack(terms, -3) if terms else torch.zeros_like(e)


def _function_samples(make: Maker) -> list[Sample]:
    name = _name_of(torch.sin)
    return [Sample((make.hermitian(2, 2) + make(2, 2) / 8, make(1, 2, 2)), {"function": name})]


@gufunc(
    "(n,n),(k,n,n)->(n,n)",
    kernel=_function_kernel,
    jvp={
        "a": lambda out, a, e, da, function: _function(a, _joined(a, e, da), function=function),
        "e": _direction_tangent,
    },
    vjp={
        "a": lambda g, out, a, e, function: adjoint(_function(a, _joined(a, e, adjoint(g)), function=function)),
        "e": _direction_cotangent,
    },
    samples=_function_samples,
    loops="rr->r zz->z",
    public=False,
)
def _function(a: Tensor, e: Tensor, *, function: str = "") -> Tensor:
    """The k-th derivative of a matrix function in k directions, the function itself for none."""


@constant_while_tracing
def _checked_name(function: Callable[..., Any], device: torch.device, dtype: torch.dtype) -> str:
    """The function's name, after a look at whether its results depend on something that is being differentiated."""
    value = function(torch.ones(1, dtype=dtype, device=device))
    tensor = value if isinstance(value, Tensor) else getattr(value, "tensor", None)
    if isinstance(tensor, Tensor) and is_tracked(tensor):
        raise NotImplementedError(
            "funm: no derivative with respect to what 'func' refers to: it depends on a tensor that is differentiated "
            "or batched"
        )
    return _name_of(function)


@composite(
    samples=lambda make: [
        Sample((make.hermitian(3, 3), torch.exp)),
        Sample((make.hermitian(2, 2, 2) + make(2, 2) / 8, torch.sin)),
    ],
    arrays=("A",),
    rtol=1e-11,
)
def funm(A: Tensor, func: Callable[..., Any], disp: bool = True) -> Any:
    """
    Evaluate a function of a matrix, given as a function of numbers.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Diagonalisable square matrices.
    func : callable
        A function of tensors, elementwise and holomorphic, made of torch or scitorch functions. It gets real numbers
        if `A` is real and symmetric, else complex ones (real ones in a complex dtype if `A` is Hermitian).
    disp : bool, optional
        If false, return an estimate of the error too.

    Returns
    -------
    funm : Tensor, shape (..., n, n)
        The function of the matrices.
    errest : Tensor, shape (...)
        1-norm of the commutator of `A` and the result, relative to the product of their norms; with ``disp=False``
        only.

    Raises
    ------
    ValueError
        If `A` is not square, has entries that are not finite, or is real while the result is complex.
    numpy.linalg.LinAlgError
        If a matrix is defective, or so near that half of the digits would be lost.
    NotImplementedError
        If `func` refers to a tensor that is being differentiated or batched.

    Notes
    -----
    ``V f(w) V^-1`` with eigenvalues ``w`` and eigenvectors ``V``, which are orthonormal where `A` is exactly Hermitian.
    Derivatives have divided differences of `func` in place of values (Daleckii & Krein 1965) and are right to every
    order, also at repeated eigenvalues, where eigenvectors themselves have no derivative. That of order k takes
    ``k! n^(k+1)`` operations. Derivatives of `func` are taken by torch.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import funm
    >>> funm(torch.eye(2), torch.exp)
    tensor([[2.7183, 0.0000],
            [0.0000, 2.7183]])
    """
    require_square("funm", "A", A)
    if not (A.is_floating_point() or A.is_complex()):
        A = A.to(torch.get_default_dtype())
    name = _checked_name(func, A.device, A.dtype)
    f = _function(A, A.new_zeros(0, *A.shape[-2:]), function=name)
    if disp:
        return f
    commutator = (f @ A - A @ f).abs().sum(-2).amax(-1)
    sizes = f.abs().sum(-2).amax(-1) * A.abs().sum(-2).amax(-1)
    return f, commutator / torch.where(sizes == 0, 1, sizes)
