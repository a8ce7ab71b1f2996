"""Shapes, axes, repetition, rearrangement and padding-free changes of arrays."""

import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.creation import shape_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import INEXACT, NUMPY_OF_TORCH, astype_tensor, from_host, host, torch_dtype
from scitorch.numpy.memory import followed

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "copyto",
    "diagonal",
    "expand_dims",
    "fill_diagonal",
    "matrix_transpose",
    "moveaxis",
    "ndim",
    "permute_dims",
    "ravel",
    "require",
    "reshape",
    "rollaxis",
    "shape",
    "size",
    "squeeze",
    "swapaxes",
    "trace",
    "transpose",
]

broadcast_shapes = numpy.broadcast_shapes


class broadcast:
    """Arrays broadcast against each other, as an iterator over tuples of elements.

    Parameters
    ----------
    *args : array_like
        At most 64 arrays.
    """

    def __init__(self, *args: Any) -> None:
        if len(args) > 64:
            raise ValueError(f"Need at least 0 and at most 64 array objects, got {len(args)}.")
        self._arrays: tuple[ndarray, ...]
        flat: list[Any] = []
        for arg in args:
            flat.extend(arg._arrays if isinstance(arg, broadcast) else [arg])
        self._arrays = broadcast_arrays(*flat)
        self.shape: tuple[int, ...] = self._arrays[0].shape if flat else ()
        self.nd = self.ndim = len(self.shape)
        self.size = int(numpy.prod(self.shape))
        self.numiter = len(flat)
        self.index = 0
        self.iters = tuple(array.reshape(-1) for array in self._arrays)

    def reset(self) -> None:
        """Start the iteration over."""
        self.index = 0

    def __iter__(self) -> "broadcast":
        return self

    def __next__(self) -> tuple[ndarray, ...]:
        if self.index >= self.size:
            raise StopIteration
        self.index += 1
        return tuple(values[self.index - 1] for values in self.iters)


@without_derivative("returns integers", "np.shape(m)")
def shape(a: Any) -> tuple[int, ...]:
    """Return the shape of an array-like."""
    return tuple(tensor_of(a).shape)


@without_derivative("returns an integer", "np.ndim(m)")
def ndim(a: Any) -> int:
    """Return the number of dimensions of an array-like."""
    return tensor_of(a).ndim


@without_derivative("returns an integer", "np.size(m)")
def size(a: Any, axis: Any = None) -> int:
    """Return the number of elements, in all or along axes."""
    tensor = tensor_of(a)
    count = 1
    for ax in normalize_axes(axis, tensor.ndim):
        count *= tensor.shape[ax]
    return count


@differentiable("np.reshape(m, (2, 6))", 'np.reshape(m, (2, -1), order="F")')
def reshape(a: Any, /, shape: Any = None, order: str = "C", *, copy: bool | None = None) -> ndarray:
    """Return the same elements in another shape, a view where possible.

    Parameters
    ----------
    a : array_like
    shape : int or tuple of ints
        One entry may be -1 and is then inferred.
    order : {"C", "F", "A"}
        Order in which elements are read and placed.
    copy : bool or None
        True copies, False raises where a copy is needed.
    """
    tensor = tensor_of(a)
    if shape is None:
        raise TypeError("reshape() missing 1 required positional argument: 'shape'")
    try:
        sizes: tuple[int, ...] = (operator.index(shape),)
    except TypeError:
        sizes = tuple(operator.index(n) for n in shape)
    if any(isinstance(n, bool) for n in (shape if isinstance(shape, tuple | list) else (shape,))):
        raise TypeError("expected integers in a shape, not truth values")
    order = order.upper()
    if order not in ("C", "F", "A"):
        raise ValueError(f"order must be one of 'C', 'F', or 'A' (got '{order}')")
    if order == "A":
        order = "F" if ndarray._wrap(tensor).flags.fnc else "C"
    if sum(n < 0 for n in sizes) > 1:
        raise ValueError("can only specify one unknown dimension")
    try:
        if order == "F":
            reversed_axes = tuple(reversed(range(tensor.ndim)))
            back = tuple(reversed(range(len(sizes))))
            result = tensor.permute(reversed_axes).reshape(tuple(reversed(sizes))).permute(back)
        elif -1 in sizes and tensor.numel() == 0:
            known = 1
            for n in sizes:
                known *= n if n != -1 else 1
            if known == 0:
                raise RuntimeError("ambiguous")
            result = tensor.reshape([0 if n == -1 else n for n in sizes])
        else:
            result = tensor.reshape(sizes)
    except RuntimeError:
        raise ValueError(
            f"cannot reshape array of size {tensor.numel()} into shape {str(sizes).replace(' ', '')}"
        ) from None
    if copy is True:
        result = result.clone()
    elif copy is False and not _shares(tensor, result):
        raise ValueError("Unable to avoid creating a copy while reshaping.")
    return ndarray._wrap(result)


