"""Values that torch computes inaccurately. Truths by mpmath at 30 digits."""

from .record import Record

RECORDS = (
    Record(
        "Value of bessel_j0", "{}(at(7.3))", "torch.special.bessel_j0", "special.j0", 0.2882169476350144, rtol=1e-12
    ),
    Record(
        "Value of bessel_j1", "{}(at(7.3))", "torch.special.bessel_j1", "special.j1", 0.08257043049325784, rtol=1e-12
    ),
    Record(
        "Value of bessel_y0", "{}(at(7.3))", "torch.special.bessel_y0", "special.y0", 0.0627738863740376, rtol=1e-12
    ),
    Record(
        "Value of bessel_y1", "{}(at(7.3))", "torch.special.bessel_y1", "special.y1", -0.2845943718680721, rtol=1e-12
    ),
    Record(
        "Value of airy_ai",
        "{}(at(-2.091))",
        "torch.special.airy_ai",
        "(lambda x: special.airy(x)[0])",
        0.16939552732231986,
        rtol=1e-11,
        atol=0.0,
    ),
    Record(
        "Value of the trigamma function",
        "{}(1, at(1.11108))",
        "torch.special.polygamma",
        "special.polygamma",
        1.4129477225816023,
        rtol=1e-12,
    ),
    Record(
        "Value of gammainc",
        "{}(at(43.0067), at(30.424))",
        "torch.special.gammainc",
        "special.gammainc",
        0.018133695880605764,
        rtol=1e-11,
    ),
    Record(
        "Left tail of the normal distribution",
        "{}(at(-30.0))",
        "torch.special.ndtr",
        "special.ndtr",
        4.906713927148187e-198,
        atol=0.0,
    ),
    Record("Hurwitz zeta function at infinity", "{}(at(2.0), at(math.inf))", "torch.special.zeta", "special.zeta", 0.0),
)
