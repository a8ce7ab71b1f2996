"""Fourier, cosine and sine transforms, with the names and arguments of :mod:`scipy.fft`.

The Fourier transforms are torch's. The cosine and sine transforms, which torch does not have, are operators: SciPy's
pocketfft on the CPU, FFT formulas elsewhere, derivatives by transposition.
"""

from typing import TYPE_CHECKING

from scitorch.op import export_public

from .frequencies import fftfreq, next_fast_len, prev_fast_len, rfftfreq
from .hankel import fhtoffset

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    def __getattr__(name: str) -> Callable[..., Any]: ...


__all__ = [*export_public(__name__), "fftfreq", "fhtoffset", "next_fast_len", "prev_fast_len", "rfftfreq"]
