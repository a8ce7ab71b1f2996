"""Derivatives of operations on sparse arrays are those of dense ones, on the pattern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from scitorch import sparse

FORMATS = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")


def dense_example() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(4, 5, dtype=torch.float64, generator=generator)
    return values * (torch.rand(4, 5, generator=generator) > 0.4)


VECTOR = torch.linspace(-1, 2, 5, dtype=torch.float64)

#: An operation as it is written for sparse and for dense arrays; equal where one is given.
OPERATIONS: dict[str, tuple[Callable[..., Any], ...]] = {
    "select": (lambda a: a[1:3, [0, 2]],),
    "element": (lambda a: a[1, 1],),
    "transpose": (lambda a: a.T,),
    "sum of two": (lambda a: a + (a * 2).T.T,),
    "cancelling": (lambda a: (a - a) * 3,),
    "product": (lambda a: a @ a.T,),
    "matrix times vector": (lambda a: a @ VECTOR,),
    "vector times matrix": (lambda a: VECTOR[:4] @ a,),
    "matrix times matrix": (lambda a: a @ torch.stack([VECTOR, VECTOR**2], 1),),
    "sum of columns": (lambda a: a.sum(0),),
    "mean of rows": (lambda a: a.mean(1),),
    "sum of all": (lambda a: a.sum(),),
    "diagonal": (lambda a: a.diagonal(1),),
    "reshape": (lambda a: a.reshape(2, 10),),
    "dense operand": (lambda a: a * VECTOR,),
    "dense sum": (lambda a: a + VECTOR.expand(4, 5),),
    "quotient": (lambda a: a / 3,),
    "square": (lambda a: a**2,),
    "sine": (lambda a: a.sin(),),
    "elementwise product": (lambda a: a.multiply(a * a), lambda a: a * (a * a)),
    "maximum of rows": (lambda a: a.max(axis=1), lambda a: a.amax(1)),
    "minimum of all": (lambda a: a.min(), lambda a: a.amin()),
    "maximum of two": (lambda a: a.maximum(a * 2), lambda a: torch.maximum(a, a * 2)),
    "minimum with a number": (lambda a: a.minimum(0.3), lambda a: a.clamp(max=0.3)),
    "stacked": (lambda a: sparse.hstack([a, a * 2]), lambda a: torch.cat([a, a * 2], 1)),
    "lower triangle": (lambda a: sparse.tril(a, 1), lambda a: a.tril(1)),
    "kronecker": (lambda a: sparse.kron(a, a), lambda a: torch.kron(a, a)),
}


def densified(result: Any) -> Tensor:
    return result.toarray() if sparse.issparse(result) else result


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("format", FORMATS)
def test_values_and_gradients(format: str, name: str) -> None:
    operation = OPERATIONS[name]
    dense = dense_example().requires_grad_()
    array = sparse.csr_array(dense).asformat(format)
    found, wanted = densified(operation[0](array)), operation[-1](dense)
    torch.testing.assert_close(found, wanted)
    weights = torch.linspace(0.5, 1.5, found.numel(), dtype=torch.float64).reshape(found.shape)
    (gradient,) = torch.autograd.grad((found * weights).sum(), dense)
    (expected,) = torch.autograd.grad((wanted * weights).sum(), dense)
    torch.testing.assert_close(gradient, expected * (dense != 0))


@pytest.mark.parametrize("name", OPERATIONS)
def test_plain_values(name: str) -> None:
    operation = OPERATIONS[name]
    dense = dense_example()
    for format in FORMATS:
        found = densified(operation[0](sparse.csr_array(dense).asformat(format)))
        torch.testing.assert_close(found, operation[-1](dense))


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("format", ["csr", "coo"])
def test_second_derivatives_and_batches(format: str, name: str) -> None:
    operation = OPERATIONS[name]
    dense = dense_example()
    mask = dense != 0
    array = sparse.csr_array(dense).asformat(format)

    def loss(f: Callable[..., Any]) -> Callable[..., Tensor]:
        return lambda a: (densified(f(a)).sin() ** 2).sum()

    of_sparse, of_dense = loss(operation[0]), loss(operation[-1])
    direction = array * 0.5
    found = torch.func.jvp(torch.func.grad(of_sparse), (array,), (direction,))[1]
    wanted = torch.func.jvp(torch.func.grad(of_dense), (dense,), (dense * 0.5,))[1]
    torch.testing.assert_close(found.toarray(), wanted * mask)
    twice = torch.func.jvp(lambda a: torch.func.jvp(of_sparse, (a,), (direction,))[1], (array,), (direction,))[1]
    torch.testing.assert_close(twice, (found.data * direction.data).sum())
    batch = torch.stack([array.data, 2 * array.data])
    over = torch.func.vmap(lambda v: of_sparse(array._like(v)))(batch)
    torch.testing.assert_close(over, torch.stack([of_dense(dense), of_dense(2 * dense)]))


def test_gradient_is_sparse() -> None:
    array = sparse.csr_array(dense_example())
    gradient = torch.func.grad(lambda a: (a @ VECTOR).square().sum())(array)
    assert type(gradient) is sparse.csr_array
    assert gradient.nnz == array.nnz
    array.requires_grad_()
    (array @ VECTOR).square().sum().backward()
    torch.testing.assert_close(array.grad.toarray(), gradient.toarray())


def test_assignment_carries_derivatives() -> None:
    x = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    for make in (sparse.lil_array, sparse.dok_array):
        a = make((2, 2), dtype=torch.float64)
        a[0, 0] = x[0]
        a[0, 1] = x[0] * x[1]
        a[1, 1] += x[1]
        (gradient,) = torch.autograd.grad((a.tocsr() @ torch.ones(2, dtype=torch.float64)).sum(), x)
        torch.testing.assert_close(gradient, torch.tensor([4.0, 3.0], dtype=torch.float64))
