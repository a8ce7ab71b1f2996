"""Derivatives of scalar kernels: a program is mapped to the program that computes its Taylor coefficients."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from .jet_expression import ExpressionDifferentiator, call_statement
from .program import (
    Arithmetic,
    Assign,
    Break,
    Compare,
    Continue,
    Expression,
    ForRange,
    If,
    KernelCall,
    Logic,
    Name,
    Not,
    Number,
    Program,
    Return,
    Statement,
    Unpack,
    While,
    statements,
)
from .taylor import Index, Jet, factorial, minus, unit_index

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = ["derivative", "jet"]


def derivative(kernel: ScalarKernel, orders: Index) -> ScalarKernel:
    """Return the kernel of a partial derivative; see `ScalarKernel.derivative`."""
    _check(kernel, orders)
    if not any(orders):
        return kernel
    if kernel.derivative_of is not None:
        origin, already = kernel.derivative_of
        return origin.derivative(*(a + b for a, b in zip(already, orders)))
    for position, name in enumerate(kernel.parameters):
        if orders[position] and name in kernel.partials:
            rest = minus(orders, unit_index(position, len(orders)))
            assert rest is not None
            return _declared(kernel, name).derivative(*rest)
    box = itertools.product(*(range(order + 1) for order in orders))
    program = _Differentiator(kernel.program, tuple(box)).program({orders: factorial(orders)})
    result = _made(kernel, f"{kernel.name}_derivative_{_text(orders)}", program)
    result.derivative_of = (kernel, orders)
    return result


def jet(kernel: ScalarKernel, indices: tuple[Index, ...]) -> ScalarKernel:
    """Return the kernel of several Taylor coefficients; see `ScalarKernel.jet`."""
    if len(indices) == 1:
        return kernel
    for index in indices:
        _check(kernel, index)
    declared = [i for i, name in enumerate(kernel.parameters) if name in kernel.partials]
    through_text = tuple(index for index in indices if not any(index[i] for i in declared))
    name = f"{kernel.name}_jet_{'_'.join(map(_text, indices[1:]))}"
    if through_text == indices:
        program = _Differentiator(kernel.program, indices).program(dict.fromkeys(indices, 1.0))
        return _made(kernel, name, program)
    return _made(kernel, name, _gathered(kernel, indices, declared, through_text))


def _gathered(
    kernel: ScalarKernel, indices: tuple[Index, ...], declared: list[int], through_text: tuple[Index, ...]
) -> Program:
    """Return the program that calls the declared derivatives, and the jet of the text for the other arguments."""
    parameters = kernel.program.parameters
    coefficients: list[dict[Index, Expression]] = [{} for _ in range(kernel.outputs)]
    body: list[Statement] = []

    def call(source: ScalarKernel, below: tuple[Index, ...], position: int | None) -> None:
        names = tuple(Name(f"c__{len(body)}_{i}") for i in range(source.outputs))
        body.append(call_statement(names, KernelCall(source, parameters)))
        for output, (name, index) in itertools.product(range(kernel.outputs), _pairs(names, below)):
            if position is None:
                coefficients[output][index] = names[output * len(below) + below.index(index)]
            else:
                raised = tuple(order + (i == position) for i, order in enumerate(index))
                name = names[output * len(below) + below.index(index)]
                value: Expression = name
                if raised[position] > 1:  # the factorial of one order more
                    value = Arithmetic("/", name, Number(float(raised[position])))
                coefficients[output][raised] = value

    call(kernel.jet(through_text), through_text, None)
    for number, position in enumerate(declared):
        unit = unit_index(position, len(parameters))
        below = tuple(
            rest
            for index in indices
            if not any(index[i] for i in declared[:number]) and (rest := minus(index, unit)) is not None
        )
        if below:
            call(_declared(kernel, parameters[position].name).jet(below), below, position)
    values = tuple(coefficients[output][index] for output in range(kernel.outputs) for index in indices)
    return Program(parameters, (*body, Return(values)), len(values), kernel.program.where)


def _pairs(names: tuple[Name, ...], below: tuple[Index, ...]) -> list[tuple[Name, Index]]:
    return list(zip(names, below))


def _check(kernel: ScalarKernel, orders: Index) -> None:
    parameters = kernel.program.parameters
    given = f"{kernel.name}.derivative{orders}"
    if len(orders) != len(parameters):
        raise TypeError(f"{given}: {len(parameters)} orders are wanted, one for each of {', '.join(kernel.parameters)}")
    for order, parameter in zip(orders, parameters):
        if not isinstance(order, int) or isinstance(order, bool) or order < 0:
            raise TypeError(f"{given}: the order for {parameter.name} must be an integer of at least 0")
        if order and parameter.kind == "int":
            raise NotImplementedError(f"{given}: {parameter.name} is an integer, there is no derivative in it")


def _declared(kernel: ScalarKernel, name: str) -> ScalarKernel:
    """Return the declared derivative, checked to be called like the kernel."""
    partial = kernel.partials[name]
    ours = [parameter.kind for parameter in kernel.program.parameters]
    theirs = [parameter.kind for parameter in partial.program.parameters]
    if ours != theirs or kernel.outputs != partial.outputs:
        raise TypeError(
            f"{partial.program.where}: the derivative of {kernel.name} in {name} must have its arguments "
            f"({', '.join(kernel.parameters)}) and its number of outputs ({kernel.outputs})"
        )
    return partial


def _made(kernel: ScalarKernel, name: str, program: Program) -> ScalarKernel:
    return type(kernel)(name, program=program, single_precision=kernel.single_precision)


def _text(index: Index) -> str:
    return "".join(map(str, index)) if max(index) < 10 else "o".join(map(str, index))


class _Differentiator(ExpressionDifferentiator):
    """Maps a program to the one that carries the Taylor coefficients of the given multi-indices."""

    def __init__(self, program: Program, indices: tuple[Index, ...]) -> None:
        super().__init__(indices)
        self.source = program
        self.where = program.where
        self.present: dict[str, set[Index]] = {}
        self.wanted: dict[Index, float] = {}
        reassigned = {name.name for one in statements(program.body) for name in _targets(one)}
        self.fixed: dict[str, Jet] = {}
        self.started: list[Statement] = []
        for position, parameter in enumerate(program.parameters):
            unit = unit_index(position, len(program.parameters))
            parts: dict[Index, Expression] = {unit: Number(1.0)} if unit in self.indices else {}
            if parameter.name not in reassigned:
                self.fixed[parameter.name] = Jet(parameter, parts)
            else:
                self.present[parameter.name] = set(parts)
        self.changing = [parameter for parameter in program.parameters if parameter.name in reassigned]

    def program(self, wanted: dict[Index, float]) -> Program:
        """Return the program that gives, for each output of the source, the wanted coefficients times their factors."""
        self.wanted = wanted
        parameters = self.source.parameters
        while True:
            # Which coefficients of a variable can differ from zero depends on the whole program, loops included.
            before = {name: set(indices) for name, indices in self.present.items()}
            self.block, self.known, self.names = [], {}, 0
            self.environment = _Variables(self)
            for parameter in self.changing:
                unit = unit_index(parameters.index(parameter), len(parameters))
                for index in sorted(self.present[parameter.name]):
                    one = Number(1.0 if index == unit else 0.0)
                    self.block.append(Assign(_part(parameter.name, index), one))
            self.statements(self.source.body)
            if before == self.present:
                break
        return Program(parameters, tuple(self.block), self.source.outputs * len(wanted), self.where)

    def statements(self, body: tuple[Statement, ...]) -> None:
        for statement in body:
            self.known = {}
            self.statement(statement)
        self.known = {}

    def nested(self, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        with self.nested_block() as block:
            self.statements(body)
        return tuple(block)

    def statement(self, node: Statement) -> None:
        match node:
            case Assign(target, value):
                if target.kind == "float":
                    self.assign(target, self.assigned(value))
                else:
                    self.block.append(Assign(target, self.condition(value) if target.kind == "bool" else value))
            case Unpack(targets, call):
                for target, jet in zip(targets, self.kernel_call(call)):
                    self.assign(target, jet)
            case If(test, then, otherwise):
                condition = self.condition(test) if not self.only_stops(node) else test
                self.block.append(If(condition, self.nested(then), self.nested(otherwise)))
            case While(test, body):
                self.loop(test, body)
            case ForRange(variable, start, stop, step, body):
                self.block.append(ForRange(variable, start, stop, step, self.nested(body)))
            case Return(values):
                self.block.append(Return(tuple(self.returned(values))))
            case Break() | Continue():
                self.block.append(node)

    def only_stops(self, node: If) -> bool:
        """Say whether an equality only leads to inf or nan, whose derivatives are nan: it then tests for a pole."""
        operands = node.test.operands if isinstance(node.test, Logic) else (node.test,)
        signs = {operand.op for operand in operands if isinstance(operand, Compare)} & {"==", "!="}
        if not signs or not all(isinstance(operand, Compare) for operand in operands):
            return False
        branch = node.then if signs == {"=="} else node.otherwise
        return (
            len(branch) == 1
            and isinstance(branch[0], Return)
            and all(isinstance(value, Number) and not math.isfinite(value.value) for value in branch[0].values)
        )

    def assign(self, target: Name, jet: Jet) -> None:
        """Assign a variable and its coefficients, those that this value lacks as zero."""
        present = self.present.setdefault(target.name, set())
        present |= {index for index in jet.parts if index in self.orders}
        parts = {index: jet.parts.get(index, Number(0.0)) for index in sorted(present)}
        own = {target, *(_part(target.name, index) for index in present)}
        for index, part in parts.items():
            if part in own:  # about to be overwritten
                copy = self.fresh()
                self.block.append(Assign(copy, part))
                parts[index] = copy
        self.block.append(Assign(target, jet.value))
        self.block.extend(Assign(_part(target.name, index), part) for index, part in parts.items())
        self.known = {}

    def loop(self, test: Expression, body: tuple[Statement, ...]) -> None:
        with self.nested_block() as block:
            self.known = {}
            condition = self.condition(test)
            if not block:
                self.statements(body)
                simple = While(condition, tuple(block))
            else:  # the condition takes statements: while True: …; if not condition: break; body
                block.append(If(Not(condition), (Break(),)))
                self.statements(body)
                simple = While(Number(True, "bool"), tuple(block))
        self.block.append(simple)

    def returned(self, values: tuple[Expression, ...]) -> list[Expression]:
        result: list[Expression] = []
        for value in values:
            jet = self.assigned(value)
            for index, factor in self.wanted.items():
                if not any(index):
                    result.append(jet.value)
                else:
                    result.append(self.multiply(Number(factor), jet.parts.get(index)) or Number(0.0))
        return result


class _Variables(dict[str, Jet]):
    """The jets of the variables, as they are stored in the program being written."""

    def __init__(self, differentiator: _Differentiator) -> None:
        super().__init__(differentiator.fixed)
        self.differentiator = differentiator

    def __missing__(self, name: str) -> Jet:
        present = self.differentiator.present.get(name, set())
        return Jet(Name(name), {index: _part(name, index) for index in sorted(present)})


def _part(name: str, index: Index) -> Name:
    return Name(f"{name}__{_text(index)}")


def _targets(node: Statement) -> tuple[Name, ...]:
    match node:
        case Assign(target):
            return (target,)
        case Unpack(targets):
            return targets
        case ForRange(variable):
            return (variable,)
    return ()
