"""The outcome of laws on one or many functions, as a value that prints as a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What became of one law on one operator. ``error`` is empty if it holds."""

    operator: str
    law: str
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Report:
    """Outcomes of laws. It is true if all hold, and prints as a table.

    Attributes
    ----------
    outcomes
        One per function and law, in the order in which they were checked.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> tuple[Outcome, ...]:
        """The outcomes of the laws that do not hold."""
        return tuple(o for o in self.outcomes if o.error)

    def __bool__(self) -> bool:
        return bool(self.outcomes) and not self.broken

    def __str__(self) -> str:
        if not self.outcomes:
            return "no law says anything about this function"
        width = max(len(o.law) for o in self.outcomes)
        lines = [f"{'law':{width}}  outcome     time"]
        lines += [f"{o.law:{width}}  {'broken' if o.error else 'holds':7}  {o.seconds:6.2f}s" for o in self.outcomes]
        lines.append(f"{len(self.outcomes) - len(self.broken)} of {len(self.outcomes)} laws hold")
        for o in self.broken:
            lines += ["", f"{o.operator} breaks {o.law}:", o.error.strip()]
        return "\n".join(lines)

    __repr__ = __str__

    def raise_if_broken(self) -> None:
        """Raise ``AssertionError`` with the messages of all broken laws, if there are any."""
        if self.broken:
            raise AssertionError("\n".join(f"{o.operator} breaks {o.law}:\n{o.error}" for o in self.broken))
