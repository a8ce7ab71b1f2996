"""make_tensor: reproducible, of every dtype, with special values and in every layout."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from scitorch.testing import LAYOUTS, devices, make_tensor, special_values

DTYPES = [
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.complex128,
    torch.float8_e4m3fn,
]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_dtype_shape_and_range(dtype: torch.dtype) -> None:
    x = make_tensor(40, 5, dtype=dtype)
    assert x.dtype is dtype and x.shape == (40, 5)
    numbers = torch.view_as_real(x) if dtype.is_complex else x.to(torch.float64)
    assert numbers.min() >= -9 and numbers.max() <= 9 and len(numbers.unique()) > 1


def test_range() -> None:
    x = make_tensor((1000,), low=2, high=3)
    assert 2 <= x.min() < 2.05 and 2.95 < x.max() <= 3
    assert set(make_tensor(200, low=-1, high=1, dtype=torch.int32).tolist()) == {-1, 0, 1}
    with pytest.raises(ValueError, match="is empty"):
        make_tensor(2, low=1, high=0)


def test_keys() -> None:
    assert torch.equal(make_tensor(5, key=("a", 1)), make_tensor(5, key=("a", 1)))
    assert not torch.equal(make_tensor(5, key=("a", 1)), make_tensor(5, key=("a", 2)))
    code = "from scitorch.testing import make_tensor; print(make_tensor(3, key='x').tolist())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == str(make_tensor(3, key="x").tolist())


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.complex64, torch.int8, torch.bool], ids=str)
def test_special_values_take_at_most_half(dtype: torch.dtype) -> None:
    values = special_values(dtype)
    x = make_tensor(2 * len(values), dtype=dtype, special=True, low=2, high=3) if dtype is not torch.bool else None
    if x is None:
        return
    part = x.real if dtype.is_complex else x
    wanted = torch.tensor(values, dtype=part.dtype)
    count = sum(bool(((part == w) | (part.isnan() & w.isnan())).any()) for w in wanted)
    assert count == len(values)
    assert len(make_tensor(3, dtype=dtype, special=True)) == 3


def test_exclude_zero() -> None:
    assert (make_tensor(500, dtype=torch.int8, low=0, high=1, exclude_zero=True) == 1).all()


@pytest.mark.parametrize("layout", [k for k in LAYOUTS if k not in ("expanded", "channels_last_3d")])
def test_layouts_keep_values(layout: str) -> None:
    for dtype in (torch.float64, torch.complex128):
        x = make_tensor(2, 3, 4, 5, dtype=dtype, layout=layout)
        assert torch.equal(x, make_tensor(2, 3, 4, 5, dtype=dtype))
    assert make_tensor(2, 3, dtype=torch.complex64, layout="conjugate").is_conj()
    assert make_tensor(2, 3, layout="negative").is_neg()
    assert make_tensor(2, 3, 4, 5, layout="channels_last").is_contiguous(memory_format=torch.channels_last)
    assert make_tensor(3, 2, layout="expanded").stride(0) == 0
    with pytest.raises(ValueError, match="no layout 'tiled'; there are contiguous"):
        make_tensor(2, layout="tiled")


@devices
def test_every_device_has_the_same_numbers(device: torch.device) -> None:
    x = make_tensor(5, device=device, requires_grad=True)
    assert x.device.type == device.type and x.requires_grad
    assert torch.equal(x.detach().cpu(), make_tensor(5))