def _shares(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.numel() == 0 or a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


@differentiable('np.ravel(m, order="F")', "np.ravel(t)")
def ravel(a: Any, order: str = "C") -> ndarray:
    """Return a one-dimensional array, a view where possible."""
    if order == "K":
        tensor = tensor_of(a)
        axes = sorted(range(tensor.ndim), key=lambda axis: -tensor.stride()[axis])
        return ndarray._wrap(tensor.permute(axes).reshape(-1))
    return reshape(a, -1, order) if tensor_of(a).numel() else ndarray._wrap(tensor_of(a).reshape(0))


@differentiable("np.transpose(t, (1, 2, 0))")
def transpose(a: Any, axes: Any = None) -> ndarray:
    """Permute the axes; reverse them by default."""
    tensor = tensor_of(a)
    if axes is None:
        return ndarray._wrap(tensor.permute(tuple(reversed(range(tensor.ndim)))))
    if isinstance(axes, int):
        axes = (axes,)
    if len(axes) != tensor.ndim:
        raise ValueError("axes don't match array")
    order = tuple(normalize_axis(axis, tensor.ndim) for axis in axes)
    if len(set(order)) != len(order):
        raise ValueError("repeated axis in transpose")
    return ndarray._wrap(tensor.permute(order))


permute_dims = transpose


@differentiable("np.matrix_transpose(t)", "np.linalg.matrix_transpose(m)")
def matrix_transpose(x: Any, /) -> ndarray:
    """Exchange the last two axes."""
    tensor = tensor_of(x)
    if tensor.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {tensor.ndim}")
    return ndarray._wrap(tensor.mT)


@differentiable("np.swapaxes(t, 0, 2)")
def swapaxes(a: Any, axis1: int, axis2: int) -> ndarray:
    """Exchange two axes."""
    tensor = tensor_of(a)
    return ndarray._wrap(tensor.transpose(normalize_axis(axis1, tensor.ndim), normalize_axis(axis2, tensor.ndim)))


@differentiable("np.moveaxis(t, 0, -1)")
def moveaxis(a: Any, source: Any, destination: Any) -> ndarray:
    """Move axes to new positions."""
    tensor = tensor_of(a)
    origin = normalize_axes(source, tensor.ndim, "source") if tensor.ndim else ()
    target = normalize_axes(destination, tensor.ndim, "destination") if tensor.ndim else ()
    if len(origin) != len(target):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    return ndarray._wrap(tensor.movedim(origin, target))


@differentiable("np.rollaxis(t, 2)")
def rollaxis(a: Any, axis: int, start: int = 0) -> ndarray:
    """Move one axis back until it lies before another."""
    tensor = tensor_of(a)
    n = tensor.ndim
    axis = normalize_axis(axis, n)
    if start < 0:
        start += n
    if not 0 <= start < n + 1:
        raise numpy.exceptions.AxisError(f"'start' arg requires {-n} <= start < {n + 1}, but {start} was passed in")
    if axis < start:
        start -= 1
    return ndarray._wrap(tensor.movedim(axis, start))


@differentiable("np.expand_dims(m, (0, 2))")
def expand_dims(a: Any, axis: Any) -> ndarray:
    """Insert axes of length one."""
    tensor = tensor_of(a)
    count = len(axis) if isinstance(axis, tuple | list) else 1
    total = tensor.ndim + count
    places = normalize_axes(axis if isinstance(axis, tuple | list) else (axis,), total)
    for place in sorted(places):
        tensor = tensor.unsqueeze(place)
    return ndarray._wrap(tensor)


@differentiable("np.squeeze(x[None, :, None], 0)")
def squeeze(a: Any, axis: Any = None) -> ndarray:
    """Remove axes of length one."""
    tensor = tensor_of(a)
    if axis is None:
        return ndarray._array(tensor.squeeze())
    axes = normalize_axes(axis, tensor.ndim)
    if any(tensor.shape[ax] != 1 for ax in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return ndarray._array(tensor.squeeze(axes) if axes else tensor)


@differentiable("np.broadcast_to(x, (2, 5))")
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> ndarray:
    """Return a view of an array with a larger shape."""
    tensor = tensor_of(array)
    sizes = shape_of(shape)
    try:
        return ndarray._wrap(tensor.expand(sizes))
    except RuntimeError:
        raise ValueError(
            "operands could not be broadcast together with remapped shapes [original->remapped]: "
            f"{tuple(tensor.shape)}  and requested shape {sizes}"
        ) from None


@differentiable("np.broadcast_arrays(x, y[:, None])")
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[ndarray, ...]:
    """Return views of arrays broadcast against each other."""
    tensors = [tensor_of(a) for a in args]
    target = numpy.broadcast_shapes(*(tuple(t.shape) for t in tensors))
    return tuple(ndarray._wrap(t.expand(target)) for t in tensors)


@differentiable("np.atleast_1d(s, x)")
def atleast_1d(*arys: Any) -> Any:
    """View inputs as arrays of at least one dimension."""
    return _at_least(arys, lambda t: t.reshape(1) if t.ndim == 0 else t)


@differentiable("np.atleast_2d(s, x)")
def atleast_2d(*arys: Any) -> Any:
    """View inputs as arrays of at least two dimensions."""
    return _at_least(arys, lambda t: t.reshape(1, 1) if t.ndim == 0 else t.unsqueeze(0) if t.ndim == 1 else t)


@differentiable("np.atleast_3d(x, m)")
def atleast_3d(*arys: Any) -> Any:
    """View inputs as arrays of at least three dimensions."""

    def raised(t: torch.Tensor) -> torch.Tensor:
        if t.ndim == 0:
            return t.reshape(1, 1, 1)
        if t.ndim == 1:
            return t[None, :, None]
        return t[:, :, None] if t.ndim == 2 else t

    return _at_least(arys, raised)


def _at_least(arrays: tuple[Any, ...], raised: Any) -> Any:
    results = tuple(ndarray._wrap(raised(tensor_of(a))) for a in arrays)
    return results[0] if len(results) == 1 else results


@differentiable("np.diagonal(m, 1)", "np.diagonal(t, axis1=0, axis2=2)")
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    """Return diagonals as the last axis."""
    tensor = tensor_of(a)
    if tensor.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = normalize_axis(axis1, tensor.ndim), normalize_axis(axis2, tensor.ndim)
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    n, m = tensor.shape[first], tensor.shape[second]
    return ndarray._wrap(torch.diagonal(tensor, max(-n, min(m, offset)), first, second))


@differentiable("np.trace(m, 1)", "np.trace(t, axis1=1, axis2=2)")
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """Return the sum along diagonals."""
    from scitorch.numpy.reductions import sum

    return sum(diagonal(a, offset, axis1, axis2), -1, dtype, out)


@differentiable("r = m * 1; np.fill_diagonal(r, x[:3]); r")
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Fill the main diagonal of an array in place."""
    array = asarray(a)
    if array.ndim < 2:
        raise ValueError("array must be at least 2-d")
    end = None
    if len(set(array.shape)) == 1 and tensor_of(val).ndim == 0:
        places = ndarray._wrap(torch.arange(array.shape[0], device=array.tensor.device))
        array[(places,) * array.ndim] = val
        return
    if array.ndim == 2:
        step = array.shape[1] + 1
        if not wrap:
            end = array.shape[1] * array.shape[1]
    else:
        if len(set(array.shape)) != 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1
        product = 1
        for n in array.shape[:-1]:
            product *= n
            step += product
    array.flat[slice(None, end, step)] = val


@differentiable(
    "r = x * 1; np.copyto(r, y, where=[True, False, True, False, False]); r",
    "r = m * 1; np.copyto(r[1], x[:4]); r",
    by_values={"r = m * 1; np.copyto(r[1], x[:4]); r": "whether the array under a view has a batch"},
)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Copy values into an array, broadcasting."""
    if not isinstance(dst, ndarray):
        raise TypeError(f"copyto() argument 1 must be scitorch.numpy.ndarray, not {type(dst).__name__}")
    source = asarray(src)
    if type(src) in (int, float, complex, bool):
        allowed = numpy.can_cast(numpy.result_type(dst.dtype, src), dst.dtype, casting)  # type: ignore[arg-type]
    else:
        allowed = numpy.can_cast(source.dtype, dst.dtype, casting)  # type: ignore[arg-type]
    if not allowed:
        raise TypeError(
            f"Cannot cast array data from {source.dtype!r} to {dst.dtype!r} according to the rule '{casting}'"
        )
    if where is True:
        dst[...] = source
        return
    mask = tensor_of(where, torch.bool).expand(dst.shape)
    values = astype_tensor(source._tensor, dst._tensor.dtype).expand(dst.shape)
    dst._store(torch.where(mask, values, dst._tensor))


@differentiable('np.require(m, requirements="C")')
def require(a: Any, dtype: Any = None, requirements: Any = None, *, like: Any = None) -> ndarray:
    """Return an array with the wanted dtype and memory layout."""
    wanted = {str(r).upper() for r in ([requirements] if isinstance(requirements, str) else requirements or [])}
    if wanted & {"F", "F_CONTIGUOUS", "FORTRAN"}:
        if wanted & {"C", "C_CONTIGUOUS", "CONTIGUOUS"}:
            raise ValueError('Cannot specify both "C" and "F" order')
        return asarray(a, dtype, order="F")
    array = asarray(a, dtype, order="C" if wanted & {"C", "C_CONTIGUOUS", "CONTIGUOUS"} else None)
    if wanted & {"O", "OWNDATA"} and not array.flags.owndata:
        return array.copy()
    return array


@differentiable("x.view(x.dtype) * 2", "x.astype(complex).view(float)", "w.view()")
def view(a: ndarray, dtype: Any = None, type: Any = None) -> ndarray:
    """Return the same memory, interpreted as another dtype if one is given."""
    if isinstance(dtype, builtins_type) and issubclass(dtype, ndarray):
        dtype = None
    if dtype is None:
        return ndarray._wrap(a._tensor.view(a._tensor.shape) if a._tensor.is_contiguous() else a._tensor[...])
    wanted = torch_dtype(dtype)
    tensor = a._tensor
    if tensor.dtype in INEXACT and wanted in INEXACT:
        # torch's view(dtype) has a derivative of zero, whatever the dtypes
        if wanted is tensor.dtype:
            return view(a)
        if tensor.is_complex() and wanted is tensor.dtype.to_real() and not tensor.is_conj() and tensor.ndim:
            return ndarray._wrap(torch.view_as_real(tensor).flatten(-2))
        pairs = tensor.ndim and tensor.stride(-1) == 1 and tensor.shape[-1] % 2 == 0
        if pairs and wanted.is_complex and wanted.to_real() is tensor.dtype:
            return ndarray._wrap(torch.view_as_complex(tensor.unflatten(-1, (-1, 2))))
        if followed(tensor):
            raise NotImplementedError(
                f"ndarray.view: the bytes of {a.dtype} read as {dtype} have no gradient; detach the array first"
            )
    try:
        return ndarray._wrap(tensor.view(wanted))
    except RuntimeError as error:
        if tensor.device.type != "cpu" or tensor.requires_grad or tensor.is_conj() or tensor.is_neg():
            raise ValueError(
                f"cannot view an array of dtype {a.dtype} and shape {a.shape} as {dtype}: {error}"
            ) from None
    # torch asks for more alignment than a processor does; NumPy's view of the same memory knows all cases and errors
    shared = host(tensor).view(NUMPY_OF_TORCH[wanted])
    if any(stride < 0 or stride % shared.itemsize for stride in shared.strides):
        raise ValueError(f"an array of dtype {dtype} cannot have the strides {shared.strides}")
    return ndarray._wrap(from_host(shared))


builtins_type = type
