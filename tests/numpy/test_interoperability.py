"""Protocols: NumPy's functions on our arrays, torch's functions, pytrees, pickling, files, random numbers."""

import copy
import pickle
from pathlib import Path

import numpy
import pytest
import torch

import scitorch.numpy as np


def test_numpy_functions_answer_with_our_arrays() -> None:
    x = np.arange(4.0)
    assert type(numpy.sin(x)) is np.ndarray
    assert type(numpy.concatenate([x, x])) is np.ndarray
    assert type(numpy.linalg.norm(x)) is np.ndarray
    assert type(numpy.ones(4) + x) is np.ndarray
    assert type(numpy.float64(2.0) * x) is np.ndarray
    assert numpy.add.reduce(x).item() == 6.0


def test_numpy_functions_keep_gradients() -> None:
    x = np.arange(1.0, 4.0).requires_grad_()
    numpy.sum(numpy.exp(x) * numpy.ones(3)).backward()
    numpy.testing.assert_allclose(x.grad.tensor, numpy.exp([1.0, 2.0, 3.0]))


def test_torch_functions_answer_with_our_arrays() -> None:
    x = np.arange(4.0)
    assert type(torch.sin(x)) is np.ndarray
    assert type(torch.cat([x, x])) is np.ndarray
    assert type(torch.ones(4, dtype=torch.float64) * x) is np.ndarray
    values, indices = torch.max(x, dim=0)
    assert (float(values), int(indices)) == (3.0, 3)
    layer = torch.nn.Linear(4, 2, dtype=torch.float64)
    assert layer(x).shape == (2,)


def test_compiled_whole() -> None:
    def function(x: np.ndarray) -> np.ndarray:
        return np.sin(x) * 2 + x[1:3].sum()

    compiled = torch.compile(function, fullgraph=True, backend="eager")
    x = np.arange(4.0)
    numpy.testing.assert_allclose(compiled(x).tensor, function(x).tensor)


def test_pytree_and_transforms_of_arrays() -> None:
    mapped = torch.func.vmap(lambda a: a * 2)(np.ones((3, 2)))
    assert type(mapped) is np.ndarray
    assert mapped.shape == (3, 2)


def test_copies_and_pickles() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.tolist() == x.tolist()
        y[0, 0] = 9.0
        assert x[0, 0] == 0.0


def test_dlpack() -> None:
    x = np.arange(3.0)
    numpy.from_dlpack(x)[0] = 5.0
    assert x[0] == 5.0
    assert np.from_dlpack(numpy.arange(3)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", [0, 12345])
def test_seeds_give_numpys_numbers(seed: int) -> None:
    ours, theirs = np.random.default_rng(seed), numpy.random.default_rng(seed)
    for draw in (
        lambda g: g.normal(size=3),
        lambda g: g.integers(0, 10, size=4),
        lambda g: g.uniform(-1, 1, (2, 2)),
        lambda g: g.permutation(5),
        lambda g: g.choice([1.0, 2.0, 3.0], size=2),
        lambda g: g.multivariate_normal([0, 0], [[1, 0], [0, 2]]),
    ):
        numpy.testing.assert_array_equal(draw(ours).tensor, draw(theirs))
    np.random.seed(seed)
    mine = np.random.rand(3)
    numpy.random.seed(seed)  # noqa: NPY002
    numpy.testing.assert_array_equal(mine.tensor, numpy.random.rand(3))  # noqa: NPY002


def test_shuffle_in_place() -> None:
    x, y = np.arange(8), numpy.arange(8)
    np.random.default_rng(3).shuffle(x)
    numpy.random.default_rng(3).shuffle(y)
    assert x.tolist() == y.tolist()


def test_files(tmp_path: Path) -> None:
    x = np.array([[1.5, 2.0], [3.0, -4.0]])
    np.save(tmp_path / "x.npy", x)
    assert np.load(tmp_path / "x.npy").tolist() == x.tolist()
    np.savez(tmp_path / "x.npz", first=x, second=x[0])
    with np.load(tmp_path / "x.npz") as archive:
        assert archive.files == ["first", "second"]
        assert type(archive["second"]) is np.ndarray
    np.savetxt(tmp_path / "x.csv", x, delimiter=",")
    assert np.loadtxt(tmp_path / "x.csv", delimiter=",").tolist() == x.tolist()
    assert np.genfromtxt(tmp_path / "x.csv", delimiter=",").shape == (2, 2)
    with pytest.raises(ValueError, match="pickle"):
        np.load(tmp_path / "x.npy", allow_pickle=True)


def test_special_functions_keep_the_array_type() -> None:
    import scitorch.special

    assert type(scitorch.special.erf(np.arange(3.0))) is np.ndarray


def test_scalars_of_no_dimensions() -> None:
    x = np.array([1, 2, 3])
    total = x.sum()
    assert int(total) == 6
    assert [10, 20, 30, 40, 50, 60, 70][total] == 70
    assert {total: "six"}[np.int64(6)] == "six"
    assert list(range(x[1])) == [0, 1]
    assert round(np.float64(2.6) * np.ones(())) == 3
    assert np.isscalar(total)
