"""An operator: a differentiable generalized ufunc, registered with torch's dispatcher.

From one declaration follow the shape and dtype rules (which serve meta tensors, tracing and allocation alike), the
batching rule of ``vmap``, the autograd rule and the kernels per device.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .derivative import Derivative, Tensors
from .domain import Domain, Sampler
from .loops import Loops
from .rule import autograd_rule, contiguous
from .sharding import declare_sharding
from .signature import Signature
from .torch_private import autocast_enabled, full_precision, inside_transforms, lazy_views_resolved, verify

Kernel = Callable[..., Any]

_SCHEMA_TYPE = {bool: "bool", int: "int", float: "float", str: "str", tuple[int, ...]: "int[]"}
_libraries: dict[str, torch.library.Library] = {}
_defined: set[str] = set()


@dataclass(frozen=True)
class StaticParameter:
    """A keyword parameter that is not an array: part of the operator's schema."""

    name: str
    type: Any
    default: Any

    @property
    def schema(self) -> str:
        """The parameter in torch's schema language."""
        if isinstance(self.default, str):
            default = f'"{self.default}"'
        elif isinstance(self.default, tuple):
            default = repr(list(self.default))
        else:
            default = repr(self.default)
        return f"{_SCHEMA_TYPE[self.type]} {self.name}={default}"


@dataclass(frozen=True)
class Traits:
    """What transforms may know of an operator without knowing its name.

    Attributes
    ----------
    elementwise
        Every result element depends on the elements of the arguments at the same position only.
    linear
        Indices of the arguments in which the operator is linear, the others held fixed.
    index_only
        Results are a rearrangement or selection of argument elements.
    reduction
        Results are symmetric functions of the elements along the core dimensions.
    """

    elementwise: bool = False
    linear: frozenset[int] = frozenset()
    index_only: bool = False
    reduction: bool = False


