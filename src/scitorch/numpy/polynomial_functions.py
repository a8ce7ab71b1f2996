"""The historical polynomial functions: coefficients from the highest power down, and `poly1d`."""

import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.contraction import convolve
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, holds, torch_dtype
from scitorch.numpy.matrices import vander
from scitorch.numpy.sorting import gather, order_of

__all__ = [
    "poly",
    "poly1d",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "roots",
]


def _coefficients(p: Any) -> torch.Tensor:
    tensor = p._coefficients if isinstance(p, poly1d) else tensor_of(p)
    return tensor.reshape(1) if tensor.ndim == 0 else tensor


def _like(result: Any, *arguments: Any) -> Any:
    """Return a `poly1d` when an argument was one."""
    return poly1d(result) if any(isinstance(a, poly1d) for a in arguments) else result


@differentiable("np.poly(x)", "np.poly(a)")
def poly(seq_of_zeros: Any) -> ndarray:
    """Return the coefficients of the polynomial with given roots (or of a matrix' characteristic polynomial)."""
    tensor = tensor_of(seq_of_zeros)
    real = tensor.ndim == 2 and not tensor.is_complex()
    if tensor.ndim == 2 and tensor.shape[0] == tensor.shape[1] and tensor.shape[0] != 0:
        from scitorch.numpy.linalg import eigvals

        tensor = eigvals(tensor)._tensor
    elif tensor.ndim == 1:
        tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
    else:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if tensor.numel() == 0:
        return ndarray._wrap(torch.ones((), dtype=torch.float64))
    coefficients = tensor.new_ones(1)
    for root in tensor.unbind(0):
        zero = coefficients.new_zeros(1)
        coefficients = torch.cat([coefficients, zero]) - torch.cat([zero, coefficients * root])
    if tensor.is_complex() and (real or _in_conjugate_pairs(tensor.detach())):
        coefficients = coefficients.real.clone()
    return ndarray._wrap(coefficients)


def _in_conjugate_pairs(roots: torch.Tensor) -> bool:
    """Whether roots are seen to come in conjugate pairs, so that the coefficients are real."""
    pairs = [gather(z, order_of(z, -1), -1) for z in (roots, roots.conj())]
    differ = pairs[0] != pairs[1]
    try:
        return not bool(differ.any())
    except RuntimeError:  # inside vmap
        return False


def _between_zeros(tensor: torch.Tensor) -> tuple[torch.Tensor, int]:
    """Return coefficients without zeros at the ends, and how many were cut off behind; all where values are unseen."""
    try:
        nonzero = (tensor != 0).nonzero().reshape(-1).tolist()
    except RuntimeError:  # inside vmap
        return tensor, 0
    if not nonzero:
        return tensor[:0], 0
    return tensor[nonzero[0] : nonzero[-1] + 1], tensor.shape[0] - nonzero[-1] - 1


def _without_leading_zeros(tensor: torch.Tensor) -> torch.Tensor:
    """Return coefficients from the first that is not zero; all where values are unseen, and one at least."""
    try:
        nonzero = (tensor != 0).nonzero().reshape(-1).tolist()
    except RuntimeError:  # inside vmap
        return tensor
    kept = tensor[nonzero[0] :] if nonzero else tensor[:0]
    return kept if kept.shape[0] else tensor.new_zeros(1)


@differentiable("np.poly(np.roots(x))", "np.sort(abs(np.roots(w * [1, -1, -1, 2, 1])))[[0, -1]]")
def roots(p: Any) -> ndarray:
    """Return the roots of a polynomial, as eigenvalues of its companion matrix."""
    tensor = _coefficients(p)
    if tensor.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    tensor, trailing = _between_zeros(tensor)
    if tensor.shape[0] == 0:
        return ndarray._wrap(torch.zeros(0, dtype=torch.float64))
    tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
    n = tensor.shape[0]
    found = tensor.new_zeros(0)
    if n > 1:
        from scitorch.numpy.linalg import eigvals

        below = torch.diag(tensor.new_ones(n - 2), -1)
        companion = (
            torch.cat([(-tensor[1:] / tensor[0]).unsqueeze(0), below[1:]])
            if n > 2
            else -tensor[1:].reshape(1, 1) / tensor[0]
        )
        found = eigvals(companion)._tensor
    return ndarray._wrap(torch.cat([found, found.new_zeros(trailing)]))


