"""A kernel as LLVM assembly, compiled for the CPU.

The program is typed throughout, so that each expression is one instruction or one call. Variables live on the stack
and become registers in LLVM's ``mem2reg``. There are no fast-math flags: the arithmetic is IEEE's, in the order of
the text, and the same as that of the C++ text.
"""

from __future__ import annotations

import struct

from .llvm_prelude import PRELUDE
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

__all__ = ["llvm_module"]

_TYPE: dict[Kind, str] = {"float": "double", "int": "i64", "bool": "i1"}
_FLOAT_OPERATION = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_INTEGER_OPERATION = {"+": "add", "-": "sub", "*": "mul"}
# A comparison with nan is false, except !=, as in Python and C.
_FLOAT_COMPARISON = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
_INTEGER_COMPARISON = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "==": "eq", "!=": "ne"}

# Functions that are instructions of the processor or nearly so; the others are those of the C library.
_INTRINSICS = frozenset({"fabs", "sqrt", "floor", "ceil", "trunc", "copysign"})


def llvm_module(unit: Unit) -> str:
    """Return the assembly of every kernel of the unit, and of `loop_float64` and `loop_float32` over arrays."""
    called: set[str] = {"fabs", "trunc"}
    parts = [PRELUDE]
    for values, table in unit.tables.items():
        items = ", ".join(f"double {_number(value)}" for value in values)
        parts.append(f"@{table} = internal constant [{len(values)} x double] [{items}]\n")
    for kernel in unit.kernels:
        parts.append(_FunctionWriter(unit, called).function(unit.names[kernel], kernel.program))
    (main,) = unit.entries
    parts += [_loop(unit.names[main], main.program, dtype) for dtype in ("float64", "float32")]
    return "\n".join(parts + [_declaration(name) for name in sorted(called)])


