"""A Python function to a program of the scalar language."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import NoReturn

from .parse_expression import Lookup, as_kind, check_single, parse_expression, table
from .program import (
    Assign,
    Break,
    Continue,
    Expression,
    ForRange,
    If,
    KernelCall,
    Kind,
    Name,
    Number,
    Program,
    Return,
    Statement,
    TableItem,
    Unpack,
    While,
)

__all__ = ["parse"]

_Assigned = frozenset[str] | None  # variables certainly assigned; None where no path leads


def parse(function: FunctionType) -> Program:
    """
    Return the program that a Python function's text stands for.

    Raises
    ------
    SyntaxError
        If the text is outside the language; it names file and line. Also if a variable may be read before it is
        assigned, or a path ends without ``return``.
    OSError
        If the text of the function is not available.
    """
    return _Parser(function).program()


def _namespace(function: FunctionType) -> Lookup:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))

    def lookup(name: str) -> object:
        if name in cells:
            return cells[name].cell_contents
        return function.__globals__[name] if name in function.__globals__ else vars(builtins)[name]

    return lookup


class _Parser:
    def __init__(self, function: FunctionType) -> None:
        try:
            lines, self.first_line = inspect.getsourcelines(function)
        except OSError as error:
            raise OSError(f"the text of the scalar kernel {function.__name__} is not available") from error
        self.file = inspect.getsourcefile(function) or function.__code__.co_filename
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            self.fail(tree, "a scalar kernel is a function written with def")
        self.tree = tree
        self.lookup = _namespace(function)
        self.kinds: dict[str, Kind] = {}
        self.loop_variables: set[str] = set()
        self.outputs = 0
        self.assigned: _Assigned = frozenset()
        self.at_breaks: list[list[_Assigned]] = []

    def fail(self, node: ast.AST, message: str) -> NoReturn:
        line = self.first_line + getattr(node, "lineno", 1) - 1
        text = linecache.getline(self.file, line)
        shown = f"{message}: {ast.unparse(node).splitlines()[0]}"
        raise SyntaxError(shown, (self.file, line, getattr(node, "col_offset", 0) + 1, text))

    def program(self) -> Program:
        parameters = self._parameters()
        known = frozenset(parameter.name for parameter in parameters)
        while True:  # a variable that turns out to be a float in one place is one in all; then read again
            kinds = dict(self.kinds)
            self.assigned = known
            body = self.block(self.tree.body)
            if self.assigned is not None:
                self.fail(self.tree, "a path through the function ends without return")
            if kinds == self.kinds:
                break
        return Program(parameters, body, self.outputs, f"{self.file}:{self.first_line}")

    def _parameters(self) -> tuple[Name, ...]:
        arguments = self.tree.args
        plain = arguments.posonlyargs + arguments.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or not plain:
            self.fail(self.tree, "a scalar kernel takes one or more positional arguments, without defaults")
        for argument in plain:
            annotation = ast.unparse(argument.annotation) if argument.annotation else "float"
            if annotation not in ("float", "int"):
                self.fail(argument, "an argument is annotated float or int, or not at all")
            self._declare(argument, argument.arg, annotation)  # type: ignore[arg-type]
        return tuple(Name(argument.arg, self.kinds[argument.arg]) for argument in plain)

    def _declare(self, node: ast.AST, name: str, kind: Kind) -> Kind:
        """Note that a variable holds values of the kind; return the kind it has in the end."""
        if "__" in name:
            self.fail(node, "names with two underscores are reserved")
        known = self.kinds.setdefault(name, kind)
        if known != kind:
            if "bool" in (known, kind):
                self.fail(node, f"{name} is a truth value in one place and a number in another")
            self.kinds[name] = "float"
        return self.kinds[name]

    def value(self, node: ast.expr) -> Expression:
        value = self.call_or_value(node)
        check_single(value, node, self.fail)
        return value

    def call_or_value(self, node: ast.expr) -> Expression:
        kinds = self.kinds
        if self.assigned is not None:
            kinds = {name: kind for name, kind in kinds.items() if name in self.assigned}
        return parse_expression(node, kinds, self._global, self.fail)

    def _global(self, name: str) -> object:
        if name in self.kinds:  # a local that is not assigned on every path
            raise KeyError(name)
        return self.lookup(name)

    def block(self, nodes: list[ast.stmt]) -> tuple[Statement, ...]:
        result: list[Statement] = []
        for node in nodes:
            if self.assigned is None:
                self.fail(node, "this statement is never reached")
            method: Callable[[ast.stmt], list[Statement]] | None
            method = getattr(self, f"_{type(node).__name__}", None)
            if method is None:
                self.fail(node, f"a scalar kernel cannot contain this {type(node).__name__} statement")
            result += method(node)
        return tuple(result)

    def _Expr(self, node: ast.Expr) -> list[Statement]:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return []
        self.fail(node, "an expression that stands alone does nothing")

    def _Pass(self, node: ast.Pass) -> list[Statement]:
        return []

    def _Assign(self, node: ast.Assign) -> list[Statement]:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
            return self._assign_tuple(node, node.targets[0].elts, node.value)
        value = self.value(node.value)
        return [Assign(name, as_kind(value, name.kind)) for name in self._targets(node.targets, value.kind)]

    def _AnnAssign(self, node: ast.AnnAssign) -> list[Statement]:
        if node.value is None:
            self.fail(node, "a declaration needs a value")
        value = self.value(node.value)
        kind: Kind = "float" if ast.unparse(node.annotation) == "float" else value.kind
        return [Assign(name, as_kind(value, name.kind)) for name in self._targets([node.target], kind)]

    def _AugAssign(self, node: ast.AugAssign) -> list[Statement]:
        if not isinstance(node.target, ast.Name):
            self.fail(node, "only variables can be assigned to")
        read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
        value = self.value(ast.copy_location(ast.BinOp(read, node.op, node.value), node))
        return [Assign(name, as_kind(value, name.kind)) for name in self._targets([node.target], value.kind)]

    def _targets(self, nodes: list[ast.expr], kind: Kind) -> list[Name]:
        """Declare and assign the variables; to be called after their values are read."""
        names = []
        for node in nodes:
            if not isinstance(node, ast.Name):
                self.fail(node, "only variables can be assigned to")
            if node.id in self.loop_variables:
                self.fail(node, "the variable of a loop cannot be assigned to in it")
            names.append(Name(node.id, self._declare(node, node.id, kind)))
        assert self.assigned is not None
        self.assigned |= {name.name for name in names}
        return names

    def _assign_tuple(self, node: ast.Assign, targets: list[ast.expr], value: ast.expr) -> list[Statement]:
        if isinstance(value, ast.Tuple):
            if len(targets) != len(value.elts):
                self.fail(node, f"{len(value.elts)} values for {len(targets)} variables")
            values = [self.value(item) for item in value.elts]
            names = [self._targets([target], item.kind)[0] for target, item in zip(targets, values)]
            # All values are computed before the first is assigned, as Python does.
            held = [Name(f"{name.name}__new", name.kind) for name in names]
            first = [Assign(hold, as_kind(item, hold.kind)) for hold, item in zip(held, values)]
            return [*first, *(Assign(name, hold) for name, hold in zip(names, held))]
        call = self.call_or_value(value)
        if not isinstance(call, KernelCall) or call.kernel.program.outputs != len(targets):
            self.fail(node, "only a tuple or a kernel with as many outputs can be unpacked")
        return [Unpack(tuple(self._targets(targets, "float")), call)]

    def _condition(self, node: ast.expr) -> Expression:
        value = self.value(node)
        if value.kind != "bool":
            self.fail(node, "a number stands where a truth value is wanted; compare it with something")
        return value

    def _If(self, node: ast.If) -> list[Statement]:
        test, before = self._condition(node.test), self.assigned
        then, after_then = self.block(node.body), self.assigned
        self.assigned = before
        otherwise = self.block(node.orelse)
        self.assigned = _either(after_then, self.assigned)
        return [If(test, then, otherwise)]

    def _While(self, node: ast.While) -> list[Statement]:
        if node.orelse:
            self.fail(node, "a loop has no else in a scalar kernel")
        test, before = self._condition(node.test), self.assigned
        body, at_breaks = self._loop(node.body)
        if test == Number(True, "bool"):
            self.assigned = None
            for state in at_breaks:
                self.assigned = _either(self.assigned, state)
        else:
            self.assigned = before
        return [While(test, body)]

    def _loop(self, nodes: list[ast.stmt]) -> tuple[tuple[Statement, ...], list[_Assigned]]:
        self.at_breaks.append([])
        body = self.block(nodes)
        return body, self.at_breaks.pop()

    def _For(self, node: ast.For) -> list[Statement]:
        if node.orelse:
            self.fail(node, "a loop has no else in a scalar kernel")
        before = self.assigned
        loop = self._range_loop(node) if self._is_range(node.iter) else self._table_loop(node)
        self.assigned = before
        return [loop]

    def _is_range(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"

    def _range_loop(self, node: ast.For) -> ForRange:
        assert isinstance(node.iter, ast.Call)
        values = [self.value(argument) for argument in node.iter.args]
        if not 1 <= len(values) <= 3 or any(value.kind != "int" for value in values):
            self.fail(node.iter, "range takes one to three integers")
        start, stop = (Number(0, "int"), values[0]) if len(values) == 1 else values[:2]
        step = values[2] if len(values) == 3 else Number(1, "int")
        if not isinstance(step, Number) or step.value == 0:
            self.fail(node.iter, "the step of a range must be a constant other than 0")
        variable, body = self._loop_over(node)
        return ForRange(variable, start, stop, int(step.value), body)

    def _loop_over(self, node: ast.For) -> tuple[Name, tuple[Statement, ...]]:
        if not isinstance(node.target, ast.Name):
            self.fail(node.target, "a loop over a range has one variable")
        assert self.assigned is not None
        name = node.target.id
        if name in self.assigned:
            self.fail(node.target, "the variable of a loop must not be in use before it")
        (variable,) = self._targets([node.target], "int")
        if variable.kind != "int":
            self.fail(node.target, "the variable of a range is an integer and cannot hold floats elsewhere")
        self.loop_variables.add(name)
        body, _ = self._loop(node.body)
        self.loop_variables.remove(name)
        return variable, body

    def _table_loop(self, node: ast.For) -> ForRange:
        try:
            values = table(self._global(node.iter.id)) if isinstance(node.iter, ast.Name) else None
        except KeyError:
            values = None
        if values is None or not isinstance(node.target, ast.Name) or not isinstance(node.iter, ast.Name):
            self.fail(node, "a loop runs over a range or over a module-level tuple of numbers")
        index = Name(f"{node.iter.id}__index", "int")
        (target,) = self._targets([node.target], "float")
        body, _ = self._loop(node.body)
        item = Assign(target, TableItem(node.iter.id, values, index))
        return ForRange(index, Number(0, "int"), Number(len(values), "int"), 1, (item, *body))

    def _Break(self, node: ast.Break) -> list[Statement]:
        self.at_breaks[-1].append(self.assigned)
        self.assigned = None
        return [Break()]

    def _Continue(self, node: ast.Continue) -> list[Statement]:
        self.assigned = None
        return [Continue()]

    def _Return(self, node: ast.Return) -> list[Statement]:
        if node.value is None:
            self.fail(node, "a scalar kernel returns a number or a tuple of numbers")
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        values = [self.value(part) for part in parts]
        if any(value.kind == "bool" for value in values):
            self.fail(node, "a scalar kernel returns numbers, not truth values")
        if self.outputs not in (0, len(values)):
            self.fail(node, f"{len(values)} values are returned here and {self.outputs} elsewhere")
        self.outputs = len(values)
        self.assigned = None
        return [Return(tuple(as_kind(value, "float") for value in values), self.first_line + node.lineno - 1)]


def _either(one: _Assigned, other: _Assigned) -> _Assigned:
    """Return what is assigned where two paths meet."""
    if one is None or other is None:
        return other if one is None else one
    return one & other
