"""Views with negative steps: copies that are read again when their origin changes and write through to it."""

import pickle

import numpy
import pytest
import torch

import scitorch.numpy as np
import scitorch.special


def _both(program: str) -> None:
    """Run a program on NumPy's arrays and on ours; all that it leaves must be equal."""
    results = []
    for module in (numpy, np):
        names = {"np": module, "a": module.arange(12.0), "m": module.arange(12.0).reshape(3, 4)}
        exec(program, names)
        results.append(names)
    for name in ("a", "m", "b", "c"):
        if name in results[0]:
            numpy.testing.assert_array_equal(numpy.asarray(results[1][name]), results[0][name], err_msg=name)


@pytest.mark.parametrize(
    "program",
    [
        "b = a[::-1]; b[0] = 9",
        "b = a[::-1]; a[0] = 9",
        "b = a[::-1]; a += 1; c = b * 2; b -= 3; a[3] = 7",
        "b = a[::-1]; c = b[2:5]; c[0] = 9; a[4] = 11; b[6] = 2",
        "b = a[8:1:-2]; b[1:3] = [5, 6]; a[2] = 8",
        "b = m[::-1, 1:]; b[0] = 1; c = b[:, ::-1]; c[2, 1] = 7; m[1] *= 2",
        "b = m[:, ::-1]; b.sort()",
        "b = a[::-1]; b.fill(3)",
        "b = np.flip(m); b[0, 0] = 9; c = np.fliplr(m); c[1] = 4; np.flipud(m)[0] = 8",
        "b = a[::-1]; np.add(a, 1, out=b)",
        "b = np.zeros(12)[::-1]; np.exp(a, out=b); c = b + 1",
        "b = np.zeros(12)[::-1]; np.frexp(a, out=(b, np.zeros(12, 'i')[::-1]))",
        "a[::-1] += a; b = a[::-2]; b[b > 8] = 0",
        "b = a[::-1]; a[:] = b",
        "b = a[::-1]; b[[0, 2]] = 5; np.put(b, [1], 6); np.copyto(b, 1, where=b > 10)",
        "b = np.asarray(a[::-1]); b[0] = 5; c = a[::-1].copy(); c[1] = 4",
        "b = a[::-1]; b @= np.eye(12) * 2",
        "b = m[None, 0, ::-1]; b[..., 1] = 5; m.T[0] = 3",
    ],
)
def test_writes_and_reads_through(program: str) -> None:
    _both(program)


def test_derivatives_pass_through_writes() -> None:
    x = torch.arange(1.0, 5.0, dtype=torch.float64, requires_grad=True)
    array = np.asarray(x) * 1
    view = array[::-1]
    view[0] = array[0] * array[1]
    array[0] = 7
    (array * view).sum().backward()
    # array is [7, x1, x2, x0 x1], view is its reverse: 2 (7 x0 x1 + x1 x2)
    numpy.testing.assert_allclose(x.grad, [28.0, 20.0, 4.0, 0.0])


def test_inside_transforms_and_as_trees() -> None:
    gradient = torch.func.grad(lambda x: (np.asarray(x)[::-1] ** 2 * np.arange(3.0)).sum().tensor)
    assert gradient(torch.ones(3, dtype=torch.float64)).tolist() == [4.0, 2.0, 0.0]
    view = np.arange(3.0)[::-1]
    doubled = torch.utils._pytree.tree_map(lambda tensor: tensor * 2, view)
    assert doubled.tolist() == [4.0, 2.0, 0.0] and type(doubled) is np.ndarray
    assert pickle.loads(pickle.dumps(view)).tolist() == [2.0, 1.0, 0.0]


def test_taken_by_operators_of_other_packages() -> None:
    view = np.asarray([1.0, 3.0])[::-1]
    assert np.asarray(scitorch.special.gammaln(view)).tolist() == pytest.approx([numpy.log(2.0), 0.0])
    assert type(scitorch.special.gammaln(view)) is np.ndarray
    a = np.arange(3)
    assert a[a[::-1]].tolist() == [2, 1, 0] and np.stack([a, a[::-1]]).tolist() == [[0, 1, 2], [2, 1, 0]]
    assert np.array([a[::-1], [1, 2, 3]]).tolist() == [[2, 1, 0], [1, 2, 3]]


def test_shape_of_a_view_without_memory_is_kept() -> None:
    view = np.arange(4.0)[::-1]
    with pytest.raises(AttributeError, match="in-place modification"):
        view.shape = (2, 2)


def test_shared_memory_is_that_of_the_origin() -> None:
    for module in (numpy, np):
        d = module.ones((50, 60))
        assert module.shares_memory(d[::-2], d[1::2]) and not module.shares_memory(d[::-2], d[::2])
        assert module.may_share_memory(d[::-1][:10], d[40:]) and not module.may_share_memory(d[::-1], module.ones(3))
