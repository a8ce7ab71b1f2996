"""The operators behind the discrete cosine and sine transforms: along the last axis, at its full length."""

from __future__ import annotations

import torch
from torch import Tensor

from ..op import Maker, Sample, gufunc
from .trigonometric_kernel import device_kernel, host_kernel

#: The type of the transposed transform, which is also that of the inverse.
TRANSPOSED_TYPE = {1: 1, 2: 3, 3: 2, 4: 4}


def _samples(make: Maker) -> list[Sample]:
    calls = [
        Sample((make(2, 3, 6),), {"type": type, "norm": norm, "orthogonalize": orthogonalize})
        for type in (1, 2, 3, 4)
        for norm, orthogonalize in (("backward", False), ("ortho", True), ("forward", False))
    ]
    return [*calls, Sample((make(5),), {"type": 3}), Sample((make(2, 7),), {"type": 4, "norm": "ortho"})]


def _transposed_cosine(cotangent: Tensor, x: Tensor, *, type: int, norm: str, orthogonalize: bool) -> Tensor:
    # With end weights the matrices are M₁, M₂ = M₃ᵀ and M₄, the first and last symmetric. Without them type 1 is
    # M·diag(½,1,…,1,½), type 3 is M₂ᵀ·diag(½,1,…), M having 2 cos in every entry: undo the halves and redo them.
    n = cotangent.shape[-1]
    plain = not orthogonalize
    if plain and type == 1:
        cotangent = _scaled_end(_scaled_end(cotangent, 0, 2.0), n - 1, 2.0)
    elif plain and type == 2:
        cotangent = _scaled_end(cotangent, 0, 2.0)
    g = _cosine_transform(cotangent, type=TRANSPOSED_TYPE[type], norm=norm, orthogonalize=orthogonalize)
    if plain and type == 1:
        g = _scaled_end(_scaled_end(g, 0, 0.5), n - 1, 0.5)
    elif plain and type == 3:
        g = _scaled_end(g, 0, 0.5)
    return g


def _transposed_sine(cotangent: Tensor, x: Tensor, *, type: int, norm: str, orthogonalize: bool) -> Tensor:
    n = cotangent.shape[-1]
    plain = not orthogonalize
    if plain and type == 2:
        cotangent = _scaled_end(cotangent, n - 1, 2.0)
    g = _sine_transform(cotangent, type=TRANSPOSED_TYPE[type], norm=norm, orthogonalize=orthogonalize)
    return _scaled_end(g, n - 1, 0.5) if plain and type == 3 else g


def _scaled_end(x: Tensor, position: int, factor: float) -> Tensor:
    # By pieces: a vector of weights would have to be made distributed when x is.
    before, at, after = x[..., :position], x[..., position : position + 1], x[..., position + 1 :]
    return torch.cat([before, at * factor, after], -1)


@gufunc(
    "(n)->(n)",
    kernel={"cpu": host_kernel("cosine"), "any": device_kernel("cosine")},
    linear={"x": _transposed_cosine},
    loops="r->r z->z",
    samples=_samples,
    reference="scipy.fft.dct",
    public=False,
)
def _cosine_transform(x: Tensor, *, type: int = 2, norm: str = "backward", orthogonalize: bool = False) -> Tensor:
    """Discrete cosine transform along the last axis.

    Parameters
    ----------
    x : (..., n)
        Real or complex sequences; at least two terms for type 1.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering.
    norm : {"backward", "ortho", "forward"}
        Factor 1, 1/√N or 1/N, with N = 2n, or 2(n - 1) for type 1.
    orthogonalize : bool
        Whether end terms are weighted so that the matrix is orthogonal up to a factor.

    Returns
    -------
    (..., n)
        The coefficients.

    Notes
    -----
    Linear in `x`; the transpose is a transform of the transposed type (Britanak, Yip & Rao 2007, *Discrete Cosine and
    Sine Transforms*, ch. 2).

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft.trigonometric import _cosine_transform
    >>> _cosine_transform(torch.tensor([1.0, 2.0, 3.0]))
    tensor([12.0000, -3.4641,  0.0000])
    """


@gufunc(
    "(n)->(n)",
    kernel={"cpu": host_kernel("sine"), "any": device_kernel("sine")},
    linear={"x": _transposed_sine},
    loops="r->r z->z",
    samples=_samples,
    reference="scipy.fft.dst",
    public=False,
)
def _sine_transform(x: Tensor, *, type: int = 2, norm: str = "backward", orthogonalize: bool = False) -> Tensor:
    """Discrete sine transform along the last axis.

    Parameters
    ----------
    x : (..., n)
        Real or complex sequences.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering.
    norm : {"backward", "ortho", "forward"}
        Factor 1, 1/√N or 1/N, with N = 2n, or 2(n + 1) for type 1.
    orthogonalize : bool
        Whether the last term is weighted so that the matrix is orthogonal up to a factor.

    Returns
    -------
    (..., n)
        The coefficients.

    Notes
    -----
    Linear in `x`; the transpose is a transform of the transposed type (Britanak, Yip & Rao 2007, *Discrete Cosine and
    Sine Transforms*, ch. 2).

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft.trigonometric import _sine_transform
    >>> _sine_transform(torch.tensor([1.0, 2.0, 1.0]), type=1)
    tensor([ 4.8284,  0.0000, -0.8284])
    """
