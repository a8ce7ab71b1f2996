"""The function a user calls: type promotion, other array types, and an eager path that skips the dispatcher.

The front of each operator is generated once, with its arguments written out, so that a call on plain tensors costs a
few attribute checks: no ``*args``, no signature binding, no loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

from . import torch_private
from .array_types import ArrayType, find_array_type, result_type_of
from .eager_rule import eager_rule
from .loops import computing_dtype, letter_dtype, real_dtype
from .rule import contiguous
from .sharding import register_shardings

if TYPE_CHECKING:
    from .operator import Operator

_NUMBER = (bool, int, float, complex)


def make_front(op: Operator, defaults: dict[str, Any]) -> Callable[..., Any]:
    """Generate the public function of an operator.

    ``defaults`` are the default values of array arguments that have one.
    """
    arguments = op.arguments
    elementwise = op.traits.elementwise
    listed = ", ".join(arguments)
    parameters = ", ".join(f"{a}={defaults[a]!r}" if a in defaults else a for a in arguments)
    if elementwise:
        parameters += ", out=None"
    static = {p.name: p.default for p in op.static}
    if static:
        parameters += ", *, " + ", ".join(f"{n}={d!r}" for n, d in static.items())
    keywords = "".join(f", {n}={n}" for n in static)
    static_dict = "{" + ", ".join(f"{n!r}: {n}" for n in static) + "}"

    first = arguments[0]
    plain = [f"_type({a}) in _plain_types" for a in arguments]
    plain += [f"(_found := _keys({first}).raw_repr()) in _dense"]
    for a in arguments[1:]:
        plain += [f"_keys({a}).raw_repr() == _found and {a}.dtype is {first}.dtype"]
        plain += [f"({first}.is_cpu or {a}.device == {first}.device)"]
    plain += [
        f"{first}.dtype in _direct_dtypes",
        "not _transforms()",
        "_modes() == 0",
        "_function_modes() == 0",
        "not _autocast()",
    ]
    plain += ["_forward_ad._current_level < 0"]
    if elementwise:
        plain.insert(0, "out is None")
        fits = " and ".join(f"{a}.shape == {first}.shape" for a in arguments[1:]) or "True"
    else:
        fits = "False"
    needs_grad = " or ".join(f"{a}.requires_grad" for a in arguments)
    source = f"""
def {op.name}({parameters}):
    if _compiling():
        return _general(({listed},), {static_dict}{", out" if elementwise else ""})
    if {" and ".join(plain)}:
        if not ({fits}):
            _check(({listed},), {static_dict})
        if {needs_grad}:
            return _eager({", ".join([*static, *arguments])}) if _grad_enabled() else _compute({listed}{keywords})
        if _kernel is not None and {first}.is_cpu:
            _result = _kernel({listed}{keywords})
            return _result if _type(_result) is _Tensor and _result.is_contiguous() else _contiguous(_result)
        return _compute({listed}{keywords})
    return _general(({listed},), {static_dict}{", out" if elementwise else ""})
