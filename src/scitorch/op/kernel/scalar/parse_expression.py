"""Python expressions to expressions of the scalar language."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from .intrinsics import converged
from .mathematics import FUNCTIONS
from .program import (
    Arithmetic,
    Call,
    Choose,
    Compare,
    Convert,
    Expression,
    KernelCall,
    Kind,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    TableItem,
)

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = ["Fail", "Lookup", "as_kind", "check_single", "parse_expression", "table"]

Lookup = Callable[[str], object]  # what a global name stands for; KeyError if nothing
Fail = Callable[[ast.AST, str], NoReturn]

# x**n is a chain of products up to this n; beyond it `pow` is the more accurate.
LARGEST_PRODUCT_POWER = 8

_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_BY_FUNCTION = {function.python: name for name, function in FUNCTIONS.items()}


def parse_expression(node: ast.expr, kinds: Mapping[str, Kind], lookup: Lookup, fail: Fail) -> Expression:
    """
    Return the expression that a Python expression stands for.

    Parameters
    ----------
    node : ast.expr
        The Python expression.
    kinds : mapping
        The local variables that may be read here, with their kinds.
    lookup : callable
        Gives the object a global name stands for.
    fail : callable
        Called with the node and a message where the expression is outside the language; raises SyntaxError.
    """
    return _ExpressionParser(kinds, lookup, fail).parse(node)


def as_kind(value: Expression, kind: Kind) -> Expression:
    """Return the expression converted, a literal directly."""
    if value.kind == kind:
        return value
    if isinstance(value, Number) and kind == "float":
        return Number(float(value.value))
    return Convert(value, kind)


def check_single(value: Expression, node: ast.AST, fail: Fail) -> None:
    """Fail where a kernel with several outputs stands for a number."""
    if isinstance(value, KernelCall) and value.kernel.program.outputs != 1:
        fail(node, f"{value.kernel.name} returns {value.kernel.program.outputs} values; unpack them")


def table(value: object) -> tuple[float, ...] | None:
    """Return the value as a constant table, None if it is no tuple of numbers."""
    if isinstance(value, tuple) and value and all(type(item) in (int, float) for item in value):
        return tuple(float(item) for item in value)
    return None


class _ExpressionParser:
    def __init__(self, kinds: Mapping[str, Kind], lookup: Lookup, fail: Fail) -> None:
        self.kinds, self.lookup, self.fail = kinds, lookup, fail

    def parse(self, node: ast.expr) -> Expression:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            self.fail(node, f"a scalar kernel cannot contain this {type(node).__name__} expression")
        result: Expression = method(node)
        return result

    def number(self, node: ast.expr) -> Expression:
        value = self.parse(node)
        if value.kind == "bool":
            self.fail(node, "a truth value stands where a number is wanted")
        check_single(value, node, self.fail)
        return value

    def real(self, node: ast.expr) -> Expression:
        return as_kind(self.number(node), "float")

    def condition(self, node: ast.expr) -> Expression:
        value = self.parse(node)
        if value.kind != "bool":
            self.fail(node, "a number stands where a truth value is wanted; compare it with something")
        return value

    def _Constant(self, node: ast.Constant) -> Expression:
        if type(node.value) is bool:
            return Number(node.value, "bool")
        if type(node.value) is int:
            return Number(node.value, "int")
        if type(node.value) is float:
            return Number(node.value)
        self.fail(node, f"a scalar kernel knows no {type(node.value).__name__} constants")

    def named(self, node: ast.expr) -> object:
        """Return what a (dotted) global name stands for."""
        if isinstance(node, ast.Name):
            if node.id in self.kinds:
                self.fail(node, "a local variable cannot be called or indexed")
            try:
                return self.lookup(node.id)
            except KeyError:
                self.fail(node, "this name is not defined, or not assigned on every path that leads here")
        if isinstance(node, ast.Attribute):
            owner = self.named(node.value)
            if hasattr(owner, node.attr):
                return getattr(owner, node.attr)
            self.fail(node, "there is no such attribute")
        self.fail(node, "a name is wanted here")

    def _Name(self, node: ast.Name) -> Expression:
        if node.id in self.kinds:
            return Name(node.id, self.kinds[node.id])
        return self._constant_object(node)

    def _Attribute(self, node: ast.Attribute) -> Expression:
        return self._constant_object(node)

    def _constant_object(self, node: ast.expr) -> Expression:
        value = self.named(node)
        if type(value) is float:
            return Number(value)
        if type(value) is int:
            return Number(value, "int")
        self.fail(node, f"only numbers and tuples of numbers can be constants, this is a {type(value).__name__}")

    def _Subscript(self, node: ast.Subscript) -> Expression:
        values = table(self.named(node.value))
        if values is None:
            self.fail(node, "only a module-level tuple of numbers can be indexed")
        index = self.parse(node.slice)
        if index.kind != "int":
            self.fail(node, "the index must be an integer")
        if isinstance(index, Number) and not 0 <= index.value < len(values):
            self.fail(node, f"the index is outside the {len(values)} elements")
        item = TableItem(ast.unparse(node.value).replace(".", "_"), values, index)
        if isinstance(index, Number):
            return item
        # An index outside the table gives nan, never the memory beside it.
        first, end = Number(0, "int"), Number(len(values), "int")
        inside = Logic("and", (Compare("<=", first, index), Compare("<", index, end)))
        return Choose(inside, item, Number(math.nan))

    def _UnaryOp(self, node: ast.UnaryOp) -> Expression:
        if isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        operand = self.number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        if isinstance(node.op, ast.USub):
            return Number(-operand.value, operand.kind) if isinstance(operand, Number) else Negate(operand)
        self.fail(node, "~ is not in the language")

    def _BinOp(self, node: ast.BinOp) -> Expression:
        left, right = self.number(node.left), self.number(node.right)
        if isinstance(node.op, ast.Pow):
            if isinstance(right, Number) and right.kind == "int" and abs(right.value) <= LARGEST_PRODUCT_POWER:
                return Call("power", (as_kind(left, "float"), right))
            return Call("pow", (as_kind(left, "float"), as_kind(right, "float")))
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            self.fail(node, f"the operator {type(node.op).__name__} is not in the language")
        if op in ("//", "%"):
            if left.kind != "int" or right.kind != "int":
                self.fail(node, f"{op} is for integers; for floats use math.floor or math.fmod")
            return Arithmetic(op, left, right, "int")
        if left.kind == right.kind == "int" and op != "/":
            return Arithmetic(op, left, right, "int")
        return Arithmetic(op, as_kind(left, "float"), as_kind(right, "float"))

    def _Compare(self, node: ast.Compare) -> Expression:
        parts: list[Expression] = []
        sides = [node.left, *node.comparators]
        for op, left_node, right_node in zip(node.ops, sides, sides[1:]):
            if type(op) not in _COMPARE:
                self.fail(node, f"the comparison {type(op).__name__} is not in the language")
            left, right = self.number(left_node), self.number(right_node)
            if left.kind != right.kind:
                left, right = as_kind(left, "float"), as_kind(right, "float")
            parts.append(Compare(_COMPARE[type(op)], left, right))
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def _BoolOp(self, node: ast.BoolOp) -> Expression:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(op, tuple(self.condition(value) for value in node.values))  # type: ignore[arg-type]

    def _IfExp(self, node: ast.IfExp) -> Expression:
        test, yes, no = self.condition(node.test), self.parse(node.body), self.parse(node.orelse)
        if yes.kind == no.kind == "bool":
            return Choose(test, yes, no, "bool")
        if yes.kind == no.kind:
            return Choose(test, self.number(node.body), self.number(node.orelse), yes.kind)
        return Choose(test, self.real(node.body), self.real(node.orelse))

    def _Call(self, node: ast.Call) -> Expression:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.fail(node, "a scalar kernel passes arguments by position only")
        called = self.named(node.func)
        from .kernel import ScalarKernel

        if isinstance(called, ScalarKernel):
            return self._kernel_call(node, called)
        if called is len:
            values = table(self.named(node.args[0])) if node.args else None
            if values is None:
                self.fail(node, "len is for module-level tuples of numbers")
            return Number(len(values), "int")
        several = max(2, len(node.args))
        wanted = {abs: 1, int: 1, float: 1, converged: 2, min: several, max: several}.get(called)
        name = _BY_FUNCTION.get(called)
        if name is not None:
            wanted = len(FUNCTIONS[name].partials)
        if wanted is None:
            what = ast.unparse(node.func)
            if getattr(math, what.removeprefix("math."), None) is called:
                self.fail(node, f"{what} is not among the functions of the language ({', '.join(FUNCTIONS)})")
            self.fail(node, f"{what} is neither a scalar kernel nor a function of the language")
        if len(node.args) != wanted:
            self.fail(node, f"{wanted} argument(s) are wanted, {len(node.args)} given")
        if name is not None:
            return Call(name, tuple(self.real(argument) for argument in node.args))
        return self._builtin(called, [self.number(argument) for argument in node.args])

    def _builtin(self, called: object, arguments: list[Expression]) -> Expression:
        first = arguments[0]
        if called is float:
            return as_kind(first, "float")
        if called is int:
            return as_kind(first, "int")
        if called is abs:
            if first.kind == "int":
                return Choose(Compare("<", first, Number(0, "int")), Negate(first), first, "int")
            return Call("fabs", (first,))
        kind: Kind = "float"
        if called is not converged and all(argument.kind == "int" for argument in arguments):
            kind = "int"
        converted = tuple(as_kind(argument, kind) for argument in arguments)
        if called is converged:
            return Call("converged", converted, "bool")
        function, result = "minimum" if called is min else "maximum", converted[0]
        for other in converted[1:]:
            result = Call(function, (result, other), kind)
        return result

    def _kernel_call(self, node: ast.Call, kernel: ScalarKernel) -> Expression:
        parameters = kernel.program.parameters
        if len(node.args) != len(parameters):
            self.fail(node, f"{kernel.name} takes {len(parameters)} arguments, {len(node.args)} are given")
        arguments = []
        for argument_node, parameter in zip(node.args, parameters):
            argument = self.number(argument_node)
            if parameter.kind == "int" and argument.kind == "float":
                self.fail(argument_node, f"{kernel.name} wants an integer for {parameter.name}; use int()")
            arguments.append(as_kind(argument, parameter.kind))
        return KernelCall(kernel, tuple(arguments))
