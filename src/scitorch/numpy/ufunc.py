"""Universal functions as objects: calling, `out=`, `where=`, `dtype=`, and the five methods.

The dtype of every call is decided by NumPy's own resolver (`numpy.ufunc.resolve_dtypes`), asked once per
combination of dtypes; weak Python scalars (NEP 50) included. What differs per function is the torch kernel.
"""

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import broadcast_error, ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.dtypes import (
    NUMPY_OF_TORCH,
    WIDE_UNSIGNED,
    astype_tensor,
    from_host,
    host,
    scalar_dtype,
    torch_dtype,
)
from scitorch.numpy.floating_errors import check, watching
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.ufunc_arguments import merge, out_tuple, signature_of, write_out
from scitorch.numpy.wide_unsigned import kernel_for

__all__ = ["ufunc"]

Kernel = Callable[..., Any]
_PLAIN = frozenset({int, float, complex})
_SAME_SIZE_SCALAR = frozenset({torch.float32, torch.float64, torch.complex64, torch.complex128})
_BITS = {torch.int8: 7, torch.int16: 15, torch.int32: 31, torch.int64: 63, torch.uint8: 8}


class Plan:
    """What one call does for one combination of input dtypes: the casts, the kernel, the result dtypes."""

    __slots__ = ("inputs", "kernel", "outputs")

    def __init__(self, inputs: tuple[torch.dtype, ...], kernel: Kernel, outputs: tuple[torch.dtype, ...]) -> None:
        self.inputs = inputs
        self.kernel = kernel
        self.outputs = outputs


