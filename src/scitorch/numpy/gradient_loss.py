"""Errors where an operation outside would take the values of an array and leave its gradient behind."""

import sys

import torch

__all__ = ["keep_from_numpy", "keep_from_scipy"]

_LOST = (
    "this array carries a gradient, which {} cannot hold: the operation that asked for one would lose it silently. Use "
    ".tensor.detach() where no gradient is wanted"
)


def keep_from_numpy(tensor: torch.Tensor) -> None:
    """Raise where a NumPy array is asked of an array that carries a gradient."""
    if tensor.requires_grad:
        raise RuntimeError(_LOST.format("a NumPy array"))


def keep_from_scipy(tensor: torch.Tensor) -> None:
    """Raise where SciPy takes a number out of an array that carries a gradient; called by the method that gives it.

    A user may look at a value; SciPy computes with it. Its compiled code (`quad`, `brentq`) asks for floats without a
    frame of its own, so that the frame seen here is that of SciPy's Python function around it.
    """
    if tensor.requires_grad and torch.is_grad_enabled():
        caller = sys._getframe(2).f_globals.get("__name__", "")
        if caller.partition(".")[0] == "scipy":
            raise RuntimeError(_LOST.format("a Python number"))
