"""CPU kernels that are SciPy's compiled ufuncs."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .thread_pool import TIMED_SIZE, Task, Workload, run_in_chunks

__all__ = ["SciPyUfunc", "scipy_ufunc"]

_TORCH_DTYPE = {
    np.dtype(np.float32): torch.float32,
    np.dtype(np.float64): torch.float64,
    np.dtype(np.complex64): torch.complex64,
    np.dtype(np.complex128): torch.complex128,
}
_INTEGERS = "bhilqBHILQ"


def scipy_ufunc(path: str, outputs: int = 1) -> SciPyUfunc:
    """
    Return a kernel that evaluates a compiled ufunc on CPU tensors.

    Parameters
    ----------
    path : str
        Where the ufunc is, for example ``"scipy.special.jv"``. It is imported at the first call.
    outputs : int, optional
        How many arrays the ufunc returns.

    Returns
    -------
    SciPyUfunc
        Call it with tensors of shapes that broadcast. It returns one fresh contiguous tensor, or a tuple of
        `outputs` of them, in the precision of its arguments.

    Notes
    -----
    The arguments are read in place through NumPy views, nothing is copied. A large call is cut into chunks over
    ``torch.get_num_threads()`` threads; SciPy's ufuncs release the GIL. Their floating-point warnings are silent, as
    in SciPy; ``scipy.special.errstate(all="raise")`` is honoured and its exception reaches the caller.

    Examples
    --------
    >>> import torch
    >>> from scitorch.op.kernel import scipy_ufunc
    >>> jv = scipy_ufunc("scipy.special.jv")
    >>> jv(torch.tensor(0.0, dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([1.0000, 0.7652], dtype=torch.float64)
    """
    return SciPyUfunc(path, outputs)


class SciPyUfunc:
    """A kernel around one compiled ufunc; see `scipy_ufunc`."""

    #: Where it runs; an operator with no other kernel copies the arguments of other devices here and back.
    device_type = "cpu"
    #: It reads memory only, so that tensors with a gradient need not be detached first.
    takes_leaves = True

    __slots__ = ("_natural", "_output_dtypes", "_ufunc", "_workload", "outputs", "path")

    def __init__(self, path: str, outputs: int = 1) -> None:
        self.path = path
        self.outputs = outputs
        self._ufunc: np.ufunc | None = None
        self._output_dtypes: dict[tuple[np.dtype, ...], tuple[np.dtype, ...]] = {}
        self._natural: set[tuple[torch.dtype, ...]] = set()
        self._workload = Workload()

    def __repr__(self) -> str:
        return f"scipy_ufunc({self.path!r}, outputs={self.outputs})"

    def __reduce__(self) -> tuple[type[SciPyUfunc], tuple[str, int]]:
        return SciPyUfunc, (self.path, self.outputs)

    @property
    def ufunc(self) -> np.ufunc:
        """The ufunc, imported when first asked for."""
        if self._ufunc is None:
            self._ufunc = self._import()
        return self._ufunc

    def __call__(self, *tensors: Tensor) -> Any:
        # The short way: a small call whose result NumPy itself allocates in the right dtype. Everything is done for
        # few nanoseconds here: a view costs 0.5 µs, a tensor allocated by torch 0.7 µs, one by NumPy 0.05 µs.
        try:
            arrays = [t.numpy(force=True) if t.requires_grad and t.is_cpu else t.numpy() for t in tensors]
            is_natural = tuple([t.dtype for t in tensors]) in self._natural
        except (AttributeError, RuntimeError, TypeError):  # no tensor, a conj or neg view, or another device
            return self._evaluate(tensors)
        if not is_natural:
            return self._evaluate(tensors)
        largest = 1
        shape: tuple[int, ...] = ()
        for array in arrays:
            size = array.size
            if size != 1:
                if largest == 1:
                    largest, shape = size, array.shape
                elif array.shape != shape:
                    return self._evaluate(tensors)
        if largest >= TIMED_SIZE:
            return self._evaluate(tensors)
        result = self._ufunc(*arrays, order="C")  # type: ignore[misc]
        return torch.from_numpy(result if type(result) is np.ndarray else np.asarray(result))

    def _evaluate(self, tensors: Sequence[Tensor]) -> Tensor | tuple[Tensor, ...]:
        ufunc = self.ufunc
        if len(tensors) != ufunc.nin:
            raise TypeError(f"{self.path} takes {ufunc.nin} tensors, {len(tensors)} were given")
        arrays = [self._view(tensor, position) for position, tensor in enumerate(tensors)]
        dtypes = self._dtypes_out(tuple(array.dtype for array in arrays))
        try:
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
        except ValueError:
            shapes = ", ".join(str(tuple(array.shape)) for array in arrays)
            raise ValueError(f"{self.path}: the shapes {shapes} do not broadcast") from None
        results = tuple(torch.empty(shape, dtype=_TORCH_DTYPE[dtype]) for dtype in dtypes)
        outs = [result.numpy() for result in results]
        if all(array.shape == shape and array.flags.c_contiguous for array in arrays):
            arrays = [array.reshape(-1) for array in arrays]
            outs = [out.reshape(-1) for out in outs]
        self._run(arrays, outs)
        return results[0] if self.outputs == 1 else results

    def _run(self, arrays: list[np.ndarray], outs: list[np.ndarray]) -> None:
        """Evaluate into `outs`, cut along its longest axis."""
        ufunc, shape = self.ufunc, outs[0].shape
        if outs[0].size < TIMED_SIZE:
            ufunc(*arrays, out=tuple(outs), casting="same_kind")
            return
        axis = max(range(len(shape)), key=shape.__getitem__)
        across = outs[0].size // shape[axis]

        def cut(array: np.ndarray, rows: slice) -> np.ndarray:
            own_axis = array.ndim - len(shape) + axis
            if own_axis < 0 or array.shape[own_axis] == 1:
                return array
            return array[(slice(None),) * own_axis + (rows,)]

        def task(start: int, stop: int) -> None:
            # A range of elements covers the rows that begin in it.
            rows = slice(-(-start // across), -(-stop // across))
            if rows.start < rows.stop:
                out = tuple(cut(array, rows) for array in outs)
                ufunc(*(cut(array, rows) for array in arrays), out=out, casting="same_kind")

        run_in_chunks(_with_error_handling(task), outs[0].size, self._workload)

    def _import(self) -> np.ufunc:
        module, _, name = self.path.rpartition(".")
        # with SCIPY_ARRAY_API=1, SciPy's special functions are Python functions around their ufuncs
        ufunc = inspect.unwrap(getattr(importlib.import_module(module), name))
        if not isinstance(ufunc, np.ufunc):
            raise TypeError(f"{self.path} is no ufunc but a {type(ufunc).__name__}")
        if ufunc.nout != self.outputs:
            raise ValueError(f"{self.path} returns {ufunc.nout} arrays, declared were outputs={self.outputs}")
        return ufunc

    def _view(self, tensor: Tensor, position: int) -> np.ndarray:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{self.path}: argument {position} must be a tensor, not {type(tensor).__name__}")
        if tensor.device.type != "cpu" or tensor.layout != torch.strided:
            where = f"a {tensor.layout} tensor on {tensor.device}"
            raise NotImplementedError(f"{self.path}: argument {position} is {where}, wanted a dense one on cpu")
        if tensor.dtype in (torch.bfloat16, torch.float16):
            raise TypeError(f"{self.path}: argument {position} is {tensor.dtype}, wanted float32 or float64")
        return tensor.detach().resolve_conj().resolve_neg().numpy()

    def _dtypes_out(self, dtypes: tuple[np.dtype, ...]) -> tuple[np.dtype, ...]:
        """Return the dtypes of the results: real or complex as the ufunc has it, in the arguments' precision."""
        if dtypes not in self._output_dtypes:
            try:
                loop = self.ufunc.resolve_dtypes(dtypes + (None,) * self.outputs)
            except TypeError:
                given = ", ".join(map(str, dtypes))
                has = " ".join(self.ufunc.types)
                raise TypeError(f"{self.path} has no loop for ({given}); it has {has}") from None
            floats = [dtype for dtype in dtypes if dtype.char not in _INTEGERS]
            single = bool(floats) and all(dtype.char in "fF" for dtype in floats)
            real, complex_ = ("f", "F") if single else ("d", "D")
            results = tuple(np.dtype(complex_ if out.kind == "c" else real) for out in loop[-self.outputs :])
            self._output_dtypes[dtypes] = results
            if self.outputs == 1 and results == loop[-self.outputs :] and not self.ufunc.signature:
                self._natural.add(tuple(torch.from_numpy(np.empty(0, dtype)).dtype for dtype in dtypes))
        return self._output_dtypes[dtypes]


def _with_error_handling(task: Task) -> Task:
    """Return the task under the `scipy.special.errstate` of this thread, which SciPy keeps for each thread apart."""
    import scipy.special

    settings = scipy.special.geterr()
    if all(action == "ignore" for action in settings.values()):
        return task

    def handled(start: int, stop: int) -> None:
        with scipy.special.errstate(**settings):
            task(start, stop)

    return handled
