"""The three ways to declare an operator: each decorates a function with its name, arguments and docstring."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

from .array_types import find_array_type, result_type_of
from .derivative import Derivative, Partials, TangentMaps, Undefined
from .domain import Domain, Range, Sampler
from .front import make_front
from .loops import Loops
from .operator import Kernel, Operator, StaticParameter, Traits
from .registry import Composite, add
from .signature import Signature, SizeRule

F = TypeVar("F", bound=Callable[..., Any])
Rule = Callable[..., Any]


def elementwise(
    *,
    kernel: Kernel | Mapping[str, Kernel],
    partials: Mapping[str, Rule],
    domain: Mapping[str, Range],
    complex_domain: Mapping[str, Range] | None = None,
    where: Callable[..., Tensor] | None = None,
    kinks: Mapping[str, tuple[float, ...]] | None = None,
    loops: str | None = None,
    results: int = 1,
    undefined: Mapping[str, str] | None = None,
    linear: Sequence[str] = (),
    reference: Callable[..., Any] | str | None = None,
    mpmath: Callable[..., Any] | None = None,
    rtol: float = 1e-12,
    public: bool = True,
) -> Callable[[F], F]:
    """Declare a scalar function of one or more arguments.

    Parameters
    ----------
    kernel
        ``kernel(*tensors, **static)`` for all devices, or one per device type, ``{"cpu": …, "cuda": …}``, with
        ``"cuda real"`` for one that takes no complex tensors. Arguments for which a device has none are copied to the
        CPU. Tensors come in one precision and broadcast; results are new tensors.
    partials
        ``partials[a](*arguments, out, **static)`` is ∂f/∂a, written with scitorch and torch functions, so that it can
        be differentiated again. With several results it returns a tuple.
    domain, complex_domain, where, kinks
        Where the function is defined and tried, see :class:`scitorch.op.Domain`.
    loops
        The dtype rule, ``"rr->r rz->z"`` (see :mod:`scitorch.op.loops`); real by default.
    results
        Number of results.
    undefined
        Why there is no derivative with respect to an argument that ``partials`` lacks.
    linear
        Arguments in which the function is linear.
    reference, mpmath
        The function it must equal, as a callable or a dotted name, and a scalar one of arbitrary precision.
    rtol
        Accepted relative error against the reference, float64.
    public
        Whether the package exports it.

    Returns
    -------
    A decorator for a function with the operator's name, arguments and docstring, and no body. Keyword-only
    parameters are static: annotated ``bool``, ``int``, ``float``, ``str`` or ``tuple[int, ...]``, with a default.

    Examples
    --------
    >>> import torch
    >>> from scitorch.op import Real, elementwise
    >>> @elementwise(kernel=lambda x: x.clamp(-700, 700).cosh().log(),
    ...              partials={"x": lambda x, out: torch.tanh(x)}, domain={"x": Real(-5, 5)}, public=False)
    ... def logcosh(x):
    ...     \"\"\"Logarithm of the hyperbolic cosine.\"\"\"
    >>> torch.func.grad(logcosh)(torch.tensor(1.0))
    tensor(0.7616)
    """

    def declare(declaration: F) -> F:
        name, arguments, defaults, static = _read(declaration)
        indices = _indices(name, arguments, {**partials, **dict.fromkeys(undefined or ())})
        derivative = Partials(
            {indices[a]: rule for a, rule in partials.items()}, Undefined(name, arguments, undefined or {})
        )
        return _finish(
            declaration,
            Signature.elementwise(len(arguments), results),
            loops or _default_loops(len(arguments), results),
            kernel,
            derivative,
            Traits(elementwise=True, linear=frozenset(_indices(name, arguments, linear).values())),
            Domain(domain, complex_domain or {}, where, kinks or {}),
            None,
            (arguments, defaults, static),
            dict(reference=reference, mpmath=mpmath, rtol=rtol, public=public),
        )

    return declare


def gufunc(
    signature: str,
    *,
    kernel: Kernel | Mapping[str, Kernel],
    jvp: Mapping[str, Rule] | None = None,
    linear: Mapping[str, Rule] | None = None,
    vjp: Mapping[str, Rule] | None = None,
    absent_is_none: bool = False,
    together: Rule | None = None,
    residuals: int = 0,
    samples: Sampler,
    loops: str | None = None,
    sizes: SizeRule | None = None,
    undefined: Mapping[str, str] | None = None,
    index_only: bool = False,
    reduction: bool = False,
    reference: Callable[..., Any] | str | None = None,
    rtol: float = 1e-12,
    public: bool = True,
) -> Callable[[F], F]:
    """Declare an operator on arrays by its generalized-ufunc signature.

    Parameters
    ----------
    signature
        NumPy's notation, ``"(n,n),(n,k)->(n,k)"``. Batch dimensions to the left broadcast.
    kernel
        As in :func:`elementwise`; it receives and returns whole batches.
    jvp
        ``jvp[a](out, *arguments, tangent, **static)``: the tangent of the results caused by the tangent of ``a``,
        linear in it (``None`` in place of a result that does not move). The source of every derivative.
    linear
        For arguments in which the operator is linear: ``linear[a](cotangent, *arguments, **static)``, the transpose.
    vjp
        Hand-written cotangent maps ``vjp[a](cotangent, out, *arguments, **static)``, where they are faster than the
        transpose of ``jvp[a]``; checked to equal it.
    absent_is_none
        Give ``vjp`` ``None`` for results without a cotangent instead of zeros.
    together
        ``together(cotangent, out, *arguments, needed, **static)``: the cotangents of all arguments at once, ``None``
        for those not ``needed``, where they share work; checked like ``vjp``.
    residuals
        How many of the last results are by-products for the rules (a factorisation), without a derivative of their own.
    samples
        ``samples(make)`` returns the calls that the operator is tried with, see :class:`scitorch.op.Maker`.
    sizes
        ``sizes(**core_sizes, **static)`` for result dimensions that no argument names.
    index_only, reduction
        Traits, see :class:`scitorch.op.Traits`.
    loops, undefined, reference, rtol, public
        As in :func:`elementwise`.
    """
    jvp, linear, vjp = jvp or {}, linear or {}, vjp or {}

    def declare(declaration: F) -> F:
        name, arguments, defaults, static = _read(declaration)
        parsed = Signature.parse(signature, sizes)
        if len(parsed.inputs) != len(arguments):
            raise ValueError(
                f"{name}: signature {signature!r} has {len(parsed.inputs)} arguments, the function {len(arguments)}"
            )
        indices = _indices(name, arguments, {**jvp, **linear, **vjp, **dict.fromkeys(undefined or ())})
        cell: list[Callable[..., Any]] = []
        derivative = TangentMaps(
            apply=lambda *args, **kwargs: cell[0](*args, **kwargs),
            maps={indices[a]: r for a, r in jvp.items()},
            transposes={indices[a]: r for a, r in linear.items()},
            cotangent_maps={indices[a]: r for a, r in vjp.items()},
            undefined=Undefined(name, arguments, undefined or {}),
            absent_is_none=absent_is_none,
            together=together,
        )
        front = _finish(
            declaration,
            parsed,
            loops or _default_loops(len(arguments), len(parsed.outputs)),
            kernel,
            derivative,
            Traits(False, frozenset(indices[a] for a in linear), index_only, reduction),
            Domain(),
            samples,
            (arguments, defaults, static),
            dict(reference=reference, mpmath=None, rtol=rtol, public=public, residuals=residuals),
        )
        cell.append(front)
        return front

    return declare


def composite(
    *,
    samples: Sampler | None = None,
    domain: Mapping[str, Range] | None = None,
    complex_domain: Mapping[str, Range] | None = None,
    where: Callable[..., Tensor] | None = None,
    kinks: Mapping[str, tuple[float, ...]] | None = None,
    arrays: Sequence[str] | None = None,
    integers: bool = False,
    undefined: Mapping[str, str] | None = None,
    reference: Callable[..., Any] | str | None = None,
    rtol: float = 1e-12,
    public: bool = True,
) -> Callable[[F], F]:
    """Declare a function made of operators and torch functions; its derivative follows from theirs.

    Parameters
    ----------
    samples, domain, complex_domain, where, kinks
        What it is tried with: calls, or ranges of scalar arguments as in :func:`elementwise`.
    arrays
        Names of the array parameters, by default those without a default value. Arrays of other types and lists are
        converted, and results are returned in the caller's type.
    integers
        Whether the function takes integer arrays as they are. Otherwise those with NumPy's promotion become float64,
        as they do in SciPy; integer tensors are the function's own business.
    undefined, reference, rtol, public
        As in :func:`elementwise`.
    """
    if samples is None and domain is None:
        raise ValueError("a composite needs samples or a domain, so that it can be checked")

    def declare(function: F) -> F:
        signature = inspect.signature(function)
        names = (
            tuple(arrays)
            if arrays is not None
            else tuple(
                p.name
                for p in signature.parameters.values()
                if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)
            )
        )
        positions = {a: i for i, a in enumerate(signature.parameters) if a in names}
        rest = next((a for a in names if signature.parameters[a].kind is inspect.Parameter.VAR_POSITIONAL), "")
        first_of_rest = positions.pop(rest) if rest else len(signature.parameters)

        @functools.wraps(function)
        def front(*args: Any, **kwargs: Any) -> Any:
            given = [args[i] if i < len(args) else kwargs.get(a) for a, i in positions.items()]
            given += args[first_of_rest:]
            if all(isinstance(x, Tensor) or x is None for x in given):
                return function(*args, **kwargs)
            kind = result_type_of(_flattened(given))
            converted = list(args)
            for a, i in positions.items():
                if i < len(args):
                    converted[i] = _to_tensor(function.__name__, a, args[i], kind is not None, integers)
                elif a in kwargs:
                    kwargs[a] = _to_tensor(function.__name__, a, kwargs[a], kind is not None, integers)
            for i in range(first_of_rest, len(args)):
                converted[i] = _to_tensor(function.__name__, f"{rest}[{i}]", args[i], kind is not None, integers)
            result = function(*converted, **kwargs)
            return result if kind is None else _wrap(result, kind.from_tensor)

        module = function.__module__
        declared = Composite(
            function.__name__,
            _family(module),
            module,
            function,
            names,
            Domain(domain or {}, complex_domain or {}, where, kinks or {}),
            samples,
            reference,
            rtol,
            inspect.getdoc(function) or "",
            undefined or {},
            public,
        )
        add(declared, front)
        return typing.cast(F, front)

    return declare


def _finish(
    declaration: F,
    signature: Signature,
    loops: str,
    kernel: Kernel | Mapping[str, Kernel],
    derivative: Derivative,
    traits: Traits,
    domain: Domain,
    samples: Sampler | None,
    parameters: tuple[tuple[str, ...], dict[str, Any], tuple[StaticParameter, ...]],
    rest: Mapping[str, Any],
) -> F:
    arguments, defaults, static = parameters
    kernels = kernel if isinstance(kernel, Mapping) else {getattr(kernel, "device_type", "any"): kernel}
    op = Operator(
        name=declaration.__name__,
        family=_family(declaration.__module__),
        module=declaration.__module__,
        arguments=arguments,
        signature=signature,
        loops=Loops.parse(loops, len(arguments), len(signature.outputs)),
        kernels=kernels,
        derivative=derivative,
        static=static,
        traits=traits,
        domain=domain,
        samples=samples,
        doc=inspect.getdoc(declaration) or "",
        **rest,
    )
    front = make_front(op, defaults)
    front.__qualname__ = declaration.__qualname__
    add(op, front)
    return typing.cast(F, front)


def _read(
    declaration: Callable[..., Any],
) -> tuple[str, tuple[str, ...], dict[str, Any], tuple[StaticParameter, ...]]:
    """Name, array arguments, their defaults, and static parameters of a declaration."""
    hints = typing.get_type_hints(declaration)
    arguments: list[str] = []
    defaults: dict[str, Any] = {}
    static: list[StaticParameter] = []
    for p in inspect.signature(declaration).parameters.values():
        if p.kind is p.KEYWORD_ONLY:
            if p.default is p.empty or p.name not in hints:
                raise TypeError(
                    f"{declaration.__name__}: static parameter {p.name!r} needs an annotation and a default"
                )
            static.append(StaticParameter(p.name, hints[p.name], p.default))
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            arguments.append(p.name)
            if p.default is not p.empty:
                defaults[p.name] = p.default
        else:
            raise TypeError(f"{declaration.__name__}: an operator has a fixed number of arguments, not *{p.name}")
    if not arguments:
        raise TypeError(f"{declaration.__name__}: an operator needs an array argument")
    return declaration.__name__, tuple(arguments), defaults, tuple(static)


def _indices(name: str, arguments: tuple[str, ...], named: Any) -> dict[str, int]:
    unknown = [a for a in named if a not in arguments]
    if unknown:
        raise ValueError(f"{name}: {unknown[0]!r} is not one of the arguments {', '.join(arguments)}")
    return {a: arguments.index(a) for a in named}


def _default_loops(arguments: int, results: int) -> str:
    return "r" * arguments + "->" + "r" * results


def _family(module: str) -> str:
    """``special`` for ``scitorch.special.bessel``; empty for a user's module."""
    parts = module.split(".")
    return parts[1] if parts[0] == "scitorch" and len(parts) > 1 else ""