@dataclass(frozen=True, eq=False)
class Operator:
    """One declared operator. Built by :func:`scitorch.op.elementwise` and :func:`scitorch.op.gufunc`."""

    name: str
    family: str
    module: str
    arguments: tuple[str, ...]
    signature: Signature
    loops: Loops
    kernels: Mapping[str, Kernel]
    derivative: Derivative
    static: tuple[StaticParameter, ...]
    traits: Traits
    domain: Domain
    samples: Sampler | None
    reference: Callable[..., Any] | str | None
    mpmath: Callable[..., Any] | None
    rtol: float
    doc: str
    public: bool
    residuals: int = 0
    raw: Any = field(init=False)
    host_kernel: Kernel | None = field(init=False)
    differentiable_results: tuple[bool, ...] = field(init=False)

    def __post_init__(self) -> None:
        verify()
        object.__setattr__(self, "host_kernel", self.kernels.get("cpu") or self.kernels.get("any"))
        rows = self.loops.rows
        count = len(self.signature.outputs)
        smooth = [k < count - self.residuals and any(row.outputs[k] != "i" for row in rows) for k in range(count)]
        object.__setattr__(self, "differentiable_results", tuple(smooth))
        self._register()

    def __repr__(self) -> str:
        return f"<operator {self.family}.{self.name}{self.signature.text}>"

    # --- registration -------------------------------------------------------------------------------------------

    def _register(self) -> None:
        namespace = self.module.split(".")[0].replace("__main__", "user")
        library = _libraries.get(namespace)
        if library is None:
            library = _libraries[namespace] = torch.library.Library(namespace, "FRAGMENT")
        name = stem = f"{self.family}_{self.name}" if self.family else self.name
        version = 1
        while f"{namespace}::{name}" in _defined:  # the same declaration again, in a notebook
            version += 1
            name = f"{stem}_v{version}"
        qualified = f"{namespace}::{name}"
        _defined.add(qualified)
        arguments = ", ".join(f"Tensor {_schema_name(a)}" for a in self.arguments)
        static = ", ".join(p.schema for p in self.static)
        results = ["Tensor"] * len(self.signature.outputs)
        library.define(
            f"{name}({arguments}{', *, ' + static if static else ''}) -> "
            f"{results[0] if len(results) == 1 else '(' + ', '.join(results) + ')'}",
            tags=torch.Tag.pt2_compliant_tag,
        )
        library.impl(name, self._completed(self._dispatched), "CompositeExplicitAutograd")
        torch.library.register_fake(qualified, self._completed(self._fake), lib=library)
        torch.library.register_vmap(qualified, self._completed(self._batched), lib=library)
        object.__setattr__(self, "raw", getattr(getattr(torch.ops, namespace), name).default)
        rule = autograd_rule(self)

        def differentiate(*primals: Tensor, **static: Any) -> Any:
            with inside_transforms():
                return rule.apply(static, *primals)

        library.impl(name, self._completed(differentiate), "Autograd")
        declare_sharding(self)

    def _completed(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """``rule`` with all static parameters: the dispatcher leaves out those that have their default value."""
        if not self.static:
            return rule
        defaults = {p.name: p.default for p in self.static}
        sequences = [p.name for p in self.static if p.type == tuple[int, ...]]

        def completed(*args: Any, **static: Any) -> Any:
            static = {**defaults, **static}
            for name in sequences:  # the dispatcher gives lists
                static[name] = tuple(static[name])
            return rule(*args, **static)

        return completed

    # --- the four rules -----------------------------------------------------------------------------------------

    def pack(self, results: Sequence[Any]) -> Any:
        """A tensor for one result, a tuple for several."""
        return results[0] if len(self.signature.outputs) == 1 else tuple(results)

    def result_shapes(self, primals: Sequence[Tensor], static: Mapping[str, Any]) -> list[tuple[int, ...]]:
        """Shapes of the results; raises ``ValueError`` for arguments that do not fit the signature."""
        return self.signature.result_shapes([x.shape for x in primals], self.name, self.arguments, static)

    def compute(self, *primals: Tensor, **static: Any) -> Any:
        """Run the kernel of the arguments' device. Results are contiguous: Inductor trusts the fake's strides."""
        primals = tuple([x.detach() if x.requires_grad else x for x in primals])
        if primals[0].is_cpu and self.host_kernel is not None and not autocast_enabled():  # the short way
            return contiguous(self.host_kernel(*primals, **static))
        device = primals[0].device.type
        kernel = self.kernels.get(device)
        if kernel is None and not any(x.is_complex() for x in primals):
            kernel = self.kernels.get(f"{device} real")
        kernel = kernel or self.kernels.get("any")
        with full_precision(device):
            results = kernel(*primals, **static) if kernel else self._compute_on_host(primals, static)
        return contiguous(results)

    def _dispatched(self, *primals: Tensor, **static: Any) -> Any:
        """``compute`` as the dispatcher calls it, from eager code and from compiled graphs."""
        with lazy_views_resolved():
            results = self.compute(*primals, **static)
            if isinstance(results, tuple):
                return tuple(r.resolve_conj().resolve_neg() for r in results)
            return results.resolve_conj().resolve_neg()

    def _compute_on_host(self, primals: Tensors, static: Mapping[str, Any]) -> Any:
        device = primals[0].device
        warnings.warn(
            f"{self.name}: there is no kernel for {device.type!r}; the arguments are copied to the CPU and back",
            RuntimeWarning,
            stacklevel=2,
        )
        results = self.kernels["cpu"](*(x.cpu() for x in primals), **static)
        return self.pack([r.to(device) for r in (results if isinstance(results, tuple) else (results,))])

    def _fake(self, *primals: Tensor, **static: Any) -> Any:
        dtypes = self.loops.result_dtypes([x.dtype for x in primals], self.name)
        return self.pack(
            [primals[0].new_empty(s, dtype=d) for s, d in zip(self.result_shapes(primals, static), dtypes)]
        )

    def _batched(self, info: Any, dims: tuple[int | None, ...], *primals: Tensor, **static: Any) -> Any:
        ranks = [x.ndim - len(core) - (dim is not None) for x, core, dim in zip(primals, self.signature.inputs, dims)]
        widest = max(ranks)

        def aligned(x: Tensor, dim: int | None, rank: int) -> Tensor:
            if dim is None:
                return x
            x = x.movedim(dim, 0)
            return x.reshape(x.shape[0], *(1,) * (widest - rank), *x.shape[1:])

        return self.raw(*map(aligned, primals, dims, ranks), **static), self.pack([0] * len(self.signature.outputs))


def _schema_name(argument: str) -> str:
    """An argument name that torch's schema parser accepts."""
    return f"{argument}_" if argument in {"lambda", "from", "self", "out"} else argument
