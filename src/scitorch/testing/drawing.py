"""Reproducible tensors of any dtype, range, special values and memory layout."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Hashable, Iterable

import torch
from torch import Tensor

_PART = {torch.complex128: torch.float64, torch.complex64: torch.float32, torch.complex32: torch.float16}
#: Float dtypes narrower than 16 bits are drawn in this one and rounded.
_DRAWN = torch.float32

Layout = Callable[[Tensor], Tensor]


def make_tensor(
    *shape: int | tuple[int, ...],
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    low: float | None = None,
    high: float | None = None,
    special: bool | Iterable[float] = False,
    exclude_zero: bool = False,
    layout: str = "contiguous",
    requires_grad: bool = False,
    key: Hashable = 0,
) -> Tensor:
    """Draw a tensor that is the same for the same key, on every device.

    Parameters
    ----------
    shape
        Sizes, or one tuple of them.
    dtype
        Any dtype.
    device
        Where the result lives; it is drawn on the CPU.
    low, high
        Uniform numbers of ``[low, high]``, for integers of ``low, …, high``; by default −9 to 9 where the dtype has
        negative numbers, else 0 to 9. Of complex numbers, real and imaginary parts are drawn so.
    special
        True spreads the special values of the dtype over the tensor (`special_values`), numbers spread these. They
        take at most half of the places.
    exclude_zero
        Whether zeros are replaced: by the smallest normal number, or by one.
    layout
        A key of `LAYOUTS`: ``"contiguous"``, ``"strided"``, ``"transposed"``, ``"offset"``, ``"expanded"``,
        ``"conjugate"``, ``"negative"``, ``"channels_last"``, ``"channels_last_3d"``.
    requires_grad
        Whether the result is a leaf that collects a gradient.
    key
        A number, a text or a tuple of them. Two keys give independent numbers.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> make_tensor(2, 2, low=0, high=1, key="weights", dtype=torch.float32)
    tensor([[0.4738, 0.2208],
            [0.5436, 0.4904]])
    """
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = tuple(shape[0])
    sizes = tuple(int(s) for s in shape)  # type: ignore[arg-type]
    if layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}; there are {', '.join(LAYOUTS)}")
    generator = torch.Generator().manual_seed(_seed(key))
    drawn = _draw(sizes, dtype, low, high, generator)
    if exclude_zero:
        smallest = torch.finfo(dtype).tiny if dtype.is_floating_point or dtype.is_complex else 1
        drawn = torch.where(drawn == 0, torch.tensor(smallest, dtype=dtype), drawn)
    if special is not False:
        values = special_values(dtype) if special is True else tuple(special)
        drawn = _with_special(drawn, values, generator)
    return LAYOUTS[layout](drawn.to(device)).requires_grad_(requires_grad)


def special_values(dtype: torch.dtype) -> tuple[float, ...]:
    """Signed zeros, the ends of the range, denormals, infinities and nan; of integers, zero and the ends."""
    if dtype is torch.bool:
        return (False, True)
    if not (dtype.is_floating_point or dtype.is_complex):
        info = torch.iinfo(dtype)
        return (0, info.min, info.max)
    f = torch.finfo(dtype)
    denormal = f.smallest_normal * f.eps
    return (0.0, -0.0, 1.0, -1.0, denormal, -denormal, f.tiny, f.eps, f.max, f.min, math.inf, -math.inf, math.nan)


def _seed(key: Hashable) -> int:
    """A seed from a key; Python's own hash differs from one process to the next."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=7).digest(), "little")


def _draw(
    sizes: tuple[int, ...], dtype: torch.dtype, low: float | None, high: float | None, generator: torch.Generator
) -> Tensor:
    if dtype is torch.bool:
        return torch.rand(sizes, generator=generator) < 0.5
    if dtype.is_complex:
        part = _PART[dtype]
        parts = (_draw(sizes, part, low, high, generator) for _ in range(2))
        return torch.view_as_complex(torch.stack(list(parts), -1))
    signed = dtype.is_floating_point or torch.iinfo(dtype).min < 0
    low, high = (-9 if signed else 0) if low is None else low, 9 if high is None else high
    if not low <= high:
        raise ValueError(f"the range from {low} to {high} is empty")
    if dtype.is_floating_point:
        wide = dtype if dtype in (torch.float64, torch.float32) else _DRAWN
        u = torch.rand(sizes, dtype=wide, generator=generator)
        # Halved first: the range may be wider than the largest number.
        return ((low / 2 + u * (high / 2 - low / 2)) * 2).clamp(low, high).to(dtype)
    whole = torch.randint(math.ceil(low), math.floor(high) + 1, sizes, dtype=torch.int64, generator=generator)
    return whole.to(dtype)


def _with_special(drawn: Tensor, values: tuple[float, ...], generator: torch.Generator) -> Tensor:
    count = min(len(values), -(-drawn.numel() // 2))
    places = torch.randperm(drawn.numel(), generator=generator)[:count]
    flat = drawn.flatten()
    flat[places] = torch.tensor(values, dtype=torch.float64 if drawn.is_floating_point() else None).to(drawn.dtype)[
        torch.randperm(len(values), generator=generator)[:count]
    ]
    return flat.reshape(drawn.shape)


def _strided(a: Tensor) -> Tensor:
    return torch.stack([a, a], -1).flatten(-2)[..., ::2] if a.ndim else a


def _transposed(a: Tensor) -> Tensor:
    return a.mT.contiguous().mT if a.ndim > 1 else a


def _offset(a: Tensor) -> Tensor:
    return torch.cat([a[:1], a])[1:] if a.ndim else a


def _expanded(a: Tensor) -> Tensor:
    return a[:1].expand(a.shape) if a.ndim and len(a) else a


def _conjugate(a: Tensor) -> Tensor:
    return a.conj().resolve_conj().conj() if a.is_complex() else a


def _negative(a: Tensor) -> Tensor:
    return torch._neg_view(-a) if a.is_floating_point() else a


def _channels_last(a: Tensor) -> Tensor:
    return a.contiguous(memory_format=torch.channels_last)


def _channels_last_3d(a: Tensor) -> Tensor:
    return a.contiguous(memory_format=torch.channels_last_3d)


#: What lies in memory otherwise than its values say. All but ``expanded``, whose rows are equal, keep the values.
LAYOUTS: dict[str, Layout] = {
    "contiguous": lambda a: a,
    "strided": _strided,
    "transposed": _transposed,
    "offset": _offset,
    "expanded": _expanded,
    "conjugate": _conjugate,
    "negative": _negative,
    "channels_last": _channels_last,
    "channels_last_3d": _channels_last_3d,
}
