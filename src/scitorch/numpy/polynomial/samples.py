"""What the functions of every family are tried with."""

from scitorch.numpy.declaration import differentiable
from scitorch.numpy.polynomial.basis import Basis

__all__ = ["declare"]

#: Methods of `Basis`, and expressions over the operands of the namespace's declarations, p the prefix of the names.
_EXPRESSIONS = {
    "val": ("P.{p}val(x, y)",),
    "val2d": ("P.{p}grid2d(x[:2], y, m) + P.{p}val2d(x, y, m)[0]",),
    "mul": ("P.{p}mul(x, y[:3])", "P.{p}pow(x, 3)"),
    "div": ("P.{p}div(w, b[1:4])[0]", "P.{p}div(w, b[1:4])[1]"),
    "der": ("P.{p}der(m, 2, scl=s)",),
    "int": ("P.{p}int(x, 2, k=[s, 1], lbnd=0.5, scl=2)",),
    "fit": ("P.{p}fit(b, x, 2, w=w)",),
    "fromroots": ("P.{p}fromroots(x)",),
    "roots": ("P.{p}roots(P.{p}fromroots(b))",),
    "vander": ("P.{p}vander(x, 3)", "P.{p}vander2d(x, y, [1, 2])"),
}


def declare(basis: Basis, module: str, prefix: str) -> None:
    """Declare the functions of a family."""
    for method, expressions in _EXPRESSIONS.items():
        texts = (e.replace("P.", f"np.polynomial.{module}.").replace("{p}", prefix) for e in expressions)
        differentiable(*texts, name=f"polynomial.{module}.{prefix}{method}")(getattr(basis, method))
