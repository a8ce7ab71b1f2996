"""Scalar kernels: one restricted-Python function, run on CPU and CUDA tensors and differentiable to any order."""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any, overload

import torch
from torch import Tensor

from ..thread_pool import TIMED_SIZE, Workload, run_in_chunks
from .program import Program

__all__ = ["ScalarKernel", "scalar_kernel", "scalar_kernels"]

_LOOPS = {torch.float64: "loop_float64", torch.float32: "loop_float32"}
_Compiled = tuple[Callable[..., None], int, int]  # the loop, the number of its inputs, that of its outputs
_registry: list[ScalarKernel] = []
_lock = threading.RLock()


def scalar_kernels() -> tuple[ScalarKernel, ...]:
    """Return every kernel declared with `scalar_kernel` in the modules imported so far, in order of declaration."""
    return tuple(_registry)


def _number(value: float, dtype: torch.dtype) -> Tensor:
    """A number in memory, where kernels read their arguments."""
    return _signed_number(value, math.copysign(1.0, value), dtype)


@lru_cache(maxsize=1024)
def _signed_number(value: float, sign: float, dtype: torch.dtype) -> Tensor:
    # 0.0 == -0.0: the sign keeps them apart in the cache
    return torch.tensor(value, dtype=dtype)


@overload
def scalar_kernel(function: Callable[..., Any]) -> ScalarKernel: ...
@overload
def scalar_kernel(*, single_precision: bool = False) -> Callable[[Callable[..., Any]], ScalarKernel]: ...
def scalar_kernel(
    function: Callable[..., Any] | None = None, *, single_precision: bool = False
) -> ScalarKernel | Callable[[Callable[..., Any]], ScalarKernel]:
    """
    Make a kernel of a scalar function written in restricted Python.

    Parameters
    ----------
    function : function
        Takes numbers and returns a number or a tuple of numbers. It may contain: assignments (also ``a, b = b, a``
        and augmented ones), ``if``, ``while``, ``for n in range(...)``, ``for c in TABLE`` over a module-level
        tuple of floats, ``break``, ``continue``, ``return``; arithmetic, comparisons, ``and``, ``or``, ``not``,
        ``x if test else y``; the functions and constants of `math`; ``abs``, ``min``, ``max``, ``int``,
        ``float``, ``len``; `converged`; module-level constants; calls of other scalar kernels. An argument is a
        float unless it is annotated ``int``.
    single_precision : bool, optional
        Compute float32 tensors in float32 on CUDA. By default they are computed in double precision and
        rounded once at the end, as they always are on the CPU.

    Returns
    -------
    ScalarKernel
        Call it with tensors of shapes that broadcast.

    Notes
    -----
    The text is read at the first use, and only then is anything outside the language reported, as a SyntaxError
    that names file and line.

    Examples
    --------
    >>> import math, torch
    >>> from scitorch.op.kernel import converged, scalar_kernel
    >>> @scalar_kernel
    ... def exponential_integral_series(x):
    ...     total, power = 0.0, 1.0
    ...     for n in range(1, 500):
    ...         power *= x / n
    ...         term = power / n
    ...         total += term
    ...         if converged(term, total):
    ...             break
    ...     return total
    """

    def declare(function: Callable[..., Any]) -> ScalarKernel:
        if not isinstance(function, FunctionType):
            raise TypeError(f"a scalar kernel is made of a Python function, not of a {type(function).__name__}")
        kernel = ScalarKernel(function.__name__, function=function, single_precision=single_precision)
        _registry.append(kernel)
        return kernel

    return declare if function is None else declare(function)


