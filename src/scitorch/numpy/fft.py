"""`numpy.fft` on tensors: discrete Fourier transforms with NumPy's dtypes, defaults and errors."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import torch_dtype
from scitorch.numpy.reductions import finish

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]


def _input(a: Any, real: bool = False) -> torch.Tensor:
    tensor = tensor_of(a)
    if real and tensor.is_complex():
        raise TypeError(
            "ufunc 'rfft_n_even' did not contain a loop with signature matching types: the input is complex"
        )
    if tensor.dtype is torch.float16:
        tensor = tensor.to(torch.float32)
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def _one(name: str, a: Any, n: Any, axis: int, norm: Any, out: Any, real: bool = False) -> Any:
    tensor = _input(a, real)
    axis = normalize_axis(axis, tensor.ndim)
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    if n is not None and n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    if n is None and tensor.shape[axis] < 1:
        raise ValueError(f"Invalid number of FFT data points ({tensor.shape[axis]}) specified.")
    return finish(getattr(torch.fft, name)(tensor, n=n, dim=axis, norm=norm), out)


def _many(name: str, a: Any, s: Any, axes: Any, norm: Any, out: Any, real: bool = False) -> Any:
    tensor = _input(a, real)
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    if s is not None and (axes is None or any(n is None for n in s)):
        import warnings

        what = (
            "`axes` should not be `None` if `s` is not `None`"
            if axes is None
            else "Passing an array containing `None` values to `s` is deprecated; -1 stands for the whole axis"
        )
        warnings.warn(what, DeprecationWarning, stacklevel=3)
        s = tuple(-1 if n is None else n for n in s)
    if axes is None:
        count = tensor.ndim if s is None else len(s)
        axes = tuple(range(-count, 0))
    axes = tuple(normalize_axis(axis, tensor.ndim) for axis in axes)
    if s is not None:
        if len(s) != len(axes):
            raise ValueError("Shape and axes have different lengths.")
        s = tuple(tensor.shape[axis] if n == -1 else n for n, axis in zip(s, axes, strict=True))
    if len(set(axes)) == len(axes):
        return finish(getattr(torch.fft, name)(tensor, s=s, dim=axes, norm=norm), out)
    # an axis given twice is transformed twice; the real half of a real transform belongs to the last one
    sizes = list(s) if s is not None else [None] * len(axes)
    steps = list(zip(axes, sizes, strict=True))
    if name in ("fftn", "ifftn"):
        for axis, n in reversed(steps):
            tensor = getattr(torch.fft, name[:-1])(tensor, n=n, dim=axis, norm=norm)
    elif name == "rfftn":
        axis, n = steps[-1]
        tensor = torch.fft.rfft(tensor, n=n, dim=axis, norm=norm)
        for axis, n in reversed(steps[:-1]):
            tensor = torch.fft.fft(tensor, n=n, dim=axis, norm=norm)
    else:
        for axis, n in steps[:-1]:
            tensor = torch.fft.ifft(tensor, n=n, dim=axis, norm=norm)
        axis, n = steps[-1]
        tensor = torch.fft.irfft(tensor, n=n, dim=axis, norm=norm)
    return finish(tensor, out)


@differentiable("np.fft.fft(m, axis=0)", 'np.fft.fft(x, n=7, norm="ortho")')
def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the discrete Fourier transform along one axis."""
    return _one("fft", a, n, axis, norm, out)


@differentiable("np.fft.ifft(x)")
def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the inverse discrete Fourier transform along one axis."""
    return _one("ifft", a, n, axis, norm, out)


@differentiable("np.fft.rfft(x)", 'np.fft.rfft(m, n=3, norm="forward")')
def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the nonnegative frequencies of the transform of real input."""
    return _one("rfft", a, n, axis, norm, out, real=True)


