"""A call of a user's function as a function of the tensors to differentiate in, and back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from torch import Tensor

from scitorch.func.tree import Tree

__all__ = ["Call", "Function", "Names", "Positions"]

Function = Callable[..., Any]
Positions = int | Sequence[int] | None
Names = str | Sequence[str] | None


class Call:
    """One call, with the arguments that are differentiated set apart.

    Attributes
    ----------
    primals
        The float and complex leaves of these arguments.
    result
        What the last evaluation returned, as a tree.
    aux
        What it returned beside, with ``has_aux``.
    """

    def __init__(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        argnums: Positions = None,
        argnames: Names = None,
        *,
        has_aux: bool = False,
    ) -> None:
        self._function = function
        self._args, self._kwargs = args, kwargs
        self._has_aux = has_aux
        if argnums is None and argnames is None:
            argnums = 0
        self._argnums, self._argnames = argnums, argnames
        self.name = getattr(function, "__name__", type(function).__name__)
        positions = () if argnums is None else (argnums,) if isinstance(argnums, int) else tuple(argnums)
        names = () if argnames is None else (argnames,) if isinstance(argnames, str) else tuple(argnames)
        places = [_position(self.name, i, args) for i in positions]
        self._places: list[int | str] = [*places, *(_place(function, self.name, n, args, kwargs) for n in names)]
        self._trees = [
            Tree(args[at], f"args[{at}]") if isinstance(at, int) else Tree(kwargs[at], at) for at in self._places
        ]
        for tree in self._trees:
            if not tree.tensors:
                raise TypeError(_nothing_to_differentiate(self.name, tree))
        self.primals: tuple[Tensor, ...] = tuple(tensor for tree in self._trees for tensor in tree.tensors)
        self.result = Tree(None, "result")
        self.aux: Tree | None = None

    def __call__(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The float and complex leaves of the result at other values of the primals."""
        args, kwargs = list(self._args), dict(self._kwargs)
        with ExitStack() as swapped:
            for at, tree, part in zip(self._places, self._trees, self._split(tensors)):
                (args if isinstance(at, int) else kwargs)[at] = tree.with_values(part, swapped)  # type: ignore[index]
            result = self._function(*args, **kwargs)
        if self._has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(f"{self.name}: with has_aux=True the function returns a pair, not {result!r:.80}")
            result, aux = result
            self.aux = Tree(aux, "aux")
        self.result = Tree(result, "result")
        return tuple(self.result.tensors)

    def with_aux(self, *tensors: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """The same and the tensors beside, for transforms that hand them on."""
        results = self(*tensors)
        return results, tuple(self.aux.tensors) if self.aux is not None else ()

    def scalar(self, *tensors: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The one real number that the function returns.

        Raises
        ------
        TypeError, ValueError
            If it returns anything else.
        """
        results, aux = self.with_aux(*tensors)
        if len(results) != 1 or results[0].ndim:
            given = [f"{self.result.path(i)} of shape {tuple(r.shape)}" for i, r in enumerate(results)]
            rest = self.result.fixed_paths()
            raise ValueError(
                f"the gradient of {self.name} needs one real number as the result; the function returns "
                f"{', '.join([*given, *rest]) or 'nothing'}: sum it, or use jacobian"
            )
        if results[0].is_complex():
            raise TypeError(
                f"the gradient of {self.name} needs a real number as the result; the function returns a complex one: "
                "take its real part, or use jacobian with holomorphic=True or wirtinger=True"
            )
        return results[0], aux

    def derivatives(self, tensors: Sequence[Any]) -> Any:
        """Derivatives in the primals, in the structure of the arguments.

        One argument gives its structure; several positions a tuple, several names a dictionary, both a pair of these.
        """
        parts = [tree.derivatives(part) for tree, part in zip(self._trees, self._split(tensors))]
        if self._argnums is None:
            return self._named(parts)
        if isinstance(self._argnums, int):
            positional, rest = parts[0], parts[1:]
        else:
            positional, rest = tuple(parts[: len(self._argnums)]), parts[len(self._argnums) :]
        return positional if self._argnames is None else (positional, self._named(rest))

    def _named(self, parts: list[Any]) -> Any:
        assert self._argnames is not None
        return parts[0] if isinstance(self._argnames, str) else dict(zip(self._argnames, parts))

    def tangents(self, given: Any, kind: str = "tangent") -> tuple[Tensor, ...]:
        """The leaves of a tangent of the arguments, in the structure that `derivatives` returns."""
        if len(self._trees) == 1 and (isinstance(self._argnums, int) or isinstance(self._argnames, str)):
            return tuple(self._trees[0].matching(given, kind))
        if isinstance(given, dict):
            given = tuple(given[name] for name in self._argnames or ())
        if len(given) != len(self._trees):
            raise ValueError(f"{self.name}: there are {len(given)} {kind}s of {len(self._trees)} arguments")
        return tuple(leaf for tree, part in zip(self._trees, given) for leaf in tree.matching(part, kind))

    def rename(self, *names: str) -> None:
        """Call the arguments otherwise in messages."""
        for tree, name in zip(self._trees, names, strict=True):
            tree.name = name

    def path(self, index: int) -> str:
        """Where a primal is in the call."""
        for tree in self._trees:
            if index < len(tree.tensors):
                return tree.path(index)
            index -= len(tree.tensors)
        raise IndexError(index)

    def _split(self, tensors: Sequence[Any]) -> list[list[Any]]:
        rest = iter(tensors)
        return [[next(rest) for _ in tree.tensors] for tree in self._trees]


def _position(name: str, index: int, args: tuple[Any, ...]) -> int:
    if not -len(args) <= index < len(args):
        raise ValueError(f"{name}: argnums has {index}, and the call {len(args)} positional arguments")
    return index % len(args)


def _place(function: Function, label: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int | str:
    if name in kwargs:
        return name
    parameters = list(inspect.signature(function).parameters)
    if name in parameters and parameters.index(name) < len(args):
        return parameters.index(name)
    raise ValueError(f"{label}: argnames has {name!r}, which is not an argument of the call")


def _nothing_to_differentiate(name: str, tree: Tree) -> str:
    found = "; ".join(tree.fixed_paths()) or f"{tree.name} is empty"
    return (
        f"{name}: {tree.name} has no float or complex leaf to differentiate in ({found}): convert what should be "
        "differentiated, for example with .to(torch.get_default_dtype()), or leave the argument out of argnums"
    )
