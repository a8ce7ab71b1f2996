"""Tables by whole numbers: SciPy's values as tensors, constants of a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite
from scitorch.op.torch_private import constant_while_tracing

Table = Callable[..., Any]

_COMPLEX = {d: d.to_complex() for d in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}

_DOCUMENTATION = """
{summary}.

Parameters
----------
{parameters}
dtype : torch.dtype, optional
    Floating dtype of the results, torch's default one by default; complex results have its complex counterpart.
device : optional
    Device of the results.

Returns
-------
{returns}

Raises
------
ValueError
    If an argument is not a whole number, or {bound}.

Notes
-----
The numbers are SciPy's, computed in double precision.

Examples
--------
>>> from scitorch.special import {name}
>>> {name}({arguments})
{printed}
"""

_COUNT = "nt : int\n    Number of zeros."
_ORDER = f"n : int\n    Order.\n{_COUNT}"
_PLANE = f"{_COUNT}\ncomplex : bool, optional\n    Whether to give the zeros off the real line instead of those on it."


@constant_while_tracing
def _numbers(name: str, arguments: tuple[Any, ...]) -> tuple[bool, list[tuple[str, list[Any]]]]:
    """SciPy's arrays as lists, each with the kind of its dtype, and whether they are several."""
    import scipy.special

    found = getattr(scipy.special, name)(*arguments)
    several = isinstance(found, tuple)
    return several, [(x.dtype.kind, x.tolist()) for x in (found if several else (found,))]


def _tensors(name: str, arguments: tuple[Any, ...], dtype: torch.dtype | None, device: Any) -> Any:
    several, found = _numbers(name, arguments)
    kind = torch.get_default_dtype() if dtype is None else dtype
    kinds = {"f": kind, "c": _COMPLEX[kind], "i": torch.int64}
    tensors: tuple[Tensor, ...] = tuple(torch.tensor(values, dtype=kinds[k], device=device) for k, values in found)
    return tensors if several else tensors[0]


def _whole(name: str, argument: str, value: Any, least: int | None = None) -> int:
    if value != int(value) or (least is not None and value < least):
        wanted = "a whole number" if least is None else f"a whole number of at least {least}"
        raise ValueError(f"{name}: {argument} is {value!r}; wanted {wanted}")
    return int(value)


def _declared(
    table: Table, name: str, summary: str, returns: str, printed: str, parameters: str, bound: str, arguments: str
) -> Table:
    table.__name__ = table.__qualname__ = name
    table.__doc__ = _DOCUMENTATION.format(
        name=name,
        summary=summary,
        parameters=parameters,
        returns=returns,
        bound=bound,
        arguments=arguments,
        printed=printed,
    )
    samples = [Sample((1, 4)), Sample((-2, 3))] if parameters is _ORDER else [Sample((4,)), Sample((1,))]
    reference = f"scipy.special.{name}"
    return composite(samples=lambda make: samples, arrays=(), reference=reference, rtol=1e-6)(table)


def first_zeros(name: str, summary: str, returns: str, printed: str, most: int | None = None) -> Table:
    """Declare a table of the first zeros of a function."""

    def table(nt: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Any:
        count = _whole(name, "nt", nt, least=1)
        if most is not None and count > most:
            raise ValueError(f"{name}: nt is {nt!r}; the table ends at {most}")
        return _tensors(name, (count,), dtype, device)

    bound = "`nt` is not above 0" if most is None else f"`nt` is not between 1 and {most}"
    return _declared(table, name, summary, returns, printed, _COUNT, bound, "1")


def zeros_of_order(name: str, summary: str, returns: str, printed: str) -> Table:
    """Declare a table of the first zeros of a function that has an order."""

    def table(n: int, nt: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Any:
        return _tensors(name, (_whole(name, "n", n), _whole(name, "nt", nt, least=1)), dtype, device)

    return _declared(table, name, summary, returns, printed, _ORDER, "`nt` is not above 0", "0, 2")


def zeros_of_the_plane(name: str, summary: str, returns: str, printed: str) -> Table:
    """Declare a table of the first zeros of a function, real or not."""

    def table(nt: int, complex: bool = False, *, dtype: torch.dtype | None = None, device: Any = None) -> Any:
        return _tensors(name, (_whole(name, "nt", nt, least=1), bool(complex)), dtype, device)

    return _declared(table, name, summary, returns, printed, _PLANE, "`nt` is not above 0", "1")


def numbers_up_to(name: str, summary: str, returns: str, printed: str) -> Table:
    """Declare a table of the members 0 … n of a sequence."""

    def table(n: int, *, dtype: torch.dtype | None = None, device: Any = None) -> Any:
        return _tensors(name, (_whole(name, "n", n, least=0),), dtype, device)

    return _declared(
        table, name, summary, returns, printed, "n : int\n    Index of the last number.", "`n` is negative", "4"
    )
