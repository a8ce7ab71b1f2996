"""The public function: promotion, array types, bad input, mixed precision, and declarations that make no sense."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from torch import Tensor

from scitorch.op import Real, Sample, composite, elementwise, gufunc


def _cis(x: Tensor) -> Tensor:
    return torch.polar(torch.ones_like(x), x)


@elementwise(
    kernel=lambda x, y: torch.hypot(x, y),
    partials={"x": lambda x, y, out: x / out, "y": lambda x, y, out: y / out},
    domain={"x": Real(1, 2), "y": Real(1, 2)},
    public=False,
)
def length(x: Tensor, y: Tensor) -> Tensor:
    """Length of a plane vector."""


@elementwise(
    kernel=lambda x, z: x * z,
    loops="rr->r rz->z",
    partials={"x": lambda x, z, out: z, "z": lambda x, z, out: x},
    domain={"x": Real(1, 2), "z": Real(1, 2)},
    public=False,
)
def scaled(x: Tensor, z: Tensor) -> Tensor:
    """A real multiple."""


@gufunc(
    "(n,k),(k,m)->(n,m)",
    kernel=torch.matmul,
    loops="rr->r zz->z",
    linear={"a": lambda g, a, b: g @ b.mH, "b": lambda g, a, b: a.mH @ g},
    samples=lambda make: [Sample((make(2, 3), make(3, 2)))],
    public=False,
)
def product(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product."""


X, Y = torch.tensor([3.0, 1.5], dtype=torch.float64), torch.tensor([4.0, 2.0], dtype=torch.float64)


@pytest.mark.parametrize(
    ("args", "dtype"),
    [
        ((X, Y), torch.float64),
        ((X.float(), Y.float()), torch.float32),
        ((X.float(), Y), torch.float64),
        ((X.float(), 4.0), torch.float32),
        ((X.float(), torch.tensor(4.0, dtype=torch.float64)), torch.float32),
        ((torch.tensor([3, 4]), 2), torch.float32),
        ((torch.tensor([True]), 2), torch.float32),
        ((X.bfloat16(), Y.bfloat16()), torch.bfloat16),
        ((X.bfloat16(), Y.float()), torch.float32),
        ((3.0, 4.0), torch.float32),
    ],
)
def test_promotion(args: tuple[Any, ...], dtype: torch.dtype) -> None:
    assert length(*args).dtype == dtype


def test_promotion_follows_the_default_dtype() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert length(torch.tensor([3]), 4).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_numpy_arrays_in_and_out() -> None:
    out = length(numpy.array([3.0]), numpy.array([4.0], dtype=numpy.float32))
    assert isinstance(out, numpy.ndarray) and out.dtype == numpy.float64
    assert length(numpy.array([3]), 4).dtype == numpy.float64
    # arrays of integers are as wide as float64, Python's numbers are not
    assert length(numpy.array([3]), numpy.array([4.0], dtype=numpy.float32)).dtype == numpy.float64
    assert length(3, numpy.array([4.0], dtype=numpy.float32)).dtype == numpy.float32
    assert float(length(numpy.float64(3), numpy.float64(4))) == 5.0
    assert isinstance(length(numpy.array([3.0]), torch.tensor([4.0])), Tensor)


def test_read_only_reversed_and_swapped_arrays() -> None:
    a = numpy.arange(1.0, 4.0)
    a.flags.writeable = False
    expected = numpy.hypot(a, a[::-1])
    numpy.testing.assert_allclose(length(a, a[::-1]), expected)
    numpy.testing.assert_allclose(length(a.astype(">f8"), a[::-1]), expected)


def test_out() -> None:
    out = torch.empty(2, dtype=torch.float64)
    assert length(X, Y, out=out) is out
    assert out[0] == 5
    with pytest.raises(ValueError, match=r"length: out has shape \(3,\), the result \(2,\)"):
        length(X, Y, out=torch.empty(3))


