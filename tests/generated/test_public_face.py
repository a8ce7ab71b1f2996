"""What a package exports is what was declared in it."""

from __future__ import annotations

import importlib
import importlib.util

import pytest

from scitorch.op import load, public_names

MATHEMATICS = [p for p in ("special", "linalg", "fft", "interpolate") if importlib.util.find_spec(f"scitorch.{p}")]


@pytest.mark.parametrize("package", MATHEMATICS)
def test_exports_equal_the_registry(package: str) -> None:
    name = f"scitorch.{package}"
    load(name)
    module = importlib.import_module(name)
    missing = set(public_names(name)) - set(module.__all__)
    assert not missing, f"{name} does not export {sorted(missing)}"
    absent = [n for n in module.__all__ if not hasattr(module, n)]
    assert not absent, f"{name} exports {absent}, which do not exist"