@differentiable("np.polyval(x, y)")
def polyval(p: Any, x: Any) -> Any:
    """Evaluate a polynomial by Horner's rule; a `poly1d` argument is substituted."""
    coefficients = _coefficients(p)
    if isinstance(x, poly1d):
        result: Any = poly1d(0)
        for coefficient in coefficients.unbind(0):
            result = result * x + ndarray._wrap(coefficient)
        return result
    at = asarray(x)
    value: Any = ndarray._wrap(torch.zeros_like(at._tensor))
    for coefficient in coefficients.unbind(0):
        value = value * at + ndarray._wrap(coefficient)
    return value


def _aligned(a: torch.Tensor, b: torch.Tensor) -> tuple[ndarray, ndarray]:
    n = max(a.shape[0], b.shape[0])
    return (
        ndarray._wrap(torch.cat([a.new_zeros(n - a.shape[0]), a])),
        ndarray._wrap(torch.cat([b.new_zeros(n - b.shape[0]), b])),
    )


@differentiable("np.polyadd(x, y[:3])")
def polyadd(a1: Any, a2: Any) -> Any:
    """Return the sum of two polynomials."""
    a, b = _aligned(_coefficients(a1), _coefficients(a2))
    return _like(a + b, a1, a2)


@differentiable("np.polysub(x, y[:3])")
def polysub(a1: Any, a2: Any) -> Any:
    """Return the difference of two polynomials."""
    a, b = _aligned(_coefficients(a1), _coefficients(a2))
    return _like(a - b, a1, a2)


@differentiable("np.polymul(x, y)")
def polymul(a1: Any, a2: Any) -> Any:
    """Return the product of two polynomials."""
    a, b = (ndarray._wrap(_without_leading_zeros(_coefficients(p))) for p in (a1, a2))
    return _like(convolve(a, b), a1, a2)


@differentiable("np.polydiv(x, y[:3])")
def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """Return quotient and remainder of the division of polynomials."""
    dividend, divisor = asarray(_coefficients(u)) + 0.0, asarray(_coefficients(v)) + 0.0
    common = (dividend[0] + divisor[0]).dtype
    rest, by = dividend.astype(common)._tensor, divisor.astype(common)._tensor
    m, n = rest.shape[0] - 1, by.shape[0] - 1
    quotient = []
    scale = 1.0 / by[0]
    for k in range(m - n + 1):
        factor = scale * rest[k]  # rounded as NumPy does, since the remainder is cut off where it is small
        quotient.append(factor)
        change = torch.cat([rest.new_zeros(k), factor * by, rest.new_zeros(m - n - k)])
        rest = rest - change
    result = torch.stack(quotient) if quotient else rest.new_zeros(1)
    small = torch.abs(rest.detach()) <= 1e-8
    try:
        start = ([*small[:-1].tolist(), False]).index(False)
    except RuntimeError:  # inside vmap: what is zero in exact arithmetic
        start = min(max(m - n + 1, 0), m)
    return _like(ndarray._wrap(result), u, v), _like(ndarray._wrap(rest[start:]), u, v)


