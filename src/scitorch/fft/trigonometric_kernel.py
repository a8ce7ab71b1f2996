"""Kernels of the discrete cosine and sine transforms along the last axis.

Two of them, of equal results: SciPy's pocketfft for tensors in host memory, and formulas on ``torch.fft`` that run on
any device. Definitions, numbering and normalisation are those of :func:`scipy.fft.dct` and :func:`scipy.fft.dst`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

# Below this many elements, handing rows to other threads (30 µs) costs more than it saves (5 ns an element).
_THREADED_SIZE = 32_768


def logical_length(kind: str, type: int, n: int) -> int:
    """Period of the extended sequence that a transform of length ``n`` stands for."""
    if type != 1:
        return 2 * n
    return 2 * (n - 1) if kind == "cosine" else 2 * (n + 1)


def norm_factor(kind: str, type: int, n: int, norm: str) -> float:
    """What the unnormalised transform is multiplied by."""
    if norm == "backward":
        return 1.0
    length = logical_length(kind, type, n)
    return 1 / length if norm == "forward" else 1 / math.sqrt(length)


def host_kernel(kind: str) -> Callable[..., Tensor]:
    """SciPy's transform on the tensor's own memory."""
    name = "dct" if kind == "cosine" else "dst"

    def kernel(x: Tensor, *, type: int, norm: str, orthogonalize: bool) -> Tensor:
        import scipy.fft

        if x.numel() == 0:
            return torch.empty_like(x)
        transform: Any = getattr(scipy.fft, name)
        options = {
            "type": type,
            "norm": norm,
            "orthogonalize": orthogonalize,
            "workers": torch.get_num_threads() if x.numel() >= _THREADED_SIZE else 1,
        }
        x = x.resolve_conj().resolve_neg()
        # Both parts at once, side by side: SciPy 1.17 ignores `orthogonalize` when it is given complex numbers.
        parts, axis = (torch.view_as_real(x), -2) if x.is_complex() else (x, -1)
        with scipy.fft.set_backend("scipy", only=True):  # this package may be the backend that is set
            y = torch.from_numpy(transform(parts.numpy(), axis=axis, **options))
        return torch.view_as_complex(y) if x.is_complex() else y

    return kernel


def device_kernel(kind: str) -> Callable[..., Tensor]:
    """The transform by way of a complex FFT, on any device."""
    transform = _cosine if kind == "cosine" else _sine

    def kernel(x: Tensor, *, type: int, norm: str, orthogonalize: bool) -> Tensor:
        if x.numel() == 0:
            return torch.empty_like(x)
        if x.is_complex():
            parts = torch.view_as_real(x.resolve_conj()).movedim(-1, 0)
            real, imag = kernel(parts, type=type, norm=norm, orthogonalize=orthogonalize)
            return torch.complex(real, imag)
        n = x.shape[-1]
        if orthogonalize:
            x = x * end_weights(kind, type, n, math.sqrt(2.0), before=True, like=x)
        y = transform(x, type)
        if orthogonalize:
            y = y * end_weights(kind, type, n, math.sqrt(0.5), before=False, like=x)
        factor = norm_factor(kind, type, n, norm)
        return y if factor == 1.0 else y * factor

    return kernel


def end_weights(kind: str, type: int, n: int, weight: float, *, before: bool, like: Tensor) -> Tensor:
    """Ones, but ``weight`` at the terms that make the matrix of the transform orthogonal.

    These are the first and the last for the DCT-I, the first (DCT) or last (DST) for types 2, in the result, and 3,
    in the argument.
    """
    weights = torch.ones(n, dtype=like.dtype, device=like.device)
    first, last = (0, -1) if kind == "cosine" else (-1, 0)
    if type == (3 if before else 2):
        weights[first] = weight
    elif type == 1 and kind == "cosine":
        weights[first] = weights[last] = weight
    return weights


def _cosine(x: Tensor, type: int) -> Tensor:
    n = x.shape[-1]
    if type == 1:
        # The even extension x₀ … x_{n-1} … x₁ has a real spectrum.
        return _spectrum(torch.cat([x, x[..., 1:-1].flip(-1)], -1)).real
    if type == 2:
        return _cosine_2(x)
    if type == 3:
        return _cosine_3(x)
    return _cosine_4_even(x) if n % 2 == 0 else _cosine_4_odd(x)


def _sine(x: Tensor, type: int) -> Tensor:
    n = x.shape[-1]
    if type == 1:
        # The odd extension 0, x, 0, -x reversed has an imaginary spectrum.
        zero = x.new_zeros(*x.shape[:-1], 1)
        return -_spectrum(torch.cat([zero, x, zero, -x.flip(-1)], -1)).imag[..., 1 : n + 1]
    # sin(a) = ±cos(a ∓ π/2): a sine transform is a cosine transform of a sequence with alternating signs or reversed,
    # with the result reversed or with alternating signs (Martucci 1994, IEEE Trans. Signal Process. 42, 1038).
    signs = torch.ones(n, dtype=x.dtype, device=x.device)
    signs[1::2] = -1
    if type == 2:
        return _cosine_2(x * signs).flip(-1)
    return _cosine(x.flip(-1), type) * signs


def _cosine_2(x: Tensor) -> Tensor:
    """DCT-II of length n from one real FFT of length n (Makhoul 1980, IEEE Trans. ASSP 28, 27)."""
    n = x.shape[-1]
    spectrum = _spectrum(torch.cat([x[..., ::2], x[..., 1::2].flip(-1)], -1))
    w = 2 * spectrum * _phases(n // 2 + 1, -math.pi / (2 * n), x)
    # w_k holds the results k (real part) and n - k (minus the imaginary part).
    return torch.cat([w.real, -w.imag[..., 1 : (n + 1) // 2].flip(-1)], -1)


def _cosine_3(x: Tensor) -> Tensor:
    """DCT-III: the steps of the DCT-II backwards."""
    n = x.shape[-1]
    half = n // 2 + 1
    mirrored = torch.cat([x.new_zeros(*x.shape[:-1], 1), x[..., 1:].flip(-1)[..., : half - 1]], -1)
    spectrum = torch.complex(x[..., :half].contiguous(), -mirrored) * _phases(half, math.pi / (2 * n), x)
    v = torch.fft.irfft(spectrum, n, norm="forward")
    y = torch.empty_like(v)
    y[..., ::2] = v[..., : (n + 1) // 2]
    y[..., 1::2] = v[..., (n + 1) // 2 :].flip(-1)
    return y


def _cosine_4_even(x: Tensor) -> Tensor:
    """DCT-IV of even length n from one complex FFT of length n / 2, with the twiddle factors split evenly."""
    n = x.shape[-1]
    turn = _phases(n // 2, -math.pi / n, x, offset=0.25)
    z = torch.complex(x[..., ::2].contiguous(), x[..., 1::2].flip(-1)) * turn
    w = 2 * torch.fft.fft(z) * _phases(n // 2, -math.pi / n, x)
    y = torch.empty_like(x, memory_format=torch.contiguous_format)
    y[..., ::2] = w.real
    y[..., 1::2] = -w.imag.flip(-1)
    return y


def _cosine_4_odd(x: Tensor) -> Tensor:
    """DCT-IV from a complex FFT of twice the length: (2k+1)(2j+1) = 4jk + 2j + (2k+1)."""
    n = x.shape[-1]
    spectrum: Tensor = torch.fft.fft(x * _phases(n, -math.pi / (2 * n), x), 2 * n)[..., :n]
    return 2 * (spectrum * _phases(n, -math.pi / (2 * n), x, offset=0.5)).real


def _spectrum(x: Tensor) -> Tensor:
    spectrum: Tensor = torch.fft.rfft(x)
    return spectrum


def _phases(count: int, angle: float, like: Tensor, offset: float = 0.0) -> Tensor:
    """exp(i · angle · (k + offset)) for k = 0 … count - 1; angles are rounded once, in float64."""
    angles = (torch.arange(count, dtype=torch.float64, device=like.device) + offset) * angle
    return torch.polar(torch.ones_like(angles), angles).to(like.dtype.to_complex())
