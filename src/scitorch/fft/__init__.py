"""Fourier, cosine and sine transforms, with the names and arguments of :mod:`scipy.fft`.

The Fourier transforms are torch's. The cosine and sine transforms, which torch does not have, are operators: SciPy's
pocketfft on the CPU, FFT formulas elsewhere, derivatives by transposition. The transforms of nonuniform points are
operators as well, with machine code of their own.

The package is a backend of SciPy's: ``with scipy.fft.set_backend(scitorch.fft)`` sends SciPy's own functions here.
"""

import importlib
from typing import Any

from scitorch.op import export_public

from . import backend
from .frequencies import fftfreq, next_fast_len, prev_fast_len, rfftfreq
from .hankel import fhtoffset
from .workers import get_workers, set_workers

#: How SciPy chooses among its backends, of which this package is one; SciPy is imported when one of them is asked for.
_CHOOSERS = ("register_backend", "set_backend", "set_global_backend", "skip_backend")


def __getattr__(name: str) -> Any:
    if name in _CHOOSERS:
        return getattr(importlib.import_module("scipy.fft"), name)
    raise AttributeError(f"module 'scitorch.fft' has no attribute {name!r}")


__ua_domain__ = backend.DOMAIN
__ua_function__ = backend.dispatch

__all__ = [
    *export_public(__name__),
    *_CHOOSERS,
    "fftfreq",
    "fhtoffset",
    "get_workers",
    "next_fast_len",
    "prev_fast_len",
    "rfftfreq",
    "set_workers",
]