def _beside_integers(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor in the dtype that NumPy promotes it to beside an array of integers: double for single."""
    return tensor.to(torch_dtype(numpy.promote_types(NUMPY_OF_TORCH[tensor.dtype], int)))


@differentiable("np.polyder(x, 2)")
def polyder(p: Any, m: int = 1) -> Any:
    """Return the derivative of order m of a polynomial."""
    order = operator.index(m)
    if order < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    tensor = _coefficients(p)
    for _ in range(order):
        n = tensor.shape[0] - 1
        tensor = _beside_integers(tensor)
        tensor = tensor[:-1] * torch.arange(n, 0, -1, device=tensor.device).to(tensor.dtype)
    return _like(ndarray._wrap(tensor), p)


@differentiable("np.polyint(x, 2, k=y[:2])")
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """Return the antiderivative of order m, with integration constants k."""
    order = operator.index(m)
    if order < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = tensor_of(0.0 if k is None else k).reshape(-1)
    if constants.shape[0] == 1 and order > 1:
        constants = constants.expand(order)
    if constants.shape[0] < order:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    tensor = _coefficients(p)
    if order:
        tensor = _beside_integers(tensor)
        tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
        tensor = tensor.to(torch.promote_types(tensor.dtype, constants.dtype))
    for step in range(order):
        n = tensor.shape[0]
        divided = tensor / torch.arange(n, 0, -1, device=tensor.device).to(tensor.dtype)
        tensor = torch.cat([divided, constants[step].reshape(1).to(tensor.dtype)])
    return _like(ndarray._wrap(tensor), p)


@differentiable("np.polyfit(b, x, 2)", "np.polyfit(x, y, 3, w=w)")
def polyfit(
    x: Any, y: Any, deg: Any, rcond: float | None = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """Fit a polynomial by least squares, differentiable in the data and the weights.

    Parameters
    ----------
    x : array_like, shape (m,)
    y : array_like, shape (m,) or (m, k)
    deg : int
    rcond : float, optional
        Relative condition below which singular values are dropped.
    full : bool
        Also return residuals, rank, singular values and `rcond`.
    w : array_like, shape (m,), optional
        Weights of the residuals (not squared).
    cov : bool or "unscaled"
        Also return the covariance of the coefficients.
    """
    from scitorch.numpy.linalg import inv, lstsq

    order = operator.index(deg) + 1
    nodes, values = asarray(x) + 0.0, asarray(y) + 0.0
    if order < 1:
        raise ValueError("expected deg >= 0")
    if nodes.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if nodes.size == 0:
        raise TypeError("expected non-empty vector for x")
    if values.ndim < 1 or values.ndim > 2:
        raise TypeError("expected 1D or 2D array for y")
    if nodes.shape[0] != values.shape[0]:
        raise TypeError("expected x and y to have same length")
    if rcond is None:
        rcond = nodes.shape[0] * float(numpy.finfo(nodes.dtype).eps)
    left, right = vander(nodes, order), values
    if w is not None:
        weights = asarray(w) + 0.0
        if weights.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if weights.shape[0] != values.shape[0]:
            raise TypeError("expected w and y to have the same length")
        left = left * weights[:, None]
        right = right * (weights[:, None] if right.ndim == 2 else weights)
    scale = (left * left).sum(axis=0) ** 0.5
    coefficients, residuals, rank, singular = lstsq(left / scale, right, rcond)
    coefficients = (coefficients.T / scale).T
    if not full and holds(tensor_of(rank) != order):
        import warnings

        warnings.warn("Polyfit may be poorly conditioned", numpy.exceptions.RankWarning, stacklevel=2)
    if full:
        return coefficients, residuals, rank, singular, rcond
    if not cov:
        return coefficients
    base = inv(left.T @ left)
    if cov == "unscaled":
        factor: Any = 1.0
    else:
        if nodes.shape[0] <= order:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = residuals / (nodes.shape[0] - order)
    if values.ndim == 1:
        return coefficients, base * factor
    return coefficients, base[:, :, None] * factor


@differentiable("np.poly1d(x)(y)", "(np.poly1d(x) * np.poly1d(y[:2])).coeffs", "np.poly1d(x).deriv().coeffs")
class poly1d:
    """A polynomial in one variable, printed and evaluated like a function.

    Parameters
    ----------
    c_or_r : array_like or poly1d
        Coefficients from the highest power down, or the roots.
    r : bool
        Whether the first argument holds roots.
    variable : str, optional
        Name used in printing.
    """

    def __init__(self, c_or_r: Any, r: bool = False, variable: str | None = None) -> None:
        self._coefficients: torch.Tensor
        self._variable: str
        if isinstance(c_or_r, poly1d):
            self._coefficients = c_or_r._coefficients
            self._variable = c_or_r._variable if variable is None else variable
            return
        tensor = poly(c_or_r)._tensor if r else tensor_of(c_or_r)
        tensor = tensor.reshape(1) if tensor.ndim == 0 else tensor
        if tensor.ndim > 1:
            raise ValueError("Polynomial must be 1d only.")
        self._coefficients = _without_leading_zeros(tensor)
        self._variable = "x" if variable is None else variable

    @property
    def coeffs(self) -> ndarray:
        return ndarray._wrap(self._coefficients)

    @coeffs.setter
    def coeffs(self, value: Any) -> None:
        # augmented assignment hands back the array that it has changed
        if not isinstance(value, ndarray) or value._tensor is not self._coefficients:
            raise AttributeError("Cannot set attribute")

    c = coef = coefficients = coeffs

    @property
    def variable(self) -> str:
        return self._variable

    @property
    def order(self) -> int:
        return self._coefficients.shape[0] - 1

    o = order

    @property
    def roots(self) -> ndarray:
        return roots(self.coeffs)

    r = roots

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.coeffs.__array__(dtype, copy)

    def __len__(self) -> int:
        return self.order

    def __call__(self, val: Any) -> Any:
        return polyval(self, val)

    def _real(self) -> numpy.poly1d:
        return numpy.poly1d(self._coefficients.detach().numpy(), variable=self._variable)

    def __repr__(self) -> str:
        return repr(self._real())

    def __str__(self) -> str:
        return str(self._real())

    def __neg__(self) -> "poly1d":
        return poly1d(-self.coeffs)

    def __pos__(self) -> "poly1d":
        return self

    @staticmethod
    def _scalar(other: Any) -> bool:
        return not isinstance(other, poly1d) and tensor_of(other).ndim == 0

    def __mul__(self, other: Any) -> "poly1d":
        return poly1d(self.coeffs * other) if self._scalar(other) else poly1d(polymul(self, poly1d(other)))

    __rmul__ = __mul__

    def __add__(self, other: Any) -> "poly1d":
        return poly1d(polyadd(self, poly1d(other)))

    __radd__ = __add__

    def __sub__(self, other: Any) -> "poly1d":
        return poly1d(polysub(self, poly1d(other)))

    def __rsub__(self, other: Any) -> "poly1d":
        return poly1d(polysub(poly1d(other), self))

    def __pow__(self, exponent: Any) -> "poly1d":
        if not isinstance(exponent, int) or exponent < 0:
            raise ValueError("Power to non-negative integers only.")
        result = poly1d([1])
        for _ in range(exponent):
            result = self * result
        return result

    def __truediv__(self, other: Any) -> Any:
        return poly1d(self.coeffs / other) if self._scalar(other) else polydiv(self, poly1d(other))

    def __rtruediv__(self, other: Any) -> Any:
        return poly1d(asarray(other) / self.coeffs) if self._scalar(other) else polydiv(poly1d(other), self)

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, poly1d):
            return NotImplemented
        same = self._coefficients.shape == other._coefficients.shape
        return same and bool((self.coeffs == other.coeffs).all())

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, power: int) -> Any:
        if power > self.order or power < 0:
            return ndarray._wrap(self._coefficients.new_zeros(()))
        return self.coeffs[self.order - power]

    def __setitem__(self, power: int, value: Any) -> None:
        if power < 0:
            raise ValueError("Does not support negative powers.")
        if power > self.order:
            zeros = self._coefficients.new_zeros(power - self.order)
            self._coefficients = torch.cat([zeros, self._coefficients])
        changed = self.coeffs.copy()
        changed[self.order - power] = value
        self._coefficients = changed._tensor

    def __iter__(self) -> Any:
        return iter(self.coeffs)

    def integ(self, m: int = 1, k: Any = 0) -> "poly1d":
        """Return an antiderivative."""
        return poly1d(polyint(self.coeffs, m=m, k=k))

    def deriv(self, m: int = 1) -> "poly1d":
        """Return a derivative."""
        return poly1d(polyder(self.coeffs, m=m))