@differentiable("np.fft.irfft(x + 1j * y)", "np.fft.irfft(x, n=5)")
def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the real signal of nonnegative frequencies (inverse of `rfft`)."""
    return _one("irfft", a, n, axis, norm, out)


@differentiable("np.fft.hfft(x)", "np.fft.hfft(x + 1j * y, n=5)")
def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the real transform of a signal with Hermitian symmetry."""
    return _one("hfft", a, n, axis, norm, out)


@differentiable("np.fft.ihfft(x)")
def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """Return the inverse of `hfft`."""
    return _one("ihfft", a, n, axis, norm, out, real=True)


@differentiable("np.fft.fftn(t)")
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Return the transform over several axes."""
    return _many("fftn", a, s, axes, norm, out)


@differentiable("np.fft.ifftn(t)")
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Return the inverse transform over several axes."""
    return _many("ifftn", a, s, axes, norm, out)


@differentiable("np.fft.rfftn(t)")
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Return the transform of real input over several axes."""
    return _many("rfftn", a, s, axes, norm, out, real=True)


@differentiable("np.fft.irfftn(t + 0.5j)")
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Return the inverse of `rfftn`."""
    return _many("irfftn", a, s, axes, norm, out)


@differentiable("np.fft.fft2(t, axes=(0, 2))")
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Return the transform over two axes."""
    return fftn(a, s, axes, norm, out)


@differentiable("np.fft.ifft2(m)")
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Return the inverse transform over two axes."""
    return ifftn(a, s, axes, norm, out)


@differentiable("np.fft.rfft2(m)")
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Return the transform of real input over two axes."""
    return rfftn(a, s, axes, norm, out)


@differentiable("np.fft.irfft2(m + 1j * m**2)")
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Return the inverse of `rfft2`."""
    return irfftn(a, s, axes, norm, out)


def _frequencies(integers: torch.Tensor, n: int, d: Any, dtype: Any) -> ndarray:
    step = 1.0 / (n * (tensor_of(d) if isinstance(d, ndarray | torch.Tensor) else d))
    return ndarray._wrap((integers * step).to(torch.float64 if dtype is None else torch_dtype(dtype)))


@without_derivative("takes sizes", "np.fft.fftfreq(5)")
def fftfreq(n: Any, d: Any = 1.0, device: Any = None, *, dtype: Any = None) -> ndarray:
    """Return the frequencies of `fft`'s output for a sample spacing."""
    if not isinstance(n, int | numpy.integer):
        raise ValueError("n should be an integer")
    count = int(n)
    half = (count - 1) // 2 + 1
    integers = torch.cat([torch.arange(half, device=device), torch.arange(-(count // 2), 0, device=device)])
    return _frequencies(integers.to(torch.float64), count, d, dtype)


@without_derivative("takes sizes", "np.fft.rfftfreq(5)")
def rfftfreq(n: Any, d: Any = 1.0, device: Any = None, *, dtype: Any = None) -> ndarray:
    """Return the frequencies of `rfft`'s output for a sample spacing."""
    if not isinstance(n, int | numpy.integer):
        raise ValueError("n should be an integer")
    return _frequencies(torch.arange(int(n) // 2 + 1, device=device).to(torch.float64), int(n), d, dtype)


@differentiable("np.fft.fftshift(m)")
def fftshift(x: Any, axes: Any = None) -> ndarray:
    """Move the zero frequency to the middle."""
    tensor = tensor_of(x)
    return _shifted(tensor, axes, 1)


@differentiable("np.fft.ifftshift(m)")
def ifftshift(x: Any, axes: Any = None) -> ndarray:
    """Undo `fftshift`."""
    return _shifted(tensor_of(x), axes, -1)


def _shifted(tensor: torch.Tensor, axes: Any, direction: int) -> ndarray:
    from scitorch.numpy.rearranging import roll

    if axes is None:
        axes = tuple(range(tensor.ndim))
    elif isinstance(axes, int):
        axes = (axes,)
    shifts = tuple(tensor.shape[ax] // 2 if direction > 0 else -(tensor.shape[ax] // 2) for ax in axes)
    return roll(tensor, shifts, tuple(axes)) if axes else ndarray._wrap(tensor)
