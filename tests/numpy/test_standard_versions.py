"""`__array_namespace__`: the namespace itself, or its view for a version of the Array API standard."""

import inspect

import numpy
import pytest
import torch

import scitorch.numpy as np
from scitorch.numpy.standard import VERSIONS

ARRAY = np.asarray([[2.0, 1.0], [1.0, 3.0]])


def test_without_a_version_it_is_the_namespace_itself() -> None:
    assert ARRAY.__array_namespace__() is np
    assert np.__array_api_version__ == VERSIONS[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_lists_became_tuples_in_2025(version: str) -> None:
    xp = ARRAY.__array_namespace__(api_version=version)
    expected = tuple if version >= "2025.12" else list
    assert xp.__array_api_version__ == version
    assert type(xp.meshgrid(ARRAY[0], ARRAY[1])) is expected
    assert type(xp.broadcast_arrays(ARRAY, ARRAY[0])) is expected
    assert isinstance(xp.__array_namespace_info__().devices(), expected)
    assert inspect.signature(xp.meshgrid) == inspect.signature(np.meshgrid)


@pytest.mark.parametrize("version", VERSIONS)
def test_views_differ_from_numpy_where_the_standard_does(version: str) -> None:
    xp = ARRAY.__array_namespace__(api_version=version)
    assert xp.linalg.eigvals(ARRAY).dtype == xp.linalg.eig(ARRAY).eigenvectors.dtype == np.complex128
    assert np.linalg.eigvals(ARRAY).dtype == np.linalg.eig(ARRAY).eigenvectors.dtype == np.float64
    zero = np.asarray(complex(-0.0, 0.0))
    assert not np.signbit(xp.expm1(zero).real)
    assert np.signbit(np.expm1(zero).real) and numpy.signbit(numpy.expm1(complex(-0.0, 0.0)).real)
    assert xp.linalg.solve is np.linalg.solve
    assert xp.sin is np.sin and xp.special is np.special
    assert set(dir(np)) <= set(dir(xp))


def test_a_view_is_one_object() -> None:
    assert ARRAY.__array_namespace__(api_version="2024.12") is np.ones(1).__array_namespace__(api_version="2024.12")


@pytest.mark.parametrize("version", ["2022.12", "2026.12", "latest", 2025.12])
def test_unknown_versions_are_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"is not supported; scitorch.numpy has 2023.12, 2024.12, 2025.12"):
        ARRAY.__array_namespace__(api_version=version)


def test_devices_can_be_added_to_lists() -> None:
    devices = np.__array_namespace_info__().devices()
    assert devices + [None] == [*devices, None]  # noqa: RUF005  (as SciPy's tests write it)
    assert [None] + devices == [None, *devices]  # noqa: RUF005
    assert devices + ("other",) == (*devices, "other")  # noqa: RUF005
    assert np.__array_namespace_info__().default_device() in devices


def test_eigenvalues_of_a_view_have_derivatives() -> None:
    def spread(matrix: torch.Tensor) -> torch.Tensor:
        x = np.asarray(matrix)
        return x.__array_namespace__(api_version="2025.12").linalg.eigvals(x).tensor.abs().square().sum()

    matrix = ARRAY.tensor
    # the eigenvalues of a symmetric matrix are real: the sum of their squares is that of its entries
    torch.testing.assert_close(torch.func.grad(spread)(matrix), 2 * matrix)
