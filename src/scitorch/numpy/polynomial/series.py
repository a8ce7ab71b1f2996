"""What the six classes of series share."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self

import numpy.polynomial
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, to_numpy
from scitorch.numpy.polynomial import polyutils
from scitorch.numpy.polynomial.basis import Basis
from scitorch.numpy.ranges import linspace

__all__ = ["Series"]


def _interval(ends: Any, name: str) -> ndarray:
    array = polyutils.as_series([ends], trim=False)[0]
    if array.shape != (2,):
        raise ValueError(f"{name} has wrong number of elements.")
    return array


def _same(a: ndarray, b: ndarray) -> bool:
    return a.shape == b.shape and bool((a == b).all())


class Series:
    """A series in one family of polynomials, whose argument is mapped from `domain` to `window` first.

    Parameters
    ----------
    coef : array_like, shape (n,)
        Coefficients from degree 0 up.
    domain, window : array_like, shape (2,), optional
        The interval of the argument, and the one it is mapped to; those of the class by default.
    symbol : str
        Name of the variable in printing.
    """

    basis_functions: ClassVar[Basis]
    domain: Any
    window: Any
    basis_name: ClassVar[str | None] = None
    maxpower: ClassVar[int] = 100

    # operators of arrays leave the work to those of series
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, coef: Any, domain: Any = None, window: Any = None, symbol: str = "x") -> None:
        self.coef = polyutils.as_series([coef], trim=False)[0]
        if domain is not None:
            self.domain = _interval(domain, "Domain")
        if window is not None:
            self.window = _interval(window, "Window")
        if not isinstance(symbol, str):
            raise TypeError("Symbol must be a non-empty string")
        if not symbol.isidentifier():
            raise ValueError("Symbol string must be a valid Python identifier")
        self._symbol = symbol

    @property
    def symbol(self) -> str:
        return self._symbol

    def _new(self, coef: Any) -> Self:
        return type(self)(coef, self.domain, self.window, self.symbol)

    # Comparison

    def has_samecoef(self, other: Series) -> bool:
        """Whether the coefficients are the same."""
        return _same(self.coef, other.coef)

    def has_samedomain(self, other: Series) -> bool:
        """Whether the domains are the same."""
        return bool((asarray(self.domain) == asarray(other.domain)).all())

    def has_samewindow(self, other: Series) -> bool:
        """Whether the windows are the same."""
        return bool((asarray(self.window) == asarray(other.window)).all())

    def has_sametype(self, other: Any) -> bool:
        """Whether the classes are the same."""
        return isinstance(other, self.__class__)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, self.__class__)
            and self.has_samedomain(other)
            and self.has_samewindow(other)
            and self.has_samecoef(other)
            and self.symbol == other.symbol
        )

    def _coefficients_of(self, other: Any) -> Any:
        if not isinstance(other, Series):
            return other
        if not isinstance(other, self.__class__):
            raise TypeError("Polynomial types differ")
        if not self.has_samedomain(other):
            raise TypeError("Domains differ")
        if not self.has_samewindow(other):
            raise TypeError("Windows differ")
        if self.symbol != other.symbol:
            raise ValueError("Polynomial symbols differ")
        return other.coef

    # Arithmetic

    def _with(self, operation: Callable[[Any, Any], Any], other: Any, swapped: bool = False) -> Any:
        theirs = self._coefficients_of(other) if isinstance(other, Series) else other
        try:
            result = operation(theirs, self.coef) if swapped else operation(self.coef, theirs)
        except ZeroDivisionError:
            raise
        except (TypeError, ValueError):
            return NotImplemented
        return tuple(map(self._new, result)) if isinstance(result, tuple) else self._new(result)

    def __neg__(self) -> Self:
        return self._new(-self.coef)

    def __pos__(self) -> Self:
        return self

    def __add__(self, other: Any) -> Any:
        return self._with(self.basis_functions.add, other)

    def __radd__(self, other: Any) -> Any:
        return self._with(self.basis_functions.add, other, swapped=True)

    def __sub__(self, other: Any) -> Any:
        return self._with(self.basis_functions.sub, other)

    def __rsub__(self, other: Any) -> Any:
        return self._with(self.basis_functions.sub, other, swapped=True)

    def __mul__(self, other: Any) -> Any:
        return self._with(self.basis_functions.mul, other)

    def __rmul__(self, other: Any) -> Any:
        return self._with(self.basis_functions.mul, other, swapped=True)

    def __truediv__(self, other: Any) -> Any:
        scalar = isinstance(other, numbers.Number) or (isinstance(other, ndarray | torch.Tensor) and other.ndim == 0)
        if not scalar or isinstance(other, bool):
            raise TypeError(f"unsupported types for true division: '{type(self)}', '{type(other)}'")
        return self.__floordiv__(other)

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return self._with(self.basis_functions.div, other)

    def __rdivmod__(self, other: Any) -> Any:
        return self._with(self.basis_functions.div, other, swapped=True)

    def __floordiv__(self, other: Any) -> Any:
        result = self.__divmod__(other)
        return result if result is NotImplemented else result[0]

    def __rfloordiv__(self, other: Any) -> Any:
        result = self.__rdivmod__(other)
        return result if result is NotImplemented else result[0]

    def __mod__(self, other: Any) -> Any:
        result = self.__divmod__(other)
        return result if result is NotImplemented else result[1]

    def __rmod__(self, other: Any) -> Any:
        result = self.__rdivmod__(other)
        return result if result is NotImplemented else result[1]

    def __pow__(self, other: Any) -> Self:
        return self._new(self.basis_functions.pow(self.coef, other, maxpower=self.maxpower))

    # Coefficients

    def __len__(self) -> int:
        return len(self.coef)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.coef)

    def copy(self) -> Self:
        """Return a copy."""
        return self._new(self.coef.copy())

    def degree(self) -> int:
        """Return the degree, that of the last coefficient."""
        return len(self) - 1

    def cutdeg(self, deg: int) -> Self:
        """Return the terms up to a degree."""
        return self.truncate(deg + 1)

    def trim(self, tol: float = 0) -> Self:
        """Return the series without trailing coefficients of a modulus up to `tol`."""
        return self._new(polyutils.trimcoef(self.coef, tol))

    def truncate(self, size: int) -> Self:
        """Return the first terms."""
        if int(size) != size or size < 1:
            raise ValueError("size must be a positive integer")
        return self._new(self.coef[: int(size)])

    # Values and calculus

    def __call__(self, arg: Any) -> Any:
        return self.basis_functions.val(polyutils.mapdomain(arg, self.domain, self.window), self.coef)

    def mapparms(self) -> tuple[Any, Any]:
        """Return offset and scale of the map from domain to window."""
        return polyutils.mapparms(asarray(self.domain), asarray(self.window))

    def deriv(self, m: int = 1) -> Self:
        """Return the derivative of order m."""
        _, scale = self.mapparms()
        return self._new(self.basis_functions.der(self.coef, m, scale))

    def integ(self, m: int = 1, k: Any = (), lbnd: Any = None) -> Self:
        """Return the antiderivative of order m with the integration constants `k` at `lbnd`."""
        offset, scale = self.mapparms()
        lower = 0 if lbnd is None else offset + scale * lbnd
        return self._new(self.basis_functions.int(self.coef, m, k, lower, 1.0 / scale))

    def roots(self) -> ndarray:
        """Return the roots."""
        return polyutils.mapdomain(  # type: ignore[no-any-return]
            self.basis_functions.roots(self.coef), self.window, self.domain
        )

    def linspace(self, n: int = 100, domain: Any = None) -> tuple[ndarray, ndarray]:
        """Return equally spaced points of the domain and the values there."""
        ends = asarray(self.domain if domain is None else domain)
        points = linspace(ends[0], ends[1], n)
        return points, self(points)

    def convert(self, domain: Any = None, kind: Any = None, window: Any = None) -> Any:
        """Return the same polynomial as a series of another class, domain or window."""
        kind = type(self) if kind is None else kind
        domain = kind.domain if domain is None else domain
        window = kind.window if window is None else window
        return self(kind.identity(domain, window=window, symbol=self.symbol))

    # Makers

    @classmethod
    def _intervals(cls, domain: Any, window: Any) -> tuple[Any, Any]:
        return (cls.domain if domain is None else domain), (cls.window if window is None else window)

    @classmethod
    def fit(
        cls,
        x: Any,
        y: Any,
        deg: Any,
        domain: Any = None,
        rcond: float | None = None,
        full: bool = False,
        w: Any = None,
        window: Any = None,
        symbol: str = "x",
    ) -> Any:
        """Return the series that fits data by least squares; its domain is that of the points by default."""
        if domain is None:
            domain = polyutils.getdomain(x)
            if holds_one_point(domain):
                domain = domain + ndarray._wrap(torch.tensor([-1, 1]))
        elif len(domain) == 0:
            domain = cls.domain
        window = cls.window if window is None else window
        found = cls.basis_functions.fit(polyutils.mapdomain(x, domain, window), y, deg, rcond, full, w)
        if full:
            return cls(found[0], domain, window, symbol), found[1]
        return cls(found, domain, window, symbol)

    @classmethod
    def fromroots(cls, roots: Any, domain: Any = (), window: Any = None, symbol: str = "x") -> Self:
        """Return the series of the monic polynomial with given roots."""
        (zeros,) = polyutils.as_series([roots], trim=False)
        if domain is None:
            domain = polyutils.getdomain(zeros)
        elif len(domain) == 0:
            domain = cls.domain
        window = cls.window if window is None else window
        offset, scale = polyutils.mapparms(asarray(domain), asarray(window))
        coef = cls.basis_functions.fromroots(offset + scale * zeros) / scale ** len(zeros)
        return cls(coef, domain, window, symbol)

    @classmethod
    def identity(cls, domain: Any = None, window: Any = None, symbol: str = "x") -> Self:
        """Return the series of ``p(x) = x``."""
        domain, window = cls._intervals(domain, window)
        offset, scale = polyutils.mapparms(asarray(window), asarray(domain))
        return cls(cls.basis_functions.line(offset, scale), domain, window, symbol)

    @classmethod
    def basis(cls, deg: int, domain: Any = None, window: Any = None, symbol: str = "x") -> Self:
        """Return one polynomial of the family."""
        domain, window = cls._intervals(domain, window)
        if int(deg) != deg or deg < 0:
            raise ValueError("deg must be non-negative integer")
        return cls([0] * int(deg) + [1], domain, window, symbol)

    @classmethod
    def cast(cls, series: Any, domain: Any = None, window: Any = None) -> Any:
        """Return a series of any class as one of this class."""
        domain, window = cls._intervals(domain, window)
        return series.convert(domain, cls, window)

    # Printing, by NumPy's class of the same name

    def _on_host(self) -> Any:
        kind = getattr(numpy.polynomial, type(self).__name__, numpy.polynomial.Polynomial)
        coef, domain, window = (to_numpy(asarray(a)._tensor.detach()) for a in (self.coef, self.domain, self.window))
        return kind(coef, domain, window, self.symbol)

    def __repr__(self) -> str:
        return repr(self._on_host())

    def __str__(self) -> str:
        return str(self._on_host())

    def __format__(self, fmt_str: str) -> str:
        return format(self._on_host(), fmt_str)

    def _repr_latex_(self) -> str:
        return self._on_host()._repr_latex_()  # type: ignore[no-any-return]


def holds_one_point(domain: ndarray) -> bool:
    """Whether an interval has no length."""
    from scitorch.numpy.floating_errors import holds

    ends = domain._tensor.detach()
    return holds(ends[0] == ends[1])
