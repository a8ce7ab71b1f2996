"""Taylor mode: derivatives of any order along a curve, by arithmetic of truncated power series."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.func.call import Function
from scitorch.func.corrections import corrected
from scitorch.func.gradients import whole
from scitorch.func.level import Application, Level, LevelTensor, floats_in, innermost
from scitorch.op.registry import operator_of
from scitorch.op.torch_private import pytree
from scitorch.op.torch_traits import is_constant, is_linear, is_quotient, multilinear_groups, rewritten

__all__ = ["jet", "taylor"]

Producer = Callable[[int], Tensor | None]

# with strict, an operation without a derivative is told apart from one with the derivative zero
_strict_jvp: Callable[..., Any] = torch.func.jvp


def jet(
    function: Function, primals: tuple[Any, ...], series: tuple[Any, ...], *, normalized: bool = True
) -> tuple[Any, list[Any]]:
    """Compose a function with a curve: the Taylor coefficients of the result from those of the arguments.

    Parameters
    ----------
    function : callable
    primals : tuple
        Its arguments at the start of the curve, trees as in `grad`.
    series : tuple
        For each argument the list of its further coefficients ``x₁, x₂, …, x_K``, each in the structure of the
        argument; `None` stands for zero, and short lists end in zeros.
    normalized : bool
        Whether coefficients are those of the powers, ``x(t) = Σ x_k tᵏ``; otherwise they are derivatives,
        ``k!`` times as large, as in JAX.

    Returns
    -------
    result
    coefficients : list
        ``K`` further coefficients in the structure of the result.

    Notes
    -----
    Cost grows with ``K²`` where nested forward mode's doubles with each order. An operation that is linear or bilinear
    acts on the coefficients themselves. Any other satisfies ``y'(t) = J(x(t)) x'(t)``, and its formula of first order,
    evaluated with power series, gives one coefficient of ``y`` after the other: the recurrences of ``exp``, ``tan`` or
    a Bessel function all follow from their derivatives [1]_, and so do those of matrix functions.

    References
    ----------
    .. [1] A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 13.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import jet
    >>> jet(torch.exp, (torch.tensor(0.0),), ([torch.tensor(1.0)] + [None] * 2,))
    (tensor(1.), [tensor(1.), tensor(0.5000), tensor(0.1667)])
    """
    if len(series) != len(primals):
        raise ValueError(f"there are {len(series)} series of {len(primals)} arguments")
    order = max((len(s) for s in series), default=0)
    call = whole(function, tuple(primals), False)
    rows = [
        call.tangents(tuple(s[k] if k < len(s) else None for s in series), f"coefficient {k + 1}") for k in range(order)
    ]
    if not normalized:
        rows = [tuple(c / math.factorial(k) for c in row) for k, row in enumerate(rows, 1)]
    level = _JetLevel()
    inputs = [level.tensor(p, Series([p, *(row[i] for row in rows)])) for i, p in enumerate(call.primals)]
    found = level.run(call, inputs)
    values = [value for value, _ in found]
    moved: list[Any] = []
    for k in range(1, order + 1):
        scale = 1 if normalized else math.factorial(k)
        coefficients = [_coefficient(content, k, value) for value, content in found]
        moved.append(call.result.derivatives([c if scale == 1 else c * scale for c in coefficients]))
    return call.result.with_values(values), moved


def taylor(function: Function, order: int, *, normalized: bool = True) -> Callable[..., Any]:
    """Return the function that computes the Taylor coefficients of a function of one number.

    Parameters
    ----------
    function : callable
        Of one array argument, which is differentiated element by element: each is the number of a function of its own.
    order : int
    normalized : bool
        Whether to return coefficients rather than derivatives.

    Returns
    -------
    callable
        Takes the argument and returns ``order + 1`` coefficients, stacked in a first dimension.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import taylor
    >>> taylor(torch.sin, 3, normalized=False)(torch.tensor(0.0))
    tensor([ 0.,  1.,  0., -1.])
    """

    @functools.wraps(function)
    def expanded(x: Any) -> Any:
        one = [torch.ones_like(x)] + [None] * (order - 1) if order else []
        value, coefficients = jet(function, (x,), (one,), normalized=normalized)
        return pytree.tree_map(lambda *parts: torch.stack(parts), value, *coefficients)

    return expanded


def taylor_second(function: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """First and second derivative of a function that acts on each element."""
    level = _JetLevel()
    start = Series([x, torch.ones_like(x), None])
    ((value, content),) = level.run(lambda t: (function(t),), [level.tensor(x, start)])
    return _coefficient(content, 1, value), 2 * _coefficient(content, 2, value)


class Series:
    """The coefficients of a power series, each computed when it is first asked for; None is zero."""

    def __init__(self, known: list[Tensor | None], producer: Producer | None = None) -> None:
        self._known = known
        self._producer = producer

    def coefficient(self, order: int) -> Tensor | None:
        while len(self._known) <= order:
            if self._producer is None:
                return None
            self._known.append(self._producer(len(self._known)))
        return self._known[order]


class _Refused(Series):
    """Of a result whose derivative is not known."""

    def __init__(self, func: Any) -> None:
        self._func = func

    def coefficient(self, order: int) -> Tensor | None:
        raise NotImplementedError(f"{self._func}: no derivative of the factors that it returns beside its result")


def _coefficient(series: Series | None, order: int, value: Tensor) -> Tensor:
    found = None if series is None else series.coefficient(order)
    return torch.zeros_like(value) if found is None else found


class _JetLevel(Level):
    """Tensors that carry a power series."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return "power series"

    def replaced(self, application: Application) -> Callable[..., Any] | None:
        func = application.func
        if is_linear(func) or is_quotient(func) or is_constant(func) or operator_of(func) is not None:
            return None
        groups = multilinear_groups(func)
        if groups is not None and all(any(i in group for group in groups) for i in application.moving):
            return None
        return rewritten(func)

    def process(self, func: Any, leaves: list[Any], spec: Any) -> Any:
        # The same operation on the same series gives the same series. This is what makes recurrences: the formula of
        # exp' calls for exp of the same argument, and finds the series that it is about to define.
        key = self._key(func, leaves, spec)
        if key is None:
            return super().process(func, leaves, spec)
        if key not in self._seen:
            # what the key identifies is kept alive, and the results are kept apart from those that are handed out,
            # which may be changed in place
            alive = [(a.value, a.content) if isinstance(a, LevelTensor) else a for a in leaves]
            self._seen[key] = pytree.tree_map_only(LevelTensor, _again, self._processed(func, leaves, spec)), alive
        return pytree.tree_map_only(LevelTensor, _again, self._seen[key][0])

    def _processed(self, func: Any, leaves: list[Any], spec: Any) -> Any:
        ours = corrected(func)
        if ours is None:
            return super().process(func, leaves, spec)
        function, undifferentiated = ours
        args, kwargs = spec.unflatten(leaves)
        if func._schema.name == "aten::_linalg_solve_ex" and kwargs.pop("left", True) is False:
            return super().process(func, leaves, spec)
        result = self.closed(function(*[a for a in args if isinstance(a, Tensor)]))
        if not undifferentiated:
            return result
        values = [a.value if isinstance(a, LevelTensor) and a.level is self else a for a in leaves]
        _, *rest = func(*spec.unflatten(values)[0], **spec.unflatten(values)[1])
        return (result, *(self.tensor(r, _Refused(func)) if r.is_floating_point() else r for r in rest))

    def _key(self, func: Any, leaves: list[Any], spec: Any) -> Any:
        if func.is_view or func._schema.is_mutable or torch.Tag.nondeterministic_seeded in func.tags:
            return None
        parts: list[Any] = [func, spec]
        for leaf in leaves:
            if isinstance(leaf, LevelTensor) and leaf.level is self:
                parts.append(("series", id(leaf.value if leaf.content is None else leaf.content)))
            elif isinstance(leaf, Tensor):
                plain = type(leaf) is Tensor and leaf.ndim == 0 and leaf.is_cpu and not leaf.requires_grad
                parts.append(
                    ("number", leaf.dtype, leaf.item())
                    if plain and _visible(leaf)
                    else ("tensor", id(leaf), leaf._version)
                )
            else:
                parts.append((type(leaf), leaf))
        key = tuple(parts)
        try:
            hash(key)
        except TypeError:
            return None
        return key

    def contents(self, application: Application, results: list[Tensor]) -> list[Any]:
        func = application.func
        if is_constant(func):
            return [None] * len(results)
        operator = operator_of(func)
        if is_linear(func) or (
            operator is not None and len(application.moving) == 1 and application.moving[0] in operator.traits.linear
        ):
            return self._linear(application, results)
        if is_quotient(func) and 1 in application.moving:
            return [self._quotient(application, results[0])]
        groups = multilinear_groups(func) if operator is None else _groups_of(operator, application)
        if groups is not None:
            touched = [group for group in groups if any(i in group for i in application.moving)]
            if all(any(i in group for group in touched) for i in application.moving):
                if len(touched) == 1:
                    return self._linear(application, results, touched[0])
                if len(touched) == 2 and all(len(group) == 1 for group in touched):
                    return self._bilinear(application, results)
        return self._integrated(application, results)

    def _linear(
        self, application: Application, results: list[Tensor], group: tuple[int, ...] | None = None
    ) -> list[Any]:
        series: list[Series] = [application.contents[i] for i in application.moving]
        cache: dict[int, list[Tensor] | None] = {}

        def images(order: int) -> list[Tensor] | None:
            if order not in cache:
                application.check_unchanged()
                parts = [s.coefficient(order) for s in series]
                if all(p is None for p in parts):
                    cache[order] = None
                elif group is None and operator_of(application.func) is None:
                    cache[order] = floats_in(application.linear(parts))
                else:
                    zeros = [torch.zeros_like(application.leaves[i]) for i in application.moving]
                    filled = [z if p is None else p for p, z in zip(parts, zeros)]
                    cache[order] = floats_in(application.of_moving(*filled))
            return cache[order]

        def producer(k: int) -> Producer:
            def produce(order: int) -> Tensor | None:
                found = images(order)
                return None if found is None else found[k]

            return produce

        return [Series([r], producer(k)) for k, r in enumerate(results)]

    def _bilinear(self, application: Application, results: list[Tensor]) -> list[Any]:
        """Cauchy's product."""
        a, b = (application.contents[i] for i in application.moving)

        def produce(order: int) -> Tensor | None:
            total: Tensor | None = None
            for j in range(order + 1):
                x, y = a.coefficient(j), b.coefficient(order - j)
                if x is not None and y is not None:
                    term = application.of_moving(x, y)
                    total = term if total is None else total + term
            return total

        return [Series([results[0]], produce)]

    def _quotient(self, application: Application, result: Tensor) -> Series:
        """From y b = a: y_k = (a_k - Σ_{j ≥ 1} b_j y_{k-j}) / b_0."""
        a, b = application.contents[:2]
        divisor = application.leaves[1]

        def produce(order: int) -> Tensor | None:
            total = None if a is None else a.coefficient(order)
            for j in range(1, order + 1):
                x, y = b.coefficient(j), series.coefficient(order - j)
                if x is not None and y is not None:
                    total = -(x * y) if total is None else total - x * y
            return None if total is None else total / divisor

        series = Series([result], produce)
        return series

    def _integrated(self, application: Application, results: list[Tensor]) -> list[Any]:
        """From y' = J(x) x': the coefficient of order k is that of order k - 1 of the right-hand side, over k."""
        sides: list[Any] = []

        def produce_of(index: int) -> Producer:
            def produce(order: int) -> Tensor | None:
                if not sides:
                    sides.extend(self._right_hand_sides(application, results, series))
                side = sides[index]
                if side is None:
                    return None
                value, content = side
                found = value if order == 1 else None if content is None else content.coefficient(order - 1)
                return None if found is None else found / order

            return produce

        series = [Series([r], produce_of(k)) for k, r in enumerate(results)]
        return series

    def _right_hand_sides(self, application: Application, results: list[Tensor], series: list[Series]) -> list[Any]:
        """J(x) x' as a series, by the formula of first order."""
        application.check_unchanged()
        moving = application.moving
        primals = [self.tensor(application.leaves[i], application.contents[i]) for i in moving]
        tangents = [self._velocity(p) for p in primals]
        leaves = application.replaced(primals)
        operator = operator_of(application.func)
        if operator is not None:
            args, kwargs = application.spec.unflatten(leaves)
            static = {p.name: p.default for p in operator.static} | kwargs
            static = {n: tuple(v) if isinstance(v, list) else v for n, v in static.items()}
            every: list[Any] = [None] * len(operator.arguments)
            for i, tangent in zip(moving, tangents):
                every[i] = tangent
            smooth = iter([self.tensor(r, s) for r, s in zip(results, series)])
            flat = pytree.tree_flatten(application())[0] if len(results) < len(operator.signature.outputs) else results
            out = operator.pack([next(smooth) if r.is_floating_point() or r.is_complex() else r for r in flat])
            moved = list(operator.derivative.tangent(out, tuple(args), every, static))
            kept = [t for t, r in zip(moved, flat) if r.is_floating_point() or r.is_complex()]
            return [self.opened(t) if t is not None else None for t in kept]

        def of_moving(*values: Tensor) -> tuple[Tensor, ...]:
            return tuple(floats_in(application(application.replaced(values))))

        try:
            moved = _strict_jvp(of_moving, tuple(primals), tuple(tangents), strict=True)[1]
        except NotImplementedError:
            pulled: Any = torch.func.vjp(of_moving, *primals)
            outs, pull = pulled
            transposed = torch.func.vjp(lambda *c: pull(c), *[torch.zeros_like(o) for o in outs])[1]
            moved = transposed(tuple(tangents))
        except RuntimeError as error:
            if "strict" not in str(error):
                raise
            raise NotImplementedError(f"{application.func}: torch has no derivative of this operation") from error
        return [self.opened(t) for t in moved]

    def _velocity(self, x: LevelTensor) -> LevelTensor:
        series: Series = x.content
        first = series.coefficient(1)

        def produce(order: int) -> Tensor | None:
            found = series.coefficient(order + 1)
            return None if found is None else (order + 1) * found

        return self.tensor(torch.zeros_like(x.value) if first is None else first, Series([first], produce))


def _groups_of(operator: Any, application: Application) -> tuple[tuple[int, ...], ...] | None:
    return tuple((i,) for i in sorted(operator.traits.linear)) or None


def _again(result: LevelTensor) -> LevelTensor:
    return LevelTensor(result.value, result.content, result.level)


def _visible(tensor: Tensor) -> bool:
    return innermost(tensor) is tensor
