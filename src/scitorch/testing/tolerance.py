"""How far two numbers of a dtype may lie apart by default."""

from __future__ import annotations

import torch

#: Accepted relative and absolute error by dtype: the square root of the machine epsilon, rounded to half a decade, for
#: the wide formats; a few units in the last place for the narrow ones, in which hardly more than that can be lost.
DEFAULT = {
    torch.float64: (1e-7, 1e-10),
    torch.float32: (3e-5, 1e-6),
    torch.float16: (4e-3, 1e-4),
    torch.bfloat16: (3e-2, 1e-4),
}
_PART = {torch.complex128: torch.float64, torch.complex64: torch.float32, torch.complex32: torch.float16}


def default_tolerance(*dtypes: torch.dtype) -> tuple[float, float]:
    """Relative and absolute tolerance for numbers of these dtypes: those of the least precise.

    Integers and truth values are exact. The 8-bit floats are accepted to a unit in the last place.
    """
    found = [(0.0, 0.0)]
    for dtype in dtypes:
        part = _PART.get(dtype, dtype)
        if part.is_floating_point:
            found.append(DEFAULT.get(part) or (torch.finfo(part).eps, torch.finfo(part).tiny))
    return max(found)
