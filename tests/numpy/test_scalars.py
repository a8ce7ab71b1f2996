"""Elements and reductions are values of their own, as NumPy's scalars are; everything else is an array or a view."""

import numpy
import pytest
import torch

import scitorch.numpy as np


@pytest.fixture(params=[numpy, np], ids=["numpy", "scitorch"])
def xp(request):
    return request.param


def swapped(xp):
    x = xp.arange(6.0)
    x[0], x[3] = x[3], x[0]
    return x


def swapped_elements_of_a_matrix(xp):
    m = xp.arange(6.0).reshape(2, 3)
    m[0, 1], m[1, 2] = m[1, 2], m[0, 1]
    return m


def kept_element(xp):
    x = xp.arange(6.0)
    kept = x[2]
    x[2] = 100
    return kept


def kept_element_of_flat(xp):
    x = xp.arange(6.0).reshape(2, 3)
    kept = x.flat[4]
    x[:] = 7
    return kept


def kept_by_iteration(xp):
    x = xp.arange(4.0)
    kept = []
    for i, element in enumerate(x):
        kept.append(element)
        x[:] = 10 * (i + 1)
    return kept


def sums_are_not_shared(xp):
    total = xp.arange(4.0).sum()
    before = total
    total += 1
    return [total, before]


def products_of_elements(xp):
    x = xp.arange(1.0, 5.0)
    result = x[1]
    result *= 5
    return [result, x[1]]


def zero_dimensional_arrays_are_shared(xp):
    a = xp.array(3.0)
    b = a
    a += 1
    return [a, b]


def views_write_through(xp):
    x = xp.arange(4.0)
    view = x[2, ...]
    view += 10
    one = x[:1].reshape(())
    one -= 5
    alone = x[3:].squeeze()
    alone *= 2
    return x


CASES = [
    swapped,
    swapped_elements_of_a_matrix,
    kept_element,
    kept_element_of_flat,
    kept_by_iteration,
    sums_are_not_shared,
    products_of_elements,
    zero_dimensional_arrays_are_shared,
    views_write_through,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_as_numpy(case):
    numpy.testing.assert_array_equal(
        [numpy.asarray(v) for v in case(np)] if isinstance(case(np), list) else numpy.asarray(case(np)),
        case(numpy),
    )


def test_gradients_of_elements_and_updates():
    x = torch.arange(1.0, 5.0, dtype=torch.float64, requires_grad=True)

    def value(tensor):
        a = np.asarray(tensor)
        total = a[1]
        total *= a[2]
        for element in a:
            total += element**2
        return total.tensor

    (gradient,) = torch.autograd.grad(value(x), x)
    numpy.testing.assert_allclose(gradient.numpy(), [2, 4 + 3, 6 + 2, 8])
    assert torch.autograd.gradgradcheck(value, (x,), check_fwd_over_rev=True)
    numpy.testing.assert_allclose(torch.func.jacfwd(value)(x.detach()).numpy(), gradient.numpy())


def test_in_a_compiled_function():
    def value(tensor):
        total = np.asarray(tensor).sum()
        before = total
        total += 1
        return (total * before).tensor

    x = torch.arange(3.0, dtype=torch.float64)
    assert torch.compile(value, backend="eager", fullgraph=True)(x) == value(x) == 12
