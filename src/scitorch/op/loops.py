"""The dtype rule of an operator, in the manner of ``numpy.ufunc.types``.

A loop is written with one letter per argument and result: ``r`` a real number and ``z`` a complex number of the
working precision; ``i`` is an int64 as a result, and as an argument integers of any width, taken as they are.
``"rr->r rz->z"`` is a function of a real and a real or complex argument, such as the Bessel functions: the first loop
that can take the arguments is chosen, reals are promoted where it says ``z``,
complex numbers are never demoted. Integers and booleans count as reals of the default dtype.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

_COMPLEX = {torch.float32: torch.complex64, torch.float64: torch.complex128}
_REAL = {torch.complex64: torch.float32, torch.complex128: torch.float64, torch.complex32: torch.float16}
_HALF = (torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Loop:
    """One row of the dtype rule."""

    inputs: str
    outputs: str


@dataclass(frozen=True)
class Loops:
    """All rows of the dtype rule."""

    text: str
    rows: tuple[Loop, ...]

    @classmethod
    def parse(cls, text: str, arguments: int, results: int) -> Loops:
        """Read ``"rr->r rz->z"``.

        Raises
        ------
        ValueError
            If a row does not have one letter ``r``, ``z`` or ``i`` per argument and per result.
        """
        rows = []
        for row in text.split():
            left, arrow, right = row.partition("->")
            if (
                not arrow
                or len(left) != arguments
                or len(right) != results
                or set(left + right) - set("rzi")
                or not set(left) & set("rz")
            ):
                raise ValueError(
                    f"not a dtype loop for {arguments} arguments and {results} results: {row!r} in {text!r}"
                )
            rows.append(Loop(left, right))
        if not rows:
            raise ValueError("an operator needs at least one dtype loop")
        return cls(text, tuple(rows))

    def is_index(self, position: int) -> bool:
        """Whether an argument holds integers in every row: it is taken as it is and has no derivative."""
        return all(row.inputs[position] == "i" for row in self.rows)

    @property
    def takes_complex(self) -> bool:
        """Whether some argument may be complex."""
        return any("z" in row.inputs for row in self.rows)

    def choose(self, is_complex: Sequence[bool], name: str, arguments: Sequence[str]) -> Loop:
        """The first loop that takes arguments of these kinds.

        Raises
        ------
        TypeError
            If there is none; the message names the argument that cannot be complex.
        """
        for row in self.rows:
            if all(letter == "z" for letter, flag in zip(row.inputs, is_complex) if flag):
                return row
        complex_arguments = [a for a, flag in zip(arguments, is_complex) if flag]
        raise TypeError(
            f"{name}: argument {', '.join(map(repr, complex_arguments))} is complex, but {name} takes {self.text} "
            "(r real, z complex)"
        )

    def result_dtypes(self, dtypes: Sequence[torch.dtype], name: str) -> list[torch.dtype]:
        """Dtypes of the results of arguments that have been promoted already."""
        row = self.choose([d.is_complex for d in dtypes], name, [str(d) for d in dtypes])
        precision = real_dtype(next(d for d, letter in zip(dtypes, row.inputs) if letter != "i"))
        return [letter_dtype(letter, precision) for letter in row.outputs]


def real_dtype(dtype: torch.dtype) -> torch.dtype:
    """The real dtype of the same precision."""
    return _REAL.get(dtype, dtype)


def complex_dtype(dtype: torch.dtype) -> torch.dtype:
    """The complex dtype of the same precision."""
    return _COMPLEX.get(dtype, dtype)


def letter_dtype(letter: str, precision: torch.dtype) -> torch.dtype:
    """The dtype that a loop's letter stands for at a given precision."""
    if letter == "i":
        return torch.int64
    return complex_dtype(precision) if letter == "z" else precision


def computing_dtype(dtype: torch.dtype) -> torch.dtype:
    """The precision in which numbers of this dtype are computed: float32 for the half precisions."""
    return torch.float32 if dtype in _HALF else dtype
