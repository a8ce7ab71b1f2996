"""Floating-point errors: the same kinds as NumPy reports, in the same words; nothing is looked at by default."""

from typing import Any

import numpy
import pytest

import scitorch.numpy as snp

EDGES = [-numpy.inf, -1e300, -2.0, -1.0, -0.0, 0.0, 1.0, 2.0, 1e300, numpy.inf, numpy.nan]
UNARY = ["log", "log2", "log10", "log1p", "sqrt", "exp", "exp2", "expm1", "sin", "cos", "tan", "arcsin", "arccos"]
UNARY += ["arccosh", "arctanh", "sinh", "cosh", "reciprocal", "square"]
BINARY = ["add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "hypot"]
KINDS = ("divide", "over", "invalid")


def message(np: Any, name: str, arguments: Any, settings: dict[str, str]) -> str:
    values = [np.array([x]) for x in arguments]
    try:
        with np.errstate(**settings):
            getattr(np, name)(*values)
    except FloatingPointError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNARY + BINARY)
def test_the_kind_and_the_words_are_numpys(name: str, kind: str) -> None:
    settings = {**dict.fromkeys((*KINDS, "under"), "ignore"), kind: "raise"}
    cases = [(x,) for x in EDGES] if name in UNARY else [(x, y) for x in EDGES for y in EDGES]
    if name == "power":  # an infinite power of a finite number is exact; whether C libraries set a flag varies
        cases = [(x, y) for x, y in cases if not numpy.isinf(y)]
    for arguments in cases:
        assert message(snp, name, arguments, settings) == message(numpy, name, arguments, settings), arguments


@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod", "divmod"])
def test_integer_division_by_zero(name: str) -> None:
    for dtype in (numpy.int8, numpy.int64, numpy.uint8, numpy.uint32):
        pair = snp.array([1, 2], dtype), snp.array([0, 1], dtype)
        with snp.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
            getattr(snp, name)(*pair)
    with snp.errstate(divide="raise"), pytest.raises(FloatingPointError):
        snp.floor_divide.reduce(snp.array([4, 2, 0]))


def test_underflow() -> None:
    tiny = snp.array([1e-300])
    for compute in (lambda: tiny * tiny, lambda: snp.exp(-1e4 * tiny / tiny), lambda: tiny / 1e30):
        with snp.errstate(under="raise"), pytest.raises(FloatingPointError, match="underflow"):
            compute()
    with snp.errstate(under="raise"):
        assert (tiny * 0.0)[0] == 0
        assert snp.exp(snp.array([-snp.inf]))[0] == 0


def test_settings_are_numpys_and_come_back() -> None:
    before = snp.geterr()
    old = snp.seterr(all="raise")
    assert old == before == numpy.geterr() | old
    with pytest.raises(FloatingPointError, match="divide by zero encountered in divide"):
        snp.ones(3) / 0.0
    with pytest.raises(FloatingPointError, match="overflow encountered in reduce"):
        snp.add.reduce(snp.full(3, 1e308))
    with pytest.raises(FloatingPointError, match="invalid value encountered in cast"):
        snp.array([snp.nan]).astype(int)
    with snp.errstate(all="ignore"):
        assert snp.isnan(snp.zeros(1) / 0.0)[0]
    snp.seterr(**old)
    assert snp.geterr() == before
    assert snp.isinf(snp.ones(3) / 0.0).all()  # nobody asks any more, so nobody is told
    with pytest.raises(ValueError, match="invalid"):
        snp.seterr(all="shout")


def test_warning_call_and_log(capsys: pytest.CaptureFixture[str]) -> None:
    with snp.errstate(divide="warn"), pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        snp.log(snp.zeros(2))
    seen: list[Any] = []
    with snp.errstate(call=lambda words, flags: seen.append((words, flags)), all="call"):
        snp.array([0.0, 1.0]) / 0.0
    assert [words for words, _ in seen] == ["divide by zero", "invalid value"]

    class Log:
        def write(self, text: str) -> None:
            seen.append(text)

    with snp.errstate(call=Log(), invalid="log"):
        snp.sqrt(snp.array(-1.0))
    assert seen[-1] == "Warning: invalid value encountered in sqrt\n"
    with snp.errstate(invalid="print"):
        snp.sqrt(snp.array(-1.0))
    assert "invalid value encountered in sqrt" in capsys.readouterr().err


def test_as_a_decorator() -> None:
    @snp.errstate(divide="raise")
    def reciprocal(x: Any) -> Any:
        return 1.0 / x

    for _ in range(2):
        with pytest.raises(FloatingPointError):
            reciprocal(snp.zeros(2))
