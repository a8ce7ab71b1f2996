"""Operators made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .base import LinearOperator, Shape, as_tensor, as_torch_dtype


class FunctionOperator(LinearOperator):
    """The operator that ``LinearOperator(shape, matvec, …)`` makes."""

    def __init__(
        self,
        shape: Shape,
        matvec: Callable[..., Any],
        rmatvec: Callable[..., Any] | None = None,
        matmat: Callable[..., Any] | None = None,
        dtype: Any = None,
        rmatmat: Callable[..., Any] | None = None,
        *,
        parameters: Any = None,
        symmetric: bool = False,
        positive_definite: bool = False,
    ) -> None:
        super().__init__(dtype, shape)
        self.args = ()
        self.parameters = parameters
        self._functions = {"matvec": matvec, "rmatvec": rmatvec, "matmat": matmat, "rmatmat": rmatmat}
        self.symmetric = symmetric or positive_definite
        self.positive_definite = positive_definite
        if self.dtype is None:
            probe = torch.zeros(self.shape[-1], dtype=torch.get_default_dtype())
            self.dtype = as_torch_dtype(as_tensor(self._call("matvec", probe)).dtype)

    def _call(self, name: str, x: Tensor) -> Tensor:
        function = self._functions[name]
        assert function is not None
        return as_tensor(function(x) if self.parameters is None else function(self.parameters, x))

    def _matvec(self, x: Tensor) -> Tensor:
        return self._call("matvec", x)

    def _matmat(self, x: Tensor) -> Tensor:
        return self._call("matmat", x) if self._functions["matmat"] is not None else super()._matmat(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        if self._functions["rmatvec"] is not None:
            return self._call("rmatvec", x)
        return self._rmatmat(x.unsqueeze(-1)).squeeze(-1)

    def _rmatmat(self, x: Tensor) -> Tensor:
        if self._functions["rmatmat"] is not None:
            return self._call("rmatmat", x)
        if self._functions["rmatvec"] is not None:
            return torch.stack([self._call("rmatvec", column) for column in x.unbind(-1)], -1)
        if self.symmetric:
            return self._matmat(x)
        return self._transposed_product(x)

    def _adjoint(self) -> LinearOperator:
        if self.symmetric:
            return self
        from .algebra import AdjointOperator

        return AdjointOperator(self)

    @property
    def calls_functions(self) -> bool:
        """Functions may use tensors that are no leaves."""
        return True
