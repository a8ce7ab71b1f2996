"""The namespace under test, and array-api-strict, which has what the standard asks for and nothing else."""

from types import ModuleType

import array_api_strict
import pytest

import scitorch.numpy


@pytest.fixture(scope="session")
def xp() -> ModuleType:
    return scitorch.numpy.empty(0).__array_namespace__(api_version="2025.12")


@pytest.fixture(scope="session")
def strict() -> ModuleType:
    assert array_api_strict.get_array_api_strict_flags()["api_version"] == "2025.12"
    return array_api_strict
