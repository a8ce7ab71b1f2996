"""Tracing: fake tensors, torch.compile, torch.export and torch's own operator check."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode

from ..close import assert_close
from ..law import is_differentiable, is_mathematics, is_operator, law
from ..subject import Case, Subject


@law(applies=is_operator)
def fake_is_eager(subject: Subject) -> None:
    """Fake and meta tensors have the shape, dtype and strides of the real results."""
    op = subject.operator
    assert op is not None
    for case in subject.cases(2):
        real = case.function(*case.args, **case.kwargs)
        with FakeTensorMode(allow_non_fake_inputs=False) as mode:
            fake = case.function(
                *(mode.from_tensor(a) if isinstance(a, Tensor) else a for a in case.args), **case.kwargs
            )
        meta = case.function(*(a.to("meta") if isinstance(a, Tensor) else a for a in case.args), **case.kwargs)
        for kind, found in (("fake", fake), ("meta", meta)):
            for r, f in zip(_tuple(real), _tuple(found), strict=True):
                have, want = (tuple(f.shape), f.dtype, f.stride()), (tuple(r.shape), r.dtype, r.stride())
                assert have == want, f"{case.label}: {kind} tensor is {have}, the real result {want}"
                assert kind == "fake" or f.device.type == "meta", f"{case.label}: meta gave {f.device}"


def _tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


@law(applies=is_operator)
def opcheck(subject: Subject) -> None:
    """``torch.library.opcheck``: schema, autograd registration, fake tensors and AOT dispatch."""
    op = subject.operator
    assert op is not None
    for case in subject.one_of_each_kind():
        args = tuple(a.clone().requires_grad_() if i in case.moving else a for i, a in enumerate(case.args))
        tests = ("test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_dynamic")
        torch.library.opcheck(op.raw, args, dict(case.kwargs), test_utils=tests)


def _is_differentiable_mathematics(subject: Subject) -> bool:
    return is_mathematics(subject) and is_differentiable(subject)


def _compiled(f: Any, backend: str = "aot_eager") -> Any:
    torch._dynamo.reset()
    return torch.compile(f, fullgraph=True, backend=backend, dynamic=False)


@law(applies=is_mathematics)
def compile_forward_and_backward(subject: Subject) -> None:
    """A full graph without breaks, with the eager values and gradients."""
    for case in subject.one_of_each_kind():
        assert_close(
            _compiled(case)(*case.values),
            case(*case.values),
            rtol=1e-9,
            atol=1e-12,
            what=f"{case.label}, compiled",
            scale=True,
        )
        if case.moving:
            _same_gradients(case, _compiled(case.scalar))


def _same_gradients(case: Case, compiled: Any) -> None:
    leaves = [v.clone().requires_grad_() for v in case.values]
    found = torch.autograd.grad(compiled(*leaves), leaves)
    expected = torch.autograd.grad(case.scalar(*leaves), leaves)
    assert_close(found, expected, rtol=1e-8, atol=1e-10, what=f"{case.label}: compiled backward", scale=True)


@law(applies=_is_differentiable_mathematics, slow=True)
def compile_of_transforms(subject: Subject) -> None:
    """grad, jvp, hessian and vmap inside a full graph."""
    for case in subject.one_of_each_kind():
        positions = tuple(range(len(case.moving)))
        gradient = torch.func.grad(case.scalar, argnums=positions)
        directions = case.directions(13)
        dims = (0,) * len(positions)
        batched = tuple(torch.stack([v, 0.99 * v]) for v in case.values)

        def pushed(*values: Tensor, case: Case = case, directions: tuple[Tensor, ...] = directions) -> Any:
            return torch.func.jvp(case, values, directions)[1]

        programs: dict[str, tuple[Any, tuple[Tensor, ...]]] = {
            "grad": (gradient, case.values),
            "jvp": (pushed, case.values),
            "vmap": (torch.func.vmap(case, in_dims=dims), batched),
        }
        if not any(v.is_complex() for v in case.values):
            programs["hessian"] = (torch.func.hessian(case.scalar, argnums=positions[0]), case.values)
        for name, (program, values) in programs.items():
            found, expected = _compiled(program)(*values), program(*values)
            assert_close(found, expected, rtol=1e-7, atol=1e-9, what=f"{case.label}: compiled {name}", scale=True)


@law(applies=_is_differentiable_mathematics, slow=True)
def compile_with_inductor(subject: Subject) -> None:
    """The default backend, forward and backward."""
    for case in subject.one_of_each_kind():
        _same_gradients(case, _compiled(case.scalar, "inductor"))


@law(applies=is_mathematics, slow=True)
def export_with_dynamic_batch(subject: Subject) -> None:
    """``torch.export`` with a symbolic batch size, run at another size."""
    for case in subject.one_of_each_kind():
        if not case.moving:
            continue

        values = tuple(torch.stack([v, 0.99 * v, 0.98 * v]) for v in case.values)
        if not _takes_a_batch(case, values):
            continue  # rows of segments, say: there is no batch dimension to be dynamic

        class Module(torch.nn.Module):
            def forward(self, *values: Tensor, case: Case = case) -> tuple[Tensor, ...]:
                return case(*values)

        batch = torch.export.Dim("batch", min=2, max=64)
        program = torch.export.export(Module(), values, dynamic_shapes=(tuple({0: batch} for _ in values),))
        other = tuple(torch.cat([v, 0.97 * v]) for v in values)
        assert_close(
            program.module()(*other),
            case(*other),
            rtol=1e-10,
            atol=1e-12,
            what=f"{case.label}, exported",
            scale=True,
        )


def _takes_a_batch(case: Case, values: tuple[Tensor, ...]) -> bool:
    """Whether leading dimensions are a batch; of some composites they are what is counted or summed."""
    try:
        found = case(*values)
    except (IndexError, RuntimeError, ValueError):
        return False
    return all(f.shape == (len(values[0]), *one.shape) for f, one in zip(found, case(*case.values)))
