"""Every private name of torch that scitorch relies on, in one place.

An operator with derivatives of every order, under every nesting of ``torch.func``, forward-mode AD, ``torch.compile``
and plain autograd, needs four things that torch has but does not export:

* a single-level ``autograd.Function`` (the public one calls ``inspect.signature`` at each call, and hides the outer
  levels of differentiation from its forward),
* the switch that lets such a function run inside a ``torch.func`` transform,
* the tangent of a dual number independent of the (inside compiled graphs stale) Python-side level,
* the dispatch keys of a tensor, to know that nothing intercepts a call.

The arrays and the script runner need to know, in addition, whether a transform holds a tensor and to register pytrees.

The names were verified on the versions of :data:`VERIFIED` with ``tests/op/test_composition.py``. On any other
version :func:`verify` warns once and runs a short self-test at first use, which decides.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any, ClassVar

import torch
from torch._C import DisableTorchFunction as functions_unwatched
from torch._C import _AutoDispatchBelowAutograd as below_autograd
from torch._C import _DisableFuncTorch as transforms_disabled
from torch._C import _DisableTorchDispatch as below_python
from torch._C import _dispatch_keys as dispatch_keys
from torch._C import _len_torch_dispatch_stack as dispatch_mode_count
from torch._C import _len_torch_function_stack as function_mode_count
from torch._C._functorch import maybe_current_level as current_level
from torch._functorch.pyfunctorch import retrieve_current_functorch_interpreter as current_transform
from torch._functorch.pyfunctorch import temporarily_pop_interpreter_stack as one_transform_less
from torch._functorch.utils import enable_single_level_autograd_function as inside_transforms
from torch.autograd.forward_ad import _set_fwd_grad_enabled as forward_grad
from torch.autograd.function import _SingleLevelFunction
from torch.nn.utils.stateless import _reparametrize_module
from torch.overrides import _pop_mode, _push_mode
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import _disable_current_modes as modes_disabled

autocast_enabled: Callable[[], bool] = torch._C._is_any_autocast_enabled  # type: ignore[attr-defined]
transforms_active: Callable[[], bool] = torch._C._are_functorch_transforms_active

unwrapped: Callable[[torch.Tensor], torch.Tensor] = torch._C._functorch.get_unwrapped
without_torch_function: Any = torch._C._disabled_torch_function_impl

__all__ = [
    "VERIFIED",
    "SingleLevelFunction",
    "Surroundings",
    "autocast_enabled",
    "below_autograd",
    "below_python",
    "carries_tangent",
    "constant_while_tracing",
    "current_level",
    "current_transform",
    "dispatch_keys",
    "dispatch_mode_count",
    "dual_of",
    "forward_grad",
    "full_precision",
    "function_mode_count",
    "functions_unwatched",
    "held_elsewhere",
    "in_batch",
    "in_derivative_level",
    "inside_derivative",
    "inside_transforms",
    "is_batch_level",
    "is_batched",
    "is_tracked",
    "is_transformed",
    "lazy_views_resolved",
    "level_of",
    "may_be_view",
    "modes_disabled",
    "one_transform_less",
    "out_of_batch",
    "out_of_derivative_level",
    "outside_everything",
    "plain_dense_keys",
    "primal_of",
    "pytree",
    "reparametrized_module",
    "tangent_of",
    "transforms_active",
    "transforms_disabled",
    "unwrapped",
    "verify",
    "without_dead_wrappers",
    "without_torch_function",
    "without_wrappers",
]

_UNCHANGED: AbstractContextManager[Any] = nullcontext()

#: Versions of torch on which the composition battery passed.
VERIFIED = ("2.11", "2.13", "2.15")


class SingleLevelFunction(_SingleLevelFunction):
    """An ``autograd.Function`` of one differentiation level, usable under compiled autograd."""

    apply: ClassVar[Callable[..., Any]]

    _compiled_autograd_key = staticmethod(torch.autograd.Function._compiled_autograd_key)


def primal_of(x: torch.Tensor) -> torch.Tensor:
    """The primal of a dual number of the innermost level, or ``x`` itself."""
    return torch._VF._unpack_dual(x, level=0)[0]  # type: ignore[attr-defined,no-any-return]


def carries_tangent(x: torch.Tensor) -> bool:
    """Whether ``x`` is a dual number of the innermost level."""
    return torch._VF._unpack_dual(x, level=0)[1] is not None  # type: ignore[attr-defined]


def dual_of(x: torch.Tensor, tangent: torch.Tensor) -> torch.Tensor:
    """A dual number of the innermost level, for use inside the jvp of a rule, which took that level's duals apart."""
    return torch._VF._make_dual(x, tangent, level=0)  # type: ignore[attr-defined,no-any-return]


def tangent_of(x: torch.Tensor) -> torch.Tensor | None:
    """The tangent of a dual number of the innermost level."""
    return torch._VF._unpack_dual(x, level=0)[1]  # type: ignore[attr-defined,no-any-return]


