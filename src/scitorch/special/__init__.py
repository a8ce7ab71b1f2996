"""Special functions: SciPy's names and values, with derivatives in every float argument, of any order."""

from .beta import beta, betaln
from .beta_incomplete import betainc, betaincc, betainccinv, betaincinv
from .error_function import dawsn, erf, erfc, erfcinv, erfcx, erfi, erfinv, wofz
from .gamma import gamma, gammaln, loggamma, rgamma
from .gamma_incomplete import gammainc, gammaincc, gammainccinv, gammaincinv
from .lambert import lambertw
from .logarithmic import entr, kl_div, rel_entr, xlog1py, xlogy
from .logistic import expit, log_expit, logit
from .normal_distribution import log_ndtr, ndtr, ndtri, ndtri_exp
from .polygamma import digamma, polygamma, psi
from .sinc import sinc
from .zeta import zeta

__all__ = [
    "beta",
    "betainc",
    "betaincc",
    "betainccinv",
    "betaincinv",
    "betaln",
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
    "lambertw",
    "log_expit",
    "log_ndtr",
    "loggamma",
    "logit",
    "ndtr",
    "ndtri",
    "ndtri_exp",
    "polygamma",
    "psi",
    "rel_entr",
    "rgamma",
    "sinc",
    "wofz",
    "xlog1py",
    "xlogy",
    "zeta",
]
