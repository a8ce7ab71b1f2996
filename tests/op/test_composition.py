"""The composition battery: an operator under every way that torch differentiates, batches, traces and compiles.

It proves the mechanism and the private names it stands on, on one operator with closed-form derivatives of every
order: J_v(z), whose z-derivatives SciPy gives as ``jvp``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.autograd.forward_ad as fwAD
from scipy import special as scipy_special
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

from scitorch.op import Real, elementwise
from scitorch.testing import assert_close

pytestmark = pytest.mark.filterwarnings("ignore")

D = torch.float64
V = torch.tensor([0.5, 1.5, 2.0], dtype=D)
X = torch.tensor([1.2, 2.3, 3.4], dtype=D)
ONES = torch.ones_like(X)


def _reference(v: Tensor, x: Tensor, order: int = 0) -> Tensor:
    return torch.as_tensor(scipy_special.jvp(v.detach().numpy(), x.detach().numpy(), order))


D1, D2, D3 = (_reference(V, X, n) for n in (1, 2, 3))


@elementwise(
    kernel=lambda v, z: torch.as_tensor(scipy_special.jv(v.resolve_neg().numpy(), z.resolve_neg().numpy())),
    partials={"z": lambda v, z, out: (bessel(v - 1, z) - bessel(v + 1, z)) / 2},
    undefined={"v": "this one is for the battery"},
    domain={"v": Real(0, 3), "z": Real(0.5, 9)},
    public=False,
)
def bessel(v: Tensor, z: Tensor) -> Tensor:
    """Bessel function of the first kind."""


def f(x: Tensor) -> Tensor:
    return bessel(V, x)


def fs(x: Tensor) -> Tensor:
    return bessel(V, x).sum()


def close(actual: Any, expected: Any) -> None:
    assert_close(actual, expected, rtol=1e-9, atol=1e-9)


@pytest.fixture(autouse=True)
def _fresh_compiler() -> Iterator[None]:
    torch._dynamo.reset()
    return


# --- values and tracing ---------------------------------------------------------------------------------------------


def test_eager() -> None:
    close(f(X), _reference(V, X))


def test_meta() -> None:
    out = bessel(V.to("meta"), X.to("meta"))
    assert out.shape == (3,) and out.device.type == "meta"


def test_fake() -> None:
    from torch._subclasses import FakeTensor, FakeTensorMode

    with FakeTensorMode():
        out = bessel(torch.empty(4, 1, dtype=D), torch.empty(3, dtype=D))
    assert out.shape == (4, 3) and isinstance(out, FakeTensor)


@pytest.mark.parametrize("program", [f, grad(fs)])
def test_make_fx_keeps_the_operator(program: Callable[[Tensor], Tensor]) -> None:
    from torch.fx.experimental.proxy_tensor import make_fx

    graph = make_fx(program)(X)
    close(graph(X), program(X))
    assert any("bessel" in str(n.target) for n in graph.graph.nodes)


def test_make_fx_of_vmap_symbolic() -> None:
    from torch.fx.experimental.proxy_tensor import make_fx

    v, x = torch.rand(4, 3, dtype=D), torch.rand(4, 3, dtype=D) + 0.5
    graph = make_fx(vmap(lambda v, x: bessel(v, x)), tracing_mode="symbolic")(v, x)
    close(graph(v, x), _reference(v, x))


def test_opcheck() -> None:
    torch.library.opcheck(bessel.operator.raw, (V, X))  # type: ignore[attr-defined]


# --- derivatives ----------------------------------------------------------------------------------------------------


def test_backward_to_third_order() -> None:
    x = X.clone().requires_grad_()
    (g1,) = torch.autograd.grad(fs(x), x, create_graph=True)
    (g2,) = torch.autograd.grad(g1.sum(), x, create_graph=True)
    (g3,) = torch.autograd.grad(g2.sum(), x)
    close((g1, g2, g3), (D1, D2, D3))


def test_dual_numbers() -> None:
    with fwAD.dual_level():
        tangent = fwAD.unpack_dual(f(fwAD.make_dual(X, ONES))).tangent
    close(tangent, D1)


def test_dual_numbers_over_backward() -> None:
    with fwAD.dual_level():
        dual = fwAD.make_dual(X.clone().requires_grad_(), ONES)
        (g,) = torch.autograd.grad(fs(dual), dual, create_graph=True)
        close(fwAD.unpack_dual(g).tangent, D2)


def test_backward_over_dual_numbers() -> None:
    with fwAD.dual_level():
        x = X.clone().requires_grad_()
        tangent = fwAD.unpack_dual(f(fwAD.make_dual(x, ONES))).tangent
        (g,) = torch.autograd.grad(tangent.sum(), x)
        close(g, D2)


def push(g: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda x: jvp(g, (x,), (ONES,))[1]


TRANSFORMS = [
    pytest.param(grad(fs), D1, id="grad"),
    pytest.param(lambda x: vjp(f, x)[1](ONES)[0], D1, id="vjp"),
    pytest.param(push(f), D1, id="jvp"),
    pytest.param(lambda x: grad(lambda y: grad(fs)(y).sum())(x), D2, id="grad-grad"),
    pytest.param(push(push(f)), D2, id="jvp-jvp"),
    pytest.param(push(grad(fs)), D2, id="jvp-grad"),
    pytest.param(grad(lambda x: push(f)(x).sum()), D2, id="grad-jvp"),
    pytest.param(grad(lambda z: grad(lambda y: grad(fs)(y).sum())(z).sum()), D3, id="grad-grad-grad"),
    pytest.param(push(push(push(f))), D3, id="jvp-jvp-jvp"),
    pytest.param(grad(lambda z: push(grad(fs))(z).sum()), D3, id="grad-jvp-grad"),
    pytest.param(jacrev(f), torch.diag(D1), id="jacrev"),
    pytest.param(jacfwd(f), torch.diag(D1), id="jacfwd"),
    pytest.param(hessian(fs), torch.diag(D2), id="hessian"),
    pytest.param(jacfwd(jacfwd(fs)), torch.diag(D2), id="jacfwd-jacfwd"),
    pytest.param(jacrev(jacrev(fs)), torch.diag(D2), id="jacrev-jacrev"),
    pytest.param(jacrev(jacfwd(fs)), torch.diag(D2), id="jacrev-jacfwd"),
]


@pytest.mark.parametrize(("program", "expected"), TRANSFORMS)
def test_transforms(program: Callable[[Tensor], Tensor], expected: Tensor) -> None:
    close(program(X), expected)


# Dynamo refuses three nested jvp of torch's own functions too.
@pytest.mark.parametrize(("program", "expected"), [p for p in TRANSFORMS if p.id != "jvp-jvp-jvp"])
def test_compiled_transforms(program: Callable[[Tensor], Tensor], expected: Tensor) -> None:
    close(torch.compile(program, fullgraph=True, backend="aot_eager")(X), expected)


def test_undefined_derivative_raises() -> None:
    with pytest.raises(NotImplementedError, match=r"bessel.*'v'.*for the battery"):
        grad(lambda v: bessel(v, X).sum())(V)
    with pytest.raises(NotImplementedError, match=r"bessel.*'v'"):
        jvp(lambda v: bessel(v, X), (V,), (ONES,))


def test_gradcheck() -> None:
    x = X.clone().requires_grad_()
    assert torch.autograd.gradcheck(
        f, (x,), check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True
    )
    assert torch.autograd.gradgradcheck(f, (x,), check_fwd_over_rev=True, check_rev_over_rev=True)


# --- batching -------------------------------------------------------------------------------------------------------

VV, XX = torch.rand(4, 3, dtype=D), torch.rand(4, 3, dtype=D) + 0.5


def test_vmap() -> None:
    close(vmap(bessel)(VV, XX), _reference(VV, XX))
    close(vmap(bessel, (None, 1))(VV[:, 0], XX), _reference(VV[:, 0], XX.T))
    close(vmap(bessel, (1, 0))(VV.T, XX), _reference(VV, XX))


def test_vmap_of_different_ranks() -> None:
    x = torch.rand(4, 2, 3, dtype=D) + 0.5
    close(vmap(bessel)(VV, x), _reference(VV[:, None], x))


def test_nested_vmap() -> None:
    found = vmap(vmap(bessel, (None, 0)), (0, None))(VV[:, 0], XX[:, 0])
    close(found, _reference(VV[:, 0][:, None], XX[:, 0]))


def test_vmap_and_gradients() -> None:
    close(vmap(grad(lambda x, v: bessel(v, x)))(X, V), D1)
    close(grad(lambda x: vmap(bessel)(V, x).sum())(X), D1)
    x = X.clone().requires_grad_()
    (g,) = torch.autograd.grad(vmap(bessel)(V, x).sum(), x)
    close(g, D1)


# --- what surrounds autograd ----------------------------------------------------------------------------------------


def test_checkpoint() -> None:
    from torch.utils.checkpoint import checkpoint

    x = X.clone().requires_grad_()
    (g,) = torch.autograd.grad(checkpoint(fs, x, use_reentrant=False), x)
    close(g, D1)


def test_saved_tensors_hooks() -> None:
    seen = []

    def pack(t: Tensor) -> Tensor:
        seen.append(t)
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = fs(X.clone().requires_grad_())
    assert seen
    y.backward()


def test_mutation_after_saving_raises() -> None:
    x = X.clone().requires_grad_()
    w = x * 1
    y = fs(w)
    w.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        y.backward()


# --- the compiler ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
def test_compiled_backward(backend: str) -> None:
    x = X.clone().requires_grad_()
    y = torch.compile(lambda x: (f(x) * 2).sum(), fullgraph=True, backend=backend)(x)
    y.backward()
    close(x.grad, 2 * D1)


def test_compiled_with_dynamic_shapes() -> None:
    program = torch.compile(lambda v, x: bessel(v, x).sum(), fullgraph=True, backend="aot_eager", dynamic=True)
    for n in (3, 5, 7):
        x, v = (torch.rand(n, dtype=D) + 0.5).requires_grad_(), torch.rand(n, dtype=D)
        program(v, x).backward()
        close(x.grad, _reference(v, x, 1))


def test_compiled_vmap() -> None:
    program = torch.compile(vmap(bessel, (0, None)), fullgraph=True, backend="aot_eager")
    close(program(VV, XX[0]), _reference(VV, XX[:1]))


def test_compiled_dual_numbers() -> None:
    def tangent(x: Tensor) -> Tensor:
        with fwAD.dual_level():
            return fwAD.unpack_dual(f(fwAD.make_dual(x, torch.ones_like(x)))).tangent

    close(torch.compile(tangent, fullgraph=True, backend="aot_eager")(X), D1)


def test_compiled_autograd() -> None:
    import torch._dynamo.compiled_autograd as compiled_autograd

    x = X.clone().requires_grad_()
    with compiled_autograd._enable(torch.compile(backend="aot_eager", fullgraph=True)):
        fs(x).backward()
    close(x.grad, D1)


class Doubled(torch.nn.Module):
    def forward(self, v: Tensor, x: Tensor) -> Tensor:
        return bessel(v, x) * 2


@pytest.mark.parametrize("strict", [False, True])
def test_export(strict: bool) -> None:
    program = torch.export.export(Doubled(), (V, X), strict=strict)
    x = X.clone().requires_grad_()
    program.module()(V, x).sum().backward()
    close(x.grad, 2 * D1)
    close(program.run_decompositions().module()(V, X), 2 * f(X))


def test_export_with_dynamic_batch() -> None:
    n = torch.export.Dim("n")
    program = torch.export.export(Doubled(), (V, X), dynamic_shapes={"v": {0: n}, "x": {0: n}})
    v, x = torch.cat([V, V]), torch.cat([X, X])
    close(program.module()(v, x), 2 * bessel(v, x))