class ufunc:
    """A function of scalars applied element by element, with broadcasting and NumPy's dtype rules.

    Parameters
    ----------
    name : str
        NumPy's name; the NumPy function of that name decides dtypes and is the host kernel for dtypes that torch
        has no kernels for.
    kernel : callable
        Takes tensors of the loop's dtype, returns the result tensor (a tuple for several outputs).
    scalars : bool, optional
        The kernel takes Python scalars as they are.
    on_host : str, optional
        Dtype characters computed by NumPy when the data is on the CPU, beyond the wide unsigned ones. Never floats:
        a host kernel carries no gradient.
    reducer, accumulator : callable, optional
        `reducer(tensor, axes, keepdims)` and `accumulator(tensor, axis)` in place of a fold of the kernel.
    """

    def __init__(
        self,
        name: str,
        kernel: Kernel,
        *,
        scalars: bool = False,
        on_host: str = "",
        reducer: Kernel | None = None,
        accumulator: Kernel | None = None,
        reference: Any = None,
    ) -> None:
        self.reference = getattr(numpy, name) if reference is None else reference
        self.__name__ = self.__qualname__ = self.reference.__name__
        call = (self.reference.__doc__ or name).partition("\n")[0]
        self.__doc__ = f"{call}\n\n`numpy.{name}` on tensors, differentiable; the dtype rules are NumPy's."
        self.kernel = kernel
        self.nin: int = self.reference.nin
        self.nout: int = self.reference.nout
        self._identity = self.reference.identity
        self._scalars = scalars
        self._on_host = frozenset(on_host)
        self._reducer = reducer
        self._accumulator = accumulator
        self._plans: dict[Any, Plan] = {}
        self._direct: dict[torch.dtype, Kernel] = {}

    # NumPy's attributes
    @property
    def nargs(self) -> int:
        return self.nin + self.nout

    @property
    def types(self) -> list[str]:
        return [t for t in self.reference.types if not set(t) & set("OMmgGSUV")]

    @property
    def ntypes(self) -> int:
        return len(self.types)

    @property
    def identity(self) -> Any:
        return self._identity

    @property
    def signature(self) -> str | None:
        return self.reference.signature  # type: ignore[no-any-return]

    @property
    def __signature__(self) -> Any:
        return self.reference.__signature__

    def resolve_dtypes(self, dtypes: Any, **keywords: Any) -> Any:
        """Return the dtypes NumPy's type resolution chooses for the given operands."""
        return self.reference.resolve_dtypes(dtypes, **keywords)

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self) -> str:
        return self.__name__

    # Calling
    def __call__(
        self,
        *inputs: Any,
        out: Any = NO_VALUE,
        where: Any = True,
        casting: str = "same_kind",
        order: str = "K",
        dtype: Any = None,
        subok: bool = True,
        signature: Any = None,
        sig: Any = None,
    ) -> Any:
        if out is NO_VALUE and where is True and dtype is None and signature is None and sig is None and not watching:
            # The short way: one or two arrays of one dtype, for which a call has shown that nothing needs a cast
            first = inputs[0] if inputs else None
            if type(first) is ndarray:
                tensor = first._tensor
                kernel = self._direct.get(tensor.dtype)
                if kernel is not None:
                    if len(inputs) == 1:
                        if self.nin == 1:
                            return ndarray._wrap(kernel(tensor))
                    elif len(inputs) == 2 == self.nin and type(inputs[1]) is ndarray:
                        other = inputs[1]._tensor
                        if other.dtype is tensor.dtype:
                            try:
                                return ndarray._wrap(kernel(tensor, other))
                            except RuntimeError as error:
                                raise broadcast_error(error, (tensor, other)) from None
        if len(inputs) != self.nin:
            if len(inputs) < self.nin or len(inputs) > self.nin + self.nout:
                raise TypeError(
                    f"{self.__name__}() takes from {self.nin} to {self.nin + self.nout} positional arguments but "
                    f"{len(inputs)} {'was' if len(inputs) == 1 else 'were'} given"
                )
            if out is not NO_VALUE:
                raise TypeError("cannot specify 'out' as both a positional and keyword argument")
            inputs, out = inputs[: self.nin], inputs[self.nin :]
            if any(target is Ellipsis for target in out):
                raise TypeError("out=... is only allowed as a keyword argument.")
        for value in inputs:
            if getattr(type(value), "__array_ufunc__", NO_VALUE) is None:
                raise TypeError(f"operand of type '{type(value).__name__}' does not support ufuncs")
        if signature is not None and sig is not None:
            raise TypeError("cannot specify both 'sig' and 'signature'")
        if out is NO_VALUE:
            if where is not True:
                warnings.warn(
                    "'where' used without 'out', expect uninitialized memory in output. If this is intended, use "
                    "out=None.",
                    UserWarning,
                    stacklevel=2,
                )
            out = None
        if out is None and where is True and dtype is None and signature is None and sig is None:
            if casting == "same_kind":
                results = self._evaluate(inputs, None)
            else:
                results = self._evaluate(inputs, (None, casting, ()))
            if self.nout == 1:
                return ndarray._wrap(results)
            return tuple(ndarray._wrap(tensor) for tensor in results)
        return self._call_with_options(inputs, out, where, casting, dtype, signature if sig is None else sig)

    def _call_with_options(
        self, inputs: tuple[Any, ...], out: Any, where: Any, casting: str, dtype: Any, signature: Any
    ) -> Any:
        outs = out_tuple(out, self.nout, self.__name__)
        request = signature_of(signature, dtype, self.nin, self.nout)
        out_dtypes = tuple(None if o is None else numpy.dtype(o.dtype) for o in outs)
        mask = None
        if where is not True:
            mask = tensor_of(where, torch.bool if isinstance(where, list | tuple) else None)
            if mask.dtype is not torch.bool:
                raise TypeError(
                    f"Cannot cast array data from {NUMPY_OF_TORCH[mask.dtype]!r} to dtype('bool') according to the "
                    "rule 'safe'"
                )
        operands = inputs
        targets = [o._tensor for o in outs if isinstance(o, ndarray)]
        if targets:
            operands = tuple(_apart(value, targets) for value in operands)
        if mask is not None:
            operands = tuple(self._masked(value, mask) for value in operands)
        results = self._evaluate(operands, (request, casting, out_dtypes))
        if self.nout == 1:
            results = (results,)
        finished = []
        for tensor, target in zip(results, outs, strict=True):
            if mask is not None:
                tensor = merge(tensor, mask, target)
            if target is None:
                finished.append(ndarray._wrap(tensor))
                continue
            self._check_core(tensor, target)
            finished.append(write_out(target, tensor, casting))
        return finished[0] if self.nout == 1 else tuple(finished)

    def _check_core(self, tensor: torch.Tensor, target: Any) -> None:
        """Refuse an `out=` along whose axes the result would have to be repeated though it may not."""

    @staticmethod
    def _masked(value: Any, mask: torch.Tensor) -> Any:
        # Elements outside the mask are not part of the function: a one there keeps their inf and nan derivatives
        # out of the gradient (0 * inf), which torch.where on the result alone would let through.
        tensor = tensor_of(value) if type(value) not in _PLAIN else value
        if isinstance(tensor, torch.Tensor) and memory.followed(tensor):
            return ndarray._wrap(torch.where(mask, tensor, torch.ones((), dtype=tensor.dtype, device=tensor.device)))
        return value

    def _evaluate(self, inputs: Sequence[Any], options: Any) -> Any:
        operands: list[Any] = []
        kinds: list[Any] = []
        for value in inputs:
            kind = type(value)
            if kind is ndarray:
                tensor = value._tensor
                operands.append(tensor)
                kinds.append(tensor.dtype)
            elif kind in _PLAIN:
                operands.append(value)
                kinds.append(kind)
            else:
                try:
                    tensor = tensor_of(value)
                except TypeError as error:
                    raise TypeError(
                        f"loop of ufunc does not support argument {len(operands)} of type {kind.__name__}: {error}"
                    ) from None
                operands.append(tensor)
                kinds.append(tensor.dtype)
        if all(kind in _PLAIN for kind in kinds):  # nothing to be weak against
            operands = [torch.tensor(v, dtype=scalar_dtype(v)) for v in operands]
            kinds = [tensor.dtype for tensor in operands]
        key = tuple(kinds) if options is None else (*kinds, options)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(kinds, options)
        for position, wanted in enumerate(plan.inputs):
            value = operands[position]
            if kinds[position] in _PLAIN:
                operands[position] = self._scalar(value, wanted, operands)
            elif kinds[position] is not wanted:
                operands[position] = astype_tensor(value, wanted)
        try:
            results = plan.kernel(*operands)
        except RuntimeError as error:
            raise broadcast_error(error, operands) from None
        if watching:
            check(self.__name__, operands, results)
        if self.nout == 1:
            if results.dtype is not plan.outputs[0]:
                return results.to(plan.outputs[0])
            if options is None and tuple(kinds) == plan.inputs and len(set(kinds)) == 1:
                self._direct[kinds[0]] = plan.kernel
            return results
        return tuple(
            tensor if tensor.dtype is wanted else tensor.to(wanted)
            for tensor, wanted in zip(results, plan.outputs, strict=True)
        )

    def _scalar(self, value: Any, dtype: torch.dtype, operands: list[Any]) -> Any:
        if self._scalars:
            if dtype in _SAME_SIZE_SCALAR:
                return value
            bits = _BITS.get(dtype)
            if bits is not None and type(value) is int:
                low = 0 if dtype is torch.uint8 else -(1 << bits)
                if low <= value < 1 << bits:
                    return value
        device = next(t.device for t in operands if isinstance(t, torch.Tensor))
        return tensor_of(value, dtype).to(device)

    def runs_on_host(self, tensor: torch.Tensor, dtype: torch.dtype) -> bool:
        """Whether a loop over a dtype is NumPy's own, for data where the tensor is."""
        return dtype in WIDE_UNSIGNED or (tensor.device.type == "cpu" and NUMPY_OF_TORCH[dtype].char in self._on_host)

    def _plan(self, kinds: Sequence[Any], options: Any) -> Plan:
        request, casting, outs = options or (None, "same_kind", ())
        dtypes = [NUMPY_OF_TORCH[kind] if isinstance(kind, torch.dtype) else kind for kind in kinds]
        keywords = {} if request is None else {"signature": request}
        resolved = self.reference.resolve_dtypes((*dtypes, *(outs or (None,) * self.nout)), casting=casting, **keywords)
        # With out= NumPy reports the dtype of the loop for the outputs as well; the cast into `out` comes later
        loop = tuple(torch_dtype(d) for d in resolved)
        inputs, outputs = loop[: self.nin], loop[self.nin :]
        characters = {d.char for d in resolved[: self.nin]}
        if WIDE_UNSIGNED.intersection(inputs):
            kernel: Kernel = functools.partial(
                _host_kernel, self.reference, kernel_for(self.__name__, self.kernel, inputs)
            )
        elif characters & self._on_host:
            kernel = functools.partial(_host_kernel, self.reference, self.kernel)
        else:
            kernel = self.kernel
        return Plan(inputs, kernel, outputs)

    # Methods
    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = NO_VALUE,
        where: Any = True,
    ) -> Any:
        """Fold the function along axes of an array, as `numpy.ufunc.reduce`."""
        from scitorch.numpy.folding import reduce

        (target,) = out_tuple(out, 1, self.__name__)
        return self._delivered(reduce(self, array, axis, dtype, target, bool(keepdims), initial, where), target)

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Return all partial results of the fold along one axis, as `numpy.ufunc.accumulate`."""
        from scitorch.numpy.folding import accumulate

        (target,) = out_tuple(out, 1, self.__name__)
        return self._delivered(accumulate(self, array, axis, dtype, target), target)

    def reduceat(self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Fold over slices between successive indices, as `numpy.ufunc.reduceat`."""
        from scitorch.numpy.folding import reduceat

        (target,) = out_tuple(out, 1, self.__name__)
        return self._delivered(reduceat(self, array, indices, axis, dtype), target)

    def _delivered(self, result: torch.Tensor, target: Any) -> Any:
        if target is None:
            return ndarray._wrap(result)
        if tuple(target.shape) != tuple(result.shape):
            raise ValueError(
                f"output parameter for a fold of {self.__name__} has shape {tuple(target.shape)}, the result has "
                f"{tuple(result.shape)}"
            )
        return write_out(target, result, "unsafe")  # the fold has seen to the dtypes

    def outer(self, A: Any, B: Any, /, **keywords: Any) -> Any:
        """Apply the function to all pairs of elements of `A` and `B`."""
        if self.nin != 2:
            raise ValueError("outer product only supported for binary functions")
        if self.signature is not None:
            raise TypeError(f"method outer is not allowed in ufunc with non-trivial signature: {self.signature}")
        a, b = tensor_of(A), tensor_of(B)
        if a.ndim + b.ndim > 64:
            raise ValueError(f"maximum supported dimension for an ndarray is 64, found {a.ndim + b.ndim}")
        column = a.reshape(a.shape + (1,) * b.ndim)
        return self(ndarray._wrap(column), ndarray._wrap(b), **keywords)

    def at(self, a: Any, indices: Any, b: Any = NO_VALUE, /) -> None:
        """Apply the function in place at given indices, once per repetition of an index."""
        from scitorch.numpy.folding import at

        at(self, a, indices, b)


