"""Machine code for maps that keep rows and columns: separable taps, averaged in single precision, and colours.

A row of the result is a weighted sum of rows of the picture, whole vectors at a time; then each pixel of it is a
weighted sum of pixels of that row, all its channels at once. The result is planar.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from ...op.kernel.scalar.llvm_backend import compile_loops
from .llvm_writer import F32, F64, FAST, I8, I32, I64, Writer

_ARGUMENTS = 16
_LANES = 32  # of the sums of rows
_COLOUR_LANES = 16


@cache
def taps_code() -> tuple[Callable[..., None], ...]:
    """
    Functions ``triangle`` and ``cubic``: ``(geometry, positions, weights, inputs, outputs, taps)``.

    Output i looks at ``geometry[0] + (i + ½) geometry[1]``, stretched by ``geometry[2]``, over ``geometry[3]`` to
    either side. Weights add up to 1; those of an output whose centre is outside of the input are 0.
    """
    writer = _Taps()
    for name in ("triangle", "cubic"):
        writer.write(name)
    return compile_loops(str(writer.module), ("triangle", "cubic"), _ARGUMENTS)


@cache
def resample_code(source: str, channels: int, planar: bool) -> Callable[..., None]:
    """
    The function for pictures of one type (``"u8"`` or ``"f32"``), number of channels and order of memory.

    ``(source, result, rows, row_stride, plane_stride, first_column, columns, height, width, y_positions, y_weights,
    y_taps, x_positions, x_weights, x_taps)``, with strides in elements.
    """
    writer = _Resample(I8 if source == "u8" else F32, channels, planar)
    writer.write()
    return compile_loops(str(writer.module), ("resample",), _ARGUMENTS)[0]


@cache
def colour_code(source: str, result: str) -> Callable[..., None]:
    """``(source, result, numbers, pixels)`` of three planes; numbers are the 3×4 matrix and three pairs of limits."""
    writer = _Colour(*(I8 if kind == "u8" else F32 for kind in (source, result)))
    writer.write()
    return compile_loops(str(writer.module), ("colour",), _ARGUMENTS)[0]


@cache
def gather_code(bits: int) -> Callable[..., None]:
    """``(source, result, rows, columns, planes, height, width, plane_stride, row_stride)``: pixels by their numbers."""
    writer = _Gather(ir.IntType(bits))
    writer.write()
    return compile_loops(str(writer.module), ("gather",), _ARGUMENTS)[0]


class _Gather(Writer):
    def __init__(self, element: Any) -> None:
        super().__init__()
        self.element = element

    def write(self) -> None:
        arguments = self.function("gather", _ARGUMENTS)[:9]
        source, result, rows, columns, planes, height, width, plane_stride, row_stride = arguments
        b = self.builder
        with self.loop(I64(0), planes) as plane, self.loop(I64(0), height) as y:
            start = b.add(b.mul(plane, plane_stride), b.mul(self.load(rows, y, I64), row_stride))
            to = b.mul(b.add(b.mul(plane, height), y), width)
            with self.loop(I64(0), width) as x:
                value = self.load(source, b.add(start, self.load(columns, x, I64)), self.element)
                self.store(value, result, b.add(to, x), self.element)
        b.ret_void()


class _Taps(Writer):
    def write(self, name: str) -> None:
        geometry, positions, weights, inputs, outputs, taps = self.function(name, _ARGUMENTS)[:6]
        b = self.builder
        start, step, stretch, radius = (self.load(geometry, I64(i), F64) for i in range(4))
        floor = self.intrinsic("floor", F64, 1)
        length = b.sitofp(inputs, F64)
        with self.loop(I64(0), outputs) as i:
            centre = b.fadd(start, b.fmul(b.fadd(b.sitofp(i, F64), F64(0.5)), step))
            first = b.fptosi(b.call(floor, [b.fadd(b.fsub(centre, radius), F64(0.5))]), I64)
            seen = b.and_(b.fcmp_ordered(">=", centre, F64(0.0)), b.fcmp_ordered("<", centre, length))
            total = self.variable(F64, F64(0.0))
            row = b.mul(i, taps)
            with self.loop(I64(0), taps) as k:
                j = b.add(first, k)
                distance = b.fdiv(b.fsub(b.fadd(b.sitofp(j, F64), F64(0.5)), centre), stretch)
                weight = getattr(self, f"_{name}")(b.call(self.intrinsic("fabs", F64, 1), [distance]))
                exists = b.and_(b.icmp_signed(">=", j, I64(0)), b.icmp_signed("<", j, inputs))
                weight = b.select(b.and_(seen, exists), weight, F64(0.0))
                b.store(b.fadd(b.load(total), weight), total)
                j = b.select(exists, j, b.select(b.icmp_signed("<", j, I64(0)), I64(0), b.sub(inputs, I64(1))))
                self.store(b.trunc(j, I32), positions, b.add(row, k), I32)
                self.store(b.fptrunc(weight, F32), weights, b.add(row, k), F32)
            scale = b.select(seen, b.fdiv(F64(1.0), b.load(total)), F64(0.0))
            with self.loop(I64(0), taps) as k:
                at = b.add(row, k)
                weight = b.fmul(b.fpext(self.load(weights, at, F32), F64), scale)
                self.store(b.fptrunc(weight, F32), weights, at, F32)
        b.ret_void()

    def _triangle(self, t: Any) -> Any:
        b = self.builder
        return b.select(b.fcmp_ordered("<", t, F64(1.0)), b.fsub(F64(1.0), t), F64(0.0))

    def _cubic(self, t: Any) -> Any:
        # Keys 1981, a = −1/2: (1.5 t − 2.5) t² + 1 within 1, ((−t + 5) t − 8) t / 2 + 2 within 2
        b = self.builder
        near = b.fadd(b.fmul(b.fmul(b.fsub(b.fmul(t, F64(1.5)), F64(2.5)), t), t), F64(1.0))
        far = b.fmul(b.fsub(b.fmul(b.fsub(F64(5.0), t), t), F64(8.0)), b.fmul(t, F64(0.5)))
        far = b.select(b.fcmp_ordered("<", t, F64(2.0)), b.fadd(far, F64(2.0)), F64(0.0))
        return b.select(b.fcmp_ordered("<", t, F64(1.0)), near, far)


class _Resample(Writer):
    def __init__(self, source: Any, channels: int, planar: bool) -> None:
        super().__init__()
        self.source, self.channels = source, channels
        self.planes = channels if planar else 1
        # planes are woven to pixels of four numbers; pixels of the picture stay as they are
        self.pixel = 4 if planar and channels > 1 else channels
        self.lanes = 4 if channels > 1 else 1

    def write(self) -> None:
        arguments = self.function("resample", _ARGUMENTS)
        (source, result, rows, row_stride, plane_stride, first, columns, height, width) = arguments[:9]
        y_positions, y_weights, y_taps, x_positions, x_weights, x_taps = arguments[9:15]
        b = self.builder
        woven = rows
        if self.planes > 1:
            woven = b.add(rows, b.mul(columns, I64(4 * self.planes)))
        length = columns if self.planes > 1 or self.channels == 1 else b.mul(columns, I64(self.channels))
        offset = first if self.planes > 1 or self.channels == 1 else b.mul(first, I64(self.channels))
        with self.loop(I64(0), height) as y:
            taps = b.mul(y, y_taps)
            for plane in range(self.planes):
                start = b.add(offset, b.mul(plane_stride, I64(plane)))
                to = b.add(rows, b.mul(columns, I64(4 * plane)))
                self._sum_rows(source, start, row_stride, to, length, (y_positions, y_weights), taps, y_taps)
            if self.planes > 1:
                self._weave(rows, woven, columns)
            with self.loop(I64(0), width) as x:
                at = b.mul(x, x_taps)
                kind = ir.VectorType(F32, self.lanes) if self.lanes > 1 else F32
                total = self.variable(kind, ir.Constant(kind, [0.0] * self.lanes) if self.lanes > 1 else F32(0.0))
                with self.loop(I64(0), x_taps) as k:
                    j = b.sub(b.sext(self.load(x_positions, b.add(at, k), I32), I64), first)
                    weight = self.splat(self.load(x_weights, b.add(at, k), F32), self.lanes)
                    pixel = self.load(woven, b.mul(j, I64(self.pixel)), F32, self.lanes)
                    b.store(b.fadd(b.load(total), b.fmul(weight, pixel, flags=FAST), flags=FAST), total)
                value = b.load(total)
                place = b.add(b.mul(y, width), x)
                for c in range(self.channels):
                    number = b.extract_element(value, I32(c)) if self.lanes > 1 else value
                    self.store(number, result, b.add(place, b.mul(b.mul(height, width), I64(c))), F32)
        b.ret_void()

    def _sum_rows(
        self, source: Any, start: Any, stride: Any, to: Any, length: Any, table: tuple[Any, Any], taps: Any, n: Any
    ) -> None:
        b = self.builder
        positions, weights = table
        whole = b.and_(length, I64(-_LANES))

        def part(begin: Any, end: Any, lanes: int) -> None:
            kind = ir.VectorType(F32, lanes) if lanes > 1 else F32
            with self.loop(begin, end, lanes) as x:
                total = self.variable(kind, ir.Constant(kind, [0.0] * lanes) if lanes > 1 else F32(0.0))
                with self.loop(I64(0), n) as k:
                    row = b.sext(self.load(positions, b.add(taps, k), I32), I64)
                    weight = self.splat(self.load(weights, b.add(taps, k), F32), lanes)
                    at = b.add(b.add(start, b.mul(row, stride)), x)
                    values = self.load(source, at, self.source, lanes)
                    if self.source is I8:
                        values = b.uitofp(values, kind)
                    b.store(b.fadd(b.load(total), b.fmul(weight, values, flags=FAST), flags=FAST), total)
                self.store(b.load(total), to, x, F32, lanes)

        part(I64(0), whole, _LANES)
        part(whole, length, 1)

    def _weave(self, rows: Any, woven: Any, columns: Any) -> None:
        """Three or four planes of a row to pixels of four numbers."""
        b = self.builder
        lanes = 16
        whole = b.and_(columns, I64(-lanes))
        with self.loop(I64(0), whole, lanes) as x:
            planes = [self.load(rows, b.add(x, b.mul(columns, I64(p))), F32, lanes) for p in range(self.planes)]
            planes += [planes[-1]] * (4 - self.planes)
            pairs = [self.shuffle(planes[i], planes[i + 1], list(range(2 * lanes))) for i in (0, 2)]
            order = [i + lanes * c for i in range(lanes) for c in range(4)]
            self.store(self.shuffle(pairs[0], pairs[1], order), woven, b.mul(x, I64(4)), F32, 4 * lanes)
        with self.loop(whole, columns) as x:
            for p in range(self.planes):
                value = self.load(rows, b.add(x, b.mul(columns, I64(p))), F32)
                self.store(value, woven, b.add(b.mul(x, I64(4)), I64(p)), F32)


class _Colour(Writer):
    def __init__(self, source: Any, result: Any) -> None:
        super().__init__()
        self.source, self.result = source, result

    def write(self) -> None:
        source, result, numbers, pixels = self.function("colour", _ARGUMENTS)[:4]
        b = self.builder
        table = [self.load(numbers, I64(i), F32) for i in range(18)]
        whole = b.and_(pixels, I64(-_COLOUR_LANES))

        def part(begin: Any, end: Any, lanes: int) -> None:
            kind = ir.VectorType(F32, lanes) if lanes > 1 else F32
            narrow = ir.VectorType(I8, lanes) if lanes > 1 else I8
            wide = [self.splat(x, lanes) for x in table]
            low, high = self.intrinsic("maxnum", kind, 2), self.intrinsic("minnum", kind, 2)
            with self.loop(begin, end, lanes) as x:
                given = [self.load(source, b.add(x, b.mul(pixels, I64(c))), self.source, lanes) for c in range(3)]
                if self.source is I8:
                    given = [b.uitofp(g, kind) for g in given]
                for c in range(3):
                    value = wide[4 * c + 3]
                    for i in range(3):
                        value = b.fadd(value, b.fmul(wide[4 * c + i], given[i], flags=FAST), flags=FAST)
                    value = b.call(high, [b.call(low, [value, wide[12 + 2 * c]]), wide[13 + 2 * c]])
                    if self.result is I8:
                        value = b.fptoui(b.call(self.intrinsic("rint", kind, 1), [value]), narrow)
                    self.store(value, result, b.add(x, b.mul(pixels, I64(c))), self.result, lanes)

        part(I64(0), whole, _COLOUR_LANES)
        part(whole, pixels, 1)
        b.ret_void()
