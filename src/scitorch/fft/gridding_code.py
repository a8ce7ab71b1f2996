"""Machine code that spreads points over a padded grid and interpolates at them, on the CPU.

Written for one kernel width, number of dimensions and precision: the polynomials of the kernel are constants and its
rows are vectors. A row of complex numbers is touched by one multiplication and addition of twice as many reals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from llvmlite import ir  # type: ignore[import-untyped]

from ..op.kernel.scalar.llvm_backend import compile_loops
from .semicircle_kernel import Semicircle, piecewise_polynomials

#: Cells of a bin along the last, the second last and the third last dimension: a bin and its surroundings stay in the
#: first (1-d, 2-d) or second level of the processor's cache.
_BIN = {1: (512,), 2: (32, 32), 3: (16, 8, 8)}

#: How many points ahead memory is asked for: points are met by bins, not in the order in which they are stored.
PREFETCHED = 16

_I64, _I32, _F64 = ir.IntType(64), ir.IntType(32), ir.DoubleType()
_ARGUMENTS = 6
_CONTRACT = ("contract",)


def margin(kernel: Semicircle) -> int:
    """Cells by which a grid is padded at both ends of every dimension."""
    return kernel.width // 2 + 3


def bin_counts(cells: tuple[int, ...]) -> tuple[int, ...]:
    """Number of bins along every dimension of a grid."""
    sizes = reversed(_BIN[len(cells)])
    return tuple(n // size + 1 for n, size in zip(cells, sizes))


@dataclass(frozen=True)
class GriddingCode:
    """The compiled functions for one grid. All arguments are 64-bit integers: addresses, and a range of points.

    Attributes
    ----------
    count
        ``(points, bins, counts, 0, start, stop)`` notes the bin of every point and counts them.
    place
        ``(bins, offsets, order, 0, start, stop)`` makes the order of the points by bins.
    spread
        ``(points, order, strengths, grid, start, stop)`` adds to the padded grid.
    interpolate
        ``(points, order, values, grid, start, stop)`` writes the values.
    """

    count: Callable[..., None]
    place: Callable[..., None]
    spread: Callable[..., None]
    interpolate: Callable[..., None]


@cache
def _compiled(kernel: Semicircle, dimensions: int, precision: torch.dtype) -> GriddingCode:
    writer = _Writer(kernel, dimensions, precision)
    names = ("count", "place", "spread", "interpolate")
    for name in names:
        writer.write(name)
    return GriddingCode(*compile_loops(str(writer.module), names, _ARGUMENTS + dimensions))


def gridding_code(kernel: Semicircle, cells: tuple[int, ...], precision: torch.dtype) -> GriddingCode:
    """The functions for a grid of so many cells along each dimension, without its margins."""
    code = _compiled(kernel, len(cells), precision)

    def bound(function: Callable[..., None]) -> Callable[..., None]:
        return lambda *arguments: function(*arguments, *cells)

    return GriddingCode(*map(bound, (code.count, code.place, code.spread, code.interpolate)))


class _Writer:
    """Writes the functions of one kernel as LLVM instructions."""

    def __init__(self, kernel: Semicircle, dimensions: int, precision: torch.dtype) -> None:
        self.kernel, self.dimensions = kernel, dimensions
        self.real = _F64 if precision == torch.float64 else ir.FloatType()
        self.bytes = 8 if precision == torch.float64 else 4
        self.lanes = kernel.width + kernel.width % 2
        self.row = ir.VectorType(self.real, self.lanes)
        self.complex_row = ir.VectorType(self.real, 2 * self.lanes)
        self.module = ir.Module()
        self.floor = ir.Function(self.module, ir.FunctionType(_F64, [_F64]), "llvm.floor.f64")
        self.ceil = ir.Function(self.module, ir.FunctionType(_F64, [_F64]), "llvm.ceil.f64")
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), _I32, _I32, _I32])
        self.prefetch = ir.Function(self.module, kind, "llvm.prefetch.p0")
        suffix = "f64" if precision == torch.float64 else "f32"
        self.sum = ir.Function(
            self.module,
            ir.FunctionType(self.real, [self.real, self.row]),
            f"llvm.vector.reduce.fadd.v{self.lanes}{suffix}",
        )

    def write(self, name: str) -> None:
        kind = ir.FunctionType(ir.VoidType(), [_I64] * (_ARGUMENTS + self.dimensions))
        function = ir.Function(self.module, kind, name)
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.cells = function.args[_ARGUMENTS:]
        start, stop = function.args[4:6]
        with self._loop(start, stop) as j:
            getattr(self, f"_{name}")(function.args, j)
        self.builder.ret_void()

    # --- the four functions, for point number j -----------------------------------------------------------------

    def _count(self, arguments: Any, j: Any) -> None:
        b = self.builder
        bin_of_point: Any = _I64(0)
        sizes = list(reversed(_BIN[self.dimensions]))
        for axis, size in enumerate(sizes):
            cell = b.fptosi(self._grid_coordinate(arguments[0], j, axis), _I64)
            along = b.add(b.sdiv(self.cells[axis], _I64(size)), _I64(1))
            bin_of_point = b.add(b.mul(bin_of_point, along), b.sdiv(cell, _I64(size)))
        b.store(b.trunc(bin_of_point, _I32), self._at(arguments[1], _I32, j))
        counter = self._at(arguments[2], _I32, bin_of_point)
        b.store(b.add(b.load(counter), _I32(1)), counter)

    def _place(self, arguments: Any, j: Any) -> None:
        b = self.builder
        bin_of_point = b.sext(b.load(self._at(arguments[0], _I32, j)), _I64)
        counter = self._at(arguments[1], _I32, bin_of_point)
        position = b.load(counter)
        b.store(b.trunc(j, _I32), self._at(arguments[2], _I32, b.sext(position, _I64)))
        b.store(b.add(position, _I32(1)), counter)

    def _spread(self, arguments: Any, j: Any) -> None:
        b = self.builder
        points, order, strengths, grid = arguments[:4]
        point = self._next_point(points, order, strengths, j)
        firsts, weights = self._footprint(points, point)
        pair = [b.load(self._at(strengths, self.real, b.add(b.mul(point, _I64(2)), _I64(i)))) for i in (0, 1)]
        strength = self._splat(pair, self.complex_row)
        row = b.fmul(self._doubled(weights[-1]), strength)

        def add_row(offset: Any, weight: Any) -> None:
            address = self._row_address(grid, offset)
            part = row if weight is None else b.fmul(row, self._splat([weight], self.complex_row), flags=_CONTRACT)
            old = b.load(address, align=self.bytes)
            b.store(b.fadd(old, part, flags=_CONTRACT), address, align=self.bytes)

        self._over_rows(firsts, weights, add_row)

    def _interpolate(self, arguments: Any, j: Any) -> None:
        b = self.builder
        points, order, values, grid = arguments[:4]
        point = self._next_point(points, order, values, j)
        firsts, weights = self._footprint(points, point)
        total = self._variable(self.complex_row)
        b.store(ir.Constant(self.complex_row, [0.0] * (2 * self.lanes)), total)

        def add_row(offset: Any, weight: Any) -> None:
            part = b.load(self._row_address(grid, offset), align=self.bytes)
            if weight is not None:
                part = b.fmul(part, self._splat([weight], self.complex_row), flags=_CONTRACT)
            b.store(b.fadd(b.load(total), part, flags=_CONTRACT), total)

        self._over_rows(firsts, weights, add_row)
        summed = b.fmul(b.load(total), self._doubled(weights[-1]))
        for i in (0, 1):
            every_other = self._shuffled(summed, [2 * lane + i for lane in range(self.lanes)])
            value = b.call(self.sum, [self.real(-0.0), every_other], fastmath=("reassoc",))
            b.store(value, self._at(values, self.real, b.add(b.mul(point, _I64(2)), _I64(i))))

    # --- their parts --------------------------------------------------------------------------------------------

    def _next_point(self, points: Any, order: Any, numbers: Any, j: Any) -> Any:
        """Number of the j-th point in order; memory of a later one is asked for."""
        b = self.builder
        later = b.sext(b.load(self._at(order, _I32, b.add(j, _I64(PREFETCHED)))), _I64)
        for address, size in ((points, 8 * self.dimensions), (numbers, 2 * self.bytes)):
            byte = b.inttoptr(b.add(address, b.mul(later, _I64(size))), ir.IntType(8).as_pointer())
            b.call(self.prefetch, [byte, _I32(0), _I32(3), _I32(1)])
        return b.sext(b.load(self._at(order, _I32, j)), _I64)

    def _grid_coordinate(self, points: Any, j: Any, axis: int) -> Any:
        """Where a point lies along an axis, in cells from the first, periodically."""
        b = self.builder
        index = b.add(b.mul(j, _I64(self.dimensions)), _I64(axis))
        turns = b.fmul(b.load(self._at(points, _F64, index)), _F64(1 / (2 * math.pi)))
        turns = b.fsub(turns, b.call(self.floor, [turns]))
        return b.fmul(turns, b.sitofp(self.cells[axis], _F64))

    def _footprint(self, points: Any, point: Any) -> tuple[list[Any], list[Any]]:
        """The first padded cell that the kernel of a point covers along each axis, and the weights from there on."""
        b = self.builder
        width = self.kernel.width
        table = piecewise_polynomials(self.kernel)
        firsts, weights = [], []
        for axis in range(self.dimensions):
            coordinate = self._grid_coordinate(points, point, axis)
            left = b.call(self.ceil, [b.fsub(coordinate, _F64(width / 2))])
            t = b.fadd(b.fmul(b.fsub(left, coordinate), _F64(2.0)), _F64(width - 1.0))
            t = self._splat([t if self.real is _F64 else b.fptrunc(t, self.real)], self.row)
            value: Any = self._constant(table[-1])
            for coefficients in table[-2::-1]:
                value = b.fadd(b.fmul(value, t, flags=_CONTRACT), self._constant(coefficients), flags=_CONTRACT)
            weights.append(value)
            firsts.append(b.add(b.fptosi(left, _I64), _I64(margin(self.kernel))))
        return firsts, weights

    def _over_rows(self, firsts: list[Any], weights: list[Any], visit: Callable[[Any, Any], None]) -> None:
        """Visit the rows of a footprint: the number of their first cell in the padded grid, and their weight."""
        b = self.builder
        padded = [b.add(n, _I64(2 * margin(self.kernel))) for n in self.cells]
        lanes = range(self.kernel.width)
        if self.dimensions == 1:
            visit(firsts[0], None)
            return
        if self.dimensions == 2:
            for i in lanes:
                line = b.mul(b.add(firsts[0], _I64(i)), padded[1])
                visit(b.add(line, firsts[1]), b.extract_element(weights[0], _I32(i)))
            return
        outer = self._variable(self.row)
        b.store(weights[0], outer)
        base = b.ptrtoint(outer, _I64)
        with self._loop(_I64(0), _I64(self.kernel.width)) as plane:
            outer_weight = b.load(self._at(base, self.real, plane))
            first_line = b.add(b.mul(b.add(firsts[0], plane), padded[1]), firsts[1])
            for i in lanes:
                line = b.mul(b.add(first_line, _I64(i)), padded[2])
                weight = b.fmul(outer_weight, b.extract_element(weights[1], _I32(i)))
                visit(b.add(line, firsts[2]), weight)

    def _row_address(self, grid: Any, cell: Any) -> Any:
        address = self.builder.add(grid, self.builder.mul(cell, _I64(2 * self.bytes)))
        return self.builder.inttoptr(address, self.complex_row.as_pointer())

    def _at(self, address: Any, kind: Any, index: Any) -> Any:
        size = 4 if kind is _I32 else 8 if kind is _F64 else self.bytes
        b = self.builder
        return b.inttoptr(b.add(address, b.mul(index, _I64(size))), kind.as_pointer())

    def _constant(self, coefficients: Any) -> Any:
        filled = [float(c) for c in coefficients] + [0.0] * (self.lanes - len(coefficients))
        return ir.Constant(self.row, [self.real(c) for c in filled])

    def _splat(self, values: list[Any], kind: Any) -> Any:
        """A vector that repeats one or two values."""
        vector: Any = ir.Constant(ir.VectorType(self.real, len(values)), ir.Undefined)
        for i, value in enumerate(values):
            vector = self.builder.insert_element(vector, value, _I32(i))
        return self._shuffled(vector, [i % len(values) for i in range(kind.count)])

    def _doubled(self, row: Any) -> Any:
        return self._shuffled(row, [i // 2 for i in range(2 * self.lanes)])

    def _shuffled(self, vector: Any, lanes: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(_I32, len(lanes)), [_I32(i) for i in lanes])
        return self.builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)

    def _variable(self, kind: Any) -> Any:
        with self.builder.goto_entry_block():
            return self.builder.alloca(kind)

    @contextmanager
    def _loop(self, start: Any, stop: Any) -> Iterator[Any]:
        b = self.builder
        counter = self._variable(_I64)
        b.store(start, counter)
        head, body, end = (b.append_basic_block(name) for name in ("head", "body", "end"))
        b.branch(head)
        b.position_at_end(head)
        b.cbranch(b.icmp_signed("<", b.load(counter), stop), body, end)
        b.position_at_end(body)
        j = b.load(counter)
        yield j
        b.store(b.add(j, _I64(1)), counter)
        b.branch(head)
        b.position_at_end(end)
