"""Special functions: SciPy's names and values, with derivatives in every float argument, of any order."""

from .bessel import kv, kve
from .beta import beta, betaln
from .beta_incomplete import betainc, betaincc, betainccinv, betaincinv
from .error_function import erf, erfc, erfcinv, erfi, erfinv
from .exponential_integral import exp1, expi, expn
from .exprel import exprel
from .faddeeva import dawsn, erfcx, wofz
from .gamma import gamma, gammaln, loggamma, rgamma
from .gamma_incomplete import gammainc, gammaincc, gammainccinv, gammaincinv
from .lambert import lambertw
from .logarithmic import entr, kl_div, rel_entr, xlog1py, xlogy
from .logistic import expit, log_expit, logit
from .normal_distribution import log_ndtr, ndtr, ndtri, ndtri_exp
from .polygamma import digamma, polygamma, psi
from .sinc import sinc
from .spence import spence
from .trigonometric_integral import fresnel, shichi, sici
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
    "exp1",
    "expi",
    "expit",
    "expn",
    "exprel",
    "fresnel",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammainccinv",
    "gammaincinv",
    "gammaln",
    "kl_div",
    "kv",
    "kve",
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
    "shichi",
    "sici",
    "sinc",
    "spence",
    "wofz",
    "xlog1py",
    "xlogy",
    "zeta",
]