class ScalarKernel:
    """
    A scalar function that runs over tensors; see `scalar_kernel`.

    Attributes
    ----------
    name : str
        The name of the function.
    program : Program
        Its text as a tree. Reading it raises SyntaxError where the text is outside the language.
    """

    #: It reads memory only, so that tensors with a gradient need not be detached first.
    takes_leaves = True

    def __init__(
        self,
        name: str,
        *,
        function: FunctionType | None = None,
        program: Program | None = None,
        single_precision: bool = False,
    ) -> None:
        self.name = name
        self.function = function
        self.single_precision = single_precision
        self.partials: dict[str, ScalarKernel] = {}
        self._program = program
        self._is_parsing = False
        self._compiled: dict[torch.dtype, _Compiled] = {}
        self._derivatives: dict[object, ScalarKernel] = {}
        self.derivative_of: tuple[ScalarKernel, tuple[int, ...]] | None = None
        self._workload = Workload()
        if function is not None:
            self.__doc__ = function.__doc__
            self.__module__ = function.__module__

    def __repr__(self) -> str:
        return f"<scalar kernel {self.name}>"

    @property
    def program(self) -> Program:
        """The text as a tree."""
        if self._program is None:
            with _lock:
                if self._program is not None:  # another thread has read it in the meantime
                    return self._program
                if self._is_parsing:
                    raise SyntaxError(f"the scalar kernel {self.name} calls itself; write a loop instead")
                self._is_parsing = True
                try:
                    from .parse import parse

                    assert self.function is not None
                    self._program = parse(self.function)
                finally:
                    self._is_parsing = False
        return self._program

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(parameter.name for parameter in self.program.parameters)

    @property
    def outputs(self) -> int:
        """How many numbers it returns."""
        return self.program.outputs

    def __call__(self, *tensors: Any) -> Any:
        """
        Evaluate on tensors.

        Parameters
        ----------
        *tensors : Tensor
            One for each argument, all float64 or all float32, dense, on one device, of shapes that broadcast.
            A float may stand beside tensors in place of one. Or Python numbers throughout, for a look at single
            values.

        Returns
        -------
        Tensor or tuple of Tensor
            Fresh and contiguous, of the broadcast shape and the dtype of the arguments; floats for numbers.
        """
        first: Any = tensors[0] if tensors else None
        if type(first) is float:
            first = tensors[-1]
        try:
            loop, arity, outputs = self._compiled[first.dtype]
        except (KeyError, AttributeError):
            return self._evaluate(tensors)
        # The short way of a small call: one shape and single numbers, contiguous, on the CPU. Every check here counts:
        # the whole call takes 2 µs, of which torch's allocation is 0.7.
        dtype, shape = first.dtype, first.shape
        size = shape.numel()
        if len(tensors) != arity or size >= TIMED_SIZE:
            return self._evaluate(tensors)
        addresses = [0, size]
        try:
            for tensor in tensors:
                if type(tensor) is float:
                    tensor = _number(tensor, dtype)
                if not (tensor.is_cpu and tensor.is_contiguous()) or tensor.is_neg():
                    return self._evaluate(tensors)
                step = 1
                if tensor is not first:
                    if tensor.dtype is not dtype:
                        return self._evaluate(tensors)
                    if tensor.shape != shape:
                        if tensor.ndim:
                            return self._evaluate(tensors)
                        step = 0
                addresses += (tensor.data_ptr(), step)
        except (AttributeError, RuntimeError):  # no tensor, or none with memory
            return self._evaluate(tensors)
        if outputs == 1:
            out = torch.empty_like(first)
            loop(*addresses, out.data_ptr())
            return out
        outs = tuple([torch.empty_like(first) for _ in range(outputs)])
        loop(*addresses, *[out.data_ptr() for out in outs])
        return outs

    def _evaluate(self, tensors: Sequence[Any]) -> Any:
        if tensors and all(isinstance(number, int | float) for number in tensors):
            results = self._evaluate([torch.tensor(float(number), dtype=torch.float64) for number in tensors])
            return results.item() if self.outputs == 1 else tuple(result.item() for result in results)
        like = next((x for x in tensors if isinstance(x, Tensor)), None)
        if like is not None:
            tensors = [_number(x, like.dtype).to(like.device) if type(x) is float else x for x in tensors]
        if tensors and isinstance(tensors[0], Tensor) and tensors[0].is_cuda:
            from .cuda_backend import launch

            return launch(self, tensors)
        self.check(tensors, "cpu")
        dtype = tensors[0].dtype
        loop, _, outputs = self._compiled.get(dtype) or self._compile(dtype)
        try:
            shape = torch.broadcast_shapes(*(tensor.shape for tensor in tensors))  # type: ignore[no-untyped-call]
        except RuntimeError:
            shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
            raise ValueError(f"{self.name}: the shapes {shapes} do not broadcast") from None
        # One number is read again and again with stride 0; anything else that is not laid out like the result is
        # copied to be so.
        laid_out = [
            tensor.resolve_neg().contiguous()
            if tensor.numel() == 1
            else tensor.resolve_neg().expand(shape).contiguous()
            for tensor in tensors
        ]
        outs = [torch.empty(shape, dtype=dtype) for _ in range(outputs)]
        addresses: list[int] = []
        for tensor in laid_out:
            addresses += (tensor.data_ptr(), 0 if tensor.numel() == 1 else 1)
        addresses += [out.data_ptr() for out in outs]

        def task(start: int, stop: int) -> None:
            loop(start, stop, *addresses)

        run_in_chunks(task, outs[0].numel(), self._workload)
        return outs[0] if len(outs) == 1 else tuple(outs)

    def check(self, tensors: Sequence[Tensor], device: str) -> None:
        """Raise unless the tensors are what the kernel takes, on a device of the type."""
        names = self.parameters
        if len(tensors) != len(names):
            given = f"{len(tensors)} were given"
            raise TypeError(f"{self.name} takes {len(names)} tensors ({', '.join(names)}), {given}")
        for name, tensor in zip(names, tensors):
            if not isinstance(tensor, Tensor):
                raise TypeError(f"{self.name}: {name} must be a tensor, not {type(tensor).__name__}")
            if tensor.layout != torch.strided or tensor.device.type not in ("cpu", "cuda"):
                what = f"a {tensor.layout} tensor on {tensor.device}"
                raise NotImplementedError(f"{self.name}: {name} is {what}, wanted a dense one on cpu or cuda")
            if tensor.device.type != device or tensor.device != tensors[0].device:
                both = f"{names[0]} is on {tensors[0].device} and {name} on {tensor.device}"
                raise RuntimeError(f"{self.name}: {both}, wanted one device for all")
            if tensor.dtype not in _LOOPS:
                raise TypeError(f"{self.name}: {name} is {tensor.dtype}, wanted float32 or float64")
            if tensor.dtype != tensors[0].dtype:
                both = f"{names[0]} is {tensors[0].dtype} and {name} is {tensor.dtype}"
                raise TypeError(f"{self.name}: {both}, wanted one dtype for all")

    def _compile(self, dtype: torch.dtype) -> _Compiled:
        with _lock:
            if not self._compiled:
                from .llvm_backend import compile_loops
                from .llvm_text import llvm_module
                from .unit import Unit

                arity, outputs = len(self.parameters), self.outputs
                loops = compile_loops(llvm_module(Unit(self)), tuple(_LOOPS.values()), 2 + 2 * arity + outputs)
                self._compiled = {dtype: (loop, arity, outputs) for dtype, loop in zip(_LOOPS, loops)}
            return self._compiled[dtype]

    def partial(self, *names: str) -> Callable[[Callable[..., Any]], ScalarKernel]:
        """
        Declare the derivative in an argument in closed form.

        Parameters
        ----------
        *names : str
            The argument or arguments in which the decorated function is the derivative.

        Returns
        -------
        callable
            A decorator for a function of the same arguments, in the same language. It returns the derivative's
            kernel.

        Notes
        -----
        All derivatives of higher order that contain this argument follow from the closed form. An argument
        without a declared derivative is differentiated through the text of the kernel.
        """
        if not names:
            raise TypeError(f"{self.name}.partial wants the name of an argument")

        def declare(derivative: Callable[..., Any]) -> ScalarKernel:
            if isinstance(derivative, ScalarKernel):
                kernel = derivative
            else:
                kernel = scalar_kernel(single_precision=self.single_precision)(derivative)
                kernel.name = f"{self.name}_partial_{'_'.join(names)}"
            for name in names:
                if self.function is not None and name not in inspect.signature(self.function).parameters:
                    raise ValueError(f"{self.name} has no argument {name}")
                if name in self.partials:
                    raise ValueError(f"{self.name} has its derivative in {name} already")
                self.partials[name] = kernel
            self._derivatives.clear()
            return kernel

        return declare

    def derivative(self, *orders: int) -> ScalarKernel:
        """
        Return the kernel of a partial derivative.

        Parameters
        ----------
        *orders : int
            How often to differentiate in each argument.

        Returns
        -------
        ScalarKernel
            Takes the same arguments; its outputs are the derivatives of the outputs.

        Raises
        ------
        TypeError
            If there is not one order for each argument, or one is negative or no integer.
        NotImplementedError
            If an integer argument is to be differentiated, or the text decides by ``==`` on a value that depends
            on the argument, so that its derivative is not the function's.

        Examples
        --------
        ``betainc.derivative(1, 0, 2)`` is the third derivative, once in the first and twice in the third argument.
        """
        key = ("derivative", orders)
        with _lock:
            if key not in self._derivatives:
                from .derivative import derivative

                self._derivatives[key] = derivative(self, orders)
            return self._derivatives[key]

    def jet(self, indices: Iterable[tuple[int, ...]]) -> ScalarKernel:
        """
        Return the kernel of several Taylor coefficients at once.

        Parameters
        ----------
        indices : iterable of tuple of int
            The multi-indices, closed under taking smaller ones.

        Returns
        -------
        ScalarKernel
            Its outputs are, for each output of this kernel, the coefficients (derivative divided by the factorials
            of the index) in the sorted order of the indices.
        """
        ordered = tuple(sorted(set(indices)))
        with _lock:
            if ordered not in self._derivatives:
                from .derivative import jet

                self._derivatives[ordered] = jet(self, ordered)
            return self._derivatives[ordered]

    def cpp(self) -> str:
        """
        Return the C++ text of the kernel and of everything it calls.

        Returns
        -------
        str
            Function templates over the number type ``T``; the last one is the entry. With one output it returns
            it, with several it takes them as reference arguments after the inputs. The text needs ``<math.h>``
            where that is not built in, and compiles with g++, NVRTC and `torch.cuda.jiterator`.
        """
        from .cpp import cpp_source
        from .unit import Unit

        return cpp_source(Unit(self))
