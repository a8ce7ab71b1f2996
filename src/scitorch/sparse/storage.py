"""Sparse arrays in files, in SciPy's format."""

from __future__ import annotations

import math
import zipfile
from typing import Any

import numpy
from torch import Tensor

from .exchange import from_scipy, to_scipy
from .planning import CLASSES

#: Bytes that a file may unpack to by default.
LARGEST = 1 << 34

_PARTS = {
    "csr": ("indices", "indptr"),
    "csc": ("indices", "indptr"),
    "bsr": ("indices", "indptr"),
    "dia": ("offsets",),
}


def save_npz(file: Any, matrix: Any, compressed: bool = True) -> None:
    """Save a sparse array to an ``.npz`` file that SciPy reads too.

    Parameters
    ----------
    file : str or file
        Where to; ``.npz`` is appended to a name without it.
    matrix : sparse array
        Of any format but ``lil`` and ``dok``.
    compressed : bool
        Whether the file is compressed.
    """
    array = matrix.detach().to("cpu") if hasattr(matrix, "_is_sparse") else matrix
    if array.format in ("lil", "dok"):
        raise NotImplementedError(f"a {array.format} array is not saved; convert it first")
    host = to_scipy(array) if hasattr(array, "_is_sparse") else array
    parts = {"format": host.format.encode("ascii"), "shape": host.shape, "data": host.data, "_is_array": True}
    if host.format == "coo":
        named = ("row", "col") if host.ndim == 2 else ("coords",)
        parts.update({name: numpy.asarray(getattr(host, name)) for name in named})
    else:
        parts.update({name: getattr(host, name) for name in _PARTS[host.format]})
    (numpy.savez_compressed if compressed else numpy.savez)(file, **parts)


def load_npz(file: Any, *, largest: int = LARGEST) -> Any:
    """Load a sparse array from an ``.npz`` file of SciPy's or of :func:`save_npz`.

    Parameters
    ----------
    file : str or file
        Where from. Nothing in it is unpickled.
    largest : int
        Bytes that it may unpack to.

    Returns
    -------
    sparse array
        Of tensors.

    Raises
    ------
    ValueError
        If the file is no sparse array, would unpack to more than `largest` bytes, or its indices are out of range.
    """
    try:
        with numpy.load(file, allow_pickle=False) as loaded:
            size = sum(entry.file_size for entry in loaded.zip.infolist())
            if size > largest:
                raise ValueError(f"the file would unpack to {size} bytes, more than largest={largest}")
            return _read(loaded)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"no sparse array is in the file: {error}") from error


def _read(loaded: Any) -> Any:
    if "format" not in loaded:
        raise ValueError("no sparse array is in the file: it names no format")
    format = loaded["format"].item()
    format = format.decode("ascii") if isinstance(format, bytes) else format
    if format not in ("coo", *_PARTS):
        raise ValueError(f"there is no format {format!r}")
    wanted = _PARTS.get(format) or (("coords",) if "coords" in loaded else ("row", "col"))
    absent = [name for name in (*wanted, "shape", "data") if name not in loaded]
    if absent:
        raise ValueError(f"the file lacks {', '.join(absent)}")
    shape = tuple(int(n) for n in loaded["shape"])
    if any(n < 0 for n in shape) or math.prod(shape) < 0:
        raise ValueError(f"a shape has no negative sizes: {shape}")
    data = loaded["data"]
    if data.dtype.kind not in "biufc":
        raise ValueError(f"values of dtype {data.dtype} are no numbers")
    index = [loaded[name] for name in wanted]
    if any(i.dtype.kind not in "iu" for i in index):
        raise ValueError("indices are integers")
    if format == "coo":
        index = [tuple(index[0]) if wanted == ("coords",) else tuple(index)]
    made = CLASSES[format]((data, *index), shape=shape)
    return made._of(made._pattern, made._values, None)


__all__ = ["LARGEST", "Tensor", "from_scipy", "load_npz", "save_npz"]
