"""What is compiled together: one kernel or several, and everything they call, in callable order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .program import KernelCall, TableItem, Unpack, expressions, statements

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = ["Unit"]


class Unit:
    """
    Kernels with all they call.

    Parameters
    ----------
    *entries : ScalarKernel
        The kernels that are to be called from outside.

    Attributes
    ----------
    entries : tuple of ScalarKernel
        The same.
    kernels : tuple of ScalarKernel
        The entries and what they call, callees before their callers.
    names : dict
        A name for each kernel, unique in the unit.
    tables : dict
        A name for each constant table, unique in the unit, by its values.
    """

    def __init__(self, *entries: ScalarKernel) -> None:
        self.entries = entries
        ordered: dict[ScalarKernel, None] = {}

        def visit(one: ScalarKernel) -> None:
            if one not in ordered:
                for callee in _callees(one):
                    visit(callee)
                ordered[one] = None

        for entry in entries:
            visit(entry)
        self.kernels = tuple(ordered)
        self.names: dict[ScalarKernel, str] = {}
        for one in self.kernels:
            self.names[one] = _free_name(f"kernel_{one.name}", set(self.names.values()))
        self.tables: dict[tuple[float, ...], str] = {}
        for one in self.kernels:
            for item in _table_items(one):
                if item.values not in self.tables:
                    name = _free_name(f"table_{item.table}", set(self.tables.values()))
                    self.tables[item.values] = name

    def entry_name(self, kernel: ScalarKernel) -> str:
        """Return what the entry of one kernel is called in C++."""
        return f"{self.names[kernel].removeprefix('kernel_')}_entry"

    def tables_of(self, kernel: ScalarKernel) -> tuple[tuple[float, ...], ...]:
        """Return the constant tables that one kernel of the unit reads."""
        return tuple(dict.fromkeys(item.values for item in _table_items(kernel)))


def _free_name(name: str, taken: set[str]) -> str:
    name = "".join(letter if letter.isascii() else f"u{ord(letter):04x}" for letter in name)
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _callees(kernel: ScalarKernel) -> Iterator[ScalarKernel]:
    for statement in statements(kernel.program.body):
        if isinstance(statement, Unpack):
            yield statement.call.kernel
        for expression in expressions(statement):
            if isinstance(expression, KernelCall):
                yield expression.kernel


def _table_items(kernel: ScalarKernel) -> Iterator[TableItem]:
    for statement in statements(kernel.program.body):
        for expression in expressions(statement):
            if isinstance(expression, TableItem):
                yield expression
