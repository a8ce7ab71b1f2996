"""The operators behind the nonuniform Fourier transforms: exponential sums between points and modes.

All derivatives are such sums again. With E = exp(i s k·x), s the sign: the adjoint of a sum over points is a sum over
modes with -s, and the derivative in a point multiplies the term of mode k by i s k.
"""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from ..op import Maker, Sample, gufunc
from .gridding import modes_of_points, spectrum_of_points, values_at_points


def mode_numbers(shape: tuple[int, ...], like: Tensor) -> Tensor:
    """The modes k of a transform, ``(…, d, n)``, for flattened modes ``(…, n)``.

    Counted from ones of the given modes, which are distributed when those are.
    """
    position = torch.ones_like(like.real, dtype=torch.float64).cumsum(-1) - 1
    numbers = []
    stride = math.prod(shape)
    for n in shape:
        stride //= n
        numbers.append(torch.floor(position / stride).remainder(n) - n // 2)
    return torch.stack(numbers, -2).to(like.real.dtype)


def _mode_count(*, shape: tuple[int, ...], **_: Any) -> dict[str, int]:
    return {"n": math.prod(shape)}


def _real_part_of_product(a: Tensor, b: Tensor) -> Tensor:
    """Re(a conj(b)), with the dimension before the last moved to the end."""
    return (a.real * b.real + a.imag * b.imag).mT


# --- points to modes ----------------------------------------------------------------------------------------------


def _collected_tangent(out: Tensor, points: Tensor, strengths: Tensor, tangent: Tensor, **static: Any) -> Tensor:
    moved = _collected_modes(points.unsqueeze(-3), strengths.unsqueeze(-2) * tangent.mT, **static)
    return (moved * (1j * static["isign"]) * mode_numbers(static["shape"], out)).sum(-2)


def _collected_cotangent(g: Tensor, out: Tensor, points: Tensor, strengths: Tensor, **static: Any) -> Tensor:
    weighted = g.unsqueeze(-2) * (-1j * static["isign"]) * mode_numbers(static["shape"], g)
    values = _evaluated_modes(points.unsqueeze(-3), weighted, **_opposite(static))
    return _real_part_of_product(strengths.unsqueeze(-2), values)


def _opposite(static: dict[str, Any]) -> dict[str, Any]:
    return {**static, "isign": -static["isign"]}


def _angles(points: Any, shape: tuple[int, ...]) -> Any:
    axes = numpy.meshgrid(*(numpy.arange(-(n // 2), (n + 1) // 2) for n in shape), indexing="ij")
    return numpy.asarray(points) @ numpy.stack([k.ravel() for k in axes])


def direct_modes(points: Any, strengths: Any, *, shape: tuple[int, ...], isign: int = 1, **_: Any) -> Any:
    """The modes by their definition."""
    return (numpy.asarray(strengths)[..., None, :] @ numpy.exp(1j * isign * _angles(points, shape)))[..., 0, :]


def direct_values(points: Any, modes: Any, *, shape: tuple[int, ...], isign: int = 1, **_: Any) -> Any:
    """The values by their definition."""
    return (numpy.exp(1j * isign * _angles(points, shape)) @ numpy.asarray(modes)[..., None])[..., 0]


def direct_sums(points: Any, strengths: Any, targets: Any, *, isign: int = 1, **_: Any) -> Any:
    """The sums between points and frequencies by their definition."""
    angles = numpy.asarray(points) @ numpy.asarray(targets).swapaxes(-1, -2)
    return (numpy.asarray(strengths)[..., None, :] @ numpy.exp(1j * isign * angles))[..., 0, :]


# The laws compare with finite differences, so the samples ask for nearly all digits.
_EXACT = 1e-13

_CASES = ((1, (2,), (7,), 1), (2, (), (4, 5), -1), (3, (), (2, 3, 2), 1))


def _points(make: Maker, *shape: int) -> Tensor:
    return make(*shape).real


def _complex(make: Maker, *shape: int) -> Tensor:
    numbers = make(*shape)
    return numbers if numbers.is_complex() else torch.complex(numbers, make(*shape))


def _collected_samples(make: Maker) -> list[Sample]:
    return [
        Sample(
            (_points(make, *batch, 5, d), _complex(make, *batch, 5)), {"shape": shape, "isign": isign, "eps": _EXACT}
        )
        for d, batch, shape, isign in _CASES
    ]


def _evaluated_samples(make: Maker) -> list[Sample]:
    return [
        Sample(
            (_points(make, *batch, 5, d), _complex(make, *batch, math.prod(shape))),
            {"shape": shape, "isign": isign, "eps": _EXACT},
        )
        for d, batch, shape, isign in _CASES
    ]


def _between_samples(make: Maker) -> list[Sample]:
    return [
        Sample(
            (_points(make, *batch, 5, d), _complex(make, *batch, 5), _points(make, *batch, 4, d)),
            {"isign": isign, "eps": _EXACT},
        )
        for d, batch, isign in ((1, (2,), 1), (2, (), -1))
    ]


@gufunc(
    "(m,d),(m)->(n)",
    kernel=modes_of_points,
    jvp={"points": _collected_tangent},
    vjp={"points": _collected_cotangent},
    linear={"strengths": lambda g, points, strengths, **static: _evaluated_modes(points, g, **_opposite(static))},
    sizes=_mode_count,
    loops="rz->z",
    samples=_collected_samples,
    reference=direct_modes,
    rtol=1e-11,
    public=False,
)
def _collected_modes(
    points: Tensor, strengths: Tensor, *, shape: tuple[int, ...] = (1,), eps: float = 1e-6, isign: int = 1
) -> Tensor:
    """Modes of strengths at points: ``f[k] = Σ c[j] exp(isign i k·x[j])``.

    Parameters
    ----------
    points : (..., m, d)
        Where the strengths are, of period 2π.
    strengths : (..., m)
        What is at the points.
    shape : tuple of int
        Number of modes along each dimension.
    eps : float
        Relative error.
    isign : {1, -1}
        Sign of the exponent.

    Returns
    -------
    (..., n)
        The modes, flattened, from the most negative up.
    """


# --- modes to points ----------------------------------------------------------------------------------------------


def _evaluated_slopes(points: Tensor, modes: Tensor, **static: Any) -> Tensor:
    weighted = modes.unsqueeze(-2) * (1j * static["isign"]) * mode_numbers(static["shape"], modes)
    return _evaluated_modes(points.unsqueeze(-3), weighted, **static)


@gufunc(
    "(m,d),(n)->(m)",
    kernel=values_at_points,
    jvp={
        "points": lambda out, points, modes, tangent, **static: (
            _evaluated_slopes(points, modes, **static) * tangent.mT
        ).sum(-2)
    },
    vjp={
        "points": lambda g, out, points, modes, **static: _real_part_of_product(
            g.unsqueeze(-2), _evaluated_slopes(points, modes, **static)
        )
    },
    linear={"modes": lambda g, points, modes, **static: _collected_modes(points, g, **_opposite(static))},
    loops="rz->z",
    samples=_evaluated_samples,
    reference=direct_values,
    rtol=1e-11,
    public=False,
)
def _evaluated_modes(
    points: Tensor, modes: Tensor, *, shape: tuple[int, ...] = (1,), eps: float = 1e-6, isign: int = 1
) -> Tensor:
    """Sum of modes at points: ``c[j] = Σ f[k] exp(isign i k·x[j])``.

    Parameters
    ----------
    points : (..., m, d)
        Where the sum is wanted, of period 2π.
    modes : (..., n)
        The modes, flattened, from the most negative up.
    shape : tuple of int
        Number of modes along each dimension.
    eps : float
        Relative error.
    isign : {1, -1}
        Sign of the exponent.

    Returns
    -------
    (..., m)
        The sums.
    """


# --- points to frequencies ----------------------------------------------------------------------------------------


def _slopes_in_targets(points: Tensor, strengths: Tensor, targets: Tensor, **static: Any) -> Tensor:
    weighted = strengths.unsqueeze(-2) * (1j * static["isign"]) * points.mT
    return _sums_between(points.unsqueeze(-3), weighted, targets.unsqueeze(-3), **static)


def _tangent_in_points(
    out: Tensor, points: Tensor, strengths: Tensor, targets: Tensor, tangent: Tensor, **static: Any
) -> Tensor:
    moved = _sums_between(points.unsqueeze(-3), strengths.unsqueeze(-2) * tangent.mT, targets.unsqueeze(-3), **static)
    return (moved * (1j * static["isign"]) * targets.mT).sum(-2)


def _cotangent_in_points(
    g: Tensor, out: Tensor, points: Tensor, strengths: Tensor, targets: Tensor, **static: Any
) -> Tensor:
    weighted = g.unsqueeze(-2) * (-1j * static["isign"]) * targets.mT
    values = _sums_between(targets.unsqueeze(-3), weighted, points.unsqueeze(-3), **_opposite(static))
    return _real_part_of_product(strengths.unsqueeze(-2), values)


@gufunc(
    "(m,d),(m),(n,d)->(n)",
    kernel=spectrum_of_points,
    jvp={
        "points": _tangent_in_points,
        "targets": lambda out, points, strengths, targets, tangent, **static: (
            _slopes_in_targets(points, strengths, targets, **static) * tangent.mT
        ).sum(-2),
    },
    vjp={
        "points": _cotangent_in_points,
        "targets": lambda g, out, points, strengths, targets, **static: _real_part_of_product(
            g.unsqueeze(-2), _slopes_in_targets(points, strengths, targets, **static)
        ),
    },
    linear={
        "strengths": lambda g, points, strengths, targets, **static: _sums_between(
            targets, g, points, **_opposite(static)
        )
    },
    loops="rzr->z",
    samples=_between_samples,
    reference=direct_sums,
    rtol=1e-11,
    public=False,
)
def _sums_between(points: Tensor, strengths: Tensor, targets: Tensor, *, eps: float = 1e-6, isign: int = 1) -> Tensor:
    """Sums over points at arbitrary frequencies: ``f[k] = Σ c[j] exp(isign i s[k]·x[j])``.

    Parameters
    ----------
    points : (..., m, d)
        Where the strengths are.
    strengths : (..., m)
        What is at the points.
    targets : (..., n, d)
        The frequencies.
    eps : float
        Relative error.
    isign : {1, -1}
        Sign of the exponent.

    Returns
    -------
    (..., n)
        The sums.
    """