"""
    # The leading underscores keep these names apart from arguments, which may be called `type` or `keys`.
    scope: dict[str, Any] = {
        "_type": type,
        "_Tensor": Tensor,
        "_plain_types": frozenset({Tensor, torch.nn.Parameter}),
        "_keys": torch_private.dispatch_keys,
        "_dense": torch_private.plain_dense_keys(),
        "_transforms": torch_private.transforms_active,
        "_modes": torch_private.dispatch_mode_count,
        "_function_modes": torch_private.function_mode_count,
        "_autocast": torch_private.autocast_enabled,
        "_forward_ad": forward_ad,
        "_compiling": torch.compiler.is_dynamo_compiling,
        "_grad_enabled": torch.is_grad_enabled,
        "_direct_dtypes": _direct_dtypes(op),
        "_check": op.result_shapes,
        "_compute": op.compute,
        "_kernel": op.host_kernel,
        "_contiguous": contiguous,
        "_eager": eager_rule(op),
        "_general": _general(op),
    }
    exec(compile(source, f"<front of {op.family}.{op.name}>", "exec"), scope)
    front: Callable[..., Any] = scope[op.name]
    front.__module__ = op.module
    front.__doc__ = op.doc
    front.operator = op  # type: ignore[attr-defined]
    return front


def _direct_dtypes(op: Operator) -> frozenset[torch.dtype]:
    """Dtypes that some loop takes for all arguments at once, as they are."""
    dtypes: set[torch.dtype] = set()
    for row in op.loops.rows:
        if set(row.inputs) == {"r"}:
            dtypes |= {torch.float32, torch.float64}
        if set(row.inputs) == {"z"}:
            dtypes |= {torch.complex64, torch.complex128}
    return frozenset(dtypes)


def _general(op: Operator) -> Callable[..., Any]:
    """The path for everything that is not plain: other array types, mixed dtypes, tracing, transforms."""

    def call(args: tuple[Any, ...], static: dict[str, Any], out: Any = None) -> Any:
        kind = result_type_of(args)
        tensors, half = promoted(op, args, kind)
        register_shardings()
        if not torch.compiler.is_dynamo_compiling():
            op.result_shapes(tensors, static)  # while tracing, the fake rule checks
        result = op.raw(*tensors, **static)
        if half is not None:
            result = _each(result, lambda r: r.to(half) if r.dtype == torch.float32 else r)
        if kind is not None:
            result = _each(result, kind.from_tensor)
        return result if out is None else _store(op, result, out)

    return call


def promoted(op: Operator, args: Sequence[Any], kind: ArrayType | None) -> tuple[list[Tensor], torch.dtype | None]:
    """The arguments as tensors of the loop's dtypes, and the half precision to return to, if any.

    Raises
    ------
    TypeError
        For an argument that is no array or number, or is complex where the operator is real.
    ValueError
        For tensors on different devices.
    """
    given = [_as_tensor(op, a, x) for a, x in zip(op.arguments, args)]
    numbers = [x for k, x in enumerate(given) if not op.loops.is_index(k)]
    default = torch.float64 if kind is not None and kind.numpy_rules else torch.get_default_dtype()
    precision = _precision(numbers, default, by_rank=kind is None or not kind.numpy_rules)
    working = computing_dtype(precision)
    is_complex = [x.is_complex() if isinstance(x, Tensor) else isinstance(x, complex) for x in given]
    loop = op.loops.choose(is_complex, op.name, op.arguments)
    device = _device(op, given)
    tensors = []
    for position, (letter, x) in enumerate(zip(loop.inputs, given)):
        if letter == "i":
            tensors.append(_index(op, op.arguments[position], x, device))
            continue
        dtype = letter_dtype(letter, working)
        if not isinstance(x, Tensor):
            x = torch.full((), x, dtype=dtype, device=device)
        elif x.dtype != dtype or (x.device != device and x.ndim == 0):
            x = x.to(device=device, dtype=dtype)
        tensors.append(x)
    return tensors, (precision if working != precision else None)


def _as_tensor(op: Operator, argument: str, value: Any) -> Any:
    """A tensor, or a Python number, whose dtype is weak."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, _NUMBER):
        return value
    array_type = find_array_type(value)
    if array_type is not None:
        return array_type.to_tensor(value)
    if isinstance(value, (list, tuple)):
        try:
            return torch.tensor(value)
        except (TypeError, ValueError, RuntimeError) as error:
            raise TypeError(f"{op.name}: argument {argument!r} is not an array of numbers: {error}") from error
    raise TypeError(
        f"{op.name}: argument {argument!r} is {type(value).__name__}; wanted a tensor, an array or a number"
    )


def _index(op: Operator, argument: str, value: Any, device: torch.device | None) -> Tensor:
    """An argument that holds integers, in its own width.

    Raises
    ------
    TypeError
        If it holds anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return torch.full((), value, dtype=torch.int64, device=device)
    if not isinstance(value, Tensor) or value.is_floating_point() or value.is_complex() or value.dtype == torch.bool:
        kind = value.dtype if isinstance(value, Tensor) else type(value).__name__
        raise TypeError(f"{op.name}: argument {argument!r} holds integers, not {kind}")
    return value


def _precision(given: Sequence[Any], default: torch.dtype, *, by_rank: bool) -> torch.dtype:
    """The real dtype of the computation.

    With ``by_rank``, torch's rule, integers and 0-d tensors do not raise the precision of others. Without it, arrays of
    integers count as float64, as under SciPy.
    """
    ranked: list[torch.dtype] = []
    scalar: list[torch.dtype] = []
    for x in given:
        if not isinstance(x, Tensor):
            continue
        if x.is_floating_point() or x.is_complex():
            (ranked if x.ndim or not by_rank else scalar).append(real_dtype(x.dtype))
        elif not by_rank:
            ranked.append(torch.float64)
    found = ranked or scalar
    if not found:
        return default
    precision = found[0]
    for dtype in found[1:]:
        precision = torch.promote_types(precision, dtype)
    return precision


def _device(op: Operator, given: Sequence[Any]) -> torch.device | None:
    """The one device of the arguments; 0-d CPU tensors follow the others."""
    device: torch.device | None = None
    scalar: torch.device | None = None
    for argument, x in zip(op.arguments, given):
        if not isinstance(x, Tensor):
            continue
        if x.ndim == 0 and x.device.type == "cpu":
            scalar = x.device
        elif device is None:
            device = x.device
        elif x.device != device:
            raise ValueError(f"{op.name}: argument {argument!r} is on {x.device}, the others on {device}")
    return device if device is not None else scalar


def _each(result: Any, f: Callable[[Any], Any]) -> Any:
    return tuple(f(r) for r in result) if isinstance(result, tuple) else f(result)


def _store(op: Operator, result: Any, out: Any) -> Any:
    """Write results into the arrays given as ``out``."""
    results = result if isinstance(result, tuple) else (result,)
    targets = out if isinstance(out, tuple) else (out,)
    if len(results) != len(targets):
        raise ValueError(f"{op.name}: out has {len(targets)} arrays, but there are {len(results)} results")
    for r, target in zip(results, targets):
        if tuple(target.shape) != tuple(r.shape):
            raise ValueError(f"{op.name}: out has shape {tuple(target.shape)}, the result {tuple(r.shape)}")
        if isinstance(target, Tensor):
            target.copy_(r)
        else:
            target[...] = r
    return out
