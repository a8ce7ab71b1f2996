"""First derivatives: gradients, and products with the Jacobian and with its transpose."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from scitorch.func.call import Call, Function, Names, Positions

# torch's stubs do not know that has_aux adds a third item
_jvp: Callable[..., Any] = torch.func.jvp
_vjp: Callable[..., Any] = torch.func.vjp

__all__ = ["basis", "grad", "jvp", "pull_back", "push_forward", "value_and_grad", "vjp", "whole"]


def grad(
    function: Function, argnums: Positions = None, has_aux: bool = False, *, argnames: Names = None
) -> Callable[..., Any]:
    """Return the function that computes the gradient of a real scalar function.

    Parameters
    ----------
    function : callable
        Returns one real number, as a tensor or an array; with ``has_aux`` a pair of that and anything else.
    argnums : int or sequence of ints, optional
        Positions of the arguments to differentiate in; the first, unless ``argnames`` is given. Arguments may be
        containers, dataclasses and modules: float and complex leaves are differentiated, at all others there is `None`.
    has_aux : bool
        Whether the function returns something beside the number, to be handed on.
    argnames : str or sequence of str, optional
        Names of arguments to differentiate in.

    Returns
    -------
    callable
        Takes the function's arguments and returns the gradient, of the types of the arguments; with ``has_aux`` the
        pair of the gradient and what was handed on. The gradient in a module is a dictionary of its parameters,
        several ``argnums`` give a tuple, several ``argnames`` a dictionary, and both a pair of these.

    Raises
    ------
    ValueError
        If the result is not one number.
    TypeError
        If an argument has nothing to differentiate in, or the result is complex. The message names the leaf.

    Notes
    -----
    The gradient in a complex number follows torch: it is ``2 ∂f/∂z̄``, the direction of steepest ascent, and the
    conjugate of what JAX returns.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import grad
    >>> grad(lambda a: np.sum(a**3))(np.arange(3.0))
    array([ 0.,  3., 12.])
    >>> grad(lambda p, scale: scale * p["a"] ** 2)({"a": 3.0, "name": "b"}, 2.0)
    {'a': tensor(12., dtype=torch.float64), 'name': None}
    """

    @functools.wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        call = Call(function, args, kwargs, argnums, argnames, has_aux=has_aux)
        found, _, aux = _gradient(call)
        return (found, aux) if has_aux else found

    return gradient


def value_and_grad(
    function: Function, argnums: Positions = None, has_aux: bool = False, *, argnames: Names = None
) -> Callable[..., Any]:
    """Return the function that computes a real scalar function and its gradient at once.

    Parameters
    ----------
    function, argnums, has_aux, argnames
        As in `grad`.

    Returns
    -------
    callable
        Takes the function's arguments and returns its value and the gradient, in this order; with ``has_aux`` the
        value is the pair that the function returns.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import value_and_grad
    >>> value, gradient = value_and_grad(lambda a: np.sum(a**3))(np.arange(3.0))
    >>> gradient
    array([ 0.,  3., 12.])
    """

    @functools.wraps(function)
    def evaluated(*args: Any, **kwargs: Any) -> Any:
        call = Call(function, args, kwargs, argnums, argnames, has_aux=has_aux)
        found, value, aux = _gradient(call)
        return ((value, aux), found) if has_aux else (value, found)

    return evaluated


def _gradient(call: Call) -> tuple[Any, Any, Any]:
    every = tuple(range(len(call.primals)))
    transform = torch.func.grad_and_value(call.scalar, argnums=every, has_aux=True)
    found, (value, beside) = transform(*call.primals)
    aux = None if call.aux is None else call.aux.with_values(beside)
    return call.derivatives(found), call.result.with_values([value]), aux


def vjp(function: Function, *primals: Any, has_aux: bool = False) -> Any:
    """Evaluate a function, and return with its result the map from cotangents of the result to those of the arguments.

    Parameters
    ----------
    function : callable
    *primals
        Its arguments, trees as in `grad`; those without a float or complex leaf get the cotangent `None`.
    has_aux : bool
        Whether the function returns a pair, of what is differentiated and of anything else.

    Returns
    -------
    result
    pullback : callable
        Takes a cotangent in the structure of the result and returns a tuple with one for each argument; it can be
        called any number of times. For complex numbers it is the adjoint, ``Jᴴ``, as in torch: JAX's is ``Jᵀ``.
    aux
        Only with ``has_aux``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import vjp
    >>> value, pullback = vjp(lambda a, b: {"product": a * b}, torch.tensor(2.0), torch.tensor(5.0))
    >>> pullback({"product": torch.tensor(1.0)})
    (tensor(5.), tensor(2.))
    """
    call = whole(function, primals, has_aux)
    results, pull, beside = pull_back(call)
    result = call.result

    def pullback(cotangent: Any) -> Any:
        return call.derivatives(pull(tuple(result.matching(cotangent, "cotangent"))))

    value = result.with_values(results)
    return (value, pullback, call.aux.with_values(beside)) if call.aux is not None else (value, pullback)


def jvp(function: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...], *, has_aux: bool = False) -> Any:
    """Evaluate a function and its directional derivative.

    Parameters
    ----------
    function : callable
    primals : tuple
        Its arguments, trees as in `grad`.
    tangents : tuple
        The direction, in the same structure; `None` stands for zero, and at leaves that are not differentiated.
    has_aux : bool
        Whether the function returns a pair, of what is differentiated and of anything else.

    Returns
    -------
    result
    tangent
        In the structure of the result, with `None` where it is not differentiable.
    aux
        Only with ``has_aux``.

    Raises
    ------
    TypeError, ValueError
        If a tangent does not fit its primal in shape or dtype, or is complex where the primal is real. The message
        names the leaf.

    Notes
    -----
    Where an operation has no forward formula, the product is the transpose of the reverse mode or, if that cannot be
    transposed, is taken with all rows of the Jacobian.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import jvp
    >>> jvp(torch.sin, (torch.tensor(0.0),), (torch.tensor(2.0),))
    (tensor(0.), tensor(2.))
    """
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise TypeError("primals and tangents are tuples with one item for each argument")
    call = whole(function, tuple(primals), has_aux)
    results, moved, beside = push_forward(call, call.tangents(tuple(tangents)))
    found = (call.result.with_values(results), call.result.derivatives(moved))
    return (*found, call.aux.with_values(beside)) if call.aux is not None else found


def pull_back(call: Call) -> tuple[tuple[Tensor, ...], Callable[..., Any], tuple[Tensor, ...]]:
    """Results, the map from their cotangents to those of the primals, and what the function returns beside."""
    return _vjp(call.with_aux, *call.primals, has_aux=True)  # type: ignore[no-any-return]


def push_forward(
    call: Call, tangents: tuple[Tensor, ...]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Results, their tangents, and what the function returns beside."""
    try:
        return _jvp(call.with_aux, call.primals, tangents, has_aux=True)  # type: ignore[no-any-return]
    except NotImplementedError:  # of an operation without a forward formula
        return _from_reverse(call, tangents)


