"""Gradients and Jacobians of functions whose arguments and results are arrays, tensors, or containers of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

from scitorch.numpy.array import ndarray
from scitorch.op.torch_private import pytree

__all__ = ["grad", "hessian", "jacfwd", "jacrev", "value_and_grad"]

Function = Callable[..., Any]
Positions = int | tuple[int, ...]


def _is_array(value: Any) -> bool:
    return isinstance(value, ndarray)


def _tensors(tree: Any) -> Any:
    """The tree with the tensors of its arrays in their place."""
    return pytree.tree_map(lambda leaf: leaf._tensor if _is_array(leaf) else leaf, tree, is_leaf=_is_array)


def _like(pattern: Any, tree: Any) -> Any:
    """The tree with arrays for tensors where the pattern has arrays."""
    return pytree.tree_map(
        lambda model, leaf: ndarray._wrap(leaf) if _is_array(model) and isinstance(leaf, torch.Tensor) else leaf,
        pattern,
        tree,
        is_leaf=_is_array,
    )


class _OnTensors:
    """A function of arrays as one of tensors, which remembers what its last result looked like."""

    def __init__(self, function: Function, args: tuple[Any, ...], has_aux: bool) -> None:
        self._function = function
        self._args = args
        self._has_aux = has_aux
        self.result: Any = None

    @property
    def __name__(self) -> str:
        return getattr(self._function, "__name__", type(self._function).__name__)

    def __call__(self, *tensors: Any, **kwargs: Any) -> Any:
        result = self._function(*_like(self._args, tensors), **kwargs)
        if not self._has_aux:
            self.result = pytree.tree_map(_kind, result, is_leaf=_is_array)
            return _tensors(result)
        value, aux = result
        self.result = pytree.tree_map(_kind, value, is_leaf=_is_array)
        return _tensors(value), aux


_ARRAY = ndarray._wrap(torch.zeros(()))


def _kind(leaf: Any) -> Any:
    """An array for an array and nothing for a tensor: the types of a result without its values."""
    return _ARRAY if _is_array(leaf) else None


def _chosen(args: tuple[Any, ...], argnums: Positions) -> Any:
    return args[argnums] if isinstance(argnums, int) else tuple(args[i] for i in argnums)


def grad(function: Function, argnums: Positions = 0, has_aux: bool = False) -> Function:
    """Return the function that computes the gradient of a real scalar function.

    Parameters
    ----------
    function : callable
        Returns one real number, as a tensor or an array; with ``has_aux`` a pair of that and anything else.
    argnums : int or tuple of ints
        Positions of the arguments to differentiate in.
    has_aux : bool
        Whether the function returns something beside the number, to be handed on.

    Returns
    -------
    callable
        Takes the function's arguments and returns the gradient, of the types of the arguments; with ``has_aux`` the
        pair of the gradient and what was handed on.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import grad
    >>> grad(lambda a: np.sum(a**3))(np.arange(3.0))
    array([ 0.,  3., 12.])
    """

    @functools.wraps(function)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found = torch.func.grad(_OnTensors(function, args, has_aux), argnums, has_aux)(*_tensors(args), **kwargs)
        if has_aux:
            return _like(_chosen(args, argnums), found[0]), found[1]
        return _like(_chosen(args, argnums), found)

    return gradient


def value_and_grad(function: Function, argnums: Positions = 0, has_aux: bool = False) -> Function:
    """Return the function that computes a real scalar function and its gradient at once.

    Parameters
    ----------
    function, argnums, has_aux
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
        lowered = _OnTensors(function, args, has_aux)
        found, value = torch.func.grad_and_value(lowered, argnums, has_aux)(*_tensors(args), **kwargs)
        gradient = _like(_chosen(args, argnums), found)
        if has_aux:
            return (_like(lowered.result, value[0]), value[1]), gradient
        return _like(lowered.result, value), gradient

    return evaluated


def _jacobian(transform: Function, function: Function, argnums: Positions, has_aux: bool, options: Any) -> Function:
    @functools.wraps(function)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        lowered = _OnTensors(function, args, has_aux)
        found = transform(lowered, argnums, has_aux=has_aux, **options)(*_tensors(args), **kwargs)
        rows, aux = found if has_aux else (found, None)
        structure = pytree.tree_structure(lowered.result, is_leaf=_is_array)
        primals = _chosen(args, argnums)
        typed = structure.unflatten([_like(primals, row) for row in structure.flatten_up_to(rows)])
        return (typed, aux) if has_aux else typed

    return jacobian


def jacrev(function: Function, argnums: Positions = 0, *, has_aux: bool = False, **options: Any) -> Function:
    """Return the function that computes the Jacobian in reverse mode: one pass per component of the result.

    Parameters
    ----------
    function, argnums, has_aux
        As in `grad`, for a function of any result.
    **options
        Those of `torch.func.jacrev`, such as ``chunk_size``.

    Returns
    -------
    callable
        Takes the function's arguments and returns the Jacobian: the shape of the result, followed by that of the
        argument; containers of results hold containers of arguments.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import jacrev
    >>> jacrev(np.square)(np.arange(3.0))
    array([[0., 0., 0.],
           [0., 2., 0.],
           [0., 0., 4.]])
    """
    return _jacobian(torch.func.jacrev, function, argnums, has_aux, options)


def jacfwd(function: Function, argnums: Positions = 0, *, has_aux: bool = False, **options: Any) -> Function:
    """Return the function that computes the Jacobian in forward mode: one pass per component of the arguments.

    Parameters
    ----------
    function, argnums, has_aux
        As in `grad`, for a function of any result.
    **options
        Those of `torch.func.jacfwd`, such as ``chunk_size``.

    Returns
    -------
    callable
        As for `jacrev`.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import jacfwd
    >>> jacfwd(lambda s: s * np.arange(3.0))(np.array(2.0))
    array([0., 1., 2.])
    """
    return _jacobian(torch.func.jacfwd, function, argnums, has_aux, options)


def hessian(function: Function, argnums: Positions = 0) -> Function:
    """Return the function that computes second derivatives: the forward Jacobian of the reverse one.

    Parameters
    ----------
    function : callable
    argnums : int or tuple of ints
        Positions of the arguments to differentiate in, twice.

    Returns
    -------
    callable
        Takes the function's arguments and returns the shape of the result, followed by that of the argument twice.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import hessian
    >>> hessian(np.prod)(np.array([2.0, 0.0, 5.0]))
    array([[0., 5., 0.],
           [5., 0., 2.],
           [0., 2., 0.]])
    """
    return jacfwd(jacrev(function, argnums), argnums)