def test_loops_choose_by_kind() -> None:
    z = torch.tensor([1 + 2j])
    assert scaled(X[:1].float(), z).dtype == torch.complex64
    with pytest.raises(TypeError, match=r"scaled: argument 'x', 'z' is complex, but scaled takes rr->r rz->z"):
        scaled(z, z)
    with pytest.raises(TypeError, match="length: argument 'y' is complex"):
        length(1.0, 1j)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((X, "three"), TypeError, "length: argument 'y' is str; wanted a tensor, an array or a number"),
        ((X, None), TypeError, "length: argument 'y' is NoneType"),
        ((X, [[1.0], [1.0, 2.0]]), TypeError, "length: argument 'y' is not an array of numbers"),
        ((X, torch.ones(3)), ValueError, r"length: the batch dimensions .* 'x' \(2,\), 'y' \(3,\)"),
        ((X, torch.ones(2, device="meta")), ValueError, "length: argument 'y' is on meta, the others on cpu"),
    ],
)
def test_bad_input(args: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        length(*args)


def test_bad_core_shapes() -> None:
    with pytest.raises(
        ValueError, match=r"product: dimension 'k' of \(n,k\),\(k,m\)->\(n,m\) is 3 in argument 'a' but 2"
    ):
        product(torch.ones(2, 3), torch.ones(2, 3))


def test_kernel_is_not_lowered_by_autocast() -> None:
    a, b = torch.randn(2, 3), torch.randn(3, 2)
    a.requires_grad_()
    expected = product(a, b)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = product(a, b)
        _, tangent = torch.func.jvp(product, (a.detach(), b), (a.detach(), b))
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    torch.testing.assert_close(tangent, 2 * expected.detach())


def test_complex_tangent_of_a_real_argument_raises() -> None:
    with pytest.raises((TypeError, RuntimeError)):
        torch.func.jvp(lambda x: length(x, Y), (X,), (X + 1j,))


def test_inference_mode() -> None:
    with torch.inference_mode():
        assert length(X.clone(), Y.clone())[0] == 5


def test_parameter_and_subclass() -> None:
    parameter = torch.nn.Parameter(X.clone())
    length(parameter, Y).sum().backward()
    torch.testing.assert_close(parameter.grad, X / torch.hypot(X, Y))


def test_composite_converts_arrays() -> None:
    @composite(samples=lambda make: [Sample((make(2),))], public=False)
    def doubled(x: Any, offset: float = 0.0) -> Any:
        return 2 * x + offset

    assert isinstance(doubled(numpy.ones(2)), numpy.ndarray)
    assert isinstance(doubled([1.0, 2.0]), Tensor)
    with pytest.raises(TypeError, match="doubled: argument 'x' is not an array of numbers"):
        doubled("abc")


def test_senseless_declarations() -> None:
    with pytest.raises(ValueError, match="'w' is not one of the arguments x"):

        @elementwise(kernel=torch.sin, partials={"w": torch.cos}, domain={"x": Real(0, 1)})
        def wrong(x: Tensor) -> Tensor: ...

    with pytest.raises(ValueError, match="has 2 arguments, the function 1"):

        @gufunc("(n),(n)->()", kernel=torch.dot, samples=lambda make: [])
        def dot(a: Tensor) -> Tensor: ...

    with pytest.raises(TypeError, match="static parameter 'flag' needs an annotation and a default"):

        @elementwise(kernel=torch.sin, partials={}, domain={"x": Real(0, 1)})
        def flagged(x: Tensor, *, flag: bool) -> Tensor: ...

    with pytest.raises(ValueError, match="not a dtype loop"):

        @elementwise(kernel=torch.sin, partials={}, domain={"x": Real(0, 1)}, loops="rr->r")
        def looped(x: Tensor) -> Tensor: ...


def test_redeclaring_in_a_notebook() -> None:
    for factor in (2, 3):

        @elementwise(kernel=lambda x, k=factor: k * x, partials={}, domain={"x": Real(0, 1)}, public=False)
        def again(x: Tensor) -> Tensor:
            """Declared twice."""

        assert again(torch.ones(1))[0] == factor
