"""Which elements of a result depend on which elements of the arguments, found by running the function once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import scipy.sparse
import torch
from torch import Tensor

from scitorch.func.level import Application, Level
from scitorch.op.registry import operator_of
from scitorch.op.torch_private import pytree
from scitorch.op.torch_traits import (
    contraction,
    is_constant,
    is_elementwise,
    is_index_only,
    is_reduction,
    rewritten,
)

__all__ = ["dependencies"]

Rows = Any  # a scipy.sparse.csr_array of ones: a row for each element, a column for each element of the argument


def dependencies(function: Callable[[Tensor], Tensor], x: Tensor) -> Rows:
    """The pattern of the Jacobian of a function of one tensor, at most too large where a trait is missing."""
    level = _PatternLevel(x.numel())
    start = scipy.sparse.eye_array(x.numel(), format="csr", dtype=numpy.int8)
    ((value, content),) = level.run(lambda t: (function(t),), [level.tensor(x, start)])
    return level.nothing(value.numel()) if content is None else content


class _PatternLevel(Level):
    """Tensors that carry the positions which each of their elements depends on."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def __repr__(self) -> str:
        return "pattern"

    def nothing(self, rows: int) -> Rows:
        return scipy.sparse.csr_array((rows, self._count), dtype=numpy.int8)

    def replaced(self, application: Application) -> Callable[..., Any] | None:
        func = application.func
        known = is_constant(func) or is_index_only(func) or is_elementwise(func) or is_reduction(func)
        return None if known or contraction(func) or operator_of(func) is not None else rewritten(func)

    def contents(self, application: Application, results: list[Tensor]) -> list[Any]:
        func, moving = application.func, application.moving
        if is_constant(func):
            return [None] * len(results)
        if is_index_only(func) and not _accumulates(application):
            return self._rearranged(application)
        operator = operator_of(func)
        if operator is not None:
            return self._of_operator(operator, application, results)
        if is_elementwise(func):
            return [self._union(application, r, [application.leaves[i].shape for i in moving]) for r in results]
        letters = contraction(func)
        if letters is not None:
            return [self._contracted(application, letters, results[0])]
        if is_reduction(func) and len(moving) == 1:
            return [self._reduced(application, r) for r in results]
        return [self._everything(application, r) for r in results]

    def _rearranged(self, application: Application) -> list[Any]:
        """Let the operation rearrange numbers of elements; zero is the number of no element."""
        stacked, numbers, offset = [self.nothing(1)], [], 1
        for i in application.moving:
            leaf = application.leaves[i]
            numbers.append(offset + torch.arange(leaf.numel(), device=leaf.device).reshape(leaf.shape).double())
            stacked.append(application.contents[i])
            offset += leaf.numel()
        leaves = [
            torch.zeros(a.shape, dtype=torch.float64, device=a.device)
            if isinstance(a, Tensor) and (a.is_floating_point() or a.is_complex())
            else torch.float64
            if isinstance(a, torch.dtype)
            else a
            for a in application.leaves
        ]
        whole = Application(application.func, leaves, application.spec, application.moving, application.contents)
        table = scipy.sparse.vstack(stacked, format="csr")
        found = [r for r in pytree.tree_flatten(whole.linear(numbers))[0] if isinstance(r, Tensor)]
        return [table[r.reshape(-1).long().cpu().numpy()] for r in found]

    def _union(self, application: Application, result: Tensor, shapes: list[Any]) -> Rows:
        total = self.nothing(result.numel())
        for i, shape in zip(application.moving, shapes):
            places = torch.arange(shape.numel()).reshape(shape).expand(result.shape).reshape(-1).numpy()
            total = total + application.contents[i][places]
        return _ones(total)

    def _contracted(self, application: Application, letters: tuple[list[str], str], result: Tensor) -> Rows:
        arguments, out = letters
        total = self.nothing(result.numel())
        sizes = {n: s for i, names in enumerate(arguments) for n, s in zip(names, application.leaves[i].shape)}
        for i in application.moving:
            every = out + "".join(n for n in arguments[i] if n not in out)
            total = total + self._linked(result.numel(), out, arguments[i], every, sizes) @ application.contents[i]
        return _ones(total)

    def _linked(self, rows: int, out: str, argument: str, every: str, sizes: dict[str, int]) -> Rows:
        """Which elements of a result go with which of an argument, by the letters that they share."""
        shape = [sizes[n] for n in every]

        def places(letters: str) -> Any:
            numbers = numpy.arange(int(numpy.prod([sizes[n] for n in letters]))).reshape([sizes[n] for n in letters])
            order = [letters.index(n) for n in every if n in letters]
            spread = [sizes[n] if n in letters else 1 for n in every]
            return numpy.broadcast_to(numbers.transpose(order).reshape(spread), shape).reshape(-1)

        left, right = places(out), places(argument)
        columns = int(numpy.prod([sizes[n] for n in argument]))
        return scipy.sparse.csr_array((numpy.ones(len(left), dtype=numpy.int8), (left, right)), shape=(rows, columns))

    def _reduced(self, application: Application, result: Tensor) -> Rows:
        (index,) = application.moving
        x = application.leaves[index]
        args, kwargs = application.spec.unflatten(application.leaves)
        given = dict(zip([a.name for a in application.func._schema.arguments], args)) | kwargs
        dims = given.get("dim")
        dims = range(x.ndim) if dims is None or dims == [] else [dims] if isinstance(dims, int) else dims
        kept = [1 if d in {e % max(x.ndim, 1) for e in dims} else s for d, s in enumerate(x.shape)]
        if int(numpy.prod(kept)) != result.numel():  # not a reduction of these dimensions after all
            return self._everything(application, result)
        rows = numpy.broadcast_to(numpy.arange(result.numel()).reshape(kept), x.shape).reshape(-1)
        ones = numpy.ones(len(rows), dtype=numpy.int8)
        gather = scipy.sparse.csr_array((ones, (rows, numpy.arange(len(rows)))), shape=(result.numel(), len(rows)))
        return _ones(gather @ application.contents[index])

    def _of_operator(self, operator: Any, application: Application, results: list[Tensor]) -> list[Any]:
        """Batch dimensions go together; within the core dimensions all depends on all."""
        found = []
        for result, core in zip(results, operator.signature.outputs):
            batch = result.shape[: result.ndim - len(core)]
            total = self.nothing(result.numel())
            for i in application.moving:
                leaf = application.leaves[i]
                own = leaf.shape[: leaf.ndim - len(operator.signature.inputs[i])]
                each = max(int(numpy.prod(leaf.shape[len(own) :])), 1)
                members = numpy.repeat(numpy.arange(own.numel()), each)
                ones = numpy.ones(len(members), dtype=numpy.int8)
                gather = scipy.sparse.csr_array(
                    (ones, (members, numpy.arange(len(members)))), shape=(own.numel(), len(members))
                )
                per_member = _ones(gather @ application.contents[i])
                places = torch.arange(own.numel()).reshape(own).expand(batch).reshape(-1).numpy()
                size = max(int(numpy.prod(result.shape[len(batch) :])), 1)
                total = total + per_member[numpy.repeat(places, size)]
            found.append(_ones(total))
        return found

    def _everything(self, application: Application, result: Tensor) -> Rows:
        union = self.nothing(1)
        for i in application.moving:
            union = union + scipy.sparse.csr_array(application.contents[i].sum(0, dtype=numpy.int64).reshape(1, -1))
        return _ones(scipy.sparse.csr_array(union))[numpy.zeros(result.numel(), dtype=int)]


def _accumulates(application: Application) -> bool:
    args, kwargs = application.spec.unflatten(application.leaves)
    given = dict(zip([a.name for a in application.func._schema.arguments], args)) | kwargs
    return bool(given.get("accumulate", False))


def _ones(rows: Rows) -> Rows:
    """Counts as ones, in eight bits, which sums of many could overflow."""
    rows = scipy.sparse.csr_array(rows)
    rows.sum_duplicates()
    return scipy.sparse.csr_array((numpy.ones(rows.nnz, dtype=numpy.int8), rows.indices, rows.indptr), shape=rows.shape)
