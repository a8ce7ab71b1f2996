"""The functions of one family of polynomials, all from its recurrence."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy
import torch
from numpy.exceptions import RankWarning

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.floating_errors import holds
from scitorch.numpy.joining import stack
from scitorch.numpy.polynomial.polyutils import as_index, inexact, on_device, series_of, trimmed
from scitorch.numpy.polynomial.recurrence import Recurrence, clenshaw
from scitorch.numpy.sorting import sort

__all__ = ["Basis"]


def _padded(series: torch.Tensor, n: int) -> torch.Tensor:
    return torch.cat([series, series.new_zeros(n - series.shape[0])])


class Basis:
    """The arithmetic, calculus, evaluation, fits and roots of series in one family.

    Every method is one of NumPy's functions: ``Basis(...).val`` is ``legval`` for the Legendre polynomials. Series are
    arrays of coefficients, from degree 0 up.
    """

    def __init__(self, recurrence: Recurrence, *, divides_by_products: bool = True) -> None:
        self._recurrence = recurrence
        self._divides_by_products = divides_by_products  # NumPy's remainders are then of double precision

    # Arithmetic

    def line(self, off: Any, scl: Any) -> ndarray:
        """Return the series of ``off + scl * x``."""
        slope, shift, _ = self._recurrence.terms(1)
        constant, first = asarray(off), asarray(scl)
        if not isinstance(scl, ndarray | torch.Tensor) and scl == 0:
            return constant.reshape(1)
        if shift[0]:
            constant = constant - first * int(shift[0] / slope[0])
        first = first * int(1 / slope[0]) if (1 / slope[0]).is_integer() else first / slope[0]
        return stack([constant, first])

    def add(self, c1: Any, c2: Any) -> ndarray:
        """Return the sum of two series."""
        a, b = series_of(c1, c2)
        n = max(a.shape[0], b.shape[0])
        return ndarray._wrap(trimmed(_padded(a, n) + _padded(b, n)))

    def sub(self, c1: Any, c2: Any) -> ndarray:
        """Return the difference of two series."""
        a, b = series_of(c1, c2)
        n = max(a.shape[0], b.shape[0])
        return ndarray._wrap(trimmed(_padded(a, n) - _padded(b, n)))

    def mulx(self, c: Any) -> ndarray:
        """Return the product of a series and x."""
        (series,) = series_of(c)
        if series.shape[0] == 1 and holds(series.detach()[0] == 0):
            return ndarray._wrap(series)
        return ndarray._wrap(self._recurrence.times_x(_padded(series, series.shape[0] + 1)))

    def mul(self, c1: Any, c2: Any) -> ndarray:
        """Return the product of two series."""
        a, b = series_of(c1, c2)
        return ndarray._wrap(trimmed(self._product(a, b)))

    def _product(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        # the shorter series, evaluated at the operator of multiplication by x, acts on the longer one
        few, many = (a, b) if a.shape[0] <= b.shape[0] else (b, a)
        many = _padded(many, a.shape[0] + b.shape[0] - 1)
        return clenshaw(self._recurrence, [c * many for c in few.unbind(0)], self._recurrence.times_x)

    def div(self, c1: Any, c2: Any) -> tuple[ndarray, ndarray]:
        """Return quotient and remainder of the division of two series."""
        rest, divisor = series_of(c1, c2)
        if holds(divisor.detach()[-1] == 0):
            raise ZeroDivisionError
        n = divisor.shape[0]
        if rest.shape[0] < n:
            return ndarray._wrap(rest[:1] * 0), ndarray._wrap(rest)
        if n == 1:
            return ndarray._wrap(rest / divisor[-1]), ndarray._wrap(rest[:1] * 0)
        quotient, dtype = [], rest.dtype
        if self._divides_by_products:
            rest = rest.to(torch.promote_types(dtype, torch.float64))
        for degree in range(rest.shape[0] - n, -1, -1):
            unit = rest.new_zeros(degree + 1)
            unit[degree] = 1
            multiple = self._product(unit, divisor)
            factor = rest[-1] / multiple[-1]
            rest = rest[:-1] - factor * multiple[:-1]
            quotient.append(factor)
        return ndarray._wrap(torch.stack(quotient[::-1]).to(dtype)), ndarray._wrap(trimmed(rest))

    def pow(self, c: Any, pow: Any, maxpower: int | None = 16) -> ndarray:
        """Return a power of a series."""
        (series,) = series_of(c)
        exponent = int(pow)
        if exponent != pow or exponent < 0:
            raise ValueError("Power must be a non-negative integer.")
        if maxpower is not None and exponent > maxpower:
            raise ValueError("Power is too large")
        if exponent == 0:
            return ndarray._wrap(series.new_ones(1))
        return ndarray._wrap(functools.reduce(self._product, [series] * exponent))

    def fromroots(self, roots: Any) -> ndarray:
        """Return the monic polynomial with given roots as a series."""
        if len(roots) == 0:
            return ndarray._wrap(torch.ones(1, dtype=torch.float64))
        (zeros,) = series_of(roots, trim=False)
        factors = [self.line(-r, 1)._tensor for r in sort(zeros)]
        while len(factors) > 1:  # in a tree, which loses fewer digits than one after the other
            pairs = [self._product(*pair) for pair in zip(factors[0::2], factors[1::2], strict=False)]
            factors = pairs + factors[2 * len(pairs) :]
        return ndarray._wrap(factors[0])

    # Calculus

    def der(self, c: Any, m: Any = 1, scl: Any = 1, axis: Any = 0) -> ndarray:
        """Return the derivative of order m of a series, with `scl` for every order."""
        order, place = as_index(m, "the order of derivation"), as_index(axis, "the axis")
        if order < 0:
            raise ValueError("The order of derivation must be non-negative")
        series, place = self._along(c, place)
        if order >= series.shape[0]:
            series = series[:1] * 0
            order = 0
        for _ in range(order):
            matrix = on_device(self._recurrence.derivative(series.shape[0]), series)
            series = torch.tensordot(matrix, self._scaled(series, scl), 1)
        return ndarray._wrap(series.movedim(0, place))

    def int(self, c: Any, m: Any = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: Any = 0) -> ndarray:
        """Return the antiderivative of order m that has the values `k` at `lbnd`, with `scl` for every order."""
        order, place = as_index(m, "the order of integration"), as_index(axis, "the axis")
        single = not numpy.iterable(k) or (isinstance(k, ndarray) and k.ndim == 0)
        constants = [k] if single else list(k)
        if order < 0:
            raise ValueError("The order of integration must be non-negative")
        if len(constants) > order:
            raise ValueError("Too many integration constants")
        for name, value in (("lbnd", lbnd), ("scl", scl)):
            if tensor_of(value).ndim != 0:
                raise ValueError(f"{name} must be a scalar.")
        series, place = self._along(c, place)
        for constant in constants + [0] * (order - len(constants)):
            series = self._integrated(self._scaled(series, scl), constant, lbnd)
        return ndarray._wrap(series.movedim(0, place))

    def _along(self, c: Any, axis: Any) -> tuple[torch.Tensor, Any]:
        series = inexact(c)
        series = series.reshape(1) if series.ndim == 0 else series
        axis = normalize_axis(axis, series.ndim)
        return series.movedim(axis, 0), axis

    @staticmethod
    def _scaled(series: torch.Tensor, scale: Any) -> torch.Tensor:
        return series if type(scale) in (float, int) and scale == 1 else (ndarray._wrap(series) * scale)._tensor

    def _integrated(self, series: torch.Tensor, constant: Any, lower: Any) -> torch.Tensor:
        if series.shape[0] == 1 and holds((series.detach() == 0).all()):
            return (ndarray._wrap(series) + constant)._tensor
        matrix = on_device(self._recurrence.antiderivative(series.shape[0]), series)
        result = torch.tensordot(matrix, series, 1)
        first = (ndarray._wrap(result[0]) + (constant - self.val(lower, result)))._tensor
        return torch.cat([first.unsqueeze(0), result[1:].to(first.dtype)])

    # Evaluation

    def val(self, x: Any, c: Any, tensor: bool = True) -> Any:
        """Evaluate a series.

        Parameters
        ----------
        x : array_like, or a series
        c : array_like, shape (n, ...)
        tensor : bool
            Whether every column of coefficients is evaluated at every point; else `x` and the columns are broadcast.
        """
        series = inexact(c)
        series = series.reshape(1) if series.ndim == 0 else series
        if getattr(type(x), "__array_ufunc__", False) is None:
            return self._composed(x, series)
        if type(x) in (int, float, complex):  # of no precision of its own
            kind = series.dtype.to_complex() if isinstance(x, complex) else series.dtype
            points = torch.tensor(x, dtype=kind, device=series.device)
        else:
            points = tensor_of(x)
            dtype = torch.promote_types(points.dtype, series.dtype)
            points, series = points.to(dtype), series.to(dtype)
        if tensor:
            series = series.reshape(*series.shape, *(1,) * points.ndim)
        terms = [*series.unbind(0)]
        terms[-1] = terms[-1] + 0 * points
        return ndarray._wrap(clenshaw(self._recurrence, terms, lambda value: points * value))

    def _composed(self, x: Any, series: torch.Tensor) -> Any:
        slope, shift, back = self._recurrence.terms(series.shape[0])
        last, before = x * 0 + ndarray._wrap(series[-1]), x * 0
        for k in range(series.shape[0] - 2, -1, -1):
            term = x * last * slope[k] + last * shift[k] - before * back[k + 1] + ndarray._wrap(series[k])
            last, before = term, last
        return last

    def val2d(self, x: Any, y: Any, c: Any) -> Any:
        """Evaluate a series in two variables at points (x, y)."""
        return self._val_nd(c, x, y)

    def val3d(self, x: Any, y: Any, z: Any, c: Any) -> Any:
        """Evaluate a series in three variables at points (x, y, z)."""
        return self._val_nd(c, x, y, z)

    def _val_nd(self, c: Any, *points: Any) -> Any:
        arrays = [asarray(p) for p in points]
        if any(a.shape != arrays[0].shape for a in arrays):
            raise ValueError(f"{', '.join('xyz'[: len(arrays)])} are incompatible")
        result = self.val(arrays[0], c)
        for array in arrays[1:]:
            result = self.val(array, result, tensor=False)
        return result

    def grid2d(self, x: Any, y: Any, c: Any) -> Any:
        """Evaluate a series in two variables on the grid of all pairs."""
        return self.val(y, self.val(x, c))

    def grid3d(self, x: Any, y: Any, z: Any, c: Any) -> Any:
        """Evaluate a series in three variables on the grid of all triples."""
        return self.val(z, self.grid2d(x, y, c))

    # Matrices

    def vander(self, x: Any, deg: Any) -> ndarray:
        """Return the values of the polynomials up to a degree at points, in a new last axis."""
        degree = as_index(deg, "deg")
        if degree < 0:
            raise ValueError("deg must be non-negative")
        points = inexact(x)
        points = points.reshape(1) if points.ndim == 0 else points
        slope, shift, back = self._recurrence.terms(degree)
        columns = [points * 0 + 1]
        for k in range(degree):
            column = slope[k] * points * columns[k]
            if shift[k]:
                column = column + shift[k] * columns[k]
            if back[k] and k:
                column = column - back[k] * columns[k - 1]
            columns.append(column)
        return ndarray._wrap(torch.stack(columns, -1))

    def vander2d(self, x: Any, y: Any, deg: Any) -> ndarray:
        """Return the products of the polynomials in two variables, up to the degrees, at points."""
        return self._vander_nd((x, y), deg)

    def vander3d(self, x: Any, y: Any, z: Any, deg: Any) -> ndarray:
        """Return the products of the polynomials in three variables, up to the degrees, at points."""
        return self._vander_nd((x, y, z), deg)

    def _vander_nd(self, points: tuple[Any, ...], degrees: Any) -> ndarray:
        if len(degrees) != len(points):
            raise ValueError(f"Expected {len(points)} dimensions of degrees, got {len(degrees)}")
        tensors = torch.broadcast_tensors(*(inexact(p) for p in points))
        result = self.vander(tensors[0], degrees[0])._tensor
        for tensor, degree in zip(tensors[1:], degrees[1:], strict=True):
            result = (result.unsqueeze(-1) * self.vander(tensor, degree)._tensor.unsqueeze(-2)).flatten(-2)
        return ndarray._wrap(result)

    def companion(self, c: Any) -> ndarray:
        """Return the companion matrix of a series, whose eigenvalues are its roots."""
        (series,) = series_of(c)
        n = series.shape[0] - 1
        if n < 1:
            raise ValueError("Series must have maximum degree of at least 1.")
        matrix, norms = self._recurrence.jacobi(n)
        slope, _, _ = self._recurrence.terms(n)
        column = series[:-1] / series[-1] * on_device(norms / norms[-1] / slope[-1], series)
        return ndarray._wrap(on_device(matrix, series) - torch.nn.functional.pad(column.unsqueeze(1), (n - 1, 0)))

    # Roots and fits

    def roots(self, c: Any) -> ndarray:
        """Return the roots of a series, in ascending order."""
        from scitorch.numpy.linalg import eigvals

        (series,) = series_of(c)
        if series.shape[0] < 2:
            return ndarray._wrap(series.new_zeros(0))
        # turned round, for smaller errors
        return sort(eigvals(self.companion(series)[::-1, ::-1]))

    def fit(
        self, x: Any, y: Any, deg: Any, rcond: float | None = None, full: bool = False, w: Any = None
    ) -> ndarray | tuple[ndarray, list[Any]]:
        """Fit a series by least squares, differentiable in the data and the weights.

        Parameters
        ----------
        x : array_like, shape (m,)
        y : array_like, shape (m,) or (m, k)
        deg : int, or one-dimensional array_like of int
            The degree, or all degrees with a coefficient.
        rcond : float, optional
            Relative size below which singular values are dropped.
        full : bool
            Also return residuals, rank, singular values and `rcond`.
        w : array_like, shape (m,), optional
            Weights of the residuals (not squared).
        """
        from scitorch.numpy.linalg import lstsq

        points, values = asarray(x) + 0.0, asarray(y) + 0.0
        degrees = _degrees(deg)
        _check_data(points, values)
        columns = self.vander(points, max(degrees))[:, degrees]
        right = values
        if w is not None:
            weights = asarray(w) + 0.0
            if weights.ndim != 1:
                raise TypeError("expected 1D vector for w")
            if len(points) != len(weights):
                raise TypeError("expected x and w to have same length")
            columns = columns * weights[:, None]
            right = (right.T * weights).T
        if rcond is None:
            rcond = len(points) * float(numpy.finfo(points.dtype).eps)
        scale = (abs(columns) ** 2).sum(0) ** 0.5
        scale = ndarray._wrap(torch.where(scale._tensor == 0, 1.0, scale._tensor))
        found, residuals, rank, singular = lstsq(columns / scale, right, rcond)
        found = (found.T / scale).T
        if len(degrees) <= max(degrees):
            filled = found._tensor.new_zeros((max(degrees) + 1, *found.shape[1:]))
            places = torch.tensor(degrees, device=filled.device)
            found = ndarray._wrap(filled.index_copy(0, places, found._tensor))
        if full:
            return found, [residuals, rank, singular, rcond]
        if holds(tensor_of(rank) != len(degrees)):
            warnings.warn("The fit may be poorly conditioned", RankWarning, stacklevel=2)
        return found

    # Changes of basis

    def from_powers(self, pol: Any) -> ndarray:
        """Return a polynomial, given by the coefficients of the powers of x, as a series of this family."""
        (series,) = series_of(pol)
        n = series.shape[0]
        result = series.new_zeros(n)
        for coefficient in series.flip(0).unbind(0):
            result = self._recurrence.times_x(result) if n > 1 else result
            result = torch.cat([(result[0] + coefficient).unsqueeze(0), result[1:]])
        return ndarray._wrap(trimmed(result))

    def to_powers(self, c: Any) -> ndarray:
        """Return the coefficients of the powers of x of a series."""
        (series,) = series_of(c)
        one = series.new_zeros(series.shape[0])
        one[0] = 1

        def times_x(powers: torch.Tensor) -> torch.Tensor:
            return torch.cat([powers.new_zeros(1), powers[:-1]])

        return ndarray._wrap(clenshaw(self._recurrence, [a * one for a in series.unbind(0)], times_x))


def _degrees(deg: Any) -> list[int]:
    given = numpy.asarray(deg)
    if given.ndim > 1 or given.dtype.kind not in "iu" or given.size == 0:
        raise TypeError("deg must be an int or non-empty 1-D array of int")
    if given.min() < 0:
        raise ValueError("expected deg >= 0")
    return list(range(operator.index(given[()]) + 1)) if given.ndim == 0 else sorted(given.tolist())


def _check_data(points: ndarray, values: ndarray) -> None:
    if points.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if points.size == 0:
        raise TypeError("expected non-empty vector for x")
    if values.ndim not in (1, 2):
        raise TypeError("expected 1D or 2D array for y")
    if len(points) != len(values):
        raise TypeError("expected x and y to have same length")


def quadrature(rule: Callable[[int], Iterable[Any]]) -> Callable[[Any], tuple[ndarray, ndarray]]:
    """Return NumPy's own Gauss rule, whose nodes and weights depend on the degree alone, as arrays."""

    @functools.wraps(rule)
    def gauss(deg: Any) -> tuple[ndarray, ndarray]:
        nodes, weights = rule(deg)
        return asarray(nodes), asarray(weights)

    gauss.__doc__ = "Return the nodes and weights of the Gauss rule with `deg` nodes."
    return gauss
