"""Derivatives of scalar kernels against mpmath and against each other."""

from __future__ import annotations

import math

import mpmath
import pytest

from scitorch.op.kernel import converged, scalar_kernel
from scitorch.op.kernel.gamma_functions import digamma, polygamma
from scitorch.op.kernel.scalar.mathematics import FUNCTIONS


def exact_derivative(function, point, orders):
    with mpmath.workdps(36):
        return mpmath.diff(function, tuple(map(mpmath.mpf, point)), orders)


def regularized_beta(a, b, x):
    return mpmath.betainc(a, b, 0, x, regularized=True)


def regularized_gamma(a, x):
    return mpmath.gammainc(a, 0, x, regularized=True)


# Kernel, reference, points (ordinary, and where cancellation or slow convergence is to be feared), tolerance.
SPECIAL = {
    "betainc": (
        regularized_beta,
        [
            (2.5, 3.5, 0.4),
            (0.3, 20.0, 0.02),
            (30.0, 0.7, 0.95),
            (40.0, 50.0, 0.44),
            (1e-3, 2.0, 1e-12),
            (1.0, 1.0, 0.5),
        ],
        [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 0), (1, 1, 0), (1, 0, 2)],
        2e-11,
    ),
    "gammainc": (
        regularized_gamma,
        [(2.5, 1.4), (0.2, 30.0), (50.0, 48.0), (50.0, 52.5), (1e-3, 1e-9), (3.0, 3.9999)],
        [(1, 0), (0, 1), (2, 0), (1, 1), (0, 3), (3, 1)],
        1e-9,
    ),
    "kv": (
        mpmath.besselk,
        [(0.5, 1.0), (3.3, 0.1), (10.0, 20.0), (0.0, 0.5), (-2.0, 3.0)],
        [(1, 0), (0, 1), (2, 0), (1, 1)],
        1e-13,
    ),
}
CASES = [(name, orders) for name, (_, _, each, _) in SPECIAL.items() for orders in each]


@pytest.mark.parametrize(("name", "orders"), CASES, ids=str)
def test_special_functions(examples, name, orders):
    reference, points, _, tolerance = SPECIAL[name]
    derivative = getattr(examples, name).derivative(*orders)
    for point in points:
        exact = exact_derivative(reference, point, orders)
        value = derivative(*point)
        # An odd derivative of an even function is zero; elsewhere the error is relative.
        scale = max(abs(exact), 1e-30) if abs(exact) > 1e-40 else abs(reference(*map(mpmath.mpf, point)))
        assert abs(value - exact) < tolerance * scale, (point, value, exact)


# Where to differentiate the elementary functions: inside their domains, to both sides of the origin where they are.
POINTS = {
    "log": [0.3, 2.0], "log2": [0.3, 2.0], "log10": [0.3, 2.0], "log1p": [-0.3, 2.0], "sqrt": [0.3, 2.0],
    "asin": [-0.6, 0.2], "acos": [-0.6, 0.2], "atanh": [-0.6, 0.2], "acosh": [1.2, 5.0],
    "gamma": [0.4, 3.2, -1.4], "lgamma": [0.4, 3.2, -1.4],
}  # fmt: skip
ELSEWHERE = [-1.3, 0.7, 2.2]
MPMATH = {
    "fabs": abs,
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "log2": lambda x: mpmath.log(x, 2),
    "trunc": lambda x: mpmath.floor(x) if x > 0 else mpmath.ceil(x),
}
UNARY = [name for name, function in FUNCTIONS.items() if len(function.partials) == 1]
BINARY = [name for name, function in FUNCTIONS.items() if len(function.partials) == 2]


def elementary(name):
    """Return the kernel of an elementary function by itself."""
    namespace = {"function": FUNCTIONS[name].python}

    def one(x):
        return function(x)

    def two(x, y):
        return function(x, y)

    text = one if len(FUNCTIONS[name].partials) == 1 else two
    function = namespace["function"]
    return scalar_kernel(text)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("name", UNARY)
