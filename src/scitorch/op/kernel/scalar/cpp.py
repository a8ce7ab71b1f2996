"""A kernel as C++ text, for `torch.cuda.jiterator`, NVRTC and g++.

Every function is a template over the number type, and the text begins with ``template`` and uses no macro, header
or namespace: that is what jiterator accepts. The functions of the C library are called as ``::exp``; they are
overloaded for both number types in CUDA, and in g++ with ``<math.h>``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
    Kind,
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
    statements,
)
from .unit import Unit

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = ["cpp_source"]

_TYPE: dict[Kind, str] = {"float": "T", "int": "long long", "bool": "bool"}
_LOGIC = {"and": "&&", "or": "||"}

# The same operations in the same order as in `python_text.PRELUDE`.
PRELUDE = """\
template <typename T> bool scalar_negligible(T term, T total, T roundings) {
  const T roundoff = sizeof(T) == 8 ? T(1.1102230246251565e-16) : T(5.9604644775390625e-08);
  return !(::fabs(term) > roundings * roundoff * ::fabs(total));
}
template <typename T> T scalar_power(T x, long long n) {
  long long m = n < 0 ? -n : n;
  T result = T(1);
  while (m > 0) {
    if (m % 2 == 1) { result *= x; }
    x *= x;
    m /= 2;
  }
  return n < 0 ? T(1) / result : result;
}
template <typename T> T scalar_minimum(T x, T y) { return y < x ? y : x; }
template <typename T> T scalar_maximum(T x, T y) { return y > x ? y : x; }
template <typename I> I scalar_floor_quotient(I a, I b) {
  if (b == 0 || b == -1) { return a * b; }
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}
template <typename I> I scalar_floor_remainder(I a, I b) {
  return b == 0 ? 0 : a - b * scalar_floor_quotient<I>(a, b);
}
template <typename T> long long scalar_integer(T x) {
  if (x != x) { return 0; }
  if (x >= T(9223372036854775807.0)) { return 9223372036854775807LL; }
  if (x <= T(-9223372036854775807.0)) { return -9223372036854775807LL - 1LL; }
  return static_cast<long long>(x);
}
template <typename T> bool scalar_is_integer(T x) {
  return ::trunc(x) == x && ::fabs(x) <= T(9007199254740992.0);
}
"""

# The longest body, in lines, that the compiler may copy into its callers.
LONGEST_INLINED = 12

# Words an author may use as a variable and C++, CUDA or this text may not.
_WORDS = """\
T alignas alignof and_eq asm auto bitand bitor bool case catch char class compl concept const constexpr const_cast
decltype default delete do double dynamic_cast enum explicit export extern false float friend goto inline int long
mutable namespace new noexcept not_eq nullptr operator or_eq private protected public register reinterpret_cast
requires restrict short signed sizeof static static_assert static_cast struct switch template this thread_local throw
true typedef typeid typename union unsigned using virtual void volatile wchar_t xor xor_eq INFINITY NAN POS_INFINITY
NEG_INFINITY
"""
_RESERVED = frozenset(_WORDS.split())


def cpp_source(unit: Unit) -> str:
    """Return the text of every kernel of the unit, followed by its entries."""
    parts = [PRELUDE]
    for kernel in unit.kernels:
        parts.append(_function(kernel, unit))
    for main in unit.entries:
        parts.append(_entry(main, unit))
    return "".join(parts)


def _entry(kernel: ScalarKernel, unit: Unit) -> str:
    """
    Return the function over the elements of tensors.

    Integer arguments arrive as T, and what is no integer gives nan. float32 is computed in double precision unless
    the kernel says otherwise.
    """
    program, called, name = kernel.program, unit.names[kernel], unit.entry_name(kernel)
    number = "T" if kernel.single_precision else "double"
    inputs = [f"x{i}" for i in range(len(program.parameters))]
    outs = [f"y{i}" for i in range(program.outputs)]
    arguments = [f"T {x}" for x in inputs]
    refused, values = [], []
    for x, parameter in zip(inputs, program.parameters):
        if parameter.kind == "int":
            refused.append(f"!scalar_is_integer<T>({x})")
        function = "scalar_integer<T>" if parameter.kind == "int" else f"static_cast<{number}>"
        values.append(f"{function}({x})")
    nan = _number(math.nan)
    if program.outputs == 1:
        head = f"template <typename T> T {name}({', '.join(arguments)}) {{\n"
        if refused:
            head += f"  if ({' || '.join(refused)}) {{ return {nan}; }}\n"
        return f"{head}  return static_cast<T>({called}<{number}>({', '.join(values)}));\n}}\n"
    arguments += [f"T& {out}" for out in outs]
    lines = [f"template <typename T> void {name}({', '.join(arguments)}) {{"]
    if refused:
        nans = " ".join(f"{out} = {nan};" for out in outs)
        lines.append(f"  if ({' || '.join(refused)}) {{ {nans} return; }}")
    lines.append(f"  {number} {', '.join(f'{out}_value' for out in outs)};")
    lines.append(f"  {called}<{number}>({', '.join(values + [f'{out}_value' for out in outs])});")
    lines += [f"  {out} = static_cast<T>({out}_value);" for out in outs]
    return "\n".join(lines) + "\n}\n"


def _function(kernel: ScalarKernel, unit: Unit) -> str:
    name, program = unit.names[kernel], kernel.program
    writer = _Writer(unit)
    arguments = [f"{_TYPE[parameter.kind]} {_identifier(parameter.name)}" for parameter in program.parameters]
    result = "T"
    if program.outputs > 1:
        result = "void"
        arguments += [f"T& result__{i}" for i in range(program.outputs)]
    parameters = {parameter.name for parameter in program.parameters}
    declarations = "".join(
        f"  {_TYPE[kind]} {_identifier(local)} = 0;\n"
        for local, kind in _locals(program).items()
        if local not in parameters
    )
    body = writer.body(program.body, 1)
    tables = "".join(
        f"  const T {unit.tables[values]}[] = {{{', '.join(map(_number, values))}}};\n"
        for values in unit.tables_of(kernel)
    )
    # Not inlined if long: what many places call is compiled once, in minutes less for nested kernels on CUDA.
    inlining = "__attribute__((noinline)) " if body.count("\n") > LONGEST_INLINED else ""
    head = f"template <typename T> {inlining}{result} {name}({', '.join(arguments)}) {{\n"
    return f"{head}{tables}{declarations}{body}}}\n"


def _locals(program: Program) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for statement in statements(program.body):
        match statement:
            case Assign(target):
                found[target.name] = target.kind
            case Unpack(targets):
                found.update({target.name: target.kind for target in targets})
    return found


def _ascii(name: str) -> str:
    """Return a name that every C++ compiler takes; an author may write ν."""
    return "".join(letter if letter.isascii() else f"u{ord(letter):04x}" for letter in name)


def _identifier(name: str) -> str:
    return f"{name}_" if name in _RESERVED else _ascii(name)


def _number(value: float) -> str:
    # NAN and INFINITY are macros that NVRTC lacks.
    if math.isnan(value):
        return "(T(0) / T(0))"
    if math.isinf(value):
        return "(T(1) / T(0))" if value > 0 else "(T(-1) / T(0))"
    return f"T({float(value)!r})"


class _Writer:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.loops = 0

    def body(self, body: tuple[Statement, ...], depth: int) -> str:
        return "".join(self.statement(statement, depth) for statement in body)

    def statement(self, node: Statement, depth: int) -> str:
        indent = "  " * depth
        match node:
            case Assign(target, value):
                return f"{indent}{_identifier(target.name)} = {self.text(value)};\n"
            case Unpack(targets, call):
                given = [self.text(argument) for argument in call.arguments]
                given += [_identifier(target.name) for target in targets]
                return f"{indent}{self.unit.names[call.kernel]}<T>({', '.join(given)});\n"
            case If(test, then, otherwise):
                block = f"{indent}if ({self.text(test)}) {{\n{self.body(then, depth + 1)}{indent}}}"
                if otherwise:
                    block += f" else {{\n{self.body(otherwise, depth + 1)}{indent}}}"
                return block + "\n"
            case While(test, body):
                return f"{indent}while ({self.text(test)}) {{\n{self.body(body, depth + 1)}{indent}}}\n"
            case ForRange(variable, start, stop, step, body):
                self.loops += 1
                name, end = _identifier(variable.name), f"stop__{self.loops}"
                first = f"long long {name} = {self.text(start)}, {end} = {self.text(stop)}"
                goes_on = f"{name} {'<' if step > 0 else '>'} {end}"
                head = f"{indent}for ({first}; {goes_on}; {name} += {step}) {{\n"
                return f"{head}{self.body(body, depth + 1)}{indent}}}\n"
            case Break():
                return f"{indent}break;\n"
            case Continue():
                return f"{indent}continue;\n"
            case Return(values):
                return self.result(values, indent)

    def result(self, values: tuple[Expression, ...], indent: str) -> str:
        if len(values) == 1:
            return f"{indent}return {self.text(values[0])};\n"
        # The results may be the caller's variables, but never this function's: no value is lost in between.
        lines = [f"{indent}result__{i} = {self.text(value)};\n" for i, value in enumerate(values)]
        return "".join(lines) + f"{indent}return;\n"

    def text(self, node: Expression) -> str:
        match node:
            case Number(value, "float"):
                return _number(value)
            case Number(value, "int"):
                return f"({int(value)}LL)"
            case Number(value):
                return "true" if value else "false"
            case Name(name):
                return _identifier(name)
            case Negate(operand):
                return f"(-{self.text(operand)})"
            case Not(operand):
                return f"(!{self.text(operand)})"
            case Arithmetic("//" | "%" as op, left, right):
                function = "quotient" if op == "//" else "remainder"
                return f"scalar_floor_{function}<long long>({self.text(left)}, {self.text(right)})"
            case Arithmetic(op, left, right) | Compare(op, left, right):
                return f"({self.text(left)} {op} {self.text(right)})"
            case Logic(op, operands):
                return "(" + f" {_LOGIC[op]} ".join(self.text(operand) for operand in operands) + ")"
            case Choose(test, yes, no):
                return f"({self.text(test)} ? {self.text(yes)} : {self.text(no)})"
            case Convert(operand, kind):
                if kind == "int":
                    return f"scalar_integer<T>({self.text(operand)})"
                return f"static_cast<T>({self.text(operand)})"
            case TableItem(_, values, index):
                return f"{self.unit.tables[values]}[{self.text(index)}]"
            case Call(function, arguments, kind):
                return self.call(function, [self.text(argument) for argument in arguments], kind)
            case KernelCall(kernel, arguments):
                given = ", ".join(self.text(argument) for argument in arguments)
                return f"{self.unit.names[kernel]}<T>({given})"

    def call(self, function: str, arguments: list[str], kind: Kind) -> str:
        if function in FUNCTIONS:
            return f"::{FUNCTIONS[function].cpp}({', '.join(arguments)})"
        if function == "converged":
            function, arguments = "negligible", [*arguments, "T(1.0)"]
        number = "long long" if kind == "int" else "T"
        return f"scalar_{function}<{number}>({', '.join(arguments)})"
