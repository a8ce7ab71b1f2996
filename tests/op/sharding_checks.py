"""Checks of operators on distributed tensors; every rank of a two-process group runs them, rank 0 reports.

Run by ``test_sharding.py`` through torchrun with the path of the report as its argument. Each check compares a
computation on shards with the same computation on whole tensors, and says how the result is distributed.
"""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.tensor import DeviceMesh, DTensor, Partial, Replicate, Shard, distribute_tensor, init_device_mesh
from torch.testing import assert_close

from scitorch import fft, linalg, special
from scitorch.op import Real, elementwise

CHECKS: list[Callable[[], None]] = []


def check(function: Callable[[], None]) -> Callable[[], None]:
    CHECKS.append(function)
    return function


@elementwise(
    kernel=lambda x, y: (x.sin() * y, x.cos() * y),
    partials={
        "x": lambda x, y, out: (out[1], -out[0]),
        "y": lambda x, y, out: (torch.sin(x), torch.cos(x)),
    },
    domain={"x": Real(-3, 3), "y": Real(0.5, 2)},
    results=2,
    public=False,
)
def polar(x: Tensor, y: Tensor) -> Tensor:
    """Sine and cosine of `x`, times `y`."""


def _whole(*shape: int) -> Tensor:
    return 0.5 + torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def _matrices(*shape: int) -> Tensor:
    return _whole(*shape) + 4 * torch.eye(shape[-1], dtype=torch.float64)


@functools.lru_cache
def _mesh(*shape: int) -> DeviceMesh:
    """One mesh per shape: torch 2.13 compiles for a mesh, and fails on its own operators when given an equal one."""
    return init_device_mesh("cpu", shape)


def _placed(whole: Tensor, *placements: object) -> DTensor:
    return distribute_tensor(whole.detach(), _mesh(2), placements)


def _same_gradients(f: Callable[..., Tensor], wholes: list[Tensor], placements: list[object]) -> list[DTensor]:
    """Gradients of the sum of squares of ``f`` on shards, after comparing them with those on whole tensors."""
    shards = [_placed(w, p).requires_grad_() for w, p in zip(wholes, placements)]
    wholes = [w.clone().requires_grad_() for w in wholes]
    (f(*shards) ** 2).sum().backward()
    (f(*wholes) ** 2).sum().backward()
    for shard, whole in zip(shards, wholes):
        assert_close(shard.grad.full_tensor(), whole.grad)
    return [shard.grad for shard in shards]


@check
def elementwise_shards_any_dimension() -> None:
    a, x = _whole(3), _whole(4, 3)
    for placement_a, placement_x in [(Replicate(), Shard(0)), (Replicate(), Shard(1)), (Shard(0), Shard(1))]:
        y = special.gammainc(_placed(a, placement_a), _placed(x, placement_x))
        assert y.placements == (placement_x,), y.placements
        assert_close(y.full_tensor(), special.gammainc(a, x))


@check
def elementwise_backward() -> None:
    grad_a, grad_x = _same_gradients(special.gammainc, [_whole(3), _whole(4, 3)], [Replicate(), Shard(0)])
    # The replicated argument was used on every rank: its gradient is the sum over the ranks, not yet taken.
    assert grad_a.placements == (Partial("sum"),), grad_a.placements
    assert grad_x.placements == (Shard(0),), grad_x.placements


