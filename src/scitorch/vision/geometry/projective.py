"""Plane projective maps as nine numbers, row by row, in continuous coordinates: pixel i covers [i, i + 1].

The numbers are Python floats, which are quick to multiply, or tensors (a number for each sample, or parameters that
derivatives are wanted in): the same formulas serve both.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import torch
from torch import Tensor

#: Entries of a 3×3 matrix that maps (x, y, 1).
Map: TypeAlias = tuple[Any, Any, Any, Any, Any, Any, Any, Any, Any]

Point: TypeAlias = tuple[float, float]

IDENTITY: Map = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def scaling(x: Any, y: Any) -> Map:
    """Magnification along both axes."""
    return (x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, 1.0)


def shift(x: Any, y: Any) -> Map:
    """Displacement."""
    return (1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0)


def compose(second: Map, first: Map) -> Map:
    """The map that does `first`, then `second`."""
    a, b, c, d, e, f, g, h, i = second
    j, k, l, m, n, o, p, q, r = first
    if is_affine(first) and is_affine(second):
        return (
            a * j + b * m,
            a * k + b * n,
            a * l + b * o + c,
            d * j + e * m,
            d * k + e * n,
            d * l + e * o + f,
            0.0,
            0.0,
            1.0,
        )
    return (
        a * j + b * m + c * p, a * k + b * n + c * q, a * l + b * o + c * r,
        d * j + e * m + f * p, d * k + e * n + f * q, d * l + e * o + f * r,
        g * j + h * m + i * p, g * k + h * n + i * q, g * l + h * o + i * r,
    )  # fmt: skip


def inverse(map: Map) -> Map:
    """The map back, by the adjugate matrix."""
    a, b, c, d, e, f, g, h, i = map
    if is_affine(map):
        det = a * e - b * d
        return (e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det, 0.0, 0.0, 1.0)
    adjugate = (
        e * i - f * h, c * h - b * i, b * f - c * e,
        f * g - d * i, a * i - c * g, c * d - a * f,
        d * h - e * g, b * g - a * h, a * e - b * d,
    )  # fmt: skip
    det = a * adjugate[0] + b * adjugate[3] + c * adjugate[6]
    return tuple(entry / det for entry in adjugate)  # type: ignore[return-value]


def is_affine(map: Map) -> bool:
    """Whether parallel lines stay parallel, and the last row is that of the identity."""
    g, h, i = map[6:]
    return type(g) is float and g == 0.0 and type(h) is float and h == 0.0 and type(i) is float and i == 1.0


def is_upright(map: Map) -> bool:
    """Whether rows stay rows and columns stay columns."""
    b, d = map[1], map[3]
    return is_affine(map) and type(b) is float and b == 0.0 and type(d) is float and d == 0.0


def is_plain(map: Map) -> bool:
    """Whether all entries are Python floats."""
    a, b, c, d, e, f, g, h, i = map
    kinds = {type(a), type(b), type(c), type(d), type(e), type(f), type(g), type(h), type(i)}
    return kinds == {float}


def plain(map: Map) -> Map:
    """The entries as Python floats, without derivatives; not for maps with a batch of entries."""
    if is_plain(map):
        return map
    numbers = (entry.detach() if isinstance(entry, Tensor) else entry for entry in map)
    return tuple(float(entry) for entry in numbers)  # type: ignore[return-value]


def matrix(map: Map, like: Tensor) -> Tensor:
    """The entries as a matrix ``(3, 3)`` with their derivatives, of a tensor's device and at least float32."""
    dtype = like.dtype if like.dtype == torch.float64 else torch.float32
    if is_plain(map):
        return torch.tensor(map, dtype=dtype, device=like.device).view(3, 3)
    entries = [torch.as_tensor(entry, dtype=dtype, device=like.device) for entry in map]
    return torch.stack(entries).view(3, 3)


