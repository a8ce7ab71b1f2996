"""Hypothesis strategies for tensors, shapes that broadcast, matrices, and points of an operator's domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from torch import Tensor

from scitorch.op.domain import Maker
from scitorch.op.registry import find

from .drawing import LAYOUTS
from .selection import load_family
from .subject import Subject

__all__ = ["arguments_of", "broadcastable_shapes", "dtypes", "layouts", "matrices", "shapes", "tensors"]

FLOATING = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
COMPLEX = (torch.complex128, torch.complex64)
INTEGER = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
_KINDS = {"floating": FLOATING, "complex": COMPLEX, "integer": INTEGER, "bool": (torch.bool,)}
_NUMPY: dict[torch.dtype, Any] = {
    d: getattr(numpy, str(d).removeprefix("torch."))
    for d in (*FLOATING[:2], torch.float16, *COMPLEX, *INTEGER, torch.bool)
}

shapes = npst.array_shapes
#: Shapes that broadcast together: see ``hypothesis.extra.numpy.mutually_broadcastable_shapes``.
broadcastable_shapes = npst.mutually_broadcastable_shapes


def dtypes(*kinds: str) -> st.SearchStrategy[torch.dtype]:
    """Dtypes of ``"floating"``, ``"complex"``, ``"integer"`` and ``"bool"`` kind; all by default."""
    unknown = [k for k in kinds if k not in _KINDS]
    if unknown:
        raise ValueError(f"no kind {', '.join(unknown)}; there are {', '.join(_KINDS)}")
    return st.sampled_from([d for k in kinds or _KINDS for d in _KINDS[k]])


def layouts(*names: str) -> st.SearchStrategy[Callable[[Tensor], Tensor]]:
    """Ways to lie in memory that keep the values."""
    keep = ("contiguous", "strided", "transposed", "offset", "negative", "conjugate")
    return st.sampled_from([LAYOUTS[n] for n in names or keep])


@st.composite
def tensors(
    draw: st.DrawFn,
    dtype: torch.dtype | st.SearchStrategy[torch.dtype] = torch.float64,
    shape: Sequence[int] | st.SearchStrategy[Any] | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    elements: st.SearchStrategy[Any] | None = None,
    layout: str | st.SearchStrategy[Callable[[Tensor], Tensor]] = "contiguous",
    device: torch.device | str = "cpu",
    allow_nan: bool | None = None,
    allow_infinity: bool | None = None,
) -> Tensor:
    """Tensors.

    Parameters
    ----------
    dtype, shape, layout
        Values or strategies for them (`dtypes`, `shapes`, `layouts`).
    low, high
        Range of the elements, by modulus for complex numbers.
    elements
        A strategy for the elements, instead.
    device
        Where the tensors live.
    allow_nan, allow_infinity
        Whether nan and infinities are drawn; where there is no range they are by default.
    """
    kind = draw(dtype) if isinstance(dtype, st.SearchStrategy) else dtype
    drawn_as = numpy.float32 if kind is torch.bfloat16 else _NUMPY[kind]
    given = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4) if shape is None else shape
    sizes = tuple(draw(given)) if isinstance(given, st.SearchStrategy) else tuple(given)
    if elements is None:
        elements = npst.from_dtype(numpy.dtype(drawn_as), **_limits(drawn_as, low, high, allow_nan, allow_infinity))
    array = draw(npst.arrays(drawn_as, sizes, elements=elements))
    tensor = torch.from_numpy(array).to(device=device, dtype=kind)
    move = LAYOUTS[layout] if isinstance(layout, str) else draw(layout)
    return move(tensor)


def _limits(dtype: Any, low: Any, high: Any, nan: bool | None, infinity: bool | None) -> dict[str, Any]:
    kind = numpy.dtype(dtype).kind
    if kind == "b":
        return {}
    if kind == "c":
        limits = {"min_magnitude": low, "max_magnitude": high, "allow_nan": nan, "allow_infinity": infinity}
    elif kind == "f":
        limits = {"min_value": low, "max_value": high, "allow_nan": nan, "allow_infinity": infinity}
        limits |= {k: dtype(v) for k, v in (("min_value", low), ("max_value", high)) if v is not None}
    else:
        limits = {"min_value": low, "max_value": high}
    return {k: v.item() if isinstance(v, numpy.generic) else v for k, v in limits.items() if v is not None}


@st.composite
def matrices(
    draw: st.DrawFn,
    kind: str = "general",
    *,
    max_side: int = 5,
    batch: st.SearchStrategy[Any] | None = None,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Square matrices with random normal entries, drawn from a seed so that they are well conditioned.

    Parameters
    ----------
    kind
        ``"general"``, ``"well_conditioned"``, ``"hermitian"`` (distinct eigenvalues) or ``"positive_definite"``.
    max_side
        Largest number of rows.
    batch
        A strategy for batch shapes; none by default.
    dtype
        float64 or complex128.
    """
    maker = Maker(dtype, seed=draw(st.integers(0, 2**31 - 1)))
    n = draw(st.integers(1, max_side))
    sizes = (*(draw(batch) if batch is not None else ()), n, n)
    if kind == "general":
        return maker(*sizes)
    if kind not in ("well_conditioned", "hermitian", "positive_definite"):
        raise ValueError(f"no kind of matrix {kind!r}")
    return getattr(maker, kind)(*sizes)


@st.composite
def arguments_of(draw: st.DrawFn, operator: str, *, count: int = 5, is_complex: bool = False) -> tuple[Tensor, ...]:
    """Points inside the declared domain of an operator (``"special.jv"``), one tensor per argument.

    Half of them are among the operator's hard points, if it declares any.
    """
    load_family(operator.partition(".")[0])
    subject = Subject(find(operator))
    if not subject.scalar_function:
        raise ValueError(f"{operator} is declared by samples, not by a domain")
    domain = subject.declared.domain
    hard = domain.hard_points(subject.arguments, is_complex=is_complex)
    if hard[0].numel() and draw(st.booleans()):
        places = draw(st.lists(st.integers(0, len(hard[0]) - 1), min_size=count, max_size=count))
        return tuple(h[places] for h in hard)
    seed = draw(st.integers(0, 2**31 - 1))
    return domain.points(subject.arguments, count, is_complex=is_complex, seed=seed)
