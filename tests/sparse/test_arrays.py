"""What is special about sparse arrays: bad input, exchange, files, kinds of arrays, tracing, memory."""

from __future__ import annotations

import doctest
import importlib
import io
import pkgutil
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch

import scitorch.numpy
from scitorch import sparse
from scitorch.sparse import warning


def example() -> sparse.csr_array:
    return sparse.csr_array(torch.tensor([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]], dtype=torch.float64))


@pytest.mark.parametrize(
    "parts",
    [
        ([1.0, 2.0], [0, 7], [0, 1, 2]),  # a column out of range
        ([1.0, 2.0], [0, -1], [0, 1, 2]),
        ([1.0, 2.0], [0, 1], [0, 2, 1]),  # lines that run backwards
        ([1.0, 2.0], [0, 1], [0, 1, 5]),  # more entries than there are
        ([1.0, 2.0], [0, 1], [0, 2]),  # too few lines
    ],
)
def test_inconsistent_index_arrays(parts: Any) -> None:
    with pytest.raises(ValueError):
        sparse.csr_array(tuple(map(torch.tensor, parts)), shape=(2, 3))


def test_bad_shapes_and_values() -> None:
    with pytest.raises(ValueError):
        sparse.coo_array((torch.ones(1), ([3], [0])), shape=(2, 2))
    with pytest.raises(ValueError):
        sparse.csr_array((-1, 2))
    with pytest.raises(ValueError, match="scalar"):
        sparse.csr_array(torch.tensor(3.0))
    with pytest.raises(TypeError, match="no tensor holds"):
        sparse.csr_array(np.eye(2), dtype=object)
    with pytest.raises(ValueError, match="dimension mismatch"):
        example() @ torch.ones(2, dtype=torch.float64)
    with pytest.raises(IndexError):
        example()[5]
    with pytest.raises(NotImplementedError, match="all elements"):
        example() + 1


def test_densifying_warns_once() -> None:
    warning._warned.clear()
    with pytest.warns(sparse.DensifyingWarning, match=r"2×3 elements of a sparse array, 6 bytes"):
        example() == 0  # noqa: B015
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        example() == 0  # noqa: B015
    with pytest.raises(TypeError, match="toarray"):
        np.asarray(example())


def test_duplicates_and_order() -> None:
    values = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64, requires_grad=True)
    array = sparse.csr_array((values, torch.tensor([2, 0, 2]), torch.tensor([0, 3, 3])), shape=(2, 3))
    torch.testing.assert_close(array.toarray()[0], torch.tensor([2.0, 0.0, 5.0], dtype=torch.float64))
    (gradient,) = torch.autograd.grad((array * array).sum(), values)
    torch.testing.assert_close(gradient, torch.tensor([10.0, 4.0, 10.0], dtype=torch.float64))


def test_operations_in_place_leave_sharers_alone() -> None:
    array = sparse.csr_array((torch.tensor([1.0, 2.0]), torch.tensor([1, 0]), torch.tensor([0, 2])), shape=(1, 2))
    doubled = array * 2
    doubled.sort_indices()
    torch.testing.assert_close(doubled.toarray(), torch.tensor([[4.0, 2.0]]))
    torch.testing.assert_close(array.toarray(), torch.tensor([[2.0, 1.0]]))


@pytest.mark.parametrize("format", ["coo", "csr", "csc", "bsr", "dia"])
def test_files(format: str) -> None:
    array = example().asformat(format)
    file = io.BytesIO()
    sparse.save_npz(file, array)
    file.seek(0)
    again = sparse.load_npz(file)
    assert again.format == format
    torch.testing.assert_close(again.toarray(), array.toarray())
    file.seek(0)
    np.testing.assert_array_equal(scipy.sparse.load_npz(file).toarray(), array.toarray().numpy())
    file.seek(0)
    with pytest.raises(ValueError, match="largest"):
        sparse.load_npz(file, largest=10)


def test_hostile_files() -> None:
    with pytest.raises(ValueError, match="no sparse array"):
        sparse.load_npz(io.BytesIO(b"PK\x03\x04 nothing"))
    pickled = io.BytesIO()
    np.savez(pickled, format=np.array([print], dtype=object))
    pickled.seek(0)
    with pytest.raises(ValueError, match="pickle"):
        sparse.load_npz(pickled)
    wrong = io.BytesIO()
    parts = dict(data=np.ones(1), indices=np.array([9]), indptr=np.array([0, 1]), shape=np.array([1, 2]))
    np.savez(wrong, format=b"csr", **parts)
    wrong.seek(0)
    with pytest.raises(ValueError):
        sparse.load_npz(wrong)