@check
def elementwise_second_derivative() -> None:
    def curvature(a: Tensor, x: Tensor) -> Tensor:
        (slope,) = torch.autograd.grad(special.gammainc(a, x).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad((slope**2).sum(), x)
        return second

    a, x = _whole(3), _whole(4, 3)
    found = curvature(_placed(a, Replicate()), _placed(x, Shard(0)).requires_grad_())
    assert found.placements == (Shard(0),), found.placements
    assert_close(found.full_tensor(), curvature(a, x.clone().requires_grad_()))


@check
def uneven_shards() -> None:
    a, x = _whole(3), _whole(5, 3)
    y = special.gammainc(_placed(a, Replicate()), _placed(x, Shard(0)))
    assert y.to_local().shape == ((3, 3) if dist.get_rank() == 0 else (2, 3))
    assert_close(y.full_tensor(), special.gammainc(a, x))


@check
def numbers_are_replicated() -> None:
    x = _whole(4, 3)
    y = special.gammainc(2.0, _placed(x, Shard(0)))
    assert y.placements == (Shard(0),), y.placements
    assert_close(y.full_tensor(), special.gammainc(2.0, x))


@check
def pending_sums_are_taken_before_a_nonlinear_operator() -> None:
    part = _whole(4, 3) / 2
    x = DTensor.from_local(part, _mesh(2), [Partial("sum")])
    assert_close(special.gammaln(x).full_tensor(), special.gammaln(2 * part))


@check
def core_dimensions_are_gathered() -> None:
    x = _whole(4, 6)
    assert fft.dct(_placed(x, Shard(0)), norm="ortho").placements == (Shard(0),)
    y = fft.dct(_placed(x, Shard(1)), type=3, norm="ortho")
    assert y.placements != (Shard(1),), y.placements
    assert_close(y.full_tensor(), fft.dct(x, type=3, norm="ortho"))


@check
def array_operator_backward() -> None:
    (gradient,) = _same_gradients(lambda x: fft.dct(x * x, type=1), [_whole(4, 6)], [Shard(0)])
    assert gradient.placements == (Shard(0),), gradient.placements


@check
def linear_systems_shard_by_batch() -> None:
    a, b = _matrices(4, 3, 3), _whole(3, 2)
    x = linalg.solve(_placed(a, Shard(0)), _placed(b, Replicate()))
    assert x.placements == (Shard(0),), x.placements
    assert_close(x.full_tensor(), linalg.solve(a, b))
    grad_a, grad_b = _same_gradients(linalg.solve, [a, b], [Shard(0), Replicate()])
    assert grad_a.placements == (Shard(0),), grad_a.placements
    assert grad_b.placements == (Partial("sum"),), grad_b.placements


@check
def several_results_shard_alike() -> None:
    x, y = _whole(4, 3), _whole(3)
    sine, cosine = polar(_placed(x, Shard(0)), _placed(y, Replicate()))
    assert sine.placements == cosine.placements == (Shard(0),)
    assert_close(cosine.full_tensor(), polar(x, y)[1])

    def product(x: Tensor, y: Tensor) -> Tensor:
        sine, cosine = polar(x, y)
        return sine * cosine

    _same_gradients(product, [x, y], [Shard(0), Replicate()])
    _same_gradients(lambda x, y: polar(x, y)[1], [x, y], [Shard(1), Replicate()])


@check
def two_dimensional_mesh() -> None:
    x = _whole(4, 6)
    y = special.gammaln(distribute_tensor(x, _mesh(2, 1), [Shard(0), Shard(1)]))
    assert y.placements == (Shard(0), Shard(1)), y.placements
    assert_close(y.full_tensor(), special.gammaln(x))


@check
def compiled_with_gradient() -> None:
    def f(a: Tensor, x: Tensor) -> Tensor:
        return special.gammainc(a, x) * 2

    _same_gradients(
        torch.compile(f, fullgraph=True, backend="aot_eager"), [_whole(3), _whole(4, 3)], [Replicate(), Shard(0)]
    )


@check
def function_transform() -> None:
    x = _whole(4, 3)
    slope = torch.func.grad(lambda x: special.gammaln(x).sum())
    found = slope(_placed(x, Shard(0)))
    assert found.placements == (Shard(0),), found.placements
    assert_close(found.full_tensor(), slope(x))


@check
def mixing_with_a_plain_tensor_is_refused() -> None:
    try:
        special.gammainc(_whole(3), _placed(_whole(4, 3), Shard(0)))
    except RuntimeError as error:
        assert "mixed torch.Tensor and DTensor" in str(error), error
    else:
        raise AssertionError("a plain tensor was taken together with a distributed one")


def main(report: Path) -> None:
    dist.init_process_group("gloo")
    outcomes: dict[str, str] = {}
    for function in CHECKS:
        try:
            function()
            outcomes[function.__name__] = ""
        except Exception:
            outcomes[function.__name__] = traceback.format_exc()
    gathered: list[dict[str, str]] = [{}, {}]
    dist.all_gather_object(gathered, outcomes)
    if dist.get_rank() == 0:
        report.write_text(json.dumps(gathered))
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
