"""The derivative at a point as a function that can be kept: traced once, with what it needs of the point stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from scitorch.func.call import Call, Function
from scitorch.func.gradients import whole
from scitorch.func.level import Application, Level, floats_in

__all__ = ["LinearMap", "linear_transpose", "linearize"]


def linearize(function: Function, *primals: Any) -> tuple[Any, LinearMap]:
    """Evaluate a function and return with its result the derivative there, as a linear map.

    Parameters
    ----------
    function : callable
    *primals
        Its arguments, trees as in `grad`.

    Returns
    -------
    result
    derivative : LinearMap
        Takes a tangent for each argument and returns that of the result; `LinearMap.transpose` goes the other way.

    Notes
    -----
    The function runs once. Operations that depend on the tangents are recorded, with what they need of the primals as
    it was then: random numbers are those of the evaluation, branches are those that it took. These residuals are
    tensors like others. So the map can be differentiated in what they came from, and batched, and each use costs its
    linear operations only.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import linearize
    >>> value, derivative = linearize(torch.sin, torch.tensor(0.0))
    >>> derivative(torch.tensor(2.0))
    tensor(2.)
    """
    call = whole(function, primals, False)
    level = _Recorder()
    inputs = tuple(level.tensor(torch.zeros_like(p), _Place(-1, i)) for i, p in enumerate(call.primals))
    results: list[Tensor] = []

    def tangents(*moving: Tensor) -> tuple[Tensor, ...]:
        found: Any = torch.func.jvp(call, call.primals, moving)
        results[:] = found[0]
        return found[1]  # type: ignore[no-any-return]

    moved = level.run(tangents, inputs)
    # values do not depend on tangents: they are constants of the level
    values = [value for value, _ in (level.opened(r) for r in results)]
    places = [content for _, content in moved]
    derivative = LinearMap(call, tuple(level.steps), tuple(places), tuple(values))
    return call.result.with_values(values), derivative


def linear_transpose(function: Function, *primals: Any) -> Callable[[Any], Any]:
    """Return the transpose of a linear function.

    Parameters
    ----------
    function : callable
        Linear in its float and complex leaves together.
    *primals
        Arguments of the right shapes; their values do not matter.

    Returns
    -------
    callable
        Takes a cotangent in the structure of the result and returns a tuple with one for each argument. For complex
        numbers it is the adjoint, ``Jᴴ``, as in `vjp`.

    Raises
    ------
    ValueError
        If the function of zeros is not zero: it is not linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import linear_transpose
    >>> linear_transpose(lambda x: x[1:] - x[:-1], torch.zeros(3))(torch.tensor([1.0, 10.0]))
    (tensor([-1., -9., 10.]),)
    """
    call = whole(function, primals, False)
    zeros = tuple(torch.zeros_like(p) for p in call.primals)
    pulled: Any = torch.func.vjp(call, *zeros)
    results, pull = pulled
    for index, r in enumerate(results):
        try:
            nonzero = bool((r != 0).any())
        except RuntimeError:  # under a transform nobody may look
            nonzero = False
        if nonzero:
            raise ValueError(f"{call.name} is not linear: of zeros, {call.result.path(index)} is not zero")
    result = call.result

    def transposed(cotangent: Any) -> Any:
        return call.derivatives(pull(tuple(result.matching(cotangent, "cotangent"))))

    return transposed


@dataclass(frozen=True)
class _Place:
    """Where a tangent comes from: the step (-1 is the input), and which of its results."""

    step: int
    index: int


@dataclass(frozen=True)
class _Step:
    application: Application

    def __call__(self, known: list[list[Any]]) -> list[Any]:
        places = [self.application.contents[i] for i in self.application.moving]
        out = self.application.of_moving(*[known[p.step + 1][p.index] for p in places])
        return floats_in(out)


class LinearMap:
    """The derivative of a function at a point; made by `linearize`.

    Attributes
    ----------
    residuals
        The tensors that it keeps of the evaluation.
    """

    def __init__(
        self, call: Call, steps: tuple[_Step, ...], places: tuple[_Place | None, ...], values: tuple[Tensor, ...]
    ) -> None:
        self._call, self._steps, self._places, self._values = call, steps, places, values
        self._result = call.result

    @property
    def residuals(self) -> list[Tensor]:
        found: dict[int, Tensor] = {}
        for step in self._steps:
            for i, leaf in enumerate(step.application.leaves):
                if isinstance(leaf, Tensor) and i not in step.application.moving:
                    found[id(leaf)] = leaf
        return list(found.values())

    def __repr__(self) -> str:
        return (
            f"<derivative of {self._call.name}: {len(self._steps)} linear operations, {len(self.residuals)} residuals>"
        )

    def __call__(self, *tangents: Any) -> Any:
        """The tangent of the result, given those of the arguments."""
        given = self._call.tangents(tangents)
        return self._result.derivatives(self._applied(*given))

    def transpose(self, cotangent: Any) -> Any:
        """The cotangents of the arguments, given that of the result; the adjoint for complex numbers."""
        zeros = tuple(torch.zeros_like(p) for p in self._call.primals)
        pull: Any = torch.func.vjp(self._applied, *zeros)[1]
        return self._call.derivatives(pull(tuple(self._result.matching(cotangent, "cotangent"))))

    def _applied(self, *tangents: Tensor) -> tuple[Tensor, ...]:
        known: list[list[Any]] = [list(tangents)]
        for step in self._steps:
            known.append(step(known))
        return tuple(
            torch.zeros_like(v) if p is None else known[p.step + 1][p.index] for p, v in zip(self._places, self._values)
        )


class _Recorder(Level):
    """Tensors that carry the place of the step which they are a result of."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[_Step] = []

    def __repr__(self) -> str:
        return "recorded tangent"

    def contents(self, application: Application, results: list[Tensor]) -> list[Any]:
        step = len(self.steps)
        self.steps.append(_Step(application))
        return [_Place(step, k) for k in range(len(results))]
