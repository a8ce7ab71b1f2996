"""Along which axes a transform runs, and over how many points: the reading of ``n``, ``axis``, ``s`` and ``axes``."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from ..op.loops import computing_dtype
from .workers import worker_count

_NORMS = ("backward", "ortho", "forward")


def floating(name: str, x: Any, *, real: bool = False, argument: str = "x") -> Tensor:
    """The input as a floating tensor of a precision that can be transformed.

    Raises
    ------
    TypeError
        If ``real`` is wanted and ``x`` is complex.
    """
    tensor: Tensor = x if isinstance(x, Tensor) else torch.as_tensor(x)
    if tensor.is_complex():
        if real:
            raise TypeError(
                f"{name}: argument {argument!r} is complex ({tensor.dtype}), but {name} takes real sequences"
            )
        return tensor.to(torch.complex64) if tensor.dtype == torch.complex32 else tensor
    if not tensor.is_floating_point():
        return tensor.to(torch.get_default_dtype())
    working = computing_dtype(tensor.dtype)
    return tensor if tensor.dtype == working else tensor.to(working)


def checked_norm(name: str, norm: str | None) -> str:
    """The normalisation mode; ``None`` means ``"backward"``.

    Raises
    ------
    ValueError
        If it is none of the three modes.
    """
    if norm is None:
        return "backward"
    if norm not in _NORMS:
        raise ValueError(f"{name}: norm is {norm!r}; wanted one of {', '.join(map(repr, _NORMS))}")
    return norm


def check_execution(name: str, workers: int | None, plan: object = None) -> None:
    """Refuse what SciPy refuses; the number of threads is torch's, and plans are made by its libraries.

    Raises
    ------
    ValueError
        If ``workers`` is not a number of threads.
    NotImplementedError
        If a plan is given.
    """
    if workers is not None:
        worker_count(name, workers)
    if plan is not None:
        raise NotImplementedError(f"{name}: plan is {plan!r}; precomputed plans are not supported, pass None")


def one_axis(name: str, x: Tensor, n: int | None, axis: int) -> tuple[int | None, int]:
    """``n`` and ``axis`` of a one-dimensional transform, checked.

    Raises
    ------
    IndexError
        If ``x`` has no such axis.
    ValueError
        If the transform has no points.
    """
    axis = operator.index(axis)
    if not -x.ndim <= axis < x.ndim:
        raise IndexError(f"{name}: axis is {axis}, but argument 'x' has shape {tuple(x.shape)}")
    n = None if n is None else _integer(n)
    if (x.shape[axis] if n is None else n) < 1:
        given = f"n is {n}" if n is not None else f"argument 'x' has shape {tuple(x.shape)}"
        raise ValueError(f"{name}: {given}; wanted at least one point along axis {axis}")
    return n, axis


def many_axes(
    name: str, x: Tensor, s: int | Sequence[int] | None, axes: int | Sequence[int] | None
) -> tuple[list[int], list[int]]:
    """Number of points and axis of each dimension of a multi-dimensional transform.

    Without ``axes`` these are the last ``len(s)``, or all. A length of -1 is that of ``x``.

    Raises
    ------
    IndexError
        If ``x`` has no such axis.
    ValueError
        If axes repeat, lengths and axes differ in number, or a length is not positive.
    """
    lengths = None if s is None else integers(s)
    if axes is not None:
        chosen = integers(axes)
    else:
        count = x.ndim if lengths is None else len(lengths)
        if count > x.ndim:
            raise ValueError(f"{name}: s has {count} lengths, but argument 'x' has shape {tuple(x.shape)}")
        chosen = list(range(x.ndim - count, x.ndim))
    for axis in chosen:
        if not -x.ndim <= axis < x.ndim:
            raise IndexError(f"{name}: axes has {axis}, but argument 'x' has shape {tuple(x.shape)}")
    chosen = [axis % x.ndim for axis in chosen]
    if len(set(chosen)) != len(chosen):
        raise ValueError(f"{name}: axes is {axes}; all axes must be different")
    if lengths is None:
        lengths = [x.shape[axis] for axis in chosen]
    if len(lengths) != len(chosen):
        raise ValueError(f"{name}: s has {len(lengths)} lengths for {len(chosen)} axes")
    lengths = [x.shape[axis] if length == -1 else length for length, axis in zip(lengths, chosen)]
    if any(length < 1 for length in lengths):
        raise ValueError(f"{name}: wanted at least one point along each axis, not {tuple(lengths)}")
    return lengths, chosen


def resized(x: Tensor, n: int | None, axis: int) -> Tensor:
    """``x`` cut to ``n`` points along an axis, or filled up with zeros at its end."""
    given = x.shape[axis]
    if n is None or n == given:
        return x
    if n < given:
        return x.narrow(axis, 0, n)
    shape = list(x.shape)
    shape[axis] = n - given
    return torch.cat([x, x.new_zeros(shape)], axis)


def integers(values: int | Iterable[int]) -> list[int]:
    """One integer or several, as a list."""
    if not isinstance(values, Iterable):
        values = (values,)
    return [_integer(v) for v in values]


def _integer(value: Any) -> int:
    """A Python integer; a symbolic one, of a traced shape, as it is."""
    return value if isinstance(value, torch.SymInt) else operator.index(value)  # type: ignore[return-value]
