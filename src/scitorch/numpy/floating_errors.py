"""What happens on division by zero, overflow, underflow and invalid values: `errstate` and its relatives.

NumPy reads the processor's floating-point flags after each loop, which costs it nothing. torch's kernels run in
other threads or on other devices and leave no such trace, so here results are looked at, and only for the kinds of
error that someone has asked about: the default costs one test of an empty list.
"""

import cmath
import functools
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, Token
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy
import torch

from scitorch.numpy.declaration import without_derivative

__all__ = ["errstate", "geterr", "geterrcall", "seterr", "seterrcall"]

F = TypeVar("F", bound=Callable[..., Any])

geterrcall = numpy.geterrcall
seterrcall = numpy.seterrcall

# Not empty while some context asks for a reaction, so that operators find out that none does in a few nanoseconds
watching: list[Any] = []
_NOTHING: Mapping[str, str] = MappingProxyType({})
_asked: ContextVar[Mapping[str, str]] = ContextVar("asked", default=_NOTHING)

# in NumPy's order: the kind, its words, its bit in the flags handed to an error callback
_KINDS = (
    ("divide", "divide by zero", 1),
    ("over", "overflow", 2),
    ("under", "underflow", 4),
    ("invalid", "invalid value", 8),
)


# A setting nobody asked for is equal to the string of that name and yet another object, so that handing it back to
# `seterr` restores the default
_DEFAULTS = {setting: str(setting.encode(), "ascii") for setting in ("ignore", "warn", "raise", "call", "print", "log")}


@without_derivative("a setting")
def geterr() -> dict[str, str]:
    """Return how each kind of floating-point error is treated.

    The default, "warn", is NumPy's. Loops that NumPy runs (integer division) act on it; results of torch kernels
    are looked at only for kinds set with `seterr` or `errstate`.
    """
    asked = _asked.get()
    return {kind: asked.get(kind) or _DEFAULTS[str(value)] for kind, value in numpy.geterr().items()}


@without_derivative("a setting")
def seterr(
    all: str | None = None,
    divide: str | None = None,
    over: str | None = None,
    under: str | None = None,
    invalid: str | None = None,
) -> dict[str, str]:
    """Set how floating-point errors are treated, and return the old settings.

    Parameters
    ----------
    all, divide, over, under, invalid : {"ignore", "warn", "raise", "call", "print", "log"}, optional

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> old = np.seterr(divide="raise")
    >>> np.ones(2) / 0.0
    Traceback (most recent call last):
    FloatingPointError: divide by zero encountered in divide
    >>> _ = np.seterr(**old)
    """
    old = geterr()
    numpy.seterr(all, divide, over, under, invalid)  # type: ignore[arg-type]  # refuses unknown settings
    _asked.set(_merged(all, divide, over, under, invalid))
    if _reacts(_asked.get()):
        watching.append(seterr)
    else:
        while seterr in watching:
            watching.remove(seterr)
    return old


def _merged(every: str | None, *settings: str | None) -> dict[str, str]:
    asked = dict(_asked.get())
    for (kind, _, _), setting in zip(_KINDS, settings, strict=True):
        chosen = every if setting is None else setting
        if chosen is not None and chosen is _DEFAULTS.get(chosen):
            asked.pop(kind, None)
        elif chosen is not None:
            asked[kind] = chosen
    return asked


def _reacts(asked: Mapping[str, str]) -> bool:
    return any(setting != "ignore" for setting in asked.values())


@without_derivative("a setting")
class errstate(numpy.errstate):
    """Context and decorator in which floating-point errors are treated as asked.

    Parameters
    ----------
    call : callable or object with a ``write`` method, optional
        For the settings "call" and "log".
    all, divide, over, under, invalid : {"ignore", "warn", "raise", "call", "print", "log"}, optional

    Notes
    -----
    A look at the result costs two passes over it and, on a GPU, waits for it. Inside `torch.func` transforms and
    compiled functions values cannot be looked at, and nothing is reported.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> with np.errstate(invalid="raise"):
    ...     np.sqrt(np.array([-1.0]))
    Traceback (most recent call last):
    FloatingPointError: invalid value encountered in sqrt
    """

    __slots__ = ("_keywords", "_previous", "_reacts")
    _previous: Token[Mapping[str, str]]

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._keywords = keywords

    def __enter__(self) -> None:
        super().__enter__()
        settings = dict(self._keywords)
        settings.pop("call", None)
        asked = _merged(settings.pop("all", None), *(settings.get(kind) for kind, _, _ in _KINDS))
        self._previous = _asked.set(asked)
        self._reacts = _reacts(asked)
        if self._reacts:
            watching.append(self)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        _asked.reset(self._previous)
        if self._reacts:
            watching.remove(self)

    def __call__(self, func: F) -> F:
        @functools.wraps(func)
        def inner(*arguments: Any, **keywords: Any) -> Any:
            with errstate(**self._keywords):
                return func(*arguments, **keywords)

        return cast(F, inner)


def holds(condition: torch.Tensor) -> bool:
    """Whether a condition holds anywhere, where that can be seen: never inside vmap or torch.compile.

    For warnings and errors about values, which a transformed function cannot raise.
    """
    try:
        return bool(condition.any())
    except RuntimeError:
        return False