def _from_reverse(
    call: Call, tangents: tuple[Tensor, ...]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
    """The same from reverse mode alone: Jᴴ is linear in the cotangent, and its transpose is J."""
    results, pull, beside = pull_back(call)
    try:
        transposed = _vjp(pull, tuple(torch.zeros_like(r) for r in results))[1]
        return results, transposed(tangents)[0], beside
    except (NotImplementedError, RuntimeError):  # not differentiable twice: all rows of the Jacobian, then
        return results, _product_of_rows(results, pull, tangents), beside


def _product_of_rows(
    results: tuple[Tensor, ...], pull: Callable[..., Any], tangents: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """J t, one component at a time: Re⟨g, J t⟩ = Re⟨Jᴴ g, t⟩ for g = 1 and, in complex components, g = i."""

    def component(*cotangents: Tensor) -> Tensor:
        return torch.stack([(c.conj() * t).sum().real for c, t in zip(pull(cotangents), tangents)]).sum()

    def along(unit: complex) -> list[Tensor]:
        # one by one: torch's batching rule of such an operation may be wrong, as that of cdist's gradient is
        found = torch.stack([component(*row) for row in zip(*basis(results, unit))])
        return [part.reshape(r.shape) for part, r in zip(found.split([r.numel() for r in results]), results)]

    real = along(1)
    if not any(r.is_complex() for r in results):
        return tuple(real)
    return tuple(torch.complex(a, b) if r.is_complex() else a for a, b, r in zip(real, along(1j), results))


def basis(tensors: Sequence[Tensor], unit: complex) -> list[Tensor]:
    """For each tensor a stack of directions, which together run through a basis of all; real ones take no i."""
    total, start, found = sum(t.numel() for t in tensors), 0, []
    for t in tensors:
        diagonal = torch.arange(total, device=t.device)[:, None] == start + torch.arange(t.numel(), device=t.device)
        found.append((diagonal.to(t.dtype) * (unit if t.is_complex() else unit.real)).reshape((total, *t.shape)))
        start += t.numel()
    return found


def whole(function: Function, primals: tuple[Any, ...], has_aux: bool) -> Call:
    """All arguments as one, so that any of them may lack differentiable leaves."""

    @functools.wraps(function)
    def of_tuple(args: tuple[Any, ...]) -> Any:
        return function(*args)

    call = Call(of_tuple, (primals,), {}, 0, has_aux=has_aux)
    call.rename("primals")
    return call
