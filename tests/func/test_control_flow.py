"""Loops, branches and rematerialisation: values and every derivative equal those of the code written out."""

import itertools

import pytest
import torch
from torch.func import grad, jvp, vmap

from scitorch.func import checkpoint, cond, scan, while_loop
from scitorch.func import map as sequential_map

X = torch.tensor(0.7, dtype=torch.float64)
XS = torch.linspace(0.3, 1.1, 4, dtype=torch.float64)
ONES = torch.ones(2, 2, dtype=torch.float64)


def forward(f):
    return lambda x: jvp(f, (x,), (torch.ones_like(x),))[1]


def agrees(function, written_out, orders=2, rtol=1e-9):
    """The four compositions of second order, batches inside and outside, and autograd twice."""
    torch.testing.assert_close(function(X), written_out(X), rtol=rtol, atol=0)
    for order in range(1, orders + 1):
        for modes in itertools.product((forward, grad), repeat=order):
            one, other = function, written_out
            inner = lambda x: vmap(function)(x * XS).sum()  # noqa: E731
            inner_other = lambda x: vmap(written_out)(x * XS).sum()  # noqa: E731
            for mode in modes:
                one, other, inner, inner_other = mode(one), mode(other), mode(inner), mode(inner_other)
            torch.testing.assert_close(vmap(one)(XS), vmap(other)(XS), rtol=rtol, atol=1e-12)
            torch.testing.assert_close(inner(X), inner_other(X), rtol=rtol, atol=1e-12)
    x = X.clone().requires_grad_()
    (first,) = torch.autograd.grad(function(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    torch.testing.assert_close(second, grad(grad(written_out))(X), rtol=rtol, atol=0)


@pytest.mark.parametrize("checkpoints", [2, 64])
def test_while_loop(checkpoints):
    def loop(x):
        def body(state):
            return state[0] + 1, torch.cos(state[1] * x) + 0.1 * x

        return while_loop(lambda s: s[0] < 13, body, (0, x * 0.5), checkpoints=checkpoints)[1]

    def written_out(x):
        y = x * 0.5
        for _ in range(13):
            y = torch.cos(y * x) + 0.1 * x
        return y

    agrees(loop, written_out)


def test_members_of_a_batch_stop_on_their_own():
    a = torch.tensor([2.0, 100.0, 1e6, 0.5], dtype=torch.float64)

    def babylon(a):
        def body(s):
            return 0.5 * (s[0] + a / s[0]), s[1] + 1

        return while_loop(lambda s: (s[0] ** 2 - a).abs() > 1e-13 * a, body, (torch.ones_like(a), 0), checkpoints=3)

    root, steps = vmap(babylon)(a)
    torch.testing.assert_close(root, a.sqrt(), rtol=1e-12, atol=0)
    assert [int(babylon(x)[1]) for x in a] == steps.tolist()
    assert len(set(steps.tolist())) > 2
    value = lambda a: babylon(a)[0]  # noqa: E731
    torch.testing.assert_close(vmap(grad(value))(a), 0.5 / a.sqrt(), rtol=1e-9, atol=0)
    torch.testing.assert_close(vmap(grad(grad(value)))(a), -0.25 * a**-1.5, rtol=1e-9, atol=0)
    square = a.reshape(2, 2)
    torch.testing.assert_close(vmap(vmap(grad(value)))(square), 0.5 / square.sqrt(), rtol=1e-9, atol=0)


def test_memory_of_a_long_loop_is_that_of_its_checkpoints():
    recorded = []

    class Counting(torch.autograd.graph.saved_tensors_hooks):
        def __init__(self):
            super().__init__(lambda x: recorded.append(x.numel()) or x, lambda x: x)

    x = torch.full((100,), 0.5, dtype=torch.float64, requires_grad=True)
    with Counting():
        y = while_loop(lambda s: s[0] < 1000, lambda s: (s[0] + 1, torch.sin(s[1] + x)), (0, x * 1.0), checkpoints=16)[
            1
        ]
    assert sum(recorded) < 100 * 40  # a recorded loop keeps 1000 states and more
    (g,) = torch.autograd.grad(y.sum(), x)
    plain = x.detach().clone().requires_grad_()
    z = plain * 1.0
    for _ in range(1000):
        z = torch.sin(z + plain)
    torch.testing.assert_close(g, torch.autograd.grad(z.sum(), plain)[0], rtol=1e-12, atol=0)


def test_cond():
    agrees(
        lambda x: cond(x > 0.5, lambda t: torch.sqrt(t - 0.4) * x, lambda t: t**3 * x, x),
        lambda x: torch.where(x > 0.5, torch.sqrt((x - 0.4).clamp(min=0.01)) * x, x**4),
    )


def test_the_other_branch_reaches_nothing():
    x = torch.tensor([-1.0, 0.0, 4.0])
    found = vmap(grad(lambda x: cond(x > 0, torch.sqrt, torch.zeros_like, x)))(x)
    assert found.tolist() == [0, 0, 0.25]


@pytest.mark.parametrize("segment", [None, 3])
@pytest.mark.parametrize("reverse", [False, True])
def test_scan(segment, reverse):
    steps = torch.arange(1.0, 8.0, dtype=torch.float64)

    def loop(x):
        return scan(lambda c, a: (c * torch.sin(a * x), c * a), x, steps * x, reverse=reverse, segment=segment)[
            1
        ].prod()

    def written_out(x):
        carry, product = x, 1.0
        for a in steps.flip(0) if reverse else steps:
            product = product * carry * a * x
            carry = carry * torch.sin(a * x * x)
        return product

    agrees(loop, written_out)


def test_map():
    x = torch.arange(6.0).reshape(3, 2)
    assert sequential_map(lambda r: {"sum": r.sum()}, x)["sum"].tolist() == [1, 5, 9]


@pytest.mark.parametrize("policy", ["nothing", "products", "everything"])
def test_checkpoint(policy):
    def block(y, x):
        return (torch.sin(torch.tanh(y * x) @ ONES) @ ONES).sum()

    def input_of(x):
        return torch.stack([x, x**2])[None]

    agrees(lambda x: checkpoint(lambda y: block(y, x), policy=policy)(input_of(x)), lambda x: block(input_of(x), x))


def test_products_are_kept():
    calls = []

    class Count(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            calls.append(func)
            return func(*args, **(kwargs or {}))

    x = torch.rand(4, 4, requires_grad=True)
    counts = {}
    for policy in ("nothing", "products"):
        y = checkpoint(lambda x: torch.sin(x @ x), policy=policy)(x)
        calls.clear()
        with Count():
            y.sum().backward()
        counts[policy] = sum(f is torch.ops.aten.mm.default for f in calls)
    assert counts == {"nothing": 3, "products": 2}


def test_compiled():
    torch._dynamo.reset()
    branch = torch.compile(lambda x: cond(x.sum() > 0, torch.sin, torch.cos, x), fullgraph=True, backend="eager")
    torch.testing.assert_close(branch(X), torch.sin(X))
    power = torch.compile(
        lambda x: while_loop(lambda s: s[0] < 5, lambda s: (s[0] + 1, s[1] * x), (torch.tensor(0), torch.ones_like(x)))[
            1
        ],
        fullgraph=True,
        backend="eager",
    )
    torch.testing.assert_close(power(X), X**5)


def test_bad_input():
    with pytest.raises(TypeError, match=r"while_loop: .* at \['a'\] it was \(\) of torch.float64"):
        while_loop(lambda s: s["a"] < 3, lambda s: {"a": s["a"][None]}, {"a": X})
    with pytest.raises(TypeError, match="one truth value"):
        while_loop(lambda s: s < 3, lambda s: s + 1, XS)
    with pytest.raises(ValueError, match="no policy 'dots'"):
        checkpoint(torch.sin, policy="dots")
    with pytest.raises(ValueError, match="first axes of one length"):
        scan(lambda c, x: (c, c), 0.0, (XS, XS[:2]))
    with pytest.raises(TypeError, match="keep its structure"):
        scan(lambda c, x: ((c, c), c), 0.0, XS)