def is_transformed(x: torch.Tensor) -> bool:
    """Whether a torch.func transform is looking at the tensor, so that its values must not be looked at."""
    return torch._C._functorch.is_functorch_wrapped_tensor(x)


def is_tracked(x: torch.Tensor, *, batched: bool = True) -> bool:
    """Whether the tensor is differentiated (or ``batched``), by autograd or at any level of torch.func transforms."""
    if not transforms_active():
        return x.requires_grad or carries_tangent(x)
    level = torch._C._functorch.maybe_get_level(x)
    if level == current_level():
        if torch._C._functorch.is_batchedtensor(x):
            if batched:
                return True
        elif x.requires_grad or carries_tangent(x):
            return True
        x = torch._C._functorch.get_unwrapped(x)
    with one_transform_less():  # the tangents of a level are seen from there only
        return is_tracked(x, batched=batched)


def may_be_view(x: torch.Tensor) -> bool:
    """Whether the tensor is a view of another one, seen through the wrappers of torch.func transforms."""
    while True:
        if x._is_view():
            return True
        if not is_transformed(x):
            return False
        x = torch._C._functorch.get_unwrapped(x)


def held_elsewhere(x: torch.Tensor) -> bool:
    """Whether something other than Python holds the tensor: a view of it, or a recorded operation."""
    return x._use_count() > 1  # type: ignore[attr-defined,no-any-return]


def without_wrappers(x: torch.Tensor) -> torch.Tensor:
    """The tensor under the wrappers of derivatives: its values, without what the derivatives know of it.

    A batch has no single value, so a batched tensor stays wrapped.
    """
    functorch = torch._C._functorch
    while is_transformed(x) and not functorch.is_batchedtensor(x):
        x = functorch.get_unwrapped(x)
    return x


class Surroundings:
    """The transforms, modes and switches around a piece of code, to be brought back below the dispatcher.

    When the dispatcher calls Python for a tensor subclass, it has put aside torch.func's levels and switched autograd
    off. A subclass that stands for a level of its own wants the levels outside it back, and those only.
    """

    def __init__(self) -> None:
        self._include = torch._C._dispatch_tls_local_include_set()
        self._exclude = torch._C._dispatch_tls_local_exclude_set()
        self._grad, self._forward = torch.is_grad_enabled(), torch._C._is_fwd_grad_enabled()
        self._function_modes = function_mode_count()
        self._layers = _all_layers()
        for layer in self._layers:
            torch._C._functorch.push_dynamic_layer_stack(layer)

    @property
    def depth(self) -> int:
        """Number of torch.func levels."""
        return len(self._layers)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """A context in which all is as it was."""
        aside = _all_layers()
        modes = [_pop_mode() for _ in range(function_mode_count() - self._function_modes)]
        for layer in self._layers:
            torch._C._functorch.push_dynamic_layer_stack(layer)
        try:
            with (
                torch._C._ForceDispatchKeyGuard(self._include, self._exclude),
                torch.set_grad_enabled(self._grad),
                forward_grad(self._forward),
            ):
                yield
        finally:
            _all_layers()
            for layer in aside:
                torch._C._functorch.push_dynamic_layer_stack(layer)
            for mode in reversed(modes):
                _push_mode(mode)


def _all_layers() -> list[Any]:
    """Take torch.func's levels off their stack, outermost first."""
    layers: list[Any] = []
    while torch._C._functorch.peek_interpreter_stack() is not None:
        layers.append(torch._C._functorch.pop_dynamic_layer_stack())
    return layers[::-1]


def reparametrized_module(module: torch.nn.Module, parameters: dict[str, torch.Tensor]) -> AbstractContextManager[Any]:
    """Other tensors in place of a module's parameters, wherever they are tied."""
    return _reparametrize_module(module, parameters, tie_weights=True)  # type: ignore[no-any-return]


def without_dead_wrappers(x: torch.Tensor) -> torch.Tensor:
    """The tensor without the wrappers of transforms that have ended, which the dispatcher takes off by itself."""
    return torch._C._functorch.unwrap_if_dead(x)


def level_of(x: torch.Tensor) -> int:
    """The level of the transform that holds the tensor; 0 for none, or one that has ended."""
    return max(torch._C._functorch.maybe_get_level(x), 0)


def is_batched(x: torch.Tensor) -> bool:
    """Whether the tensor is a member of a batch at any level, so that it has no single value."""
    functorch = torch._C._functorch
    while is_transformed(x):
        if functorch.is_batchedtensor(x):
            return True
        x = functorch.get_unwrapped(x)
    return False


def is_batch_level(transform: Any) -> bool:
    """Whether a level of transforms is one of batches, not of derivatives."""
    return transform.key() == torch._C._functorch.TransformType.Vmap  # type: ignore[no-any-return]


def out_of_derivative_level(x: torch.Tensor, level: int) -> torch.Tensor:
    """The tensor as the transforms around this level of derivatives see it."""
    return torch._C._functorch._unwrap_for_grad(x, level)


