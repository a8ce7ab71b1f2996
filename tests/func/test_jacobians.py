"""Jacobians of complex functions, of operations with one mode only, in chunks, and compiled."""

from __future__ import annotations

import pytest
import torch

from scitorch import func

POINT = torch.tensor([0.4, -1.3, 2.2], dtype=torch.float64)
NUMBER = torch.tensor([0.4 + 1j, -1.3 - 0.2j], dtype=torch.complex128)


@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
@pytest.mark.parametrize("chunk_size", [None, 1, 2])
def test_real_arguments_of_complex_results(mode: str, chunk_size: int | None) -> None:
    found = func.jacobian(torch.fft.fft, mode=mode, chunk_size=chunk_size)(POINT)
    torch.testing.assert_close(found, torch.fft.fft(torch.eye(3, dtype=torch.float64), dim=0))


def test_holomorphic_functions() -> None:
    matrix = torch.tensor([[1.0, 2.0], [0.5, -1.0]], dtype=torch.complex128) + 0.3j

    found = func.jacobian(lambda z: matrix @ torch.sin(z), holomorphic=True)(NUMBER)
    torch.testing.assert_close(found, matrix * torch.cos(NUMBER))
    second = func.hessian(lambda z: (z**3).sum(), holomorphic=True)(NUMBER)
    torch.testing.assert_close(second, torch.diag(6 * NUMBER))
    with pytest.raises(ValueError, match="not holomorphic"):
        func.jacobian(lambda z: z * z.conj(), holomorphic=True)(NUMBER)
    with pytest.raises(TypeError, match=r"args\[0\] is complex; say what is wanted"):
        func.jacobian(torch.sin)(NUMBER)
    with pytest.raises(TypeError, match="is real; use wirtinger"):
        func.jacobian(lambda z: z.abs(), holomorphic=True)(NUMBER)


def test_wirtinger_derivatives_and_their_real_view() -> None:
    def f(z: torch.Tensor) -> torch.Tensor:
        return z**2 * z.conj()

    dz, dzbar = func.jacobian(f, wirtinger=True)(NUMBER)
    torch.testing.assert_close(dz, torch.diag(2 * NUMBER * NUMBER.conj()))
    torch.testing.assert_close(dzbar, torch.diag(NUMBER**2))
    blocks = func.jacobian(f, view="real")(NUMBER)
    assert blocks.shape == (2, 2, 2, 2)

    def on_pairs(p: torch.Tensor) -> torch.Tensor:
        return torch.view_as_real(f(torch.view_as_complex(p)))

    expected = torch.func.jacrev(on_pairs)(torch.view_as_real(NUMBER))  # (result, part, argument, part)
    torch.testing.assert_close(blocks, expected.movedim(1, 2))
    # the gradient of torch is twice the second of the pair
    gradient = func.grad(lambda z: f(z).abs().sum())(NUMBER)
    _, conjugate = func.jacobian(lambda z: f(z).abs().sum(), wirtinger=True)(NUMBER)
    torch.testing.assert_close(gradient, 2 * conjugate)


def test_modes_stand_in_for_each_other() -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 3, generator=generator).double(), torch.randn(4, 3, generator=generator).double()

    def exact(x: torch.Tensor) -> torch.Tensor:
        return (x[:, None] - y).square().sum(-1).sqrt()

    with pytest.raises(NotImplementedError, match="forward AD"):  # torch's own has no forward formula
        torch.func.jvp(lambda x: torch.cdist(x, y), (x,), (x,))
    _, found = func.jvp(lambda x: torch.cdist(x, y), (x,), (x,))
    torch.testing.assert_close(found, func.jvp(exact, (x,), (x,))[1])
    grid = torch.rand(1, 2, 2, 2, generator=generator).double() - 0.5
    image = torch.randn(1, 1, 4, 4, generator=generator).double()

    def sampled(image: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.grid_sample(image, grid, align_corners=False)

    _, found = func.jvp(sampled, (image,), (image,))
    torch.testing.assert_close(found, sampled(image))
    jacobian = func.jacobian(lambda t: sampled(t * image))(torch.tensor(2.0, dtype=torch.float64))
    torch.testing.assert_close(jacobian, sampled(image))


def test_randomness_is_shared_by_the_columns() -> None:
    torch.manual_seed(0)
    found = func.jacfwd(lambda x: x * torch.rand(3, dtype=torch.float64))(POINT)
    assert torch.count_nonzero(found - torch.diag(found.diagonal())) == 0
    assert (found.diagonal() > 0).all()


@pytest.mark.parametrize("transform", ["grad", "hessian", "jacobian"])
def test_inside_compiled_functions(transform: str) -> None:
    derivative = getattr(func, transform)(lambda x: (torch.sin(x) * x[0]).sum())
    compiled = torch.compile(derivative, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(POINT), derivative(POINT))
