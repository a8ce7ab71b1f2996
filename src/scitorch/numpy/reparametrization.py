"""Samples as differentiable functions of the parameters they were drawn with.

Where a distribution is an elementary function of a standard one, the sample is that function of the standard sample.
Where it is not (gamma, beta and their relatives), the sample x solves ``F(x; parameters) = u`` for a fixed u, F being
the distribution function: Newton's method from the drawn number itself, which solves it already, adds the derivatives
(M. Figurnov, S. Mohamed, A. Mnih, "Implicit reparameterization gradients", NeurIPS 2018). A Newton step doubles the
order of the derivatives that are right, so three steps give them to the seventh.
"""

from collections.abc import Callable
from typing import Any

import numpy
import torch

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.op.torch_private import is_transformed, transforms_disabled, without_wrappers

__all__ = ["REPARAMETRIZED", "reparametrized"]

_STEPS = 3

Standard = Callable[..., Any]


def values_of(parameter: Any) -> Any:
    """Return the numbers of a parameter, whatever follows its derivative; a batch inside `vmap` has no single ones."""
    tensor = without_wrappers(tensor_of(parameter))
    if is_transformed(tensor):
        raise NotImplementedError("random samples whose parameters are batched by vmap; draw them outside")
    with transforms_disabled():
        array = tensor.detach().cpu().numpy()
    return array[()] if array.ndim == 0 else array


def _implied(sample: torch.Tensor, distribution: Callable[..., Any], log_density: Callable[..., Any]) -> torch.Tensor:
    x = sample
    for _ in range(_STEPS):
        reached = distribution(x)
        x = x - (reached - reached.detach()) * torch.exp(-log_density(x))
    return x