def at(map: Map, point: Point) -> Point:
    """Where one point goes."""
    x, y = point
    a, b, c, d, e, f, g, h, i = map
    w = g * x + h * y + i
    return (a * x + b * y + c) / w, (d * x + e * y + f) / w


def apply(map: Map, points: Tensor) -> Tensor:
    """Where points ``(..., 2)`` go; what the map sends through infinity becomes NaN."""
    x, y = points.unbind(-1)
    a, b, c, d, e, f, g, h, i = map
    if is_upright(map):
        return torch.stack([x * a + c, y * e + f], -1)
    mapped = torch.stack([x * a + y * b + c, x * d + y * e + f], -1)
    if is_affine(map):
        return mapped
    w = (x * g + y * h + i)[..., None]
    return torch.where(w > 0, mapped / w, math.nan)


def orientation(map: Map, at_point: Point) -> float:
    """Determinant of the map's derivative at a point: negative where left and right are exchanged."""
    a, b, _, d, e, _, g, h, i = map
    if is_affine(map):
        return float(a * e - b * d)
    x, y = at_point
    w = g * x + h * y + i
    u, v = at(map, at_point)
    return float(((a - g * u) * (e - h * v) - (b - h * u) * (d - g * v)) / w**2)


def quadrilateral(start: tuple[Point, ...], end: tuple[Point, ...]) -> Map:
    """
    The map that takes four points to four others.

    Raises
    ------
    ValueError
        If three of the points lie on a line.
    """
    rows, right = [], []
    for (x, y), (u, v) in zip(start, end):
        rows += [[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y]]
        right += [u, v]
    solution, info = torch.linalg.solve_ex(
        torch.tensor(rows, dtype=torch.float64), torch.tensor(right, dtype=torch.float64)
    )
    if int(info) != 0 or not bool(solution.isfinite().all()):
        raise ValueError("the corners of a perspective map must not have three on one line")
    return (*solution.tolist(), 1.0)  # type: ignore[return-value]


def affine(angle: Any, translate: tuple[Any, Any], scale: Any, shear: tuple[Any, Any], center: tuple[Any, Any]) -> Map:
    """
    Shear, rotation and magnification about a centre, then a shift.

    Angles are in degrees, `angle` clockwise as seen; the order of the factors is that of torchvision's ``affine``.
    """
    rotation, sx, sy = _radians(angle), _radians(shear[0]), _radians(shear[1])
    a = _cos(rotation - sy) / _cos(sy)
    b = -_cos(rotation - sy) * _tan(sx) / _cos(sy) - _sin(rotation)
    c = _sin(rotation - sy) / _cos(sy)
    d = -_sin(rotation - sy) * _tan(sx) / _cos(sy) + _cos(rotation)
    linear: Map = (scale * a, scale * b, 0.0, scale * c, scale * d, 0.0, 0.0, 0.0, 1.0)
    there = shift(center[0] + translate[0], center[1] + translate[1])
    return compose(there, compose(linear, shift(-center[0], -center[1])))


def rotation(angle: Any, center: tuple[Any, Any]) -> Map:
    """A turn by degrees, counter-clockwise as seen; exact for quarter turns."""
    if not isinstance(angle, Tensor) and angle % 90 == 0:
        cos, sin = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(angle // 90) % 4]
    else:
        cos, sin = _cos(_radians(angle)), _sin(_radians(angle))
    turn: Map = (cos, sin, 0.0, -sin, cos, 0.0, 0.0, 0.0, 1.0)
    return compose(shift(*center), compose(turn, shift(-center[0], -center[1])))


def _radians(degrees: Any) -> Any:
    return degrees * (math.pi / 180)


def _cos(x: Any) -> Any:
    return torch.cos(x) if isinstance(x, Tensor) else math.cos(x)


def _sin(x: Any) -> Any:
    return torch.sin(x) if isinstance(x, Tensor) else math.sin(x)


def _tan(x: Any) -> Any:
    return torch.tan(x) if isinstance(x, Tensor) else math.tan(x)
