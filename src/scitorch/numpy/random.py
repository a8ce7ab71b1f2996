"""`numpy.random`: NumPy's own generators, so seeds give NumPy's own numbers; results are arrays of this namespace.

Parameters may carry a gradient in the continuous distributions of `reparametrization`, and samples then carry it on;
elsewhere they raise, because the gradient would be lost.
"""

import functools
from typing import Any

import numpy
import torch
from numpy.random import MT19937, PCG64, PCG64DXSM, SFC64, BitGenerator, Philox, SeedSequence

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.reparametrization import reparametrized
from scitorch.op.torch_private import is_tracked

_METHODS = [
    "beta",
    "binomial",
    "bytes",
    "chisquare",
    "choice",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "gumbel",
    "hypergeometric",
    "integers",
    "laplace",
    "logistic",
    "lognormal",
    "logseries",
    "multinomial",
    "multivariate_hypergeometric",
    "multivariate_normal",
    "negative_binomial",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "permutation",
    "permuted",
    "poisson",
    "power",
    "random",
    "rayleigh",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
    "zipf",
]
_LEGACY = [
    "beta",
    "binomial",
    "bytes",
    "chisquare",
    "choice",
    "dirichlet",
    "exponential",
    "f",
    "gamma",
    "geometric",
    "gumbel",
    "hypergeometric",
    "laplace",
    "logistic",
    "lognormal",
    "logseries",
    "multinomial",
    "multivariate_normal",
    "negative_binomial",
    "noncentral_chisquare",
    "noncentral_f",
    "normal",
    "pareto",
    "permutation",
    "poisson",
    "power",
    "rand",
    "randint",
    "randn",
    "random",
    "random_sample",
    "rayleigh",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "wald",
    "weibull",
    "zipf",
]

__all__ = [
    "MT19937",
    "PCG64",
    "PCG64DXSM",
    "SFC64",
    "BitGenerator",
    "Generator",
    "Philox",
    "RandomState",
    "SeedSequence",
    "default_rng",
    "get_state",
    "ranf",
    "sample",
    "seed",
    "set_state",
    "shuffle",
    *_LEGACY,
]


def _result(value: Any) -> Any:
    return asarray(value) if isinstance(value, numpy.ndarray) else value


def _argument(value: Any) -> Any:
    if isinstance(value, ndarray | torch.Tensor):
        array = numpy.asarray(value if isinstance(value, ndarray) else ndarray._wrap(value))
        return array[()] if array.ndim == 0 else array
    if isinstance(value, tuple | list) and any(isinstance(item, ndarray | torch.Tensor) for item in value):
        return type(value)(_argument(item) for item in value)
    return value


def _tracked(value: Any) -> bool:
    return isinstance(value, ndarray | torch.Tensor) and is_tracked(tensor_of(value))


def _drawn(draw: Any, name: str) -> Any:
    """Return a sampling function of this namespace from NumPy's."""

    @functools.wraps(draw)
    def sample(*arguments: Any, **keywords: Any) -> Any:
        if any(map(_tracked, arguments)) or any(map(_tracked, keywords.values())):
            return reparametrized(draw, name, *arguments, **keywords)
        return _result(draw(*map(_argument, arguments), **{k: _argument(v) for k, v in keywords.items()}))

    return sample


def _shuffled(shuffle: Any) -> Any:
    @functools.wraps(shuffle)
    def in_place(x: Any, *arguments: Any, **keywords: Any) -> None:
        if not isinstance(x, ndarray):
            shuffle(x, *arguments, **keywords)
            return
        axis = keywords.get("axis", arguments[0] if arguments else 0)
        order = numpy.arange(x.shape[axis])
        shuffle(order)
        x[...] = x.take(order, axis=axis)

    return in_place