def _gamma_sample(sample: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    special = scitorch.special
    return _implied(
        sample,
        lambda x: special.gammainc(shape, x),
        lambda x: special.xlogy(shape - 1, x) - x - special.gammaln(shape),
    )


def _beta_sample(sample: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    special = scitorch.special
    return _implied(
        sample,
        lambda x: special.betainc(a, b, x),
        lambda x: special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b),
    )


def _drawn(draw: Any, size: Any, **parameters: Any) -> torch.Tensor:
    """The numbers that the generator draws for the values of the parameters."""
    return tensor_of(numpy.asarray(draw(size=size, **{k: values_of(v) for k, v in parameters.items()})))


def _standard(draw: Any, name: str, size: Any, *parameters: Any) -> torch.Tensor:
    """Numbers of a standard distribution, from the generator that the method belongs to."""
    if size is None:
        size = numpy.broadcast_shapes(*(tuple(tensor_of(p).shape) for p in parameters))
    return tensor_of(getattr(draw.__self__, name)(size=size))


def _double(*parameters: Any) -> list[torch.Tensor]:
    return [t if t.dtype is torch.float64 else t.to(torch.float64) for t in map(tensor_of, parameters)]


def _normal(draw: Any, size: Any, loc: Any, scale: Any) -> torch.Tensor:
    loc, scale = _double(loc, scale)
    return loc + scale * _standard(draw, "standard_normal", size, loc, scale)


def _lognormal(draw: Any, size: Any, mean: Any, sigma: Any) -> torch.Tensor:
    return torch.exp(_normal(draw, size, mean, sigma))


def _location_scale(name: str) -> Callable[..., torch.Tensor]:
    def sample(draw: Any, size: Any, loc: Any, scale: Any) -> torch.Tensor:
        loc, scale = _double(loc, scale)
        return loc + scale * _standard(draw, name, size, loc, scale)

    return sample


def _uniform(draw: Any, size: Any, low: Any, high: Any) -> torch.Tensor:
    low, high = _double(low, high)
    return low + (high - low) * _standard(draw, "random", size, low, high)


def _exponential(draw: Any, size: Any, scale: Any) -> torch.Tensor:
    (scale,) = _double(scale)
    return scale * _standard(draw, "standard_exponential", size, scale)


def _rayleigh(draw: Any, size: Any, scale: Any) -> torch.Tensor:
    (scale,) = _double(scale)
    return scale * _standard(draw, "rayleigh", size, scale)


def _weibull(draw: Any, size: Any, a: Any) -> torch.Tensor:
    (a,) = _double(a)
    return _standard(draw, "standard_exponential", size, a) ** (1 / a)


def _pareto(draw: Any, size: Any, a: Any) -> torch.Tensor:
    (a,) = _double(a)
    return torch.expm1(_standard(draw, "standard_exponential", size, a) / a)


def _power(draw: Any, size: Any, a: Any) -> torch.Tensor:
    (a,) = _double(a)
    return (-torch.expm1(-_standard(draw, "standard_exponential", size, a))) ** (1 / a)


def _triangular(draw: Any, size: Any, left: Any, mode: Any, right: Any) -> torch.Tensor:
    left, mode, right = _double(left, mode, right)
    u, width = _standard(draw, "random", size, left, mode, right), right - left
    rising = u * width <= mode - left
    # the branch that is not taken gets a harmless number: the root has no derivative at zero
    below = torch.sqrt(torch.where(rising, u * (mode - left) * width, 1.0))
    above = torch.sqrt(torch.where(rising, 1.0, (1 - u) * (right - mode) * width))
    return torch.where(rising, left + below, right - above)


def _standard_gamma(draw: Any, size: Any, shape: Any) -> torch.Tensor:
    sample = _drawn(draw, size, shape=shape)
    return _gamma_sample(sample, *_double(shape))


def _gamma(draw: Any, size: Any, shape: Any, scale: Any) -> torch.Tensor:
    sample, numbers = _drawn(draw, size, shape=shape, scale=scale), tensor_of(numpy.asarray(values_of(scale)))
    shape, scale = _double(shape, scale)
    return scale * _gamma_sample(sample / numbers, shape)


def _chisquare(draw: Any, size: Any, df: Any) -> torch.Tensor:
    sample = _drawn(draw, size, df=df)
    (df,) = _double(df)
    return 2 * _gamma_sample(sample / 2, df / 2)


def _beta(draw: Any, size: Any, a: Any, b: Any) -> torch.Tensor:
    return _beta_sample(_drawn(draw, size, a=a, b=b), *_double(a, b))


def _f(draw: Any, size: Any, dfnum: Any, dfden: Any) -> torch.Tensor:
    sample = _drawn(draw, size, dfnum=dfnum, dfden=dfden)
    over, under = (tensor_of(numpy.asarray(values_of(v), float)) for v in (dfnum, dfden))
    dfnum, dfden = _double(dfnum, dfden)
    share = _beta_sample(over * sample / (over * sample + under), dfnum / 2, dfden / 2)
    return dfden * share / (dfnum * (1 - share))


def _standard_t(draw: Any, size: Any, df: Any) -> torch.Tensor:
    sample, number = _drawn(draw, size, df=df), tensor_of(numpy.asarray(values_of(df), float))
    (df,) = _double(df)
    square = sample**2
    share = _beta_sample(square / (number + square), torch.full_like(df, 0.5), df / 2)
    return torch.sign(sample) * torch.sqrt(df * share / (1 - share))


#: By name: how a sample depends on its parameters, and these with their defaults (... where there is none).
REPARAMETRIZED: dict[str, tuple[Callable[..., torch.Tensor], dict[str, Any]]] = {
    "beta": (_beta, {"a": ..., "b": ...}),
    "chisquare": (_chisquare, {"df": ...}),
    "exponential": (_exponential, {"scale": 1.0}),
    "f": (_f, {"dfnum": ..., "dfden": ...}),
    "gamma": (_gamma, {"shape": ..., "scale": 1.0}),
    "gumbel": (_location_scale("gumbel"), {"loc": 0.0, "scale": 1.0}),
    "laplace": (_location_scale("laplace"), {"loc": 0.0, "scale": 1.0}),
    "logistic": (_location_scale("logistic"), {"loc": 0.0, "scale": 1.0}),
    "lognormal": (_lognormal, {"mean": 0.0, "sigma": 1.0}),
    "normal": (_normal, {"loc": 0.0, "scale": 1.0}),
    "pareto": (_pareto, {"a": ...}),
    "power": (_power, {"a": ...}),
    "rayleigh": (_rayleigh, {"scale": 1.0}),
    "standard_gamma": (_standard_gamma, {"shape": ...}),
    "standard_t": (_standard_t, {"df": ...}),
    "triangular": (_triangular, {"left": ..., "mode": ..., "right": ...}),
    "uniform": (_uniform, {"low": 0.0, "high": 1.0}),
    "weibull": (_weibull, {"a": ...}),
}


def reparametrized(draw: Any, name: str, *arguments: Any, **keywords: Any) -> ndarray:
    """Return samples that carry the derivatives in their parameters.

    Raises
    ------
    NotImplementedError
        Where the samples are counts, or their derivative is not known here.
    """
    if name not in REPARAMETRIZED:
        raise NotImplementedError(
            f"random.{name} of parameters that carry a gradient: the derivative of its samples is not defined here; "
            "detach the parameters"
        )
    sample, parameters = REPARAMETRIZED[name]
    given = dict(zip((*parameters, "size"), arguments, strict=False)) | keywords
    size = given.pop("size", None)
    unknown = set(given) - set(parameters)
    if unknown:
        raise NotImplementedError(f"random.{name} of parameters that carry a gradient takes no {sorted(unknown)}")
    values = {key: given.get(key, default) for key, default in parameters.items()}
    missing = [key for key, value in values.items() if value is ...]
    if missing:
        raise TypeError(f"{name}() is missing the parameters {missing}")
    _check(draw, values)
    return asarray(sample(draw, size, **values))


def _check(draw: Any, parameters: dict[str, Any]) -> None:
    """Let NumPy raise its error for parameters out of range: by drawing nothing."""
    values = {key: values_of(value) for key, value in parameters.items()}
    draw(size=(0, *numpy.broadcast_shapes(*map(numpy.shape, values.values()))), **values)