def _number(value: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _symbol(function: str) -> str:
    return f"@llvm.{function}.f64" if function in _INTRINSICS else f"@{FUNCTIONS[function].cpp}"


def _declaration(function: str) -> str:
    arguments = ", ".join(["double"] * len(FUNCTIONS[function].partials))
    # Nothing here reads errno, so that LLVM may drop a call whose result is not used.
    attributes = "" if function in _INTRINSICS else " nounwind willreturn readnone"
    return f"declare double {_symbol(function)}({arguments}){attributes}\n"


def _signature(program: Program) -> str:
    """Return the parameter list: the arguments, and pointers to the results if there are several."""
    arguments = [f"{_TYPE[parameter.kind]} %a{i}" for i, parameter in enumerate(program.parameters)]
    if program.outputs > 1:
        arguments += [f"double* %r{i}" for i in range(program.outputs)]
    return ", ".join(arguments)


class _FunctionWriter:
    def __init__(self, unit: Unit, called: set[str]) -> None:
        self.unit, self.called = unit, called
        self.outputs = 1
        self.lines: list[str] = []
        self.allocations: list[str] = []
        self.slots: dict[str, str] = {}
        self.count = 0
        self.label = "entry"
        self.loops: list[tuple[str, str]] = []  # where continue and break go

    def function(self, name: str, program: Program) -> str:
        for i, parameter in enumerate(program.parameters):
            slot = self.slot(parameter)
            self.lines.append(f"  store {_TYPE[parameter.kind]} %a{i}, {_TYPE[parameter.kind]}* {slot}")
        for statement in statements(program.body):
            match statement:
                case Assign(target):
                    self.slot(target)
                case Unpack(targets):
                    for target in targets:
                        self.slot(target)
        self.outputs = program.outputs
        self.body(program.body)
        self.lines.append("  unreachable")  # every path has returned
        result = "double" if program.outputs == 1 else "void"
        head = f"define internal {result} @{name}({_signature(program)}) {{\nentry:"
        return "\n".join([head, *self.allocations, *self.lines, "}\n"])

    def slot(self, name: Name) -> str:
        """Return the place of a variable on the stack."""
        if name.name not in self.slots:
            slot = f"%v{len(self.slots)}"
            self.slots[name.name] = slot
            self.allocations.append(f"  {slot} = alloca {_TYPE[name.kind]}")
        return self.slots[name.name]

    def new(self, text: str) -> str:
        """Append an instruction and return its result."""
        self.count += 1
        self.lines.append(f"  %t{self.count} = {text}")
        return f"%t{self.count}"

    def labels(self, *purposes: str) -> list[str]:
        self.count += 1
        return [f"{purpose}{self.count}" for purpose in purposes]

    def begin(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self.label = label

    def jump(self, label: str) -> None:
        self.lines.append(f"  br label %{label}")

    def branch(self, test: str, yes: str, no: str) -> None:
        self.lines.append(f"  br i1 {test}, label %{yes}, label %{no}")

    # Statements.

    def body(self, body: tuple[Statement, ...]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: Statement) -> None:
        match node:
            case Assign(target, value):
                self.store(target, self.value(value))
            case Unpack(targets, call):
                places = [f"double* {self.slot(target)}" for target in targets]
                arguments = ", ".join(self.typed(call.arguments) + places)
                self.lines.append(f"  call void @{self.unit.names[call.kernel]}({arguments})")
            case If(test, then, otherwise):
                yes, no, after = self.labels("then", "else", "after")
                self.branch(self.value(test), yes, no)
                for label, branch in ((yes, then), (no, otherwise)):
                    self.begin(label)
                    self.body(branch)
                    self.jump(after)
                self.begin(after)
            case While(test, body):
                top, inside, after = self.labels("while", "do", "after")
                self.jump(top)
                self.begin(top)
                self.branch(self.value(test), inside, after)
                self.begin(inside)
                self.loop(body, top, after)
            case ForRange(variable, start, stop, step, body):
                self.for_range(variable, self.value(start), self.value(stop), step, body)
            case Break() | Continue():
                again, after = self.loops[-1]
                self.jump(after if isinstance(node, Break) else again)
                self.begin(*self.labels("never"))
            case Return(values):
                self.result([self.value(value) for value in values])

    def store(self, target: Name, value: str) -> None:
        self.lines.append(f"  store {_TYPE[target.kind]} {value}, {_TYPE[target.kind]}* {self.slot(target)}")

    def loop(self, body: tuple[Statement, ...], again: str, after: str) -> None:
        self.loops.append((again, after))
        self.body(body)
        self.loops.pop()
        self.jump(again)
        self.begin(after)

    def for_range(self, variable: Name, start: str, stop: str, step: int, body: tuple[Statement, ...]) -> None:
        top, inside, again, after = self.labels("for", "do", "again", "after")
        self.store(variable, start)
        self.jump(top)
        self.begin(top)
        index = self.value(variable)
        self.branch(self.new(f"icmp {'slt' if step > 0 else 'sgt'} i64 {index}, {stop}"), inside, after)
        self.begin(inside)
        self.loops.append((again, after))
        self.body(body)
        self.loops.pop()
        self.jump(again)
        self.begin(again)
        self.store(variable, self.new(f"add i64 {self.value(variable)}, {step}"))
        self.jump(top)
        self.begin(after)

    def result(self, values: list[str]) -> None:
        if self.outputs == 1:
            self.lines.append(f"  ret double {values[0]}")
        else:
            self.lines += [f"  store double {value}, double* %r{i}" for i, value in enumerate(values)]
            self.lines.append("  ret void")
        self.begin(*self.labels("never"))

    # Expressions.

    def typed(self, values: tuple[Expression, ...]) -> list[str]:
        return [f"{_TYPE[value.kind]} {self.value(value)}" for value in values]

    def value(self, node: Expression) -> str:
        """Write the instructions of an expression and return the register or constant of its value."""
        match node:
            case Number(value, kind):
                return _number(value) if kind == "float" else str(int(value))
            case Name(_, kind):
                return self.new(f"load {_TYPE[kind]}, {_TYPE[kind]}* {self.slot(node)}")
            case Negate(operand):
                negated = self.value(operand)
                return self.new(f"fneg double {negated}" if node.kind == "float" else f"sub i64 0, {negated}")
            case Not(operand):
                return self.new(f"xor i1 {self.value(operand)}, true")
            case Arithmetic(op, left, right, kind):
                return self.arithmetic(op, self.value(left), self.value(right), kind)
            case Compare(op, left, right):
                one, other = self.value(left), self.value(right)
                if left.kind == "float":
                    return self.new(f"fcmp {_FLOAT_COMPARISON[op]} double {one}, {other}")
                return self.new(f"icmp {_INTEGER_COMPARISON[op]} i64 {one}, {other}")
            case Logic(op, operands):
                return self.logic(op, operands)
            case Choose(test, yes, no, kind):
                return self.choose(self.value(test), yes, no, kind)
            case Convert(operand, kind):
                origin = self.value(operand)
                if kind == "float":
                    return self.new(f"sitofp i64 {origin} to double")
                return self.new(f"call i64 @llvm.fptosi.sat.i64.f64(double {origin})")
            case TableItem(_, values, index):
                array = f"[{len(values)} x double]"
                place = f"{array}* @{self.unit.tables[values]}, i64 0, i64 {self.value(index)}"
                return self.new(f"load double, double* {self.new(f'getelementptr {array}, {place}')}")
            case Call(function, arguments, kind):
                return self.call(function, self.typed(arguments), kind)
            case KernelCall(kernel, arguments):
                return self.new(f"call double @{self.unit.names[kernel]}({', '.join(self.typed(arguments))})")

    def arithmetic(self, op: str, left: str, right: str, kind: Kind) -> str:
        if kind == "float":
            return self.new(f"{_FLOAT_OPERATION[op]} double {left}, {right}")
        if op in _INTEGER_OPERATION:
            return self.new(f"{_INTEGER_OPERATION[op]} i64 {left}, {right}")
        function = "quotient" if op == "//" else "remainder"
        return self.new(f"call i64 @scalar_floor_{function}(i64 {left}, i64 {right})")

    def logic(self, op: str, operands: tuple[Expression, ...]) -> str:
        """Write a condition that stops at the first operand which decides it, like Python's."""
        value = self.value(operands[0])
        for operand in operands[1:]:
            more, after = self.labels("more", "decided")
            origin = self.label
            self.branch(value, *((more, after) if op == "and" else (after, more)))
            self.begin(more)
            other = self.value(operand)
            end = self.label
            self.jump(after)
            self.begin(after)
            decided = "false" if op == "and" else "true"
            value = self.new(f"phi i1 [ {decided}, %{origin} ], [ {other}, %{end} ]")
        return value

    def choose(self, test: str, yes: Expression, no: Expression, kind: Kind) -> str:
        yes_label, no_label, after = self.labels("yes", "no", "chosen")
        self.branch(test, yes_label, no_label)
        pairs = []
        for label, expression in ((yes_label, yes), (no_label, no)):
            self.begin(label)
            value = self.value(expression)
            pairs.append(f"[ {value}, %{self.label} ]")
            self.jump(after)
        self.begin(after)
        return self.new(f"phi {_TYPE[kind]} {', '.join(pairs)}")

    def call(self, function: str, arguments: list[str], kind: Kind) -> str:
        if function in FUNCTIONS:
            self.called.add(function)
            return self.new(f"call double {_symbol(function)}({', '.join(arguments)})")
        if function == "converged":
            function, arguments = "negligible", [*arguments, f"double {_number(1.0)}"]
        suffix = "_int" if kind == "int" else ""
        return self.new(f"call {_TYPE[kind]} @scalar_{function}{suffix}({', '.join(arguments)})")


def _loop(name: str, program: Program, dtype: str) -> str:
    """
    Return the function over arrays given by address, ``(start, stop, x0, stride of x0, …, y0, …)``.

    An argument of stride 0 is one number for all. Where an integer argument holds something else the results are nan.
    """
    element = "double" if dtype == "float64" else "float"
    inputs, outputs = range(len(program.parameters)), range(program.outputs)
    arguments = ["i64 %start", "i64 %stop"]
    arguments += [f"i64 %x{i}_at, i64 %x{i}_stride" for i in inputs] + [f"i64 %y{i}_at" for i in outputs]
    lines = [f"define void @loop_{dtype}({', '.join(arguments)}) {{", "entry:", "  %bad = alloca i1"]
    lines += [f"  %x{i} = inttoptr i64 %x{i}_at to {element}*" for i in inputs]
    lines += [f"  %y{i} = inttoptr i64 %y{i}_at to {element}*" for i in outputs]
    lines += [f"  %r{i} = alloca double" for i in outputs if program.outputs > 1]
    lines += ["  br label %test", "test:", "  %i = phi i64 [ %start, %entry ], [ %next, %stored ]"]
    lines += ["  %more = icmp slt i64 %i, %stop", "  br i1 %more, label %compute, label %done", "compute:"]
    lines.append("  store i1 false, i1* %bad")
    values = []
    for i, parameter in enumerate(program.parameters):
        lines.append(f"  %o{i} = mul i64 %i, %x{i}_stride")
        lines.append(f"  %p{i} = getelementptr {element}, {element}* %x{i}, i64 %o{i}")
        lines.append(f"  %{'d' if dtype == 'float64' else 'e'}{i} = load {element}, {element}* %p{i}")
        if dtype == "float32":
            lines.append(f"  %d{i} = fpext float %e{i} to double")
        if parameter.kind == "int":
            lines.append(f"  %n{i} = call i64 @scalar_integer(double %d{i}, i1* %bad)")
        values.append(f"i64 %n{i}" if parameter.kind == "int" else f"double %d{i}")
    lines += ["  %is_bad = load i1, i1* %bad", "  br i1 %is_bad, label %refused, label %called", "called:"]
    if program.outputs == 1:
        lines.append(f"  %c0 = call double @{name}({', '.join(values)})")
    else:
        values += [f"double* %r{i}" for i in outputs]
        lines.append(f"  call void @{name}({', '.join(values)})")
        lines += [f"  %c{i} = load double, double* %r{i}" for i in outputs]
    lines += ["  br label %stored", "refused:", "  br label %stored", "stored:"]
    for i in outputs:
        lines.append(f"  %s{i} = phi double [ %c{i}, %called ], [ {_number(float('nan'))}, %refused ]")
    for i in outputs:
        result = f"%s{i}"
        if dtype == "float32":
            lines.append(f"  %f{i} = fptrunc double %s{i} to float")
            result = f"%f{i}"
        lines.append(f"  %q{i} = getelementptr {element}, {element}* %y{i}, i64 %i")
        lines.append(f"  store {element} {result}, {element}* %q{i}")
    lines += ["  %next = add i64 %i, 1", "  br label %test", "done:", "  ret void", "}\n"]
    return "\n".join(lines)
