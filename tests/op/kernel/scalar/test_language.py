"""What the language means, and what it refuses."""

# The functions here are texts to be read, and many are meant to be wrong.
# ruff: noqa: B007, E731, F401, F821, F841, RUF059

from __future__ import annotations

import inspect
import math
import random

import pytest

from scitorch.op.kernel import converged, scalar_kernel

TABLE = (1.5, -2.0, 0.25)
LIMIT = 7
TEXTS = ("a", "b")


def floor_arithmetic(n: int, m: int):
    return (n // m) * 1000.0 + n % m


def extremes(x, y):
    return min(x, y) - 2.0 * max(x, y, 0.5) + min(int(x), int(y))


def conditions(x, y):
    inside = 0.0 < x < 1.0 and not y > 0.5
    if inside or (x > 3.0 and y < -1.0):
        return 1.0
    elif x != y:
        return 2.0 if y < 0.0 else 3.0
    return 4.0


def loops(x, y):
    total = 0.0
    for n in range(2, LIMIT):
        if n == 4:
            continue
        total += x / n
        if total > 2.0:
            break
    for n in range(5, -5, -3):
        total -= y * n
    while True:
        total = 0.5 * total
        if abs(total) < 0.1:
            break
    return total


def tables(x, y):
    total = TABLE[1] * len(TABLE)
    for c in TABLE:
        total = total * x + c
    for k in range(len(TABLE)):
        total += TABLE[k] * y
    return total


def swaps(x, y):
    a = b = x
    a, b = b + y, a - y
    a, b = b, a
    return a - 3 * b


def powers(x, y):
    return x**0 + x**1 - x**2 + x**-3 + abs(x) ** y + 2**x + (x + 5.0) ** 8


def numbers(x, y):
    count: int = 3
    ratio = count / 2
    count += 1
    return ratio + count * int(x * 10) - float(count) + -count + math.pi * math.e + True * 1 if x < y else math.tau


def library(x, y):
    a = math.exp(x) + math.expm1(x) + math.log(y) + math.log1p(y) + math.log2(y) + math.log10(y)
    b = math.sin(x) + math.cos(x) + math.tan(x) + math.atan(x) + math.asin(x / 9) + math.acos(x / 9) + math.atan2(x, y)
    c = math.sinh(x) + math.cosh(x) + math.tanh(x) + math.asinh(x) + math.acosh(1 + y) + math.atanh(x / 9)
    d = math.erf(x) + math.erfc(x) + math.gamma(y) + math.lgamma(y) + math.sqrt(y) + math.hypot(x, y)
    e = math.floor(x) + math.ceil(x) + math.trunc(x) + math.fabs(x) + math.copysign(y, x) + math.fmod(x, y)
    return a + b + c + d + e


MEANING = [extremes, conditions, loops, tables, swaps, powers, library]


@pytest.mark.parametrize("function", MEANING, ids=lambda function: function.__name__)
def test_it_means_what_python_means(function):
    kernel = scalar_kernel(function)
    draw = random.Random(7)
    for _ in range(200):
        x, y = draw.uniform(-4, 4), draw.uniform(0.1, 4)
        assert kernel(x, y) == pytest.approx(function(x, y), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("n", range(-7, 8))
@pytest.mark.parametrize("m", [-3, -1, 1, 2, 5])
def test_integer_division_rounds_down(n, m):
    assert scalar_kernel(floor_arithmetic)(n, m) == floor_arithmetic(n, m)


def test_integer_division_by_zero_ends_no_process():
    assert scalar_kernel(floor_arithmetic)(3, 0) == 0.0


def test_division_by_zero_is_ieees():
    @scalar_kernel
    def quotient(x, y):
        return x / y

    assert quotient(1.0, 0.0) == math.inf
    assert quotient(-1.0, 0.0) == -math.inf
    assert math.isnan(quotient(0.0, 0.0))


def test_an_index_outside_a_table_is_nan():
    @scalar_kernel
    def item(n: int):
        return TABLE[n]

    assert [item(n) for n in range(3)] == list(TABLE)
    assert math.isnan(item(3))
    assert math.isnan(item(-1))


def test_an_integer_argument_that_is_none_gives_nan():
    @scalar_kernel
    def twice(n: int, x):
        return 2 * n + x

    assert twice(3, 0.5) == 6.5
    for bad in (1.5, math.nan, math.inf, 1e300):
        assert math.isnan(twice(bad, 0.5))


def test_names_from_an_enclosing_function():
    factor, series = 2.5, (1.0, 2.0)

    @scalar_kernel
    def scaled(x):
        return factor * x + series[1]

    assert scaled(2.0) == 7.0


def test_convergence_ends_on_nan():
    assert converged(math.nan, 1.0)
    assert converged(1.0, math.nan)
    assert converged(0.0, 0.0)
    assert not converged(1e-15, 1.0)
    assert converged(1e-16, 1.0)


def refused_import(x):
    import os

    return x


def refused_string(x):
    y = "text"
    return x


def refused_method(x):
    return x.real


def refused_list(x):
    y = [x, x]
    return y[0]


def refused_lambda(x):
    f = lambda y: y
    return f(x)


def refused_try(x):
    try:
        return x
    except ValueError:
        return 0.0


def refused_function(x):
    return sorted(x)


def refused_library(x):
    return math.cbrt(x)


def refused_keyword(x):
    return math.pow(x, y=2.0)


def refused_truth(x):
    if x:
        return 1.0
    return 0.0


def refused_truth_sum(x):
    return x + (x > 1.0)


def refused_unassigned(x):
    if x > 1.0:
        y = 2.0
    return y


def refused_unassigned_loop(x):
    for n in range(3):
        y = x
    return y


def refused_loop_variable_after(x):
    for n in range(3):
        x += 1.0
    return x + n


def refused_loop_variable_changed(x):
    for n in range(9):
        n = n + 1
    return x


def refused_no_return(x):
    if x > 1.0:
        return 2.0


def refused_unreachable(x):
    return x
    x = 2.0


def refused_counts(x):
    if x > 1.0:
        return x, x
    return x


def refused_float_modulo(x):
    return x % 2.0


def refused_float_range(x):
    for n in range(x):
        x += 1.0
    return x


def refused_else_of_loop(x):
    for n in range(3):
        x += 1.0
    else:
        x = 0.0
    return x


def refused_constant(x):
    return x + TEXTS


def refused_default(x, y=1.0):
    return x


def refused_annotation(x: complex):
    return x


def refused_underscores(x):
    a__b = x
    return a__b


def refused_index(x):
    return TABLE[5]


def refused_undefined(x):
    return x + not_defined_anywhere


def refused_alone(x):
    x + 1.0
    return x


REFUSED = {
    refused_import: (1, "cannot contain this Import statement"),
    refused_string: (1, "knows no str constants"),
    refused_method: (1, "cannot be called or indexed"),
    refused_list: (1, "cannot contain this List expression"),
    refused_lambda: (1, "cannot contain this Lambda expression"),
    refused_try: (1, "cannot contain this Try statement"),
    refused_function: (1, "neither a scalar kernel nor a function of the language"),
    refused_library: (1, "math.cbrt is not among the functions of the language"),
    refused_keyword: (1, "by position only"),
    refused_truth: (1, "a truth value is wanted"),
    refused_truth_sum: (1, "where a number is wanted"),
    refused_unassigned: (3, "not assigned on every path"),
    refused_unassigned_loop: (3, "not assigned on every path"),
    refused_loop_variable_after: (3, "not assigned on every path"),
    refused_loop_variable_changed: (2, "cannot be assigned to"),
    refused_no_return: (0, "ends without return"),
    refused_unreachable: (2, "never reached"),
    refused_counts: (3, "1 values are returned here and 2 elsewhere"),
    refused_float_modulo: (1, "use math.floor or math.fmod"),
    refused_float_range: (1, "range takes one to three integers"),
    refused_else_of_loop: (1, "no else"),
    refused_constant: (1, "only numbers and tuples of numbers"),
    refused_default: (0, "without defaults"),
    refused_annotation: (0, "annotated float or int"),
    refused_underscores: (1, "reserved"),
    refused_index: (1, "outside the 3 elements"),
    refused_undefined: (1, "is not defined"),
    refused_alone: (1, "does nothing"),
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_what_is_outside_the_language_names_file_and_line(function):
    offset, message = REFUSED[function]
    kernel = scalar_kernel(function)
    with pytest.raises(SyntaxError, match=message) as caught:
        kernel(1.0)
    assert caught.value.filename == __file__
    assert caught.value.lineno == inspect.getsourcelines(function)[1] + offset
    assert caught.value.text in inspect.getsource(function)


def test_recursion_is_refused():
    @scalar_kernel
    def factorial(n: int):
        if n < 2:
            return 1.0
        return n * factorial(n - 1)

    with pytest.raises(SyntaxError, match="factorial calls itself"):
        factorial(3)


def test_a_kernel_needs_a_text():
    namespace = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(OSError, match="the text of the scalar kernel f is not available"):
        scalar_kernel(namespace["f"])(1.0)


def test_a_call_checks_the_callee():
    @scalar_kernel
    def two(n: int, x):
        return n * x, x

    @scalar_kernel
    def one_argument(x):
        a, b = two(x)
        return a

    @scalar_kernel
    def float_for_int(x):
        a, b = two(x, x)
        return a

    @scalar_kernel
    def not_unpacked(x):
        a = two(1, x)
        return a

    @scalar_kernel
    def inside(x):
        return 1.0 + two(1, x)

    for kernel, message in [
        (one_argument, "two takes 2 arguments, 1 are given"),
        (float_for_int, "two wants an integer for n"),
        (not_unpacked, "two returns 2 values; unpack them"),
        (inside, "two returns 2 values; unpack them"),
    ]:
        with pytest.raises(SyntaxError, match=message):
            kernel(1.0)
