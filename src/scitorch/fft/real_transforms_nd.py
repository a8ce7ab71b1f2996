"""Discrete cosine and sine transforms over several axes with SciPy's arguments."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ..op import Maker, Sample, composite
from .extent import check_execution, checked_norm, floating, many_axes, resized
from .trigonometric import TRANSPOSED_TYPE, _cosine_transform, _sine_transform
from .without_views import INVERSE_NORM


def _samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(3, 4),)),
        Sample((make(2, 3, 4),), {"type": 3, "axes": (2, 0), "norm": "ortho"}),
        Sample((make(3, 2, 4),), {"type": 1, "s": (3, 5), "norm": "forward"}),
    ]


def _transformed(
    name: str,
    x: Tensor,
    type: int,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    workers: int | None,
    orthogonalize: bool | None,
) -> Tensor:
    """The transform that ``name`` stands for, axis by axis."""
    check_execution(name, workers)
    mode = checked_norm(name, norm)
    if type not in TRANSPOSED_TYPE:
        raise ValueError(f"{name}: type is {type!r}; wanted 1, 2, 3 or 4")
    x = floating(name, x)
    lengths, chosen = many_axes(name, x, s, axes)
    if type == 1 and "c" in name and any(length < 2 for length in lengths):
        raise ValueError(f"{name}: type 1 wants at least two points along each axis, not {tuple(lengths)}")
    if orthogonalize is None:
        orthogonalize = mode == "ortho"
    if name.startswith("i"):
        type, mode = TRANSPOSED_TYPE[type], INVERSE_NORM[mode]
    transform = _cosine_transform if "c" in name else _sine_transform
    for length, axis in zip(lengths, chosen):
        x = resized(x, length, axis)
    for axis in chosen:
        y = transform(x.movedim(axis, -1), type=type, norm=mode, orthogonalize=bool(orthogonalize))
        x = y.movedim(-1, axis)
    return x


@composite(samples=_samples, reference="scipy.fft.dctn")
def dctn(
    x: Tensor,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Discrete cosine transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering. Type 1 needs two points.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros. By default, and where it is
        -1, as many as `x` has.
    axes : sequence of int, optional
        The axes transformed, by default the last ``len(s)``, or all.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root; N is the product over the axes.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether end terms are weighted so that the matrix of the transform is orthogonal up to a factor. By default
        if ``norm="ortho"``.

    Returns
    -------
    array
        The coefficients, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    A one-dimensional transform along each axis; see :func:`dct`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import dctn
    >>> dctn(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[ 40.0000,  -5.6569],
            [-11.3137,   0.0000]])
    """
    return _transformed("dctn", x, type, s, axes, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.idctn")
def idctn(
    x: Tensor,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Inverse discrete cosine transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    type : {1, 2, 3, 4}
        Which transform to invert, in the usual numbering. Type 1 needs two points.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros. By default, and where it is
        -1, as many as `x` has.
    axes : sequence of int, optional
        The axes transformed, by default the last ``len(s)``, or all.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root; N is the product over the axes.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether end terms are weighted so that the matrix of the transform is orthogonal up to a factor. By default
        if ``norm="ortho"``.

    Returns
    -------
    array
        The array, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    A one-dimensional transform along each axis; see :func:`idct`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import idctn
    >>> idctn(torch.tensor([[16.0, 0.0], [0.0, 0.0]]))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _transformed("idctn", x, type, s, axes, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.dstn")
def dstn(
    x: Tensor,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Discrete sine transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros. By default, and where it is
        -1, as many as `x` has.
    axes : sequence of int, optional
        The axes transformed, by default the last ``len(s)``, or all.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root; N is the product over the axes.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether end terms are weighted so that the matrix of the transform is orthogonal up to a factor. By default
        if ``norm="ortho"``.

    Returns
    -------
    array
        The coefficients, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    A one-dimensional transform along each axis; see :func:`dst`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import dstn
    >>> dstn(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[ 20.0000,  -5.6569],
            [-11.3137,   0.0000]])
    """
    return _transformed("dstn", x, type, s, axes, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.idstn")
def idstn(
    x: Tensor,
    type: int = 2,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Inverse discrete sine transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    type : {1, 2, 3, 4}
        Which transform to invert, in the usual numbering.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros. By default, and where it is
        -1, as many as `x` has.
    axes : sequence of int, optional
        The axes transformed, by default the last ``len(s)``, or all.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root; N is the product over the axes.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether end terms are weighted so that the matrix of the transform is orthogonal up to a factor. By default
        if ``norm="ortho"``.

    Returns
    -------
    array
        The array, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    A one-dimensional transform along each axis; see :func:`idst`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import idstn
    >>> idstn(torch.tensor([[0.0, 0.0], [0.0, 16.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    return _transformed("idstn", x, type, s, axes, norm, workers, orthogonalize)
