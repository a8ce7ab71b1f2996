"""What a function of matrices asks of its arguments, and how it says no.

Shapes are checked in the public functions, where they are known under every transform. Values (finite entries, zero
pivots) are checked in the kernels, which alone see numbers: a check there works under ``vmap``, ``torch.compile`` and
differentiation alike.
"""

from __future__ import annotations

import torch
from numpy.linalg import LinAlgError
from torch import Tensor
from torch.autograd import forward_ad

from scitorch.op import Sample, gufunc
from scitorch.op.torch_private import is_tracked, transforms_active

#: What torch raises where LAPACK's iterations fail; numpy's LinAlgError is what callers see.
NoConvergence: type[Exception] = torch.linalg.LinAlgError  # type: ignore[attr-defined]


def require_matrix(function: str, argument: str, a: Tensor) -> None:
    """Raise ``ValueError`` unless ``a`` has at least two dimensions."""
    if a.ndim < 2:
        raise ValueError(f"{function}: argument {argument!r} has shape {tuple(a.shape)}; wanted (..., m, n)")


def require_square(function: str, argument: str, a: Tensor) -> None:
    """Raise ``ValueError`` unless ``a`` is a square matrix or a batch of them."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(
            f"{function}: argument {argument!r} has shape {tuple(a.shape)}; wanted square matrices (..., n, n)"
        )


def as_columns(function: str, argument: str, b: Tensor, rows: int) -> tuple[Tensor, bool]:
    """Right-hand sides as ``(..., rows, k)``, and whether ``b`` was a single vector.

    Raises
    ------
    ValueError
        If ``b`` does not have ``rows`` rows.
    """
    is_vector = b.ndim == 1
    columns = b.unsqueeze(-1) if is_vector else b
    if columns.ndim < 2 or columns.shape[-2] != rows:
        raise ValueError(
            f"{function}: argument {argument!r} has shape {tuple(b.shape)}; wanted ({rows},) or (..., {rows}, k)"
        )
    return columns, is_vector


def require_finite(function: str, **arguments: Tensor) -> None:
    """Raise ``ValueError`` if an argument holds an infinity or a NaN. For kernels: it reads the values."""
    for name, x in arguments.items():
        # The sum is finite whenever all entries are (short of overflow) and costs one pass without a mask.
        if not bool(torch.isfinite(x.sum())) and not bool(torch.isfinite(x).all()):
            bad = int(x.numel() - int(torch.isfinite(x).sum()))
            raise ValueError(
                f"{function}: argument {name!r} of shape {tuple(x.shape)} has {bad} entries that are infinite or "
                "NaN; wanted finite numbers"
            )


def finite_matrices(a: Tensor) -> Tensor | None:
    """Which matrices of a batch have finite entries only; ``None`` for all. For kernels."""
    if bool(torch.isfinite(a.sum())):
        return None
    finite = torch.isfinite(a).all(-1).all(-1)
    return None if bool(finite.all()) else finite


def require_zero_info(function: str, argument: str, info: Tensor, failure: str) -> None:
    """Raise ``LinAlgError`` if a LAPACK ``info`` array reports a failure. For kernels.

    ``failure`` describes it, with ``{}`` for the one-based position LAPACK reports.
    """
    if not bool((info != 0).any()):
        return
    if info.ndim == 0:
        raise LinAlgError(f"{function}: argument {argument!r}: {failure.format(int(info))}")
    first = [int(i) for i in (info != 0).nonzero()[0]]
    value = int(info[tuple(first)])
    raise LinAlgError(f"{function}: argument {argument!r}, matrix {first} of the batch: {failure.format(value)}")


def _finite_kernel(x: Tensor, *, function: str, argument: str) -> Tensor:
    require_finite(function, **{argument: x})
    return x.clone()


@gufunc(
    "()->()",
    kernel=_finite_kernel,
    jvp={"x": lambda out, x, dx, **_: dx},
    vjp={"x": lambda g, out, x, **_: g},
    samples=lambda make: [Sample((make(3),))],
    loops="r->r z->z",
    public=False,
)
def finite(x: Tensor, *, function: str = "", argument: str = "x") -> Tensor:
    """``x``, after :func:`require_finite`: for functions that have no kernel of their own."""


def is_differentiated(a: Tensor) -> bool:
    """Whether derivatives of a function of ``a`` will be asked for, as far as can be seen.

    A factorisation that the derivative needs is then worth returning with the value.
    """
    if torch.compiler.is_compiling():
        return a.requires_grad
    if not transforms_active() and forward_ad._current_level < 0:
        return a.requires_grad and torch.is_grad_enabled()
    return is_tracked(a, batched=False)
