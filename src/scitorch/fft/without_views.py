"""Inverse and Hermitian transforms of torch in forms without conjugate views.

torch computes these by conjugating lazily, and a conjugate view of a batched tensor cannot be batched or carry a
batched tangent. The same identities with materialised conjugates cost no more: ``ifft(x) = conj(fft(conj(x))) / n``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

#: The norm under which the transform of the other direction carries the same factor.
INVERSE_NORM = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def ifft(x: Tensor, n: int | None, axis: int, norm: str) -> Tensor:
    """:func:`torch.fft.ifft`."""
    y: Tensor
    if x.is_complex():
        y = torch.fft.ifft(x, n, axis, norm)
    else:
        y = torch.fft.fft(x, n, axis, INVERSE_NORM[norm]).conj_physical()
    return y


def hfft(x: Tensor, n: int | None, axis: int, norm: str) -> Tensor:
    """:func:`torch.fft.hfft`."""
    y: Tensor = torch.fft.irfft(x.conj_physical(), n, axis, INVERSE_NORM[norm])
    return y


def ihfft(x: Tensor, n: int | None, axis: int, norm: str) -> Tensor:
    """:func:`torch.fft.ihfft`."""
    y: Tensor = torch.fft.rfft(x, n, axis, INVERSE_NORM[norm]).conj_physical()
    return y


def hfftn(x: Tensor, s: Sequence[int], axes: Sequence[int], norm: str) -> Tensor:
    """:func:`torch.fft.hfftn`."""
    y: Tensor = torch.fft.irfftn(x.conj_physical(), s, axes, INVERSE_NORM[norm])
    return y


def ihfftn(x: Tensor, s: Sequence[int], axes: Sequence[int], norm: str) -> Tensor:
    """:func:`torch.fft.ihfftn`."""
    y: Tensor = torch.fft.rfftn(x, s, axes, INVERSE_NORM[norm]).conj_physical()
    return y