# Where a finite argument gives an infinite result because of a pole, not because the result is too large
def _zero_divisor(*inputs: Any) -> Any:
    return inputs[1] == 0


def _zero_base(*inputs: Any) -> Any:
    return inputs[0] == 0


def _everywhere(*inputs: Any) -> Any:
    return True


_POLES: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("divide", "floor_divide", "divmod"), _zero_divisor),
    **dict.fromkeys(("reciprocal", "power", "float_power"), _zero_base),
    **dict.fromkeys(("log", "log2", "log10", "log1p", "arctanh"), _everywhere),
}
# Functions that round a result below the normal numbers although no argument is zero. Sums never do.
_UNDERFLOWING = frozenset(
    {"multiply", "divide", "reciprocal", "power", "float_power", "square", "exp", "exp2", "ldexp", "reduce", "cast"}
)


def check(
    name: str, inputs: Iterable[Any], outputs: Any, *, axes: tuple[int, ...] = (), keepdims: bool = False
) -> None:
    """Report the floating-point errors of one evaluation, as far as someone asked.

    Parameters
    ----------
    name : str
        The function, for the message.
    inputs : iterable of Tensor or number
    outputs : Tensor or tuple of Tensor
    axes, keepdims
        For a reduction: the axes that were reduced, and whether they are left with length one.
    """
    asked = _asked.get()
    if not _reacts(asked) or torch.compiler.is_compiling():
        return
    results = outputs if isinstance(outputs, tuple) else (outputs,)
    results = tuple(r.detach() for r in results if r.is_floating_point() or r.is_complex())
    if not results:
        return
    operands = [x.detach() if isinstance(x, torch.Tensor) else torch.as_tensor(x) for x in inputs]
    found = _found(name, operands, results, axes, keepdims, asked)
    flags = sum(bit for kind, _, bit in _KINDS if kind in found)
    for kind, words, _ in _KINDS:
        if kind in found:
            _react(asked[kind], words, name, flags)


def check_cast(values: torch.Tensor, result: torch.Tensor) -> None:
    """Report what a cast loses: floats too large for a narrower dtype, and floats that are no integer of the dtype."""
    dtype = result.dtype
    if dtype is torch.bool:
        return
    if dtype.is_floating_point or dtype.is_complex:
        check("cast", (values,), result)
    elif _asked.get().get("invalid", "ignore") != "ignore" and not torch.compiler.is_compiling():
        limits = torch.iinfo(dtype)
        # the upper limit is no float: the next power of two is, and is the first value outside
        inside = (values > limits.min - 1.0) & (values < float(limits.max + 1)) | (values == limits.min)
        if holds(~inside):
            _react(_asked.get()["invalid"], "invalid value", "cast", 8)


def _found(
    name: str,
    operands: list[torch.Tensor],
    results: tuple[torch.Tensor, ...],
    axes: tuple[int, ...],
    keepdims: bool,
    asked: Mapping[str, str],
) -> set[str]:
    found: set[str] = set()
    wanted = {kind for kind, setting in asked.items() if setting != "ignore"}

    def anywhere(property: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        masks = [property(x) for x in operands]
        if axes:
            masks = [mask.any(axes, keepdim=keepdims) for mask in masks]
        return functools.reduce(torch.logical_or, masks)

    if wanted - {"under"} and not all(map(_sums_to_a_finite_number, results)):
        nan_in, inf_in = anywhere(torch.isnan), anywhere(torch.isinf)
        nan = functools.reduce(torch.logical_or, map(torch.isnan, results))
        inf = functools.reduce(torch.logical_or, map(torch.isinf, results)) & ~inf_in & ~nan_in
        if "invalid" in wanted and holds(nan & ~nan_in):
            found.add("invalid")
        pole = _POLES[name](*operands) if name in _POLES else False
        if "divide" in wanted and pole is not False and holds(inf & pole):
            found.add("divide")
        if "over" in wanted and pole is not True and holds(inf & ~torch.as_tensor(pole)):
            found.add("over")
    if "under" in wanted and name in _UNDERFLOWING and any(holds(r.abs() < torch.finfo(r.dtype).tiny) for r in results):
        exact = anywhere(torch.isinf)
        if name not in ("exp", "exp2"):
            exact = exact | anywhere(lambda x: x == 0)
        if any(holds((r.abs() < torch.finfo(r.dtype).tiny) & ~exact) for r in results):
            found.add("under")
    return found


def _sums_to_a_finite_number(values: torch.Tensor) -> bool:
    """Rule out infinities and nan in one quick pass; false too for finite numbers whose sum is too large."""
    try:
        return cmath.isfinite(values.sum().item())
    except RuntimeError:  # inside transforms there is no number to look at
        return True


def _react(setting: str, words: str, name: str, flags: int) -> None:
    message = f"{words} encountered in {name}"
    if setting == "raise":
        raise FloatingPointError(message)
    if setting == "warn":
        warnings.warn(message, RuntimeWarning, stacklevel=5)
    elif setting == "print":
        sys.stderr.write(f"Warning: {message}\n")
    elif setting in ("call", "log"):
        target: Any = geterrcall()
        if target is None:
            what = "python callback" if setting == "call" else "log"
            raise NameError(f"{what} specified for {words} (in  {name}) but no function found.")
        if setting == "call":
            target(words, flags)
        else:
            target.write(f"Warning: {message}\n")
