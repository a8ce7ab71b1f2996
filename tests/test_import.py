"""Importing scitorch is cheap: heavy modules wait until they are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scitorch


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_import_costs_little_more_than_torch() -> None:
    code = "import torch, time; t = time.perf_counter(); import scitorch; print(time.perf_counter() - t)"
    assert min(float(_run(code)) for _ in range(3)) < 0.25


@pytest.mark.parametrize("package", scitorch.PACKAGES)
def test_heavy_modules_wait(package: str) -> None:
    loaded = _run(f"import scitorch.{package}, sys; print(*sorted(sys.modules))").split()
    assert not {"numba", "scipy", "mpmath", "matplotlib", "torch.distributed.tensor"} & set(loaded)


def test_unknown_package() -> None:
    with pytest.raises(AttributeError, match="module 'scitorch' has no attribute 'nonsense'; it has"):
        scitorch.nonsense  # noqa: B018
