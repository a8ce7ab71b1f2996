"""Functions that stay functions when stored in a class."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["routine"]

P = ParamSpec("P")
R = TypeVar("R")


class _Routine(partial[Any]):
    """A call of a function, with its name and signature.

    A partial, because that is compiled code which torch.compile sees through, and no method of whatever holds it.
    """

    def __get__(self, instance: Any, owner: Any = None) -> "_Routine":
        return self


def routine(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function that is no method: with ``class A: make = np.array``, ``A().make(x)`` passes `x` alone."""
    return cast(Callable[P, R], update_wrapper(_Routine(function), function))
