"""Resizing against Pillow, torch and SciPy, at ratios that are no powers of two; derivatives in the geometry."""

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from scitorch.interpolate import resize

FILTERS = {
    "box": Image.Resampling.BOX,
    "triangle": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SHAPES = [((37, 53), (11, 17)), ((64, 64), (63, 65)), ((20, 31), (71, 93)), ((100, 7), (13, 20)), ((33, 33), (33, 10))]


def _image(shape: tuple[int, int]) -> np.ndarray:
    """Smooth, with edges and some noise, in gray levels."""
    y, x = np.mgrid[: shape[0], : shape[1]] / max(shape)
    noise = np.random.default_rng(0).random(shape)
    return (110 + 90 * np.sin(9 * x) * np.cos(5 * y) + 30 * (x > y) + 10 * noise).astype(np.float32)


@pytest.mark.parametrize(("shape", "size"), SHAPES)
@pytest.mark.parametrize("method", FILTERS)
def test_equals_pillow(method: str, shape: tuple[int, int], size: tuple[int, int]) -> None:
    image = _image(shape)
    expected = np.asarray(Image.fromarray(image).resize(size[::-1], FILTERS[method]))
    assert np.abs(resize(torch.from_numpy(image), size, method).numpy() - expected).max() < 2e-4
    eight = image.astype(np.uint8)
    expected = np.asarray(Image.fromarray(eight).resize(size[::-1], FILTERS[method])).astype(int)
    shrinks = size[0] <= shape[0] and size[1] <= shape[1]
    found = resize(torch.from_numpy(eight), size, method)
    assert found.dtype == torch.uint8
    assert np.abs(found.numpy().astype(int) - expected).max() <= (1 if shrinks else 2)


def test_box_equals_pillow() -> None:
    image = _image((40, 50))
    box = (3.25, 5.5, 41.0, 33.75)  # left, upper, right, lower
    expected = np.asarray(Image.fromarray(image).resize((13, 9), Image.Resampling.BICUBIC, box=box))
    found = resize(torch.from_numpy(image), (9, 13), "bicubic", [(5.5, 33.75), (3.25, 41.0)])
    assert np.abs(found.numpy() - expected).max() < 2e-4


@pytest.mark.parametrize("boundary", ["mirror", "reflect", "nearest", "wrap"])
def test_splines_equal_scipy(boundary: str) -> None:
    x = np.random.default_rng(1).normal(size=20)
    places = (np.arange(33) + 0.5) * 20 / 33 - 0.5
    expected = ndimage.map_coordinates(x, [places], order=3, mode="grid-wrap" if boundary == "wrap" else boundary)
    found = resize(torch.from_numpy(x), 33, "bspline3", boundary=boundary)
    tolerance = 2e-3 if boundary == "nearest" else 1e-10  # SciPy pads by twelve samples there
    np.testing.assert_allclose(found.numpy(), expected, atol=tolerance)


def test_constants_ramps_and_sums_are_kept() -> None:
    for method in ("triangle", "bicubic", "mitchell", "lanczos4", "area", "bspline2", "hamming"):
        flat = resize(torch.full((5, 7), 3.0, dtype=torch.float64), (3, 11), method)
        torch.testing.assert_close(flat, torch.full((3, 11), 3.0, dtype=torch.float64))
    x = torch.rand(12, dtype=torch.float64)
    torch.testing.assert_close(resize(x, 5, "area").mean(), x.mean())
    torch.testing.assert_close(resize(x, 12, "bicubic"), x)


def test_kinds_of_numbers_and_axes() -> None:
    x = torch.rand(2, 6, 5, 3, dtype=torch.float64)
    wanted = torch.stack([resize(x[..., c], (4, 9)) for c in range(3)], -1)
    torch.testing.assert_close(resize(x, (4, 9), axes=(1, 2)), wanted)
    z = torch.complex(x, x.flip(0))
    torch.testing.assert_close(resize(z, (4, 9), axes=(1, 2)), torch.complex(wanted, wanted.flip(0)))
    half = resize(x.to(torch.bfloat16), (4, 9), axes=(1, 2))
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.double(), wanted, atol=2e-2, rtol=2e-2)
    big = torch.tensor([2**62, 2**62 - 1, 5], dtype=torch.int64)
    assert resize(big, 6, "nearest").tolist() == [2**62, 2**62, 2**62 - 1, 2**62 - 1, 5, 5]
    assert resize(np.arange(4.0), 2, "area").tolist() == [0.5, 2.5]


def test_derivatives_in_scale_box_and_shift() -> None:
    x = torch.linspace(0, 1, 30, dtype=torch.float64) ** 2

    def of_geometry(box: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        return resize(x, 7, "bicubic", box[None], None, shift).square().sum()

    box = torch.tensor([4.3, 21.9], dtype=torch.float64, requires_grad=True)
    shift = torch.tensor(0.37, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(of_geometry, (box, shift))
    assert torch.autograd.gradgradcheck(of_geometry, (box, shift))
    forward = torch.func.jacfwd(of_geometry, (0, 1))(box.detach(), shift.detach())
    reverse = torch.func.jacrev(of_geometry, (0, 1))(box.detach(), shift.detach())
    torch.testing.assert_close(forward, reverse)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (dict(size=3, method="cubic?"), ValueError, "cubic"),
        (dict(size=0), ValueError, "cannot make"),
        (dict(), ValueError, "neither size nor scale"),
        (dict(size=3, box=[(4.0, 4.0)]), ValueError, "empty"),
        (dict(size=3, boundary="edge"), ValueError, "boundary"),
        (dict(size=3, align="corner"), ValueError, "alignment"),
        (dict(size=3, axes=4), ValueError, "no axes"),
        (dict(size=3, shift=torch.tensor(0.1), method="nearest"), NotImplementedError, "derivative"),
    ],
)
def test_bad_arguments(arguments: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        resize(torch.rand(8), **arguments)