def test_exchange() -> None:
    host = scipy.sparse.random_array((5, 4), density=0.5, rng=0, format="csr")
    array = sparse.from_scipy(host)
    assert isinstance(array.data, np.ndarray) and np.shares_memory(array.data, host.data)
    assert np.shares_memory(sparse.to_scipy(array).data, host.data)
    values = torch.tensor([1.0, 2.0], requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, that its compressed layouts are in beta
        there = sparse.to_torch(sparse.coo_array((values, ([0, 1], [1, 0])), shape=(2, 2)))
    assert there.layout == torch.sparse_coo
    (sparse.from_torch(there).toarray() ** 2).sum().backward()
    torch.testing.assert_close(values.grad, torch.tensor([2.0, 4.0]))
    with pytest.raises(TypeError, match="derivative"):
        sparse.to_scipy(sparse.csr_array(torch.eye(2)).requires_grad_())


def test_kinds_of_arrays() -> None:
    ours = sparse.csr_array(scitorch.numpy.eye(3))
    assert type(ours.data) is scitorch.numpy.ndarray
    assert type(ours @ scitorch.numpy.ones(3)) is scitorch.numpy.ndarray
    numpys = sparse.csr_array(np.eye(3))
    assert type(numpys @ np.ones(3)) is np.ndarray
    assert numpys.dtype == np.float64
    assert type(numpys @ torch.ones(3, dtype=torch.float64)) is torch.Tensor


def test_compiled_product() -> None:
    array = example()
    indptr, indices = array.indptr, array.indices

    def loss(data: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return (sparse.matrix_products.compressed_product(data, x, indptr, indices, size=3)).sin().sum()

    x = torch.ones(3, 2, dtype=torch.float64)
    compiled = torch.compile(torch.func.grad(loss), backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(array.data, x), torch.func.grad(loss)(array.data, x))


def test_complex_gradient_is_on_the_pattern() -> None:
    dense = torch.tensor([[1 + 2j, 0], [3j, 2]], dtype=torch.complex128)
    array = sparse.csr_array(dense)
    for f in (lambda a: (a @ a)[0, 0].abs() ** 2 + (a @ a).sum().real, lambda a: (a @ dense).abs().sum()):
        found = torch.func.grad(f)(array).toarray()
        torch.testing.assert_close(found, torch.func.grad(f)(dense) * (dense != 0))


def test_state_of_a_module() -> None:
    class Layer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            array = example()
            self.values, self.structure = torch.nn.Parameter(array.data), array

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.structure._like(self.values) @ x

    layer = Layer()
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    x = torch.ones(3, dtype=torch.float64)
    first = layer(x).square().sum()
    first.backward()
    optimizer.step()
    assert layer(x).square().sum() < first
    assert list(layer.state_dict()) == ["values"]


def test_examples_run() -> None:
    for module in pkgutil.iter_modules(sparse.__path__, "scitorch.sparse."):
        if not module.ispkg:
            outcome = doctest.testmod(importlib.import_module(module.name))
            assert not outcome.failed, module.name


@pytest.mark.parametrize(
    ("make", "part", "value"),
    [
        (sparse.csr_array, "indices", [0, 9]),
        (sparse.csc_array, "indices", [0, -1]),
        (sparse.csr_array, "indptr", [0, 5, 1]),
        (sparse.coo_array, "row", [0, 2]),
        (sparse.coo_array, "coords", ([0, 1], [0, 7])),
    ],
)
def test_assigned_indices_stay_inside_the_array(make, part, value) -> None:
    array = make(torch.eye(2))
    with pytest.raises(ValueError, match=r"run from|ascend"):
        setattr(array, part, value)
    assert array.toarray().tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support")
def test_torch_tensors_with_indices_outside_are_refused() -> None:
    bad = torch.sparse_csr_tensor(
        torch.tensor([0, 1]), torch.tensor([7]), torch.ones(1), (1, 2), check_invariants=False
    )
    with pytest.raises(ValueError, match="run from 7"):
        sparse.from_torch(bad)
