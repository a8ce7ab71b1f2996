"""What is known of torch's own operations, as `scitorch.op.Traits` tells it of declared ones.

Transforms ask for these traits and never for names. Operations that are not here are differentiated by torch's
formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

__all__ = [
    "contraction",
    "is_constant",
    "is_elementwise",
    "is_index_only",
    "is_linear",
    "is_quotient",
    "is_reduction",
    "multilinear_groups",
    "rewritten",
    "without_constants",
]

# Results are elements of the arguments, each at most once, or a constant.
_INDEX_ONLY = frozenset(
    """
_unsafe_view alias as_strided cat clone contiguous detach diagonal diagonal_scatter expand flip gather index
index_put index_select lift_fresh masked_scatter movedim narrow permute repeat reshape roll select select_backward
select_scatter slice slice_backward slice_scatter split split_with_sizes squeeze stack t take transpose tril triu
unbind unfold unsqueeze view where _to_copy diag_embed constant_pad_nd diagonal_backward scatter masked_fill
chunk _reshape_alias unsafe_split resolve_conj resolve_neg expand_copy permute_copy view_copy select_copy slice_copy
""".split()  # noqa: SIM905  (a list of this length is unreadable with quotes)
)

# Linear in all float arguments together; index-only operations are as well.
_LINEAR = frozenset(
    """
add sub rsub neg _neg_view sum mean cumsum trace real imag conj _conj _conj_physical conj_physical view_as_real
view_as_complex complex positive _fft_r2c _fft_c2c _fft_c2r scatter_add index_add nansum avg_pool2d avg_pool1d
avg_pool3d avg_pool2d_backward upsample_nearest1d upsample_nearest2d upsample_linear1d upsample_bilinear2d
upsample_bicubic2d unfold_backward embedding_dense_backward im2col col2im reflection_pad1d reflection_pad2d
replication_pad1d replication_pad2d pixel_shuffle pixel_unshuffle _adaptive_avg_pool2d
""".split()  # noqa: SIM905  (a list of this length is unreadable with quotes)
)

# Numbers that these operations add or put in: zero in the linear map of tangents.
_AFFINE = {
    "add": ("other",),
    "sub": ("other",),
    "rsub": ("other",),
    "where": ("self", "other"),
    "masked_fill": ("value",),
    "constant_pad_nd": ("value",),
    "scatter": ("value",),
}

# Linear in each of these groups of arguments, the others being fixed.
_MULTILINEAR: dict[str, tuple[tuple[int, ...], ...]] = dict.fromkeys(
    ("mul", "mm", "bmm", "mv", "dot", "linalg_cross"), ((0,), (1,))
)
_MULTILINEAR["div"] = ((0,),)

# The derivative is zero wherever there is one.
_CONSTANT = frozenset(
    """
floor ceil round trunc sign sgn heaviside zeros_like ones_like empty_like full_like rand_like randn_like new_zeros
new_ones new_empty new_full new_empty_strided signbit bernoulli zeros ones full fill _new_zeros_with_same_feature_meta
""".split()  # noqa: SIM905  (a list of this length is unreadable with quotes)
)


def _name(func: Any) -> str:
    namespace, _, name = func._schema.name.partition("::")
    return name if namespace == "aten" else ""


def is_constant(func: Any) -> bool:
    """Whether the derivative is zero wherever there is one."""
    return _name(func) in _CONSTANT


def is_index_only(func: Any) -> bool:
    """Whether results are elements of the arguments."""
    return _name(func) in _INDEX_ONLY


def is_linear(func: Any) -> bool:
    """Whether the results are linear in all float arguments together."""
    name = _name(func)
    return name in _LINEAR or name in _INDEX_ONLY


def without_constants(
    func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of an operation that is linear but for numbers which it adds, with zeros for these."""
    names = _AFFINE.get(_name(func), ())
    if not names:
        return args, kwargs
    parameters = [a.name for a in func._schema.arguments]
    changed = [
        0 if name in names and isinstance(value, bool | int | float | complex) else value
        for name, value in zip(parameters, args)
    ]
    zeros = {n: 0 for n in names if isinstance(kwargs.get(n), bool | int | float | complex)}
    return (*changed, *args[len(changed) :]), {**kwargs, **zeros}


def multilinear_groups(func: Any) -> tuple[tuple[int, ...], ...] | None:
    """Groups of arguments in each of which the results are linear, if that is all there is to say."""
    if func._overloadname in ("Tensor_mode", "Scalar_mode"):  # rounds
        return None
    return _MULTILINEAR.get(_name(func))


def is_quotient(func: Any) -> bool:
    """Whether the result, multiplied by the second argument, is the first."""
    return _name(func) in ("div", "true_divide") and func._overloadname == "Tensor"


def is_elementwise(func: Any) -> bool:
    """Whether each element of the result depends on the elements of the arguments at its position only."""
    return torch.Tag.pointwise in func.tags


def _addmm(self: Any, a: Any, b: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    product = a @ b
    return (self if beta == 1 else beta * self) + (product if alpha == 1 else alpha * product)


def _addcmul(self: Any, a: Any, b: Any, *, value: Any = 1) -> Any:
    return self + (a * b if value == 1 else value * (a * b))


def _addcdiv(self: Any, a: Any, b: Any, *, value: Any = 1) -> Any:
    return self + (a / b if value == 1 else value * (a / b))


def _lerp(self: Any, end: Any, weight: Any) -> Any:
    return self + weight * (end - self)


def _vdot(a: Any, b: Any) -> Any:
    return (a.conj() * b).sum()


def _copy(self: Any, source: Any, non_blocking: bool = False) -> Any:
    return source.to(self.dtype).expand(self.shape)


_REWRITTEN: dict[str, Callable[..., Any]] = {
    "addmm": _addmm,
    "addmv": _addmm,
    "baddbmm": _addmm,
    "addcmul": _addcmul,
    "addcdiv": _addcdiv,
    "lerp": _lerp,
    "vdot": _vdot,
    "copy": _copy,
}
# Of torch's decompositions into operations outside its core set, those of core operations whose own second derivatives
# in forward mode are wrong, or whose further results have none.
_UNFUSED = frozenset({"native_layer_norm", "native_group_norm", "native_batch_norm", "_softmax", "_log_softmax"})
_decompositions: dict[Any, Callable[..., Any]] | None = None


def _is_unfused(func: Any) -> bool:
    return hasattr(func, "_schema") and _name(func) in _UNFUSED


# Which dimensions of arguments and results go together, where a name says more than the number of dimensions.
_SIGNATURES = {"mm": "nk,km->nm", "bmm": "bnk,bkm->bnm", "mv": "nk,k->n", "dot": "k,k->"}


def contraction(func: Any) -> tuple[list[str], str] | None:
    """The letters of each argument's dimensions and of the result's, of a product that sums over the others."""
    text = _SIGNATURES.get(_name(func))
    if text is None:
        return None
    arguments, result = text.split("->")
    return arguments.split(","), result


def is_reduction(func: Any) -> bool:
    """Whether it reduces the dimensions that its parameter ``dim`` names, or all."""
    return torch.Tag.reduction in func.tags


def rewritten(func: Any) -> Callable[..., Any] | None:
    """The same operation in terms of others that have traits, if torch or we have one."""
    found = _REWRITTEN.get(_name(func))
    if found is not None:
        return found
    global _decompositions
    if _decompositions is None:
        from torch._decomp import core_aten_decompositions, decomposition_table

        _decompositions = dict(core_aten_decompositions())
        _decompositions.update({f: d for f, d in decomposition_table.items() if _is_unfused(f)})
    return _decompositions.get(func)
