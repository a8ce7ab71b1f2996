"""Discrete cosine and sine transforms along one axis with SciPy's arguments."""

from __future__ import annotations

from torch import Tensor

from ..op import Maker, Sample, composite
from .extent import check_execution, checked_norm, floating, one_axis, resized
from .trigonometric import TRANSPOSED_TYPE, _cosine_transform, _sine_transform
from .without_views import INVERSE_NORM


def _samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(2, 5),)),
        Sample((make(4, 2),), {"type": 3, "n": 6, "axis": 0, "norm": "ortho"}),
        Sample((make(7),), {"type": 1, "n": 5, "norm": "forward"}),
        Sample((make(6),), {"type": 4}),
    ]


def _transformed(
    name: str,
    x: Tensor,
    type: int,
    n: int | None,
    axis: int,
    norm: str | None,
    workers: int | None,
    orthogonalize: bool | None,
) -> Tensor:
    """The transform that ``name`` stands for: an inverse is the transform of the transposed type and other norm."""
    check_execution(name, workers)
    mode = checked_norm(name, norm)
    if type not in TRANSPOSED_TYPE:
        raise ValueError(f"{name}: type is {type!r}; wanted 1, 2, 3 or 4")
    x = floating(name, x)
    n, axis = one_axis(name, x, n, axis)
    x = resized(x, n, axis)
    if type == 1 and "c" in name and x.shape[axis] < 2:
        raise ValueError(f"{name}: type 1 wants at least two points along axis {axis}; there is one")
    if orthogonalize is None:
        orthogonalize = mode == "ortho"
    if name.startswith("i"):
        type, mode = TRANSPOSED_TYPE[type], INVERSE_NORM[mode]
    transform = _cosine_transform if "c" in name else _sine_transform
    if axis in (-1, x.ndim - 1):
        return transform(x, type=type, norm=mode, orthogonalize=bool(orthogonalize))
    y = transform(x.movedim(axis, -1), type=type, norm=mode, orthogonalize=bool(orthogonalize))
    return y.movedim(-1, axis)


@composite(samples=_samples, reference="scipy.fft.dct")
def dct(
    x: Tensor,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Discrete cosine transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering. Type 1 needs two points.
    n : int, optional
        Number of points; `x` is cut to that or filled up with zeros. By default as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether to weight the first and last terms (type 1) or the first term (types 2 and 3) by a root of two, so that
        the matrix of the transform is orthogonal up to a factor. By default if ``norm="ortho"``.

    Returns
    -------
    (…, n, …)
        The coefficients, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    With N = 2n (type 1: N = 2(n - 1)) and ``norm="backward"`` the transforms are::

        type 1   y[k] = x[0] + (-1)^k x[n-1] + 2 Σ_{0<j<n-1} x[j] cos(π j k / (n - 1))
        type 2   y[k] = 2 Σ x[j] cos(π k (2j + 1) / N)
        type 3   y[k] = x[0] + 2 Σ_{j>0} x[j] cos(π j (2k + 1) / N)
        type 4   y[k] = 2 Σ x[j] cos(π (2j + 1) (2k + 1) / 2N)

    as in Britanak, Yip & Rao (2007), *Discrete Cosine and Sine Transforms*, ch. 2. Complex sequences are transformed
    by real and imaginary part. (SciPy 1.17 ignores `orthogonalize` for complex input; here it holds for both.)

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import dct
    >>> dct(torch.tensor([1.0, 2.0, 3.0]))
    tensor([12.0000, -3.4641,  0.0000])
    """
    return _transformed("dct", x, type, n, axis, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.idct")
def idct(
    x: Tensor,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Inverse discrete cosine transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    type : {1, 2, 3, 4}
        Which transform to invert, in the usual numbering. Type 1 needs two points.
    n : int, optional
        Number of points; `x` is cut to that or filled up with zeros. By default as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether to weight the first and last terms (type 1) or the first term (types 2 and 3) by a root of two, so that
        the matrix of the transform is orthogonal up to a factor. By default if ``norm="ortho"``.

    Returns
    -------
    (…, n, …)
        The sequences, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    The transform of type 3 for type 2, of type 2 for type 3 and of the same type else, divided by N;
    see :func:`dct`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import idct
    >>> idct(torch.tensor([12.0, 0.0, 0.0]))
    tensor([2., 2., 2.])
    """
    return _transformed("idct", x, type, n, axis, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.dst")
def dst(
    x: Tensor,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Discrete sine transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    type : {1, 2, 3, 4}
        Which transform, in the usual numbering.
    n : int, optional
        Number of points; `x` is cut to that or filled up with zeros. By default as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether to weight the last term (types 2 and 3) by a root of two, so that
        the matrix of the transform is orthogonal up to a factor. By default if ``norm="ortho"``.

    Returns
    -------
    (…, n, …)
        The coefficients, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    With N = 2n (type 1: N = 2(n + 1)) and ``norm="backward"`` the transforms are::

        type 1   y[k] = 2 Σ x[j] sin(π (j + 1) (k + 1) / (n + 1))
        type 2   y[k] = 2 Σ x[j] sin(π (k + 1) (2j + 1) / N)
        type 3   y[k] = (-1)^k x[n-1] + 2 Σ_{j<n-1} x[j] sin(π (j + 1) (2k + 1) / N)
        type 4   y[k] = 2 Σ x[j] sin(π (2j + 1) (2k + 1) / 2N)

    as in Britanak, Yip & Rao (2007), *Discrete Cosine and Sine Transforms*, ch. 2. Complex sequences are transformed
    by real and imaginary part. (SciPy 1.17 ignores `orthogonalize` for complex input; here it holds for both.)

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import dst
    >>> dst(torch.tensor([1.0, 2.0, 3.0]))
    tensor([ 8.0000, -3.4641,  4.0000])
    """
    return _transformed("dst", x, type, n, axis, norm, workers, orthogonalize)


@composite(samples=_samples, reference="scipy.fft.idst")
def idst(
    x: Tensor,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> Tensor:
    """Inverse discrete sine transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    type : {1, 2, 3, 4}
        Which transform to invert, in the usual numbering.
    n : int, optional
        Number of points; `x` is cut to that or filled up with zeros. By default as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/N, or both its root.
    overwrite_x, workers
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.
    orthogonalize : bool, optional
        Whether to weight the last term (types 2 and 3) by a root of two, so that
        the matrix of the transform is orthogonal up to a factor. By default if ``norm="ortho"``.

    Returns
    -------
    (…, n, …)
        The sequences, real or complex as `x` is.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, type or normalisation, or too few points.

    Notes
    -----
    The transform of type 3 for type 2, of type 2 for type 3 and of the same type else, divided by N;
    see :func:`dst`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import idst
    >>> idst(torch.tensor([0.0, 0.0, 12.0]))
    tensor([ 2., -2.,  2.])
    """
    return _transformed("idst", x, type, n, axis, norm, workers, orthogonalize)
