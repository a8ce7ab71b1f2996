"""Function transforms, each against the same thing made with torch.func, and with JAX under jit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from scitorch import func

from .peers import jax_module, relative_difference
from .timing import OURS, Row

# Peers are dropped when they are further from us than this: then they are not doing the same work.
_SAME = 1e-6
_GENERATOR = torch.Generator().manual_seed(0)


def rows() -> Iterator[Row]:
    """First derivatives, Jacobians and Hessians; Taylor mode; sparse derivatives; Laplacians; linear maps."""
    x = torch.randn(64, dtype=torch.float64, generator=_GENERATOR)
    yield from _first(x)
    yield from _taylor()
    yield from _sparse()
    yield from _laplacian()
    yield from _maps(x)


def _row(name: str, case: str, ours: Callable[[], Any], torchs: Callable[[], Any] | None, jaxs: Any = None) -> Row:
    expected = _plain(ours())
    contenders: dict[str, Callable[[], Any]] = {OURS: ours}
    notes: list[str] = []
    for who, call in (("torch", torchs), ("JAX", jaxs)):
        if call is None:
            continue
        try:
            difference = relative_difference(_plain(call()), expected)
        except Exception as error:
            notes.append(f"{who}: {type(error).__name__}")
            continue
        if difference > _SAME:
            notes.append(f"{who} differs by {difference:.0e}")
        else:
            contenders[who] = call
    return Row("func", name, case, contenders, tuple(notes))


def _plain(value: Any) -> Any:
    return value.toarray() if hasattr(value, "toarray") else value


def _jitted(make: Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]) -> Callable[[], Any] | None:
    """A call of JAX, compiled; nothing where JAX is not installed."""
    jax = jax_module()
    if jax is None:
        return None
    function, arguments = make(jax)
    compiled = jax.jit(function)
    return lambda: jax.block_until_ready(compiled(*arguments))


def _energy(x: Tensor) -> Tensor:
    return (torch.sin(x) * x.roll(1)).pow(2).sum() + torch.logsumexp(x, 0)


def _energy_in(jax: Any) -> Callable[[Any], Any]:
    np = jax.numpy
    return lambda x: ((np.sin(x) * np.roll(x, 1)) ** 2).sum() + jax.scipy.special.logsumexp(x)


def _first(x: Tensor) -> Iterator[Row]:
    for name, theirs in (("grad", "grad"), ("jacobian", "jacrev"), ("hessian", "hessian")):
        f = torch.sin if name == "jacobian" else _energy

        def make(jax: Any, name: str = name, theirs: str = theirs) -> Any:
            g = jax.numpy.sin if name == "jacobian" else _energy_in(jax)
            return getattr(jax, theirs)(g), (jax.numpy.asarray(x.numpy()),)

        ours, torchs = getattr(func, name)(f), getattr(torch.func, theirs)(f)
        yield _row(name, "64", lambda ours=ours: ours(x), lambda torchs=torchs: torchs(x), _jitted(make))


def _composite(x: Tensor) -> Tensor:
    return torch.exp(torch.sin(x) * x) / torch.sqrt(1 + x * x)


def _taylor() -> Iterator[Row]:
    x, one = torch.tensor(0.7, dtype=torch.float64), torch.ones((), dtype=torch.float64)

    def nested(order: int) -> Callable[[Tensor], Tensor]:
        f: Callable[[Tensor], Tensor] = _composite
        for _ in range(order):
            f = (lambda g: lambda x: torch.func.jvp(g, (x,), (one,))[1])(f)
        return f

    for order in (4, 8):

        def make(jax: Any, order: int = order) -> Any:
            from jax.experimental.jet import jet

            np = jax.numpy

            def f(x: Any) -> Any:
                return np.exp(np.sin(x) * x) / np.sqrt(1 + x * x)

            series = [np.ones(())] + [np.zeros(())] * (order - 1)
            return (lambda x: jet(f, (x,), (series,))[1][-1]), (np.asarray(0.7),)

        ours = func.taylor(_composite, order, normalized=False)
        theirs = nested(order)
        yield _row(
            "jet",
            f"composite function, order {order}, torch by nested jvp",
            lambda ours=ours: ours(x)[-1],
            lambda theirs=theirs: theirs(x),
            _jitted(make),
        )


def _pentadiagonal(x: Tensor) -> Tensor:
    y = torch.nn.functional.pad(x, (2, 2))
    return (y[:-4] - 4 * y[1:-3] + 6 * y[2:-2] - 4 * y[3:-1] + y[4:]) * x + torch.sin(x)


def _sparse() -> Iterator[Row]:
    x = torch.linspace(0, 1, 4000, dtype=torch.float64)

    def make(jax: Any) -> Any:
        np = jax.numpy

        def f(x: Any) -> Any:
            y = np.pad(x, 2)
            return (y[:-4] - 4 * y[1:-3] + 6 * y[2:-2] - 4 * y[3:-1] + y[4:]) * x + np.sin(x)

        return jax.jacfwd(f), (np.asarray(x.numpy()),)

    plan = func.jacobian_plan(_pentadiagonal, x)
    ours = func.sparse_jacobian(_pentadiagonal, plan=plan)
    theirs = torch.func.jacfwd(_pentadiagonal)
    case = "pentadiagonal 4000, peers by dense jacfwd"
    yield _row("sparse_jacobian", case, lambda: ours(x), lambda: theirs(x), _jitted(make))

    def rosenbrock(x: Tensor) -> Tensor:
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    z = torch.linspace(0, 1, 1000, dtype=torch.float64)
    symmetric = func.sparse_hessian(rosenbrock, plan=func.hessian_plan(rosenbrock, z))
    dense = torch.func.hessian(rosenbrock)
    yield _row("sparse_hessian", "Rosenbrock 1000, torch by dense hessian", lambda: symmetric(z), lambda: dense(z))


def _laplacian() -> Iterator[Row]:
    widths = (64, 64, 64, 64, 1)
    weights = [
        torch.randn(m, n, dtype=torch.float64, generator=_GENERATOR) / n**0.5 for n, m in itertools.pairwise(widths)
    ]
    batch = torch.randn(32, 64, dtype=torch.float64, generator=_GENERATOR)

    def network(x: Tensor) -> Tensor:
        for w in weights[:-1]:
            x = torch.tanh(torch.nn.functional.linear(x, w))
        return torch.nn.functional.linear(x, weights[-1]).squeeze(-1)

    def make(jax: Any) -> Any:
        np = jax.numpy
        own = [np.asarray(w.numpy()) for w in weights]

        def f(x: Any) -> Any:
            for w in own[:-1]:
                x = np.tanh(w @ x)
            return (own[-1] @ x)[0]

        return jax.vmap(lambda x: np.trace(jax.hessian(f)(x))), (np.asarray(batch.numpy()),)

    ours = torch.func.vmap(lambda x: func.laplacian(network)(x)[1])
    theirs = torch.func.vmap(lambda x: torch.func.hessian(network)(x).trace())

    def whole(x: Tensor) -> Tensor:
        return torch.func.hessian(lambda x: network(x).sum())(x).diagonal(dim1=0, dim2=2).diagonal().sum(-1)

    case = "3 tanh layers of 64, batch 32, peers by the trace of the Hessian"
    yield _row("laplacian", f"{case}, batched", lambda: ours(batch), lambda: theirs(batch), _jitted(make))
    yield _row("laplacian", f"{case} of the sum over the batch", lambda: ours(batch), lambda: whole(batch))


def _maps(x: Tensor) -> Iterator[Row]:
    v = torch.ones_like(x)

    def f(x: Tensor) -> Tensor:
        return torch.sin(x) * x.roll(1) + torch.tanh(x).cumsum(0)

    def make(jax: Any) -> Any:
        np = jax.numpy
        _, push = jax.linearize(lambda x: np.sin(x) * np.roll(x, 1) + np.tanh(x).cumsum(), np.asarray(x.numpy()))
        return push, (np.ones(64),)

    push, theirs = func.linearize(f, x)[1], torch.func.linearize(f, x)[1]
    yield _row("linearize", "64, one use of the map", lambda: push(v), lambda: theirs(v), _jitted(make))

    def product(jax: Any) -> Any:
        g = jax.grad(_energy_in(jax))
        return (lambda x, v: jax.jvp(g, (x,), (v,))[1]), (jax.numpy.asarray(x.numpy()), jax.numpy.ones(64))

    yield _row(
        "hvp",
        "64",
        lambda: func.hvp(_energy, (x,), (v,))[0],
        lambda: torch.func.jvp(torch.func.grad(_energy), (x,), (v,))[1],
        _jitted(product),
    )
