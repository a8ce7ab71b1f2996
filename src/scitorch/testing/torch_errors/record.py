"""One point at which torch is wrong: the call, torch's answer, ours, and the truth."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vmap

from scitorch import func, linalg, special
from scitorch import numpy as np

from ..close import assert_close


def at(*numbers: float) -> Tensor:
    """Numbers in double precision; a single one has no dimension."""
    return torch.tensor(numbers[0] if len(numbers) == 1 else numbers, dtype=torch.float64)


def eye(n: int) -> Tensor:
    """The identity matrix in double precision."""
    return torch.eye(n, dtype=torch.float64)


#: What the calls of records may name.
SCOPE: dict[str, Any] = {
    "at": at,
    "eye": eye,
    "func": func,
    "grad": grad,
    "hessian": hessian,
    "jacfwd": jacfwd,
    "jacrev": jacrev,
    "jvp": jvp,
    "linalg": linalg,
    "math": math,
    "np": np,
    "special": special,
    "torch": torch,
    "vmap": vmap,
}


@dataclass(frozen=True)
class Record:
    """One call in torch and in scitorch.

    Attributes
    ----------
    title
        What is computed.
    call
        An expression with ``{}`` where the function stands.
    torch, ours
        The function in torch and in scitorch.
    truth
        The right value, or an expression for it; ``"an error"`` where there is none, and silence is wrong.
    rtol, atol
        How close counts as right.
    right_since
        The torch release from which its answer is right, as a tuple; None while there is none.
    """

    title: str
    call: str
    torch: str
    ours: str
    truth: Any
    rtol: float = 1e-9
    atol: float = 1e-14
    right_since: tuple[int, int] | None = None

    @property
    def theirs_text(self) -> str:
        """The call in torch."""
        return self.call.replace("{}", self.torch)

    @property
    def ours_text(self) -> str:
        """The call in scitorch."""
        return self.call.replace("{}", self.ours)

    def truth_value(self) -> Any:
        """The right value."""
        return eval(self.truth, dict(SCOPE)) if isinstance(self.truth, str) else self.truth

    def theirs(self) -> Any:
        """What torch answers, or the exception that it raises."""
        return _answer(self.theirs_text)

    def our_answer(self) -> Any:
        """What scitorch answers, or the exception that it raises."""
        return _answer(self.ours_text)

    def is_right(self, answer: Any) -> bool:
        """Whether an answer is the truth."""
        if self.truth == "an error":
            return isinstance(answer, Exception)
        if isinstance(answer, Exception):
            return False
        try:
            assert_close(answer, self.truth_value(), rtol=self.rtol, atol=self.atol)
        except AssertionError:
            return False
        return True


def _answer(text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return eval(text, dict(SCOPE))
    except Exception as error:
        return error