def _apart(value: Any, targets: list[torch.Tensor]) -> Any:
    """Return an operand, or a copy of one that shares memory with what will be written and that autograd may save."""
    if isinstance(value, ndarray | torch.Tensor):
        tensor = tensor_of(value)
        if memory.followed(tensor, *targets) and any(memory.overlap(tensor, target) for target in targets):
            return ndarray._wrap(tensor.clone())
    return value


def _host_kernel(reference: Any, kernel: Kernel | None, *operands: Any) -> Any:
    """Compute with NumPy's own loop: integer dtypes without a torch kernel. Never called for floats."""
    if all(type(t) is torch.Tensor for t in operands) and (seen := memory.views(*operands)) is not None:
        results = reference(*seen)
        return tuple(map(from_host, results)) if isinstance(results, tuple) else from_host(results)
    device = next(t.device for t in operands if isinstance(t, torch.Tensor))
    if kernel is not None and device.type != "cpu":
        return kernel(*operands)
    try:
        arrays = [host(t) if isinstance(t, torch.Tensor) else t for t in operands]
    except RuntimeError:  # inside torch.func transforms and torch.compile there is no memory to look at
        if kernel is None:
            raise
        return kernel(*operands)
    results = reference(*arrays)
    if isinstance(results, tuple):
        return tuple(from_host(r, device) for r in results)
    return from_host(results, device)
