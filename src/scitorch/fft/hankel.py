"""The fast Hankel transform of logarithmically spaced sequences, FFTLog.

Source: A. J. S. Hamilton (2000), Mon. Not. R. Astron. Soc. 312, 257, appendix B, after J. D. Talman (1978), J. Comput.
Phys. 29, 35. The transform multiplies the spectrum of the sequence in log r by

    u_m = (k r)^(-2πim/L) U_μ(q + 2πim/L),   U_μ(x) = 2^x Γ((μ + 1 + x)/2) / Γ((μ + 1 - x)/2),   L = n·dln,

where q is the bias and k r = exp(offset) belongs to the centre of the sequences. The special functions are imported by
those who call for them: that package is large, and the other transforms do without it.
"""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from ..op.array_types import find_array_type
from ..op.torch_private import transforms_active
from .extent import floating

_LN_2 = math.log(2.0)
Number = float | Tensor


def _samples(make: Maker) -> list[Sample]:
    if make.dtype.is_complex:
        return []
    dln, mu, offset, bias = (torch.tensor(v, dtype=make.dtype) for v in (0.8, 0.7, 0.05, 0.2))
    return [
        Sample((make(8), dln, mu, offset, bias)),
        Sample((make(2, 7), dln, mu), {"offset": -0.3}),
        Sample((make(6), 0.6, 1), {"bias": -0.4}),
    ]


@composite(samples=_samples, reference="scipy.fft.fht", arrays=("a",))
def fht(a: Tensor, dln: Number, mu: Number, offset: Number = 0.0, bias: Number = 0.0) -> Tensor:
    """Fast Hankel transform of logarithmically spaced sequences.

    Parameters
    ----------
    a : (…, n)
        Real sequences, periodic in the logarithm of their argument r.
    dln : float or tensor (…)
        Spacing of log r.
    mu : float or tensor (…)
        Order of the Bessel function, any real number.
    offset : float or tensor (…)
        log(k r) at the centre of the sequences; see :func:`fhtoffset`.
    bias : float or tensor (…)
        Exponent q of the power law (k r)^q that is taken out before the transform.

    Returns
    -------
    (…, n)
        ``A(k) = ∫ a(r) J_mu(k r) k dr`` at logarithmically spaced k, in the precision of `a`.

    Raises
    ------
    TypeError
        If `a` is complex.
    ValueError
        If `a` has no points.

    Warns
    -----
    UserWarning
        If the transform is singular; the mean of the biased sequence is then dropped.

    Notes
    -----
    Hamilton (2000), Mon. Not. R. Astron. Soc. 312, 257. Differentiable in every argument; tensors of parameters
    broadcast against the batch dimensions of `a`. Where (mu + 1 ± bias)/2 are
    both whole numbers and not positive, the transform jumps as `bias` varies, and that derivative is nan.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import fht
    >>> log_r = 0.2 * torch.arange(-60, 61, dtype=torch.float64)
    >>> r = torch.exp(log_r)  # and k, for both are centred at one
    >>> A = fht(r * torch.exp(-(r**2) / 2), dln=0.2, mu=0.0)
    >>> bool((A - r * torch.exp(-(r**2) / 2)).abs().max() < 1e-5)
    True
    """
    return _transformed("fht", a, dln, mu, offset, bias)


@composite(samples=_samples, reference="scipy.fft.ifht", arrays=("A",))
def ifht(A: Tensor, dln: Number, mu: Number, offset: Number = 0.0, bias: Number = 0.0) -> Tensor:
    """Inverse of :func:`fht`.

    Parameters
    ----------
    A : (…, n)
        Real sequences, periodic in the logarithm of their argument k.
    dln : float or tensor (…)
        Spacing of log k.
    mu : float or tensor (…)
        Order of the Bessel function, any real number.
    offset : float or tensor (…)
        log(k r) at the centre of the sequences.
    bias : float or tensor (…)
        Exponent q of the power law that was taken out before the transform.

    Returns
    -------
    (…, n)
        ``a(r) = ∫ A(k) J_mu(k r) r dk`` at logarithmically spaced r, in the precision of `A`.

    Raises
    ------
    TypeError
        If `A` is complex.
    ValueError
        If `A` has no points.

    Warns
    -----
    UserWarning
        If the transform is singular; the mean of the biased sequence is then dropped.

    Notes
    -----
    The spectrum is divided by the coefficients of :func:`fht`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import fht, ifht
    >>> a = torch.tensor([1.0, 4.0, 9.0], dtype=torch.float64)
    >>> ifht(fht(a, 0.5, 1.0), 0.5, 1.0)
    tensor([1.0000, 4.0000, 9.0000], dtype=torch.float64)
    """
    return _transformed("ifht", A, dln, mu, offset, bias)


def fhtoffset(dln: Number, mu: Number, initial: Number = 0.0, bias: Number = 0.0) -> Number:
    """Offset near a wanted one with which the Hankel transform rings least.

    Parameters
    ----------
    dln : float or 0-d tensor
        Spacing of the logarithms.
    mu : float or 0-d tensor
        Order of the Bessel function.
    initial : float or 0-d tensor
        The wanted offset.
    bias : float or 0-d tensor
        Exponent of the power law.

    Returns
    -------
    float or 0-d tensor
        The offset at most half a spacing from `initial` for which the last coefficient is real; a tensor if any
        argument is one.

    Notes
    -----
    Hamilton (2000), Mon. Not. R. Astron. Soc. 312, 257, eq. (28).

    Examples
    --------
    >>> from scitorch.fft import fhtoffset
    >>> round(fhtoffset(0.1, mu=0.5), 6)
    -0.026116
    """
    from ..special.gamma import loggamma

    given = (dln, mu, initial, bias)
    like = next((x for x in given if isinstance(x, Tensor)), torch.zeros((), dtype=torch.float64))
    if not like.is_floating_point():
        like = like.to(torch.get_default_dtype())
    dln, mu, initial, bias = (_number(x, like) for x in given)
    y = math.pi / (2 * dln)
    phase = loggamma(torch.complex((mu + 1 + bias) / 2, y)).imag + loggamma(torch.complex((mu + 1 - bias) / 2, y)).imag
    turns = (_LN_2 - initial) / dln + phase / math.pi
    offset = initial + (turns - torch.round(turns.detach())) * dln
    return offset if any(isinstance(x, Tensor) for x in given) else offset.item()