def in_derivative_level(x: torch.Tensor, level: int) -> torch.Tensor:
    """A tensor of the transforms around this level of derivatives, for the level."""
    return torch._C._functorch._wrap_for_grad(x, level)


def out_of_batch(x: torch.Tensor, level: int) -> tuple[torch.Tensor, int | None]:
    """The tensor that holds the whole batch of a level, and its batch dimension; None where it is not batched."""
    return torch._C._functorch._unwrap_batched(x, level)


def in_batch(x: torch.Tensor, dim: int, level: int) -> torch.Tensor:
    """A tensor with a batch dimension as its members, at a level."""
    return torch._C._functorch._add_batch_dim(x, dim, level)


def inside_derivative() -> bool:
    """Whether a derivative of torch.func is being taken, not only a batch."""
    levels = torch._C._functorch.get_interpreter_stack() if transforms_active() else None
    kinds = torch._C._functorch.TransformType
    return any(level.key() in (kinds.Grad, kinds.Jvp) for level in levels or ())


def full_precision(device: str) -> AbstractContextManager[Any]:
    """Switch autocast off: kernels and derivative formulas choose their own precision."""
    if autocast_enabled():
        return torch.autocast(device, enabled=False)
    return _UNCHANGED


_LAZY_VIEWS = (
    torch._C.DispatchKeySet(torch._C.DispatchKey.Conjugate)
    | torch._C.DispatchKeySet(torch._C.DispatchKey.Negative)
    | torch._C.DispatchKeySet(torch._C.DispatchKey.ZeroTensor)
)


def lazy_views_resolved() -> Any:
    """A context in which conjugate and negative views mean what they say.

    Compiled graphs call operators with those dispatch keys switched off: ``a + a.mH`` inside a kernel would then add
    the transpose without its conjugate.
    """
    exclude = torch._C._dispatch_tls_local_exclude_set() - _LAZY_VIEWS
    return torch._C._ForceDispatchKeyGuard(torch._C._dispatch_tls_local_include_set(), exclude)


def plain_dense_keys() -> frozenset[int]:
    """Dispatch key sets of ordinary CPU and CUDA tensors.

    A whitelist: wrappers, subclasses, batched tensors (the legacy ones of gradcheck too), conjugate and negative
    views and inference tensors all have other key sets.
    """
    cpu = dispatch_keys(torch.empty(1))
    key = torch._C.DispatchKey
    cuda = torch._C.DispatchKeySet(key.ADInplaceOrView)
    for name in ("CUDA", "AutogradCUDA", "AutocastCUDA"):
        cuda = cuda | torch._C.DispatchKeySet(getattr(key, name))
    return frozenset({cpu.raw_repr(), cuda.raw_repr()})


@contextmanager
def outside_everything() -> Iterator[None]:
    """A context for making tensors that are kept: nothing that is going on around the call is in them."""
    with torch.inference_mode(False), transforms_disabled(), modes_disabled():
        yield


def constant_while_tracing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have Dynamo call the function instead of tracing it.

    ``torch.compiler.assume_constant_result`` does the same, and imports all of Dynamo to do it.
    """
    function._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return function


@lru_cache(maxsize=1)
def verify() -> None:
    """Warn and self-test once if this torch is not one the private names were verified on.

    Raises
    ------
    RuntimeError
        If the self-test fails: derivatives would be wrong on this torch.
    """
    if ".".join(torch.__version__.split(".")[:2]) in VERIFIED:
        return
    warnings.warn(
        f"scitorch was verified on torch {', '.join(VERIFIED)}, not on {torch.__version__}; "
        "running its self-test, see scitorch.op.torch_private",
        stacklevel=2,
    )
    x = torch.tensor(0.7, dtype=torch.float64)
    one = torch.ones_like(x)

    def forward(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x: torch.func.jvp(f, (x,), (one,))[1]

    for outer in (forward, torch.func.grad):
        for inner in (forward, torch.func.grad):
            found = outer(inner(_cubed))(x)
            if not torch.allclose(found, 6 * x):
                raise RuntimeError(
                    f"scitorch cannot differentiate on torch {torch.__version__}: the self-test found a second "
                    f"derivative of {found.item()} where {6 * x.item()} was wanted"
                )


def _cubed(x: torch.Tensor) -> torch.Tensor:
    """x³ with a hand-made derivative through every private name above."""
    with inside_transforms():
        return _Cubed.apply(x)  # type: ignore[no-any-return]


class _Cubed(SingleLevelFunction):
    @staticmethod
    def forward(x: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad(), forward_grad(True), below_autograd():
            return x * x * x

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def jvp(ctx: Any, tangent: torch.Tensor) -> torch.Tensor:
        with forward_grad(True):
            x = primal_of(ctx.saved_tensors[0])
            return 3 * x * x * tangent

    @staticmethod
    def backward(ctx: Any, cotangent: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x * x * cotangent
