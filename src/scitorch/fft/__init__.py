"""Fourier, cosine and sine transforms, with the names and arguments of :mod:`scipy.fft`.

The Fourier transforms are torch's. The cosine and sine transforms, which torch does not have, are operators: SciPy's
pocketfft on the CPU, FFT formulas elsewhere, derivatives by transposition.
"""

from __future__ import annotations

from .fourier import fft, hfft, ifft, ihfft, irfft, rfft
from .fourier_2d import fft2, hfft2, ifft2, ihfft2, irfft2, rfft2
from .fourier_nd import fftn, hfftn, ifftn, ihfftn, irfftn, rfftn
from .frequencies import fftfreq, fftshift, ifftshift, next_fast_len, prev_fast_len, rfftfreq
from .hankel import fht, fhtoffset, ifht
from .real_transforms import dct, dst, idct, idst
from .real_transforms_nd import dctn, dstn, idctn, idstn

__all__ = [
    "dct",
    "dctn",
    "dst",
    "dstn",
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "fht",
    "fhtoffset",
    "hfft",
    "hfft2",
    "hfftn",
    "idct",
    "idctn",
    "idst",
    "idstn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ifht",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "next_fast_len",
    "prev_fast_len",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
