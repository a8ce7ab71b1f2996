"""Derivatives that torch does not have."""

from .record import Record

RECORDS = (
    Record(
        "Derivative of gammainc in a",
        "grad(lambda a: {}(a, at(2.0)))(at(3.0))",
        "torch.special.gammainc",
        "special.gammainc",
        -0.2318486720439896,
    ),
    Record(
        "Derivative of zeta in s",
        "grad(lambda s: {}(s, at(0.7)))(at(2.5))",
        "torch.special.zeta",
        "special.zeta",
        0.4345086457414547,
    ),
    Record(
        "Complete orthogonal factor of a tall matrix, forward",
        "jacfwd(lambda a: (lambda u: u[:, 1:] @ u[:, 1:].mT)({}(a)[0]))(at(1, 2).reshape(2, 1))[0, 0, 1, 0]",
        "(lambda a: torch.linalg.qr(a, mode='complete'))",
        "linalg.qr",
        0.16,
    ),
)
