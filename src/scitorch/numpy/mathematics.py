"""Functions of numbers that are not ufuncs in NumPy: parts of complex numbers, sinc, i0, window functions."""

import math
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.reductions import finish

__all__ = [
    "angle",
    "bartlett",
    "blackman",
    "fix",
    "hamming",
    "hanning",
    "i0",
    "imag",
    "kaiser",
    "real",
    "real_if_close",
    "sinc",
]


@differentiable("np.real(x)")
def real(val: Any) -> Any:
    """Return the real part; that of a scalar of Python or NumPy is one."""
    return val.real if isinstance(val, (int, float, complex, numpy.generic)) else asarray(val).real


@differentiable("np.imag(x) + np.real(y)")
def imag(val: Any) -> Any:
    """Return the imaginary part; that of a scalar of Python or NumPy is one."""
    return val.imag if isinstance(val, (int, float, complex, numpy.generic)) else asarray(val).imag


@differentiable("np.angle(x)", "np.angle(x + 1j * y, deg=True)")
def angle(z: Any, deg: bool = False) -> ndarray:
    """Return the argument of complex numbers, in radians or degrees."""
    tensor = tensor_of(z)
    if tensor.is_complex():
        result = torch.atan2(tensor.resolve_conj().imag, tensor.real)
    else:
        tensor = tensor if tensor.is_floating_point() else tensor.to(torch.float64)
        result = torch.atan2(torch.zeros_like(tensor), tensor)
    return ndarray._wrap(torch.rad2deg(result) if deg else result)


@differentiable("np.real_if_close(x)", "np.real_if_close(x.real + 0j)", by_values="the dtype")
def real_if_close(a: Any, tol: float = 100) -> ndarray:
    """Return the real part where all imaginary parts are within `tol` machine epsilons of zero."""
    tensor = tensor_of(a)
    if not tensor.is_complex():
        return asarray(a)
    limit = tol * torch.finfo(tensor.dtype).eps if tol > 1 else tol
    return ndarray._wrap(tensor.real) if bool((tensor.imag.abs() < limit).all()) else asarray(a)


@differentiable("np.fix(3 * x)")
def fix(x: Any, out: Any = None) -> Any:
    """Round towards zero."""
    tensor = tensor_of(x)
    return finish(torch.trunc(tensor) if tensor.is_floating_point() else tensor.clone(), out)


@differentiable("np.sinc(x)", "np.sinc(x * 0 + [0, 1, 2, 3, 0.001] * x)")
def sinc(x: Any) -> ndarray:
    """Return ``sin(pi x) / (pi x)``, with all its derivatives at zero too."""
    tensor = tensor_of(x)
    tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
    y = math.pi * tensor
    small = torch.abs(y.detach()) < 0.5
    # Taylor series about zero: the quotient has no derivative there. Terms up to y^16 leave 0.5^18 / 19! < 1e-22
    square = torch.where(small, y, 0.0) ** 2
    series = torch.zeros_like(square)
    for k in reversed(range(9)):
        series = series * square + (-1.0) ** k / math.factorial(2 * k + 1)
    away = torch.where(small, 1.0, y)
    return ndarray._wrap(torch.where(small, series, torch.sin(away) / away))


@differentiable("np.i0(x)", "np.i0(9 * w)")
def i0(x: Any) -> ndarray:
    """Return the modified Bessel function of the first kind and order zero."""
    tensor = tensor_of(x)
    if tensor.is_complex():
        raise TypeError("i0 not supported for complex values")
    return ndarray._wrap(torch.special.i0(tensor if tensor.is_floating_point() else tensor.to(torch.float64)))


def _window(M: Any) -> tuple[float, torch.Tensor]:
    size = float(tensor_of(M).detach())
    return size, torch.arange(1 - size, size, 2, dtype=torch.float64)


def _cosine_window(M: Any, coefficients: tuple[float, ...]) -> ndarray:
    size, n = _window(M)
    if size < 1:
        return ndarray._wrap(torch.zeros(0, dtype=torch.float64))
    if size == 1:
        return ndarray._wrap(torch.ones(1, dtype=torch.float64))
    result = torch.zeros_like(n)
    for k, coefficient in enumerate(coefficients):
        result = result + coefficient * torch.cos(math.pi * k * n / (size - 1))
    return ndarray._wrap(result)


@without_derivative("takes a number of points", "np.hanning(5)")
def hanning(M: Any) -> ndarray:
    """Return the Hann window."""
    return _cosine_window(M, (0.5, 0.5))


@without_derivative("takes a number of points", "np.hamming(5)")
def hamming(M: Any) -> ndarray:
    """Return the Hamming window."""
    return _cosine_window(M, (0.54, 0.46))


@without_derivative("takes a number of points", "np.blackman(5)")
def blackman(M: Any) -> ndarray:
    """Return the Blackman window."""
    return _cosine_window(M, (0.42, 0.5, 0.08))


@without_derivative("takes a number of points", "np.bartlett(5)")
def bartlett(M: Any) -> ndarray:
    """Return the triangular window with zeros at the ends."""
    size, n = _window(M)
    if size < 1:
        return ndarray._wrap(torch.zeros(0, dtype=torch.float64))
    if size == 1:
        return ndarray._wrap(torch.ones(1, dtype=torch.float64))
    return ndarray._wrap(torch.where(n <= 0, 1 + n / (size - 1), 1 - n / (size - 1)))


@differentiable("np.kaiser(6, s)")
def kaiser(M: Any, beta: Any) -> ndarray:
    """Return the Kaiser window, differentiable in `beta`."""
    size = float(tensor_of(M).detach())
    if size == 1:
        return ndarray._wrap(torch.ones(1, dtype=torch.float64))
    n = torch.arange(0, size, dtype=torch.float64)
    middle = (size - 1) / 2.0
    shape = tensor_of(beta).to(torch.float64)
    argument = shape * torch.sqrt(torch.clamp(1 - ((n - middle) / middle) ** 2, min=0.0)) if size > 1 else n
    return ndarray._wrap(torch.special.i0(argument) / torch.special.i0(shape))