def test_elementary_functions(name, order):
    reference = MPMATH.get(name) or getattr(mpmath, name)
    derivative = elementary(name).derivative(order)
    for x in POINTS.get(name, ELSEWHERE):
        exact = exact_derivative(reference, (x,), (order,))
        assert derivative(x) == pytest.approx(float(exact), rel=1e-13, abs=1e-25)


BINARY_REFERENCE = {
    "atan2": mpmath.atan2,
    "hypot": mpmath.hypot,
    "pow": mpmath.power,
    "copysign": lambda x, y: abs(x) * mpmath.sign(y),
    "fmod": lambda x, y: x - y * MPMATH["trunc"](x / y),
}


@pytest.mark.parametrize("orders", [(1, 0), (0, 1), (1, 1), (2, 1), (0, 3)], ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_elementary_functions_of_two_arguments(name, orders):
    derivative = elementary(name).derivative(*orders)
    for point in [(1.7, 0.6), (0.4, -2.3), (2.1, 3.0)]:
        exact = exact_derivative(BINARY_REFERENCE[name], point, orders)
        assert derivative(*point) == pytest.approx(float(exact), rel=1e-13, abs=1e-25)


def test_powers_at_zero():
    @scalar_kernel
    def power(x, y):
        return x**2 + x**3.0 + math.pow(x, y)

    assert power.derivative(1, 0)(0.0, 2.0) == 0.0
    assert power.derivative(2, 0)(0.0, 2.0) == 4.0
    assert power.derivative(3, 0)(0.0, 2.0) == 6.0
    assert power.derivative(0, 1)(0.0, 2.0) == 0.0
    assert power.derivative(1, 0)(0.0, 0.0) == 0.0


@pytest.mark.parametrize("order", [1, 2, 5])
@pytest.mark.parametrize("x", [0.4, 1.4616321449683623, 7.7, -2.7])
def test_digamma_goes_on_to_polygamma(order, x):
    assert digamma.derivative(order)(x) == pytest.approx(polygamma(order, x), rel=1e-15)
    assert polygamma.derivative(0, order)(2, x) == pytest.approx(polygamma(2 + order, x), rel=1e-15)


def test_the_language_is_differentiated_throughout(examples):
    # Loops, tables, tuples, int arguments, several outputs, conditional expressions, extremes, a loop's condition.
    @scalar_kernel
    def everything(n: int, x, y):
        a, b = x, y
        for k in range(n):
            a, b = b * x, a - k * y
        p, root = examples.powers(n, a)
        chosen = p * y if x > y else examples.kv(x, y) / root
        least = min(a * x, b, x * y) + max(y, x) ** 3
        term = total = 1.0
        while not converged(term, total):
            term *= x * y / 20.0
            total += term
        return chosen + least * total + examples.cubic(x, y)

    def reference(n, x, y):
        a, b = x, y
        for k in range(n):
            a, b = b * x, a - k * y
        p = a**n
        chosen = p * y if x > y else mpmath.besselk(x, y) / mpmath.sqrt(abs(p))
        least = min(a * x, b, x * y) + max(y, x) ** 3
        return chosen + least / (1 - x * y / 20) + x * (((y * 0.5 - 2) * y + 3) * y + 1)

    for orders in [(1, 0), (0, 1), (1, 1), (2, 2)]:
        derivative = everything.derivative(0, *orders)
        for x, y in [(1.3, 0.4), (0.6, 1.1)]:
            exact = exact_derivative(lambda x, y: reference(2, x, y), (x, y), orders)
            assert derivative(2, x, y) == pytest.approx(float(exact), rel=1e-11)


def test_a_loop_goes_on_until_the_derivatives_have_converged():
    # Σ qⁿ/(n+1)⁴: the k-th derivative in q has terms larger by nᵏ.
    @scalar_kernel
    def series(q):
        total, power = 0.0, 1.0
        for n in range(5000):
            term = power / (n + 1.0) ** 4
            total += term
            power *= q
            if converged(term, total):
                break
        return total

    def terms(q):
        return mpmath.polylog(4, q) / q

    for order in (1, 2, 3):
        exact = exact_derivative(terms, (0.9,), (order,))
        assert series.derivative(order)(0.9) == pytest.approx(float(exact), rel=1e-13)


def test_a_variable_assigned_from_itself_and_its_derivatives():
    @scalar_kernel
    def chained(x, y):
        x = x * y
        y = x + y
        x, y = y * x, x
        return x * y

    def reference(x, y):
        x = x * y
        y = x + y
        return y * x * x

    for orders in [(1, 0), (0, 1), (1, 1), (2, 3)]:
        exact = exact_derivative(reference, (1.3, 0.7), orders)
        assert chained.derivative(*orders)(1.3, 0.7) == pytest.approx(float(exact), rel=1e-13)


def test_order_zero_and_derivatives_of_derivatives(examples):
    kernel = examples.kv
    assert kernel.derivative(0, 0) is kernel
    assert kernel.derivative(1, 0).derivative(1, 1) is kernel.derivative(2, 1)


def test_several_outputs_have_their_own_derivatives(examples):
    first, second = examples.powers.derivative(0, 1)(4, 1.5)
    assert first == pytest.approx(4 * 1.5**3, rel=1e-15)
    assert second == pytest.approx(2 * 1.5, rel=1e-15)


def test_a_declared_derivative_is_used():
    @scalar_kernel
    def function(x, y):
        return x * y

    @function.partial("x")
    def function_partial_x(x, y):
        return 100.0 * y * y  # not the derivative of the text, so that its use is seen

    @scalar_kernel
    def caller(x, y):
        return function(x * x, y) + y

    assert function.derivative(1, 0)(2.0, 3.0) == 900.0
    assert function.derivative(1, 1)(2.0, 3.0) == 600.0
    assert function.derivative(0, 1)(2.0, 3.0) == 2.0
    assert function.derivative(2, 0)(2.0, 3.0) == 0.0
    assert caller.derivative(1, 0)(2.0, 3.0) == 900.0 * 4.0
    assert caller.derivative(0, 1)(2.0, 3.0) == 5.0
    assert caller.derivative(2, 0)(2.0, 3.0) == 900.0 * 2.0
    assert caller.derivative(1, 1)(2.0, 3.0) == 600.0 * 4.0


def test_a_point_singled_out_by_equality_is_refused():
    @scalar_kernel
    def sinc(x, y):
        if x == 0.0:
            return y
        return math.sin(x) / x * y

    with pytest.raises(NotImplementedError, match="tests with == a number that depends on an argument"):
        sinc.derivative(1, 0)
    assert sinc.derivative(0, 1)(0.0, 2.0) == 1.0

    @scalar_kernel
    def chosen(x):
        return 1.0 if 2.0 * x != 4.0 else 0.0

    with pytest.raises(NotImplementedError, match="tests with !="):
        chosen.derivative(1)


def test_a_pole_found_by_equality_has_derivative_nan():
    @scalar_kernel
    def reciprocal(x):
        if x <= 0.0 and x == math.floor(x):
            return math.inf
        return 1.0 / x

    assert reciprocal(-1.0) == math.inf
    assert math.isnan(reciprocal.derivative(1)(-1.0))
    assert reciprocal.derivative(1)(2.0) == -0.25


def test_what_has_no_derivative_is_refused(examples):
    with pytest.raises(NotImplementedError, match="n is an integer, there is no derivative in it"):
        polygamma.derivative(1, 0)
    with pytest.raises(TypeError, match=r"2 orders are wanted, one for each of nu, x"):
        examples.kv.derivative(1)
    with pytest.raises(TypeError, match="the order for x must be an integer of at least 0"):
        examples.kv.derivative(1, -1)
    with pytest.raises(TypeError, match="the order for nu must be an integer"):
        examples.kv.derivative(0.5, 1)


def test_a_wrong_declaration_is_refused():
    @scalar_kernel
    def function(x, y):
        return x * y

    @function.partial("y")
    def too_few(x):
        return x

    with pytest.raises(TypeError, match="the derivative of function in y must have its arguments"):
        function.derivative(0, 1)
    with pytest.raises(ValueError, match="function has its derivative in y already"):
        function.partial("y")(too_few)
    with pytest.raises(TypeError, match="wants the name of an argument"):
        function.partial()
    with pytest.raises(ValueError, match="function has no argument z"):
        function.partial("z")(too_few)
