"""The machine code of resampling: taps of an axis, a separable product of them, and one affine map of colours.

All functions take 64-bit integers: addresses and sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
F32, F64 = ir.FloatType(), ir.DoubleType()
FAST = ("contract", "reassoc", "nsz")
_SIZES = {I8: 1, ir.IntType(16): 2, I32: 4, I64: 8, F32: 4, F64: 8}


class Writer:
    """Instructions of one function after the other, in a module."""

    def __init__(self) -> None:
        self.module = ir.Module()
        self.builder: Any = None

    def function(self, name: str, arguments: int) -> Any:
        """Begin a function; returns its arguments."""
        function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), [I64] * arguments), name)
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        return function.args

    def intrinsic(self, name: str, kind: Any, count: int) -> Any:
        """An LLVM intrinsic of values of one type."""
        lanes = f"v{kind.count}" if isinstance(kind, ir.VectorType) else ""
        element = kind.element if lanes else kind
        full = f"llvm.{name}.{lanes}{'f32' if element is F32 else 'f64'}"
        found = self.module.globals.get(full)
        return found or ir.Function(self.module, ir.FunctionType(kind, [kind] * count), full)

    def address(self, base: Any, index: Any, kind: Any, lanes: int = 1) -> Any:
        """A pointer to element number `index`, or to so many from there."""
        b = self.builder
        place = b.add(base, b.mul(index, I64(_SIZES[kind])))
        return b.inttoptr(place, (ir.VectorType(kind, lanes) if lanes > 1 else kind).as_pointer())

    def load(self, base: Any, index: Any, kind: Any, lanes: int = 1) -> Any:
        """Elements from memory, aligned as single elements are."""
        return self.builder.load(self.address(base, index, kind, lanes), align=_SIZES[kind])

    def store(self, value: Any, base: Any, index: Any, kind: Any, lanes: int = 1) -> None:
        """Elements to memory."""
        self.builder.store(value, self.address(base, index, kind, lanes), align=_SIZES[kind])

    def variable(self, kind: Any, value: Any) -> Any:
        """A variable with a first value."""
        with self.builder.goto_entry_block():
            place = self.builder.alloca(kind)
        self.builder.store(value, place)
        return place

    def splat(self, value: Any, lanes: int) -> Any:
        """A vector that repeats a number."""
        if lanes == 1:
            return value
        kind = ir.VectorType(value.type, lanes)
        one = self.builder.insert_element(ir.Constant(kind, ir.Undefined), value, I32(0))
        return self.shuffle(one, ir.Constant(kind, ir.Undefined), [0] * lanes)

    def shuffle(self, first: Any, second: Any, lanes: list[int]) -> Any:
        """Lanes of two vectors."""
        mask = ir.Constant(ir.VectorType(I32, len(lanes)), [I32(i) for i in lanes])
        return self.builder.shuffle_vector(first, second, mask)

    @contextmanager
    def loop(self, start: Any, stop: Any, step: int = 1) -> Iterator[Any]:
        """From `start` up to below `stop`."""
        b = self.builder
        counter = self.variable(I64, start)
        head, body, end = (b.append_basic_block(name) for name in ("head", "body", "end"))
        b.branch(head)
        b.position_at_end(head)
        b.cbranch(b.icmp_signed("<", b.load(counter), stop), body, end)
        b.position_at_end(body)
        index = b.load(counter)
        yield index
        b.store(b.add(index, I64(step)), counter)
        b.branch(head)
        b.position_at_end(end)
