"""Products with Jacobians and with the matrices of curvature, and these matrices as linear operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.func.call import Call, Function
from scitorch.func.gradients import pull_back, push_forward, whole
from scitorch.linalg.operators import LinearOperator

__all__ = ["FisherOperator", "GaussNewtonOperator", "HessianOperator", "JacobianOperator", "fisher", "ggn", "hvp"]


def hvp(function: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Product of the Hessian of a real scalar function with a direction.

    Parameters
    ----------
    function : callable
    primals, tangents : tuple
        Its arguments, trees as in `grad`, and a direction of the same structure; `None` stands for zero.

    Returns
    -------
    tuple
        The product, in the structure of the arguments. One derivative in forward mode of one in reverse.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import hvp
    >>> hvp(lambda x: (x**3).sum(), (torch.tensor([1.0, 2.0]),), (torch.tensor([1.0, 1.0]),))
    (tensor([ 6., 12.]),)
    """
    call = whole(function, tuple(primals), False)
    return call.derivatives(_hessian_product(call, call.tangents(tuple(tangents))))


def ggn(model: Function, loss: Callable[[Any], Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """Product of the generalized Gauss-Newton matrix with a direction.

    It is ``Jᵀ H J``, with the Jacobian ``J`` of the model and the Hessian ``H`` of the loss in the model's result, and
    positive semidefinite where the loss is convex.

    Parameters
    ----------
    model : callable
    loss : callable
        Takes the model's result and returns one real number.
    primals, tangents : tuple
        Arguments of the model, trees as in `grad`, and a direction of the same structure.

    Returns
    -------
    tuple
        The product, in the structure of the arguments.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import ggn
    >>> ggn(lambda x: x**2, lambda y: (y**2).sum() / 2, (torch.tensor([1.0, 2.0]),), (torch.tensor([1.0, 1.0]),))
    (tensor([ 4., 16.]),)
    """
    call = whole(model, tuple(primals), False)
    return call.derivatives(_through_model(call, call.tangents(tuple(tangents)), _curvature_of(loss)))


def fisher(model: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...], *, family: str = "normal") -> Any:
    """Product of the Fisher information matrix with a direction.

    Parameters
    ----------
    model : callable
        Returns one tensor of natural parameters: means for ``"normal"`` (of variance one), logits for ``"bernoulli"``,
        unnormalized log-probabilities along the last dimension for ``"categorical"``, logarithms of rates for
        ``"poisson"``.
    primals, tangents : tuple
        Arguments of the model, trees as in `grad`, and a direction of the same structure.
    family : {"normal", "bernoulli", "categorical", "poisson"}

    Returns
    -------
    tuple
        The product ``Jᵀ F J v`` in the structure of the arguments, summed over all components of the result.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import fisher
    >>> fisher(lambda x: x, (torch.zeros(2),), (torch.tensor([1.0, 0.0]),), family="categorical")
    (tensor([ 0.2500, -0.2500]),)
    """
    call = whole(model, tuple(primals), False)
    return call.derivatives(_through_model(call, call.tangents(tuple(tangents)), _information_of(family)))


def _hessian_product(call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    every = tuple(range(len(call.primals)))
    gradient = torch.func.grad(lambda *x: call.scalar(*x)[0], argnums=every)
    try:
        found: Any = torch.func.jvp(gradient, call.primals, tangents)
        return found[1]  # type: ignore[no-any-return]
    except NotImplementedError:  # the Hessian is symmetric: reverse over reverse does as well
        pull: Any = torch.func.vjp(gradient, *call.primals)[1]
        return pull(tangents)  # type: ignore[no-any-return]


Product = Callable[[tuple[Tensor, ...], tuple[Tensor, ...], Call], tuple[Tensor, ...]]


def _through_model(call: Call, tangents: tuple[Tensor, ...], curvature: Product) -> tuple[Tensor, ...]:
    results, moved, _ = push_forward(call, tangents)
    cotangents = curvature(results, moved, call)
    return pull_back(call)[1](cotangents)  # type: ignore[no-any-return]


def _curvature_of(loss: Callable[[Any], Any]) -> Product:
    def product(results: tuple[Tensor, ...], moved: tuple[Tensor, ...], call: Call) -> tuple[Tensor, ...]:
        outer = Call(lambda *y: loss(call.result.with_values(y)), results, {}, tuple(range(len(results))))
        return _hessian_product(outer, moved)

    return product


def _information_of(family: str) -> Product:
    if family not in _INFORMATION:
        raise ValueError(f"family is {family!r}; there are {', '.join(_INFORMATION)}")
    information = _INFORMATION[family]

    def product(results: tuple[Tensor, ...], moved: tuple[Tensor, ...], call: Call) -> tuple[Tensor, ...]:
        return tuple(information(r, v) for r, v in zip(results, moved))

    return product


def _bernoulli(logits: Tensor, v: Tensor) -> Tensor:
    return torch.sigmoid(logits) * torch.sigmoid(-logits) * v


def _categorical(logits: Tensor, v: Tensor) -> Tensor:
    p = torch.softmax(logits, -1)
    return p * (v - (p * v).sum(-1, keepdim=True))


_INFORMATION: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "normal": lambda mean, v: v,
    "bernoulli": _bernoulli,
    "categorical": _categorical,
    "poisson": lambda log_rate, v: torch.exp(log_rate) * v,
}


class _Derived(LinearOperator):
    """An operator on the elements of a function's arguments, one after the other."""

    def __init__(self, function: Function, primals: tuple[Any, ...]) -> None:
        self.function, self.primals = function, primals
        call = self._call()
        n = sum(p.numel() for p in call.primals)
        super().__init__(call.primals[0].dtype, (self._height(call, n), n))
        self.args = ()

    def _height(self, call: Call, width: int) -> int:
        return width

    def _call(self) -> Call:
        return whole(self.function, self.primals, False)

    def _split(self, x: Tensor, like: Any) -> tuple[Tensor, ...]:
        parts = x.split([t.numel() for t in like])
        return tuple(part.reshape(t.shape).to(t.dtype) for part, t in zip(parts, like))

    def _apply(self, call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _matvec(self, x: Tensor) -> Tensor:
        call = self._call()
        return torch.cat([part.reshape(-1) for part in self._apply(call, self._split(x, call.primals))])

    def _matmat(self, x: Tensor) -> Tensor:
        return torch.func.vmap(self._matvec, in_dims=-1, out_dims=-1, randomness="same")(x)  # type: ignore[no-any-return]

    @property
    def calls_functions(self) -> bool:
        """The function may use tensors that are no leaves."""
        return True


class JacobianOperator(_Derived):
    """The Jacobian of a function at a point, as a linear operator that is never formed.

    Parameters
    ----------
    function : callable
    *primals
        Its arguments, trees as in `grad`. Rows are the elements of the result, columns those of the arguments.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import JacobianOperator
    >>> jacobian = JacobianOperator(lambda x: x[1:] * x[:-1], torch.tensor([1.0, 2.0, 3.0]))
    >>> jacobian @ torch.tensor([1.0, 0.0, 0.0]), jacobian.T @ torch.tensor([1.0, 0.0])
    (tensor([2., 0.]), tensor([2., 1., 0.]))
    """

    def __init__(self, function: Function, *primals: Any) -> None:
        super().__init__(function, primals)

    def _height(self, call: Call, width: int) -> int:
        return sum(r.numel() for r in call(*call.primals))

    def _apply(self, call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return push_forward(call, tangents)[1]

    def _rmatvec(self, x: Tensor) -> Tensor:
        results, pull, _ = pull_back(self._call())
        return torch.cat([part.reshape(-1) for part in pull(self._split(x, results))])

    def _rmatmat(self, x: Tensor) -> Tensor:
        return torch.func.vmap(self._rmatvec, in_dims=-1, out_dims=-1, randomness="same")(x)  # type: ignore[no-any-return]


class HessianOperator(_Derived):
    """The Hessian of a real scalar function at a point, symmetric and never formed.

    Parameters
    ----------
    function : callable
    *primals
        Its arguments, trees as in `grad`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import HessianOperator
    >>> HessianOperator(lambda x: (x**4).sum(), torch.tensor([1.0, 2.0])) @ torch.ones(2)
    tensor([12., 48.])
    """

    symmetric = True

    def __init__(self, function: Function, *primals: Any) -> None:
        super().__init__(function, primals)

    def _apply(self, call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return _hessian_product(call, tangents)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self._matvec(x)

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self._matmat(x)

    def _adjoint(self) -> LinearOperator:
        return self


class GaussNewtonOperator(HessianOperator):
    """The generalized Gauss-Newton matrix ``Jᵀ H J`` of a model and a loss, symmetric and never formed; see `ggn`.

    Parameters
    ----------
    model, loss : callable
    *primals
        Arguments of the model, trees as in `grad`.

    Attributes
    ----------
    positive_semidefinite
        True; it is so where the loss is convex.
    """

    positive_semidefinite = True

    def __init__(self, model: Function, loss: Callable[[Any], Any], *primals: Any) -> None:
        self.loss = loss
        super().__init__(model, *primals)

    def _apply(self, call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return _through_model(call, tangents, _curvature_of(self.loss))


class FisherOperator(HessianOperator):
    """The Fisher information matrix of a model of natural parameters, symmetric and never formed; see `fisher`.

    Parameters
    ----------
    model : callable
    *primals
        Arguments of the model, trees as in `grad`.
    family : {"normal", "bernoulli", "categorical", "poisson"}

    Attributes
    ----------
    positive_semidefinite
        True.
    """

    positive_semidefinite = True

    def __init__(self, model: Function, *primals: Any, family: str = "normal") -> None:
        self.family = family
        _information_of(family)
        super().__init__(model, *primals)

    def _apply(self, call: Call, tangents: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return _through_model(call, tangents, _information_of(self.family))
