"""Machine code for projective maps: two by two or four by four pixels around where each sample came from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ...op.kernel.scalar.llvm_backend import compile_loops
from .llvm_writer import F32, F64, FAST, I8, I64, Writer

_ARGUMENTS = 16


@cache
def warp_code(source: str, channels: int, method: str) -> Callable[..., None]:
    """
    The function for one type, ``"u8"`` or ``"f32"``, one number of channels and one method.

    ``(source, result, numbers, rows, columns, height, width, plane_stride, row_stride, pixel_stride, per_pixel)``:
    numbers are the nine entries of the map from the canvas to the picture and a filling for each channel, in double
    precision. A pixel is the mean of ``per_pixel²`` samples; one that is half outside is half filling.
    """
    writer = _Warp(I8 if source == "u8" else F32, channels, method)
    writer.write()
    return compile_loops(str(writer.module), ("warp",), _ARGUMENTS)[0]


class _Warp(Writer):
    def __init__(self, source: Any, channels: int, method: str) -> None:
        super().__init__()
        self.source, self.channels = source, channels
        self.offsets = (0, 1) if method == "bilinear" else (-1, 0, 1, 2)
        self.weigh = self._linear if method == "bilinear" else self._keys

    def write(self) -> None:
        arguments = self.function("warp", _ARGUMENTS)
        source, result, numbers, rows, columns, height, width = arguments[:7]
        self.strides = arguments[7:10]
        per_pixel = arguments[10]
        b = self.builder
        map = [self.load(numbers, I64(i), F64) for i in range(9)]
        fill = [b.fptrunc(self.load(numbers, I64(9 + c), F64), F32) for c in range(self.channels)]
        self.limits = (b.sub(columns, I64(1)), b.sub(rows, I64(1)))
        lengths = (b.sitofp(columns, F64), b.sitofp(rows, F64))
        parts = b.sitofp(per_pixel, F64)
        share = b.fptrunc(b.fdiv(F64(1.0), b.fmul(parts, parts)), F32)
        plane = b.mul(height, width)
        with self.loop(I64(0), height) as y, self.loop(I64(0), width) as x:
            totals = [self.variable(F32, F32(0.0)) for _ in range(self.channels)]
            with self.loop(I64(0), per_pixel) as sy, self.loop(I64(0), per_pixel) as sx:
                at = [self._part(x, sx, parts), self._part(y, sy, parts)]
                w = self._line(map[6:9], at)
                u, v = (b.fdiv(self._line(map[i : i + 3], at), w) for i in (0, 3))
                cover = b.fmul(self._within(u, lengths[0]), self._within(v, lengths[1]))
                seen = b.and_(b.fcmp_ordered(">", w, F64(0.0)), b.fcmp_ordered(">", cover, F64(0.0)))
                with b.if_else(seen) as (inside, outside):
                    with inside:
                        part = b.fptrunc(cover, F32)
                        rest = b.fsub(F32(1.0), part)
                        for total, value, colour in zip(totals, self._sample(source, u, v), fill):
                            mixed = b.fadd(b.fmul(part, value), b.fmul(rest, colour))
                            b.store(b.fadd(b.load(total), mixed), total)
                    with outside:
                        for total, colour in zip(totals, fill):
                            b.store(b.fadd(b.load(total), colour), total)
            place = b.add(b.mul(y, width), x)
            for c, total in enumerate(totals):
                self.store(b.fmul(b.load(total), share), result, b.add(place, b.mul(plane, I64(c))), F32)
        b.ret_void()

    def _part(self, x: Any, s: Any, parts: Any) -> Any:
        """The middle of a part of a pixel."""
        b = self.builder
        return b.fadd(b.sitofp(x, F64), b.fdiv(b.fadd(b.sitofp(s, F64), F64(0.5)), parts))

    def _line(self, row: list[Any], at: list[Any]) -> Any:
        b = self.builder
        return b.fadd(b.fadd(b.fmul(row[0], at[0]), b.fmul(row[1], at[1])), row[2])

    def _within(self, u: Any, length: Any) -> Any:
        """1 in the picture, 0 outside, and a ramp of one pixel between."""
        b = self.builder
        least, most = self.intrinsic("minnum", F64, 2), self.intrinsic("maxnum", F64, 2)
        ramp = b.call(least, [b.fadd(u, F64(0.5)), b.fsub(b.fadd(length, F64(0.5)), u)])
        return b.call(most, [F64(0.0), b.call(least, [F64(1.0), ramp])])

    def _sample(self, source: Any, u: Any, v: Any) -> list[Any]:
        b = self.builder
        floor = self.intrinsic("floor", F64, 1)
        weights, places = [], []
        for coordinate, limit, stride in zip((u, v), self.limits, (self.strides[2], self.strides[1])):
            moved = b.fsub(coordinate, F64(0.5))
            first = b.call(floor, [moved])
            weights.append(self.weigh(b.fptrunc(b.fsub(moved, first), F32)))
            index = b.fptosi(first, I64)
            places.append([b.mul(self._clamped(b.add(index, I64(i)), limit), stride) for i in self.offsets])
        values: list[Any] = [F32(0.0)] * self.channels
        for c in range(self.channels):
            plane = b.mul(self.strides[0], I64(c))
            for row, wy in zip(places[1], weights[1]):
                line: Any = F32(0.0)
                for column, wx in zip(places[0], weights[0]):
                    value = self.load(source, b.add(plane, b.add(row, column)), self.source)
                    if self.source is I8:
                        value = b.uitofp(value, F32)
                    line = b.fadd(line, b.fmul(wx, value, flags=FAST), flags=FAST)
                values[c] = b.fadd(values[c], b.fmul(wy, line, flags=FAST), flags=FAST)
        return values

    def _clamped(self, index: Any, limit: Any) -> Any:
        b = self.builder
        index = b.select(b.icmp_signed("<", index, I64(0)), I64(0), index)
        return b.select(b.icmp_signed(">", index, limit), limit, index)

    def _linear(self, t: Any) -> list[Any]:
        return [self.builder.fsub(F32(1.0), t), t]

    def _keys(self, t: Any) -> list[Any]:
        # Keys 1981, a = −1/2, at distances 1 + t, t, 1 − t, 2 − t
        return [
            self._polynomial(t, (-0.5, 1.0, -0.5, 0.0)),
            self._polynomial(t, (1.5, -2.5, 0.0, 1.0)),
            self._polynomial(t, (-1.5, 2.0, 0.5, 0.0)),
            self._polynomial(t, (0.5, -0.5, 0.0, 0.0)),
        ]

    def _polynomial(self, t: Any, coefficients: tuple[float, ...]) -> Any:
        b = self.builder
        value: Any = F32(coefficients[0])
        for c in coefficients[1:]:
            value = b.fadd(b.fmul(value, t), F32(c))
        return value