def _transformed(name: str, a: Tensor, dln: Number, mu: Number, offset: Number, bias: Number) -> Tensor:
    argument = "a" if name == "fht" else "A"
    a = floating(name, a, real=True, argument=argument)
    if a.ndim == 0 or a.shape[-1] < 1:
        raise ValueError(
            f"{name}: argument {'a' if name == 'fht' else 'A'!r} has shape {tuple(a.shape)}; wanted points"
        )
    n = a.shape[-1]
    dln, mu, offset, bias = torch.broadcast_tensors(*(_number(x, a).unsqueeze(-1) for x in (dln, mu, offset, bias)))
    steps = (torch.arange(n, dtype=a.dtype, device=a.device) - (n - 1) / 2) * dln
    u = _coefficients(n, dln, mu, offset, bias)
    inverse = name == "ifht"
    zeroth = u[..., :1].abs()
    singular = zeroth == 0 if inverse else zeroth == math.inf
    if not torch.compiler.is_compiling() and not transforms_active() and bool(singular.any()):
        warnings.warn(f"{name}: singular transform, consider changing the bias", UserWarning, stacklevel=4)
    keep = torch.cat([~singular, torch.ones_like(u[..., 1:], dtype=torch.bool)], -1)
    u = torch.where(keep, u, torch.ones_like(u))
    if inverse:
        spectrum = torch.fft.rfft(a * torch.exp(bias * (steps + offset))) / u.conj_physical()
    else:
        spectrum = torch.fft.rfft(a * torch.exp(-bias * steps)) * u
    y: Tensor = torch.fft.irfft(torch.where(keep, spectrum, torch.zeros_like(spectrum)), n).flip(-1)
    return y * torch.exp(bias * steps) if inverse else y * torch.exp(-bias * (steps + offset))


def _coefficients(n: int, dln: Tensor, mu: Tensor, offset: Tensor, bias: Tensor) -> Tensor:
    """u_m for m = 0 … n//2, along the last axis of the parameters."""
    from ..special.gamma import loggamma

    plus, minus = (mu + 1 + bias) / 2, (mu + 1 - bias) / 2
    zeroth = _zeroth_coefficient(plus, minus, bias)
    y = torch.arange(1, n // 2 + 1, dtype=dln.dtype, device=dln.device) * (math.pi / (n * dln))
    above, below = (loggamma(torch.complex(x.expand(y.shape), y)) for x in (plus, minus))
    modulus = torch.exp(above.real - below.real + bias * _LN_2)
    angle = above.imag + below.imag + 2 * y * (_LN_2 - offset)
    real, imag = modulus * torch.cos(angle), modulus * torch.sin(angle)
    if n % 2 == 0:  # the spectrum of a real sequence of even length ends with a real number
        imag = torch.cat([imag[..., :-1], torch.zeros_like(imag[..., -1:])], -1)
    return torch.complex(torch.cat([zeroth, real], -1), torch.cat([torch.zeros_like(zeroth), imag], -1))


def _zeroth_coefficient(plus: Tensor, minus: Tensor, bias: Tensor) -> Tensor:
    """2^q Γ(plus)/Γ(minus), also where gamma functions have poles."""
    from ..special.gamma import gamma, gammaln, rgamma

    pole_plus, pole_minus = (plus <= 0) & (plus == plus.round()), (minus <= 0) & (minus == minus.round())
    one = torch.ones_like(plus)
    regular_plus, regular_minus = torch.where(pole_plus, one, plus), torch.where(pole_minus, one, minus)
    signs = _sign_of_gamma(regular_plus) * _sign_of_gamma(regular_minus)
    ratio = signs * torch.exp(gammaln(regular_plus) - gammaln(regular_minus))
    at_zero = gamma(regular_plus) * rgamma(minus)
    # Γ(p)/Γ(p - q) = cos(πq) Γ(1 - p + q)/Γ(1 - p) for whole q, by reflection; the root makes its slope in q nan.
    reflected_plus, reflected_minus = torch.where(pole_plus, 1 - plus, one), torch.where(pole_minus, 1 - minus, one)
    distance = torch.where(pole_plus & pole_minus, bias - bias.detach().round(), one)
    both = gamma(reflected_minus) * rgamma(reflected_plus) * torch.cos(math.pi * bias) + 0.0 * torch.sqrt(
        distance.abs()
    )
    ratio = torch.where(pole_minus, at_zero, ratio)
    ratio = torch.where(pole_plus, torch.where(pole_minus, both, torch.full_like(ratio, math.inf)), ratio)
    return torch.exp2(bias) * ratio


def _sign_of_gamma(x: Tensor) -> Tensor:
    """The sign of Γ(x): it alternates between the poles."""
    return torch.where(x < 0, 1 - 2 * torch.remainder(torch.floor(x), 2), torch.ones_like(x))


def _number(value: Number, like: Tensor) -> Tensor:
    """A tensor of the dtype and device of ``like``."""
    kind = find_array_type(value)
    if kind is not None:
        value = kind.to_tensor(value)
    return torch.as_tensor(value, dtype=like.dtype, device=like.device)
