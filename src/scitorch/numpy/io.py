"""Files: read and written by NumPy itself, never with pickles; numeric results become arrays of this namespace."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, to_numpy
from scitorch.numpy.declaration import without_derivative
from scitorch.numpy.dtypes import TORCH_OF_NUMPY
from scitorch.numpy.routine import routine

__all__ = [
    "frombuffer",
    "fromfile",
    "fromregex",
    "fromstring",
    "genfromtxt",
    "load",
    "loadtxt",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
]


def _loaded(value: Any) -> Any:
    """Return numeric arrays as ours; text and structured arrays stay NumPy's, which is what can hold them."""
    if isinstance(value, tuple | list):
        return type(value)(map(_loaded, value))
    if isinstance(value, numpy.ndarray) and value.dtype.newbyteorder("=") in TORCH_OF_NUMPY:
        return asarray(value)
    return value


def _written(value: Any) -> Any:
    if isinstance(value, ndarray):
        return to_numpy(value.tensor.detach())
    if isinstance(value, tuple | list):
        return type(value)(map(_written, value))
    return value


def _no_pickle(allow_pickle: bool) -> None:
    if allow_pickle:
        raise ValueError("scitorch.numpy does not read or write pickles: they can run code. Pass allow_pickle=False")


class Archive(Mapping[str, Any]):
    """The arrays of an ``.npz`` file, read when asked for."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.files = list(file.files)

    def __getitem__(self, key: str) -> Any:
        return _loaded(self._file[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


@without_derivative("reads files")
def load(file: Any, mmap_mode: Any = None, allow_pickle: bool = False, **options: Any) -> Any:
    """Load an array from ``.npy``, or an archive from ``.npz``."""
    _no_pickle(allow_pickle)
    value = numpy.load(file, mmap_mode=mmap_mode, allow_pickle=False, **options)
    return Archive(value) if isinstance(value, numpy.lib.npyio.NpzFile) else _loaded(value)


@without_derivative("NumPy's files hold no gradients")
def save(file: Any, arr: Any, allow_pickle: bool = False) -> None:
    """Save an array in ``.npy`` format (values only: no gradient history)."""
    _no_pickle(allow_pickle)
    numpy.save(file, _written(arr), allow_pickle=False)


@without_derivative("NumPy's files hold no gradients")
def savez(file: Any, *args: Any, allow_pickle: bool = False, **kwds: Any) -> None:
    """Save several arrays in an ``.npz`` archive."""
    _no_pickle(allow_pickle)
    numpy.savez(file, *map(_written, args), allow_pickle=False, **{k: _written(v) for k, v in kwds.items()})


@without_derivative("NumPy's files hold no gradients")
def savez_compressed(file: Any, *args: Any, allow_pickle: bool = False, **kwds: Any) -> None:
    """Save several arrays in a compressed ``.npz`` archive."""
    _no_pickle(allow_pickle)
    numpy.savez_compressed(file, *map(_written, args), allow_pickle=False, **{k: _written(v) for k, v in kwds.items()})


@without_derivative("reads files")
def loadtxt(fname: Any, *arguments: Any, **options: Any) -> Any:
    """Load a table from a text file, with the arguments of `numpy.loadtxt`."""
    return _loaded(numpy.loadtxt(fname, *arguments, **options))


@without_derivative("reads files")
def genfromtxt(fname: Any, *arguments: Any, **options: Any) -> Any:
    """Load a table with missing values from a text file, with the arguments of `numpy.genfromtxt`.

    Numeric tables become arrays of this namespace; tables with named or text columns stay structured NumPy arrays.
    """
    options["filling_values"] = _written(options.get("filling_values"))
    return _loaded(numpy.genfromtxt(fname, *arguments, **options))


@without_derivative("NumPy's files hold no gradients")
def savetxt(fname: Any, X: Any, *arguments: Any, **options: Any) -> None:
    """Save an array to a text file, with the arguments of `numpy.savetxt`."""
    numpy.savetxt(fname, _written(X), *arguments, **options)


@without_derivative("reads files")
@routine
def fromfile(
    file: Any, dtype: Any = float, count: int = -1, sep: str = "", offset: int = 0, *, like: Any = None
) -> Any:
    """Read an array from a binary or text file."""
    return _loaded(numpy.fromfile(file, dtype, count, sep, offset))


@without_derivative("reads bytes")
@routine
def frombuffer(buffer: Any, dtype: Any = float, count: int = -1, offset: int = 0, *, like: Any = None) -> Any:
    """Interpret a buffer as a one-dimensional array."""
    return _loaded(numpy.frombuffer(buffer, dtype, count, offset))


@without_derivative("reads text")
@routine
def fromstring(string: Any, dtype: Any = float, count: int = -1, *, sep: str, like: Any = None) -> Any:
    """Read a one-dimensional array from text."""
    return _loaded(numpy.fromstring(string, dtype, count, sep=sep))


@without_derivative("reads files")
def fromregex(file: Any, regexp: Any, dtype: Any, encoding: Any = None) -> Any:
    """Read a structured array from text by a regular expression (the result is NumPy's: it has named fields)."""
    return _loaded(numpy.fromregex(file, regexp, dtype, encoding))
