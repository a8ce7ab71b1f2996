"""A kernel as the text of a Python module that numba compiles."""

from __future__ import annotations

import math

from .mathematics import FUNCTIONS
from .program import (
    Arithmetic,
    Assign,
    Break,
    Call,
    Choose,
    Compare,
    Continue,
    Convert,
    Expression,
    ForRange,
    If,
    KernelCall,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    Program,
    Return,
    Statement,
    TableItem,
    Unpack,
    While,
)
from .unit import Unit

__all__ = ["python_module"]

# The intrinsics do in the same order what `cpp` writes for C++, so that both give the same bits.
PRELUDE = """\
import math

from scitorch.op.kernel.scalar.numba_backend import float32_array, float64_array, scalar_function


@scalar_function
def negligible(term, total, roundings):
    return not abs(term) > roundings * 1.1102230246251565e-16 * abs(total)


@scalar_function
def power(x, n):
    m = abs(n)
    result = 1.0
    while m > 0:
        if m % 2 == 1:
            result *= x
        x *= x
        m //= 2
    return 1.0 / result if n < 0 else result


@scalar_function
def minimum(x, y):
    return y if y < x else x


@scalar_function
def maximum(x, y):
    return y if y > x else x
"""


def python_module(unit: Unit) -> str:
    """Return the module text: every kernel of the unit, and `loop_float64` and `loop_float32` over arrays."""
    parts = [PRELUDE]
    parts += [f"{name} = {_table_text(values)}\n" for values, name in unit.tables.items()]
    for kernel in unit.kernels:
        parts.append(_function(unit.names[kernel], kernel.program, unit))
    main = unit.kernels[-1]
    parts += [_loop(unit.names[main], main.program, dtype) for dtype in ("float64", "float32")]
    return "\n\n".join(parts)


def _table_text(values: tuple[float, ...]) -> str:
    return f"({', '.join(map(_number_text, values))},)"


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "math.nan"
    if math.isinf(value):
        return "math.inf" if value > 0 else "(-math.inf)"
    return repr(float(value))


def _function(name: str, program: Program, unit: Unit) -> str:
    arguments = ", ".join(parameter.name for parameter in program.parameters)
    return f"@scalar_function\ndef {name}({arguments}):\n" + _Writer(unit).body(program.body, 1)


def _loop(name: str, program: Program, dtype: str) -> str:
    """Return the function over arrays given by address; an argument of stride 0 is one number for all."""
    inputs = [f"in{i}" for i in range(len(program.parameters))]
    outputs = [f"out{i}" for i in range(program.outputs)]
    signature = ", ".join(["start", "stop", *(f"{x}_at, {x}_stride" for x in inputs), *(f"{y}_at" for y in outputs)])
    lines = [f"def loop_{dtype}({signature}):"]
    lines += [f"    {x} = {dtype}_array({x}_at)" for x in inputs + outputs]
    lines.append("    for i in range(start, stop):")
    convert = {"float": "float", "int": "int"}
    items = [f"{convert[parameter.kind]}({x}[i * {x}_stride])" for x, parameter in zip(inputs, program.parameters)]
    targets = ", ".join(f"{y}[i]" for y in outputs)
    lines.append(f"        {targets} = {name}({', '.join(items)})")
    return "\n".join(lines) + "\n"


class _Writer:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    def body(self, body: tuple[Statement, ...], depth: int) -> str:
        lines = [self.statement(statement, depth) for statement in body]
        return "".join(lines) or "    " * depth + "pass\n"

    def statement(self, node: Statement, depth: int) -> str:
        indent = "    " * depth
        match node:
            case Assign(target, value):
                return f"{indent}{target.name} = {self.text(value)}\n"
            case Unpack(targets, call):
                return f"{indent}{', '.join(target.name for target in targets)} = {self.text(call)}\n"
            case If(test, then, otherwise):
                result = f"{indent}if {self.text(test)}:\n{self.body(then, depth + 1)}"
                return result + (f"{indent}else:\n{self.body(otherwise, depth + 1)}" if otherwise else "")
            case While(test, body):
                return f"{indent}while {self.text(test)}:\n{self.body(body, depth + 1)}"
            case ForRange(variable, start, stop, step, body):
                bounds = f"{self.text(start)}, {self.text(stop)}, {step}"
                return f"{indent}for {variable.name} in range({bounds}):\n{self.body(body, depth + 1)}"
            case Break():
                return f"{indent}break\n"
            case Continue():
                return f"{indent}continue\n"
            case Return(values):
                return f"{indent}return {', '.join(self.text(value) for value in values)}\n"

    def text(self, node: Expression) -> str:
        match node:
            case Number(value, kind):
                return _number_text(value) if kind == "float" else f"({value!r})"
            case Name(name):
                return name
            case Negate(operand):
                return f"(-{self.text(operand)})"
            case Not(operand):
                return f"(not {self.text(operand)})"
            case Arithmetic(op, left, right) | Compare(op, left, right):
                return f"({self.text(left)} {op} {self.text(right)})"
            case Logic(op, operands):
                return "(" + f" {op} ".join(self.text(operand) for operand in operands) + ")"
            case Choose(test, yes, no):
                return f"({self.text(yes)} if {self.text(test)} else {self.text(no)})"
            case Convert(operand, kind):
                return f"{kind}({self.text(operand)})"
            case TableItem(_, values, index):
                return f"{self.unit.tables[values]}[{self.text(index)}]"
            case Call(function, arguments):
                return self.call(function, [self.text(argument) for argument in arguments])
            case KernelCall(kernel, arguments):
                return f"{self.unit.names[kernel]}({', '.join(self.text(argument) for argument in arguments)})"

    def call(self, function: str, arguments: list[str]) -> str:
        if function == "converged":
            return f"negligible({arguments[0]}, {arguments[1]}, 1.0)"
        if function in FUNCTIONS:
            return f"math.{function}({', '.join(arguments)})"
        return f"{function}({', '.join(arguments)})"