class Generator(numpy.random.Generator):
    """NumPy's `Generator`; samples come as arrays of this namespace, numbers equal to NumPy's for the same seed."""

    def spawn(self, n_children: int) -> list["Generator"]:  # type: ignore[override]
        """Return independent child generators."""
        return [Generator(child.bit_generator) for child in super().spawn(n_children)]

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Permute an array along an axis in place."""
        _shuffled(super().shuffle)(x, axis=axis)

    def __getattribute__(self, name: str) -> Any:
        attribute = super().__getattribute__(name)
        return _drawn(attribute, name) if name in _SAMPLERS else attribute


class RandomState(numpy.random.RandomState):
    """NumPy's legacy `RandomState`; samples come as arrays of this namespace."""

    def shuffle(self, x: Any) -> None:
        """Permute an array along its first axis in place."""
        _shuffled(super().shuffle)(x)

    def __getattribute__(self, name: str) -> Any:
        attribute = super().__getattribute__(name)
        return _drawn(attribute, name) if name in _LEGACY_SAMPLERS else attribute


_SAMPLERS = frozenset(_METHODS)
_LEGACY_SAMPLERS = frozenset(_LEGACY)


def default_rng(seed: Any = None) -> Generator:
    """Return a generator; the same seed gives the numbers NumPy gives.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> np.random.default_rng(1).integers(0, 10, 3)
    array([4, 5, 7])
    """
    if isinstance(seed, Generator):
        return seed
    return Generator(numpy.random.default_rng(_argument(seed)).bit_generator)


def seed(seed: Any = None) -> None:
    """Seed the legacy global generator (NumPy's own)."""
    numpy.random.seed(_argument(seed))  # noqa: NPY002  (the legacy generator is what is asked for)


shuffle = _shuffled(numpy.random.shuffle)
get_state = numpy.random.get_state
set_state = numpy.random.set_state
rand = _drawn(numpy.random.rand, "rand")
randint = _drawn(numpy.random.randint, "randint")
randn = _drawn(numpy.random.randn, "randn")
random = ranf = sample = random_sample = _drawn(numpy.random.random_sample, "random_sample")
beta = _drawn(numpy.random.beta, "beta")
binomial = _drawn(numpy.random.binomial, "binomial")
bytes = _drawn(numpy.random.bytes, "bytes")
chisquare = _drawn(numpy.random.chisquare, "chisquare")
choice = _drawn(numpy.random.choice, "choice")
dirichlet = _drawn(numpy.random.dirichlet, "dirichlet")
exponential = _drawn(numpy.random.exponential, "exponential")
f = _drawn(numpy.random.f, "f")
gamma = _drawn(numpy.random.gamma, "gamma")
geometric = _drawn(numpy.random.geometric, "geometric")
gumbel = _drawn(numpy.random.gumbel, "gumbel")
hypergeometric = _drawn(numpy.random.hypergeometric, "hypergeometric")
laplace = _drawn(numpy.random.laplace, "laplace")
logistic = _drawn(numpy.random.logistic, "logistic")
lognormal = _drawn(numpy.random.lognormal, "lognormal")
logseries = _drawn(numpy.random.logseries, "logseries")
multinomial = _drawn(numpy.random.multinomial, "multinomial")
multivariate_normal = _drawn(numpy.random.multivariate_normal, "multivariate_normal")
negative_binomial = _drawn(numpy.random.negative_binomial, "negative_binomial")
noncentral_chisquare = _drawn(numpy.random.noncentral_chisquare, "noncentral_chisquare")
noncentral_f = _drawn(numpy.random.noncentral_f, "noncentral_f")
normal = _drawn(numpy.random.normal, "normal")
pareto = _drawn(numpy.random.pareto, "pareto")
permutation = _drawn(numpy.random.permutation, "permutation")
poisson = _drawn(numpy.random.poisson, "poisson")
power = _drawn(numpy.random.power, "power")
rayleigh = _drawn(numpy.random.rayleigh, "rayleigh")
standard_cauchy = _drawn(numpy.random.standard_cauchy, "standard_cauchy")
standard_exponential = _drawn(numpy.random.standard_exponential, "standard_exponential")
standard_gamma = _drawn(numpy.random.standard_gamma, "standard_gamma")
standard_normal = _drawn(numpy.random.standard_normal, "standard_normal")
standard_t = _drawn(numpy.random.standard_t, "standard_t")
triangular = _drawn(numpy.random.triangular, "triangular")
uniform = _drawn(numpy.random.uniform, "uniform")
vonmises = _drawn(numpy.random.vonmises, "vonmises")
wald = _drawn(numpy.random.wald, "wald")
weibull = _drawn(numpy.random.weibull, "weibull")
zipf = _drawn(numpy.random.zipf, "zipf")