def _to_tensor(name: str, argument: str, value: Any, numpy_rules: bool, integers: bool) -> Any:
    if value is None or isinstance(value, Tensor):
        return value
    if isinstance(value, tuple) and any(_is_array(v) for v in value):  # a pair such as SciPy's (c, lower)
        items = (_to_tensor(name, argument, v, numpy_rules, integers) if _is_array(v) else v for v in value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    array_type = find_array_type(value)
    if array_type is not None:
        tensor = array_type.to_tensor(value)
        exact = not (tensor.is_floating_point() or tensor.is_complex())
        return tensor.double() if exact and array_type.numpy_rules and not integers else tensor
    dtype = torch.float64 if numpy_rules and isinstance(value, float) else None
    try:
        return torch.as_tensor(value, dtype=dtype)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"{name}: argument {argument!r} is not an array of numbers: {error}") from error


def _is_array(value: Any) -> bool:
    return isinstance(value, Tensor) or find_array_type(value) is not None


def _flattened(values: Sequence[Any]) -> list[Any]:
    return [v for value in values for v in (value if isinstance(value, tuple) else (value,))]


def _wrap(result: Any, wrap: Callable[[Tensor], Any]) -> Any:
    if isinstance(result, Tensor):
        return wrap(result)
    if isinstance(result, tuple):
        wrapped = [_wrap(r, wrap) for r in result]
        return type(result)(*wrapped) if hasattr(result, "_fields") else tuple(wrapped)
    return result
