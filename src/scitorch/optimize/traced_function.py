"""A user's function of one vector with its exact derivatives, by automatic differentiation.

The optimizer asks for value and derivatives separately, but mostly at the same point: the graph of the last
evaluation is kept, so that value and gradient cost one forward and one backward pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from .caller_arrays import ArrayKind, host, tensor_of
from .tracing_watch import TracingWatch, UntraceableError

Vector = numpy.ndarray[Any, Any]


class TracedFunction:
    """Value and derivatives of ``function(x, *args)``.

    Parameters
    ----------
    function
        The user's function, which receives arrays of the caller's kind.
    args
        Further arguments.
    kind
        The caller's arrays.
    curvature
        Whether second derivatives will be asked for, so that the first are computed differentiably.
    """

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kind: ArrayKind, *, curvature: bool = False
    ) -> None:
        self.function = function
        self.args = args
        self.kind = kind
        self.curvature = curvature
        self._name = getattr(function, "__name__", type(function).__name__)
        self._x: Vector | None = None
        self._leaf: Tensor | None = None
        self._out: Tensor | None = None
        self._gradient: Tensor | None = None

    def plain(self, x: Vector) -> Any:
        """The function's value without a graph, as NumPy has it."""
        with torch.no_grad():
            return host(self.function(self.kind.trace(self.kind.leaf(x)), *self.args))

    def scalar(self, x: Vector) -> float:
        """Value of a scalar function."""
        out = self._evaluate(x)
        if out.numel() != 1:
            raise ValueError(
                "The user-provided objective function must return a scalar value; "
                f"it returned an array of shape {tuple(out.shape)}"
            )
        value: float = out.detach().item()
        return value

    def vector(self, x: Vector) -> Vector:
        """Value of a vector-valued function."""
        value: Vector = numpy.atleast_1d(self._evaluate(x).numpy(force=True))
        return value

    def gradient(self, x: Vector) -> Vector:
        """Gradient of a scalar function by one backward pass."""
        return self._differentiable_gradient(x).detach().numpy(force=True).astype(float)

    @torch.enable_grad()
    def hessian_product(self, x: Vector, p: Vector) -> Vector:
        """Hessian times vector, by differentiating the gradient along ``p``."""
        gradient = self._differentiable_gradient(x)
        assert self._leaf is not None
        if not gradient.requires_grad:  # a linear function
            return numpy.zeros(len(x))
        (product,) = torch.autograd.grad(
            gradient, self._leaf, self.kind.leaf(p), retain_graph=True, materialize_grads=True
        )
        return product.numpy(force=True).astype(float)

    def hessian(self, x: Vector) -> Vector:
        """The symmetric matrix of second derivatives."""
        rows = numpy.stack([self.hessian_product(x, e) for e in numpy.eye(len(x))])
        return 0.5 * (rows + rows.T)

    @torch.enable_grad()
    def jacobian(self, x: Vector) -> Vector:
        """Matrix of the derivatives of a vector-valued function, one row for each of its values.

        A function with more values than variables is differentiated column by column: J^T u is linear in u, so its
        derivative along one component of x is a column of J.
        """
        out = self._evaluate(x).reshape(-1)
        assert self._leaf is not None
        leaf = self._leaf
        if len(out) <= len(x):
            rows = [_backward(out, leaf, unit) for unit in torch.eye(len(out), dtype=out.dtype, device=out.device)]
            return torch.stack(rows).numpy(force=True).astype(float)
        weights = torch.ones_like(out, requires_grad=True)
        (transposed,) = torch.autograd.grad(out, leaf, weights, create_graph=True, materialize_grads=True)
        columns = [_backward(transposed, weights, unit) for unit in torch.eye(len(x), dtype=leaf.dtype)]
        jacobian: Vector = torch.stack(columns, dim=1).numpy(force=True).astype(float)
        return jacobian

    @torch.enable_grad()
    def _differentiable_gradient(self, x: Vector) -> Tensor:
        out = self._evaluate(x)
        assert self._leaf is not None
        if self._gradient is None:
            (self._gradient,) = torch.autograd.grad(
                out.reshape(()), self._leaf, create_graph=self.curvature, materialize_grads=True
            )
        return self._gradient

    def _evaluate(self, x: Vector) -> Tensor:
        if self._out is not None and numpy.array_equal(x, self._x):  # type: ignore[arg-type]
            return self._out
        self._out = self._gradient = self._leaf = None  # free the old graph before the new one grows
        self._leaf = self.kind.leaf(x).requires_grad_()
        try:
            with torch.enable_grad(), TracingWatch():
                # a copy, so that the function may write into its argument
                returned = self.function(self.kind.trace(self._leaf.clone()), *self.args)
                out = tensor_of(returned)
        except Exception as error:
            self._explain(x, error)
            raise
        if out is None:
            raise UntraceableError(
                f"{self._name} returned {type(returned).__name__}, not an array that carries a gradient"
            )
        if not out.requires_grad:
            raise UntraceableError(f"the result of {self._name} does not depend on x by differentiable operations")
        if out.is_complex():
            raise UntraceableError(f"{self._name} returned complex values (dtype {out.dtype}); real ones are wanted")
        self._x, self._out = numpy.array(x), out
        return out

    def _explain(self, x: Vector, error: Exception) -> None:
        """Raise :class:`UntraceableError` if the function works without a graph: then the graph was the trouble."""
        if not isinstance(error, UntraceableError):
            try:
                self.plain(x)
            except Exception:
                return
        raise UntraceableError(f"{self._name} raised {type(error).__name__}: {error}") from error


def _backward(out: Tensor, leaf: Tensor, cotangent: Tensor) -> Tensor:
    (result,) = torch.autograd.grad(out, leaf, cotangent.to(out.device), retain_graph=True, materialize_grads=True)
    return result
