"""Special functions: SciPy's names and values, with derivatives in every float argument, of any order."""

from .bessel import kv, kve
from .error_function import dawsn, erf, erfc, erfcinv, erfcx, erfi, erfinv, wofz
from .gamma import gamma, gammaln, loggamma, rgamma
from .gamma_incomplete import gammainc, gammaincc, gammainccinv, gammaincinv
from .logarithmic import entr, kl_div, rel_entr, xlog1py, xlogy
from .logistic import expit, log_expit, logit
from .polygamma import digamma, polygamma, psi

__all__ = [
    "dawsn",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfi",
    "erfinv",
    "expit",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "kl_div",
    "log_expit",
    "loggamma",
    "logit",
    "kv",
    "kve",
    "polygamma",
    "psi",
    "rel_entr",
    "rgamma",
    "wofz",
    "xlog1py",
    "xlogy",
]
