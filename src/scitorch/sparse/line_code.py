"""Machine code for products of compressed lines, on the CPU.

Written for one precision, real or complex, and one width of index. Several columns of a dense factor are a vector that
stays in registers while a line is summed up, so that nothing is stored until the line is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from llvmlite import ir  # type: ignore[import-untyped]

from ..op.kernel.scalar.llvm_backend import compile_loops

_I64, _I32 = ir.IntType(64), ir.IntType(32)

#: Names of the functions. All take eleven 64-bit integers, addresses and numbers; see :class:`_Writer`.
NAMES = (
    *("multiply", "multiply_transposed", "sample"),
    *("multiply_vector", "multiply_transposed_vector", "sample_vector"),  # for a single column
    *("combine", "combine_left", "combine_right"),
)

_ARGUMENTS = 11
_CONTRACT = ("contract",)
#: Numbers in one block of columns, tried from the widest.
_BLOCKS = (32, 8, 1)


@cache
def line_code(dtype: torch.dtype, index: torch.dtype) -> dict[str, Callable[..., None]]:
    """The functions for one dtype of values and one of indices."""
    writer = _Writer(dtype, index)
    for name in NAMES:
        writer.write(name)
    return dict(zip(NAMES, compile_loops(str(writer.module), NAMES, _ARGUMENTS)))


class _Writer:
    """Writes the functions of one kind of number as LLVM instructions."""

    def __init__(self, dtype: torch.dtype, index: torch.dtype) -> None:
        self.complex = dtype.is_complex
        single = dtype in (torch.float32, torch.complex64)
        self.real = ir.FloatType() if single else ir.DoubleType()
        self.bytes = 4 if single else 8
        self.parts = 2 if self.complex else 1
        self.index = _I32 if index == torch.int32 else _I64
        self.module = ir.Module()
        self.suffix = "f32" if single else "f64"
        self.sums: dict[int, Any] = {}

    def write(self, name: str) -> None:
        function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), [_I64] * _ARGUMENTS), name)
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        arguments = list(function.args)
        if name.endswith("_vector"):
            arguments[5] = _I64(1)
        getattr(self, f"_{name.removesuffix('_vector')}")(*arguments)
        self.builder.ret_void()

    # --- one matrix and dense ones: (data, indptr, indices, dense, out, columns, start, stop) ------------------------

    def _multiply(self, data: Any, indptr: Any, indices: Any, dense: Any, out: Any, n: Any, *rest: Any) -> None:
        start, stop = rest[:2]
        with self._loop(start, stop) as i:
            first, last = self._line(indptr, i)

            def block(column: Any, width: int) -> None:
                total = self._zero(width)
                with self._loop(first, last) as z:
                    factor = self._number(data, z, 1)
                    at = self._add(self._mul(self._place(indices, z), n), column)
                    self._accumulate(total, self._times(factor, self._number(dense, at, width), width))
                self._store(out, self._add(self._mul(i, n), column), self.builder.load(total), width)

            self._in_blocks(n, block)

    def _multiply_transposed(
        self, data: Any, indptr: Any, indices: Any, dense: Any, out: Any, n: Any, *rest: Any
    ) -> None:
        start, stop = rest[:2]
        with self._loop(start, stop) as i:
            first, last = self._line(indptr, i)

            def block(column: Any, width: int) -> None:
                values = self._number(dense, self._add(self._mul(i, n), column), width)
                with self._loop(first, last) as z:
                    factor = self._number(data, z, 1)
                    at = self._add(self._mul(self._place(indices, z), n), column)
                    term = self._times(factor, values, width)
                    total = self.builder.fadd(self._number(out, at, width), term, flags=_CONTRACT)
                    self._store(out, at, total, width)

            self._in_blocks(n, block)

    def _sample(self, out: Any, indptr: Any, indices: Any, x: Any, y: Any, n: Any, *rest: Any) -> None:
        """``out[z] += Σ x[i, :] y[j, :]``."""
        start, stop = rest[:2]
        with self._loop(start, stop) as i:
            first, last = self._line(indptr, i)

            def block(column: Any, width: int) -> None:
                values = self._number(x, self._add(self._mul(i, n), column), width)
                with self._loop(first, last) as z:
                    at = self._add(self._mul(self._place(indices, z), n), column)
                    product = self._product(values, self._number(y, at, width), width)
                    total = self.builder.fadd(self._number(out, z, 1), self._summed(product, width))
                    self._store(out, z, total, 1)

            self._in_blocks(n, block)

    # --- three matrices a, b and their product c, all on fixed patterns, with a line w of work space -----------------
    # (a, a_indptr, a_indices, b, b_indptr, b_indices, c, c_indptr, c_indices, w, lines)

    def _combine(self, *arguments: Any) -> None:
        """``c = a b``."""
        a, ap, ai, b, bp, bi, c, cp, ci, w, lines = arguments
        with self._loop(_I64(0), lines) as i:
            self._each(cp, ci, i, lambda z, j: self._store(w, j, self._nothing(), 1))

            def of_left(z: Any, k: Any) -> None:
                factor = self._number(a, z, 1)

                def add(y: Any, j: Any) -> None:
                    term = self._times(factor, self._number(b, y, 1), 1)
                    self._store(w, j, self.builder.fadd(self._number(w, j, 1), term, flags=_CONTRACT), 1)

                self._each(bp, bi, k, add)

            self._each(ap, ai, i, of_left)
            self._each(cp, ci, i, lambda z, j: self._store(c, z, self._number(w, j, 1), 1))

    def _combine_left(self, *arguments: Any) -> None:
        """``a[i, k] = Σ c[i, j] b[k, j]``."""
        a, ap, ai, b, bp, bi, c, cp, ci, w, lines = arguments
        with self._loop(_I64(0), lines) as i:
            self._each(cp, ci, i, lambda z, j: self._store(w, j, self._number(c, z, 1), 1))

            def of_left(z: Any, k: Any) -> None:
                total = self._zero(1)

                def add(y: Any, j: Any) -> None:
                    self._accumulate(total, self._times(self._number(w, j, 1), self._number(b, y, 1), 1))

                self._each(bp, bi, k, add)
                self._store(a, z, self.builder.load(total), 1)

            self._each(ap, ai, i, of_left)

    def _combine_right(self, *arguments: Any) -> None:
        """``b[k, j] += Σ a[i, k] c[i, j]``."""
        a, ap, ai, b, bp, bi, c, cp, ci, w, lines = arguments
        with self._loop(_I64(0), lines) as i:
            self._each(cp, ci, i, lambda z, j: self._store(w, j, self._number(c, z, 1), 1))

            def of_left(z: Any, k: Any) -> None:
                factor = self._number(a, z, 1)

                def add(y: Any, j: Any) -> None:
                    term = self._times(factor, self._number(w, j, 1), 1)
                    self._store(b, y, self.builder.fadd(self._number(b, y, 1), term, flags=_CONTRACT), 1)

                self._each(bp, bi, k, add)

            self._each(ap, ai, i, of_left)

    # --- their parts --------------------------------------------------------------------------------------------

    def _each(self, indptr: Any, indices: Any, line: Any, visit: Callable[[Any, Any], None]) -> None:
        """Visit the entries of a line: number and place."""
        first, last = self._line(indptr, line)
        with self._loop(first, last) as z:
            visit(z, self._place(indices, z))

    def _line(self, indptr: Any, i: Any) -> tuple[Any, Any]:
        return self._place(indptr, i), self._place(indptr, self._add(i, _I64(1)))

    def _place(self, indices: Any, z: Any) -> Any:
        size = 4 if self.index is _I32 else 8
        b = self.builder
        value = b.load(b.inttoptr(b.add(indices, b.mul(z, _I64(size))), self.index.as_pointer()))
        return b.sext(value, _I64) if self.index is _I32 else value

    def _in_blocks(self, n: Any, visit: Callable[[Any, int], None]) -> None:
        """Visit blocks of columns, the widest first."""
        b = self.builder
        if isinstance(n, ir.Constant):  # a single column
            visit(_I64(0), 1)
            return
        column = self._variable(_I64)
        b.store(_I64(0), column)
        for width in _BLOCKS:
            head, body, end = (b.append_basic_block(name) for name in ("blocks", "block", "done"))
            b.branch(head)
            b.position_at_end(head)
            following = b.add(b.load(column), _I64(width))
            b.cbranch(b.icmp_signed("<=", following, n), body, end)
            b.position_at_end(body)
            visit(b.load(column), width)
            b.store(b.add(b.load(column), _I64(width)), column)
            b.branch(head)
            b.position_at_end(end)

    def _kind(self, width: int) -> Any:
        lanes = width * self.parts
        return self.real if lanes == 1 else ir.VectorType(self.real, lanes)

    def _number(self, address: Any, place: Any, width: int) -> Any:
        return self.builder.load(self._at(address, place, width), align=self.bytes)

    def _store(self, address: Any, place: Any, value: Any, width: int) -> None:
        self.builder.store(value, self._at(address, place, width), align=self.bytes)

    def _at(self, address: Any, place: Any, width: int) -> Any:
        b = self.builder
        offset = b.mul(place, _I64(self.bytes * self.parts))
        return b.inttoptr(b.add(address, offset), self._kind(width).as_pointer())

    def _nothing(self, width: int = 1) -> Any:
        kind = self._kind(width)
        return ir.Constant(kind, 0.0 if kind is self.real else [0.0] * kind.count)

    def _zero(self, width: int) -> Any:
        total = self._variable(self._kind(width))
        self.builder.store(self._nothing(width), total)
        return total

    def _accumulate(self, total: Any, term: Any) -> None:
        self.builder.store(self.builder.fadd(self.builder.load(total), term, flags=_CONTRACT), total)

    def _times(self, factor: Any, values: Any, width: int) -> Any:
        """One number times several."""
        if not self.complex:
            spread = factor if width == 1 else self._splat([factor], width)
            return self.builder.fmul(spread, values, flags=_CONTRACT)
        re, im = (self.builder.extract_element(factor, _I32(k)) for k in (0, 1))
        return self._complex(self._splat([re], 2 * width), self._splat([im], 2 * width), values, width)

    def _product(self, x: Any, y: Any, width: int) -> Any:
        """Several numbers times as many others."""
        if not self.complex:
            return self.builder.fmul(x, y, flags=_CONTRACT)
        lanes = range(2 * width)
        return self._complex(
            self._shuffled(x, [k - k % 2 for k in lanes]), self._shuffled(x, [k - k % 2 + 1 for k in lanes]), y, width
        )

    def _complex(self, re: Any, im: Any, y: Any, width: int) -> Any:
        b = self.builder
        lanes = range(2 * width)
        swapped = self._shuffled(y, [k + 1 - 2 * (k % 2) for k in lanes])
        alternating = [self.real(-1.0 if k % 2 == 0 else 1.0) for k in lanes]
        signs = ir.Constant(ir.VectorType(self.real, 2 * width), alternating)
        turned = b.fmul(b.fmul(im, signs), swapped, flags=_CONTRACT)
        return b.fadd(b.fmul(re, y, flags=_CONTRACT), turned, flags=_CONTRACT)

    def _summed(self, values: Any, width: int) -> Any:
        if width == 1:
            return values
        if not self.complex:
            return self._reduced(values, width)
        parts = [self._reduced(self._shuffled(values, [2 * k + i for k in range(width)]), width) for i in (0, 1)]
        total: Any = ir.Constant(ir.VectorType(self.real, 2), ir.Undefined)
        for k, part in enumerate(parts):
            total = self.builder.insert_element(total, part, _I32(k))
        return total

    def _reduced(self, vector: Any, lanes: int) -> Any:
        if lanes not in self.sums:
            kind = ir.FunctionType(self.real, [self.real, ir.VectorType(self.real, lanes)])
            self.sums[lanes] = ir.Function(self.module, kind, f"llvm.vector.reduce.fadd.v{lanes}{self.suffix}")
        return self.builder.call(self.sums[lanes], [self.real(-0.0), vector], fastmath=("reassoc",))

    def _splat(self, values: list[Any], lanes: int) -> Any:
        vector: Any = ir.Constant(ir.VectorType(self.real, len(values)), ir.Undefined)
        for i, value in enumerate(values):
            vector = self.builder.insert_element(vector, value, _I32(i))
        return self._shuffled(vector, [i % len(values) for i in range(lanes)])

    def _shuffled(self, vector: Any, lanes: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(_I32, len(lanes)), [_I32(i) for i in lanes])
        return self.builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)

    def _add(self, a: Any, b: Any) -> Any:
        return self.builder.add(a, b)

    def _mul(self, a: Any, b: Any) -> Any:
        return self.builder.mul(a, b)

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
