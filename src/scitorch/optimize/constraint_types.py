"""SciPy's descriptions of bounds and constraints, which take arrays of any kind here."""

from __future__ import annotations

from typing import Any

import numpy
import scipy.optimize

from .caller_arrays import host


class Bounds(scipy.optimize.Bounds):  # type: ignore[misc]
    """Bounds on the variables, ``lb <= x <= ub``.

    Parameters
    ----------
    lb, ub : array_like, shape (n,) or scalars
        Bounds; infinite where there is none.
    keep_feasible : array_like of bool, optional
        As in `scipy.optimize.Bounds`.

    Examples
    --------
    >>> from scitorch.optimize import Bounds, minimize
    >>> result = minimize(lambda x: ((x - 2) ** 2).sum(), [0.5, 0.5], bounds=Bounds(0, 1))
    >>> result.x
    array([1., 1.])
    """

    def __init__(self, lb: Any = -numpy.inf, ub: Any = numpy.inf, keep_feasible: Any = False) -> None:
        super().__init__(host(lb), host(ub), host(keep_feasible))


class LinearConstraint(scipy.optimize.LinearConstraint):  # type: ignore[misc]
    """A linear constraint, ``lb <= A @ x <= ub``.

    Parameters
    ----------
    A : array_like or sparse array, shape (m, n)
    lb, ub : array_like, shape (m,) or scalars
    keep_feasible : array_like of bool, optional
        As in `scipy.optimize.LinearConstraint`.

    Examples
    --------
    >>> from scitorch.optimize import LinearConstraint
    >>> LinearConstraint([[1.0, 1.0]], ub=1.0).A.shape
    (1, 2)
    """

    def __init__(self, A: Any, lb: Any = -numpy.inf, ub: Any = numpy.inf, keep_feasible: Any = False) -> None:
        super().__init__(host(A), host(lb), host(ub), host(keep_feasible))


class NonlinearConstraint(scipy.optimize.NonlinearConstraint):  # type: ignore[misc]
    """A nonlinear constraint, ``lb <= fun(x) <= ub``, with the exact Jacobian where none is given.

    Parameters
    ----------
    fun : callable
    lb, ub : array_like
    jac, hess, keep_feasible, finite_diff_rel_step, finite_diff_jac_sparsity
        As in `scipy.optimize.NonlinearConstraint`; ``jac="2-point"``, its default, counts as not given.

    Examples
    --------
    >>> from scitorch.optimize import NonlinearConstraint
    >>> NonlinearConstraint(lambda x: (x**2).sum(), 0, 1).ub
    1
    """

    def __init__(self, fun: Any, lb: Any, ub: Any, *args: Any, **keywords: Any) -> None:
        super().__init__(fun, host(lb), host(ub), *args, **keywords)
