"""The scalar language: the tree that a kernel's Python text becomes.

The parser makes it, differentiation maps it to another one, and two emitters write it: as LLVM assembly for the CPU
and as C++ for CUDA. Every expression knows its kind, so that the emitters decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = [
    "Arithmetic",
    "Assign",
    "Break",
    "Call",
    "Choose",
    "Compare",
    "Continue",
    "Convert",
    "Expression",
    "ForRange",
    "If",
    "KernelCall",
    "Kind",
    "Logic",
    "Name",
    "Negate",
    "Not",
    "Number",
    "Program",
    "Return",
    "Statement",
    "TableItem",
    "Unpack",
    "While",
    "expressions",
    "statements",
]

Kind = Literal["float", "int", "bool"]


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float
    kind: Kind = "float"


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str
    kind: Kind = "float"


@dataclass(frozen=True)
class Negate:
    operand: Expression

    @property
    def kind(self) -> Kind:
        return self.operand.kind


@dataclass(frozen=True)
class Not:
    operand: Expression
    kind: Kind = "bool"


@dataclass(frozen=True)
class Arithmetic:
    """``left op right`` with op one of ``+ - * /`` and, for integers, ``// %``; both sides have its kind."""

    op: str
    left: Expression
    right: Expression
    kind: Kind = "float"


@dataclass(frozen=True)
class Compare:
    op: str
    left: Expression
    right: Expression
    kind: Kind = "bool"


@dataclass(frozen=True)
class Logic:
    """``and`` or ``or`` of two or more conditions."""

    op: Literal["and", "or"]
    operands: tuple[Expression, ...]
    kind: Kind = "bool"


@dataclass(frozen=True)
class Choose:
    """``yes if test else no``; both branches have its kind."""

    test: Expression
    yes: Expression
    no: Expression
    kind: Kind = "float"


@dataclass(frozen=True)
class Convert:
    """A conversion; from float to int it cuts the fraction off."""

    operand: Expression
    kind: Kind


@dataclass(frozen=True)
class Call:
    """A function of the mathematical library or an intrinsic of the language, by its name in `mathematics`."""

    function: str
    arguments: tuple[Expression, ...]
    kind: Kind = "float"


@dataclass(frozen=True)
class KernelCall:
    """A call of another scalar kernel."""

    kernel: ScalarKernel
    arguments: tuple[Expression, ...]
    kind: Kind = "float"


@dataclass(frozen=True)
class TableItem:
    """An element of a module-level tuple of floats."""

    table: str
    values: tuple[float, ...]
    index: Expression
    kind: Kind = "float"


Expression = (
    Number | Name | Negate | Not | Arithmetic | Compare | Logic | Choose | Convert | Call | KernelCall | TableItem
)


@dataclass(frozen=True)
class Assign:
    target: Name
    value: Expression


@dataclass(frozen=True)
class Unpack:
    """``a, b = kernel(...)`` for a kernel with several outputs."""

    targets: tuple[Name, ...]
    call: KernelCall


@dataclass(frozen=True)
class If:
    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class While:
    test: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class ForRange:
    """``for variable in range(start, stop, step)`` with a constant step."""

    variable: Name
    start: Expression
    stop: Expression
    step: int
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Break:
    pass


@dataclass(frozen=True)
class Continue:
    pass


@dataclass(frozen=True)
class Return:
    values: tuple[Expression, ...]
    line: int = field(default=0, compare=False)


Statement = Assign | Unpack | If | While | ForRange | Break | Continue | Return


@dataclass(frozen=True, eq=False)
class Program:
    """A whole scalar function.

    Attributes
    ----------
    parameters : tuple of Name
        The arguments, of kind float or int.
    body : tuple of Statement
        Every path through it ends in a `Return` of `outputs` floats.
    where : str
        File and line of the source, for error messages.
    """

    parameters: tuple[Name, ...]
    body: tuple[Statement, ...]
    outputs: int
    where: str = ""


def _children(node: object) -> Iterator[object]:
    for entry in fields(node):  # type: ignore[arg-type]
        value = getattr(node, entry.name)
        yield from value if isinstance(value, tuple) else (value,)


def statements(body: tuple[Statement, ...]) -> Iterator[Statement]:
    """Yield every statement of a body, nested ones included, in the order of the text."""
    for statement in body:
        yield statement
        for part in _children(statement):
            if isinstance(part, Statement):
                yield from statements((part,))


def expressions(node: Statement | Expression) -> Iterator[Expression]:
    """Yield the expressions in a statement or expression, nested ones included, but not those of nested statements."""
    if isinstance(node, Expression):
        yield node
    for part in _children(node):
        if isinstance(part, Expression):
            yield from expressions(part)
