"""Expressions of the scalar language evaluated in Taylor arithmetic."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Mapping
from typing import NoReturn

from .mathematics import FUNCTIONS
from .parse_expression import parse_expression
from .program import (
    Arithmetic,
    Assign,
    Call,
    Choose,
    Compare,
    Expression,
    If,
    KernelCall,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    Statement,
    Unpack,
)
from .taylor import Index, Jet, TaylorWriter

__all__ = ["ExpressionDifferentiator", "call_statement"]

Environment = Mapping[str, Jet]  # the jets of the float variables

# A derivative carries more rounding error than the value; its terms have converged at a few roundings.
ROUNDINGS_OF_VALUE = Number(1.0)
ROUNDINGS_OF_DERIVATIVE = Number(4.0)


class ExpressionDifferentiator(TaylorWriter):
    """Evaluates expressions to jets; `environment` holds the jets of the variables."""

    environment: Environment
    where: str
    in_rule = False

    def jet(self, node: Expression) -> Jet:
        """Return the jet of a float expression; the statements that compute it go into the current block."""
        match node:
            case Name(name, "float"):
                return self.environment[name]
            case Negate(operand) if node.kind == "float":
                jet = self.jet(operand)
                return self.negative(jet) if self.is_active(jet) else Jet(Negate(jet.value))
            case Arithmetic(op, left, right, "float"):
                one, other = self.jet(left), self.jet(right)
                if op == "*":
                    return self.product(one, other)
                if op == "/":
                    return self.quotient(one, other)
                return self.sum_of(op, one, other)
            case Call(function, arguments) if node.kind == "float":
                return self._call(function, [self.jet(argument) for argument in arguments])
            case KernelCall():
                return self.kernel_call(node)[0]
            case Choose(test, yes, no, "float"):
                return self._choose(test, yes, no)
            case Number(value) if not math.isfinite(value):
                return Jet(node)
            case _:
                # Constants, tables and integers do not depend on the arguments.
                return Jet(self.condition(node) if node.kind == "bool" else node)

    def assigned(self, node: Expression) -> Jet:
        """Return the jet of what is assigned or returned: a constant that is inf or nan has derivatives nan."""
        if isinstance(node, Number) and not math.isfinite(node.value):
            return Jet(node, {index: Number(math.nan) for index in self.orders})
        return self.jet(node)

    def _call(self, function: str, arguments: list[Jet]) -> Jet:
        value = Call(function, tuple(argument.value for argument in arguments))
        if not any(self.is_active(argument) for argument in arguments):
            return Jet(value)
        arguments = [Jet(self.hold(argument.value), argument.parts) for argument in arguments]
        if function in ("minimum", "maximum"):
            x, y = (Name(name) for name in "xy")
            test = Compare("<" if function == "minimum" else ">", y, x)
            return self._rule(Choose(test, y, x), arguments)
        if function == "power":
            return self._power(arguments[0], arguments[1].value)
        rules = [_rule_tree(function, position) for position in range(len(arguments))]
        active = [i for i, argument in enumerate(arguments) if self.is_active(argument) and rules[i] != Number(0.0)]
        held = self.hold(Call(function, tuple(argument.value for argument in arguments)))
        with self.one_order_less():
            partials = [self._rule(rules[i], arguments) for i in active]
        return self.chain(held, [arguments[i] for i in active], partials)

    def _power(self, base: Jet, exponent: Expression) -> Jet:
        assert isinstance(exponent, Number)
        n = int(exponent.value)
        value = self.hold(Call("power", (base.value, exponent)))
        if n == 0:
            return Jet(value)
        if n == 1:
            return Jet(value, base.parts)
        with self.one_order_less():
            lower = self._call("power", [base, Jet(Number(n - 1, "int"))])
            partial = self.product(Jet(Number(float(n))), lower)
        return self.chain(value, [base], [partial])

    def _rule(self, rule: Expression, arguments: list[Jet]) -> Jet:
        """Evaluate a rule in x and y at the jets of the arguments."""
        outer = self.environment, self.in_rule
        self.environment = dict(zip("xy", arguments))
        self.in_rule = True
        try:
            return self.jet(_with_values(rule, {name: jet.value for name, jet in self.environment.items()}))
        finally:
            self.environment, self.in_rule = outer

    def _choose(self, test: Expression, yes: Expression, no: Expression) -> Jet:
        condition = self.condition(test)
        with self.nested_block() as yes_block:
            yes_jet = self.assigned(yes)
        with self.nested_block() as no_block:
            no_jet = self.assigned(no)
        if not (yes_block or no_block or self.is_active(yes_jet) or self.is_active(no_jet)):
            return Jet(Choose(condition, yes_jet.value, no_jet.value))
        value = self.fresh()
        indices = [i for i in self.orders if i in yes_jet.parts or i in no_jet.parts]
        names = {index: self.fresh() for index in indices}
        for block, jet in ((yes_block, yes_jet), (no_block, no_jet)):
            block.append(Assign(value, jet.value))
            block.extend(Assign(names[i], jet.parts.get(i, Number(0.0))) for i in indices)
        self.block.append(If(condition, tuple(yes_block), tuple(no_block)))
        return Jet(value, dict(names))

    def kernel_call(self, node: KernelCall) -> list[Jet]:
        """Return the jets of the outputs of a kernel."""
        arguments = [self.jet(argument) for argument in node.arguments]
        values = tuple(argument.value for argument in arguments)
        if not any(self.is_active(argument) for argument in arguments):
            if node.kernel.outputs == 1:
                return [Jet(KernelCall(node.kernel, values))]
            names = tuple(self.fresh() for _ in range(node.kernel.outputs))
            self.block.append(Unpack(names, KernelCall(node.kernel, values)))
            return [Jet(name) for name in names]
        indices = tuple(self.powers(arguments))
        jet_kernel = node.kernel.jet(indices)
        values = tuple(self.hold(value) for value in values)
        names = tuple(self.fresh() for _ in range(jet_kernel.outputs))
        self.block.append(call_statement(names, KernelCall(jet_kernel, values)))
        each: list[dict[Index, Expression]] = [
            dict(zip(indices, names[start : start + len(indices)])) for start in range(0, len(names), len(indices))
        ]
        return [self.series(coefficients, arguments) for coefficients in each]

    def condition(self, node: Expression) -> Expression:
        """Return a condition on the values, in which loops end only when the derivatives have converged too."""
        match node:
            case Call("converged", (term, total)):
                return self._converged(self.jet(term), self.jet(total))
            case Not(operand):
                return Not(self.condition(operand))
            case Logic(op, operands):
                return Logic(op, tuple(self.condition(operand) for operand in operands))
            case Choose(test, yes, no, "bool"):
                return Choose(self.condition(test), self.condition(yes), self.condition(no), "bool")
            case Compare(op, left, right) if op in ("==", "!=") and not self.in_rule:
                if self.depends(left) or self.depends(right):
                    self.refuse_equality(node)
        return node

    def _converged(self, term: Jet, total: Jet) -> Expression:
        tests: list[Expression] = [Call("negligible", (term.value, total.value, ROUNDINGS_OF_VALUE), "bool")]
        for index in self.orders:
            if index in term.parts:
                against = total.parts.get(index, total.value)
                arguments = (term.parts[index], against, ROUNDINGS_OF_DERIVATIVE)
                tests.append(Call("negligible", arguments, "bool"))
        return tests[0] if len(tests) == 1 else Logic("and", tuple(tests))

    def depends(self, node: Expression) -> bool:
        """Say whether a number depends on the arguments of differentiation."""
        if node.kind != "float":
            return False
        with self.nested_block():
            return self.is_active(self.jet(node))

    def refuse_equality(self, node: Compare) -> NoReturn:
        raise NotImplementedError(
            f"{self.where}: the kernel tests with {node.op} a number that depends on an argument to be differentiated. "
            "What it computes at that one point is not the function around it, so its derivative would be wrong. "
            "Declare the derivative with .partial, or test for a neighbourhood."
        )


def call_statement(targets: tuple[Name, ...], call: KernelCall) -> Statement:
    """Return the statement that assigns the outputs of a kernel."""
    return Assign(targets[0], call) if len(targets) == 1 else Unpack(targets, call)


@functools.cache
def _rule_tree(function: str, position: int) -> Expression:
    from ..gamma_functions import digamma

    def lookup(name: str) -> object:
        return digamma if name == "digamma" else FUNCTIONS[name].python

    def fail(node: ast.AST, message: str) -> NoReturn:
        raise AssertionError(f"the derivative rule of {function}: {message}: {ast.unparse(node)}")

    tree = ast.parse(FUNCTIONS[function].partials[position], mode="eval").body
    return parse_expression(tree, {"x": "float", "y": "float"}, lookup, fail)


def _with_values(node: Expression, values: Mapping[str, Expression]) -> Expression:
    """Write the values of the arguments into the comparisons of a rule; the rest is evaluated to jets anyway."""
    match node:
        case Choose(test, yes, no, kind):
            return Choose(_substituted(test, values), _with_values(yes, values), _with_values(no, values), kind)
        case _:
            return node


def _substituted(node: Expression, values: Mapping[str, Expression]) -> Expression:
    match node:
        case Name(name):
            return values[name]
        case Compare(op, left, right):
            return Compare(op, _substituted(left, values), _substituted(right, values))
        case Logic(op, operands):
            return Logic(op, tuple(_substituted(operand, values) for operand in operands))
        case _:
            return node
