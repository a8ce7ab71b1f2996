"""NumPy's namespace over torch tensors: `import scitorch.numpy as np`.

Every function takes and returns `ndarray`, a thin wrapper around one `torch.Tensor`, keeps autograd's graph and
follows NumPy 2's rules for dtypes, shapes, indexing and errors.
"""

import importlib
from typing import Any

import numpy as _numpy
from numpy import (
    ScalarType,
    __version__,
    bool_,
    busday_count,
    busday_offset,
    busdaycalendar,
    byte,
    bytes_,
    cdouble,
    character,
    clongdouble,
    complex64,
    complex128,
    complexfloating,
    csingle,
    datetime64,
    datetime_as_string,
    datetime_data,
    double,
    dtype,
    dtypes,
    e,
    errstate,
    euler_gamma,
    exceptions,
    flexible,
    float16,
    float32,
    float64,
    floating,
    generic,
    get_include,
    getbufsize,
    geterr,
    geterrcall,
    half,
    inexact,
    inf,
    info,
    int8,
    int16,
    int32,
    int64,
    int_,
    intc,
    integer,
    intp,
    is_busday,
    isnat,
    iterable,
    little_endian,
    long,
    longdouble,
    longlong,
    nan,
    newaxis,
    number,
    object_,
    pi,
    sctypeDict,
    setbufsize,
    seterr,
    seterrcall,
    short,
    show_config,
    show_runtime,
    signedinteger,
    single,
    str_,
    timedelta64,
    typecodes,
    ubyte,
    uint,
    uint8,
    uint16,
    uint32,
    uint64,
    uintc,
    uintp,
    ulong,
    ulonglong,
    unsignedinteger,
    ushort,
    void,
)
from numpy import bool as bool  # noqa: A004

# isort: off
from scitorch.numpy.array import ndarray
from scitorch.numpy.contraction import *  # noqa: F403
from scitorch.numpy.conversion import *  # noqa: F403
from scitorch.numpy.creation import *  # noqa: F403
from scitorch.numpy.editing import *  # noqa: F403
from scitorch.numpy.functional import *  # noqa: F403
from scitorch.numpy.grids import *  # noqa: F403
from scitorch.numpy.histograms import *  # noqa: F403
from scitorch.numpy.io import *  # noqa: F403
from scitorch.numpy.joining import *  # noqa: F403
from scitorch.numpy.logic import *  # noqa: F403
from scitorch.numpy.manipulation import *  # noqa: F403
from scitorch.numpy.mathematics import *  # noqa: F403
from scitorch.numpy.nanfunctions import *  # noqa: F403
from scitorch.numpy.manipulation import resize_with_zeros, view
from scitorch.numpy.polynomial_functions import *  # noqa: F403
from scitorch.numpy.printing import *  # noqa: F403
from scitorch.numpy.promotion import *  # noqa: F403
from scitorch.numpy.quantiles import *  # noqa: F403
from scitorch.numpy.reductions import *  # noqa: F403
from scitorch.numpy.sets import *  # noqa: F403
from scitorch.numpy.sorting import *  # noqa: F403
from scitorch.numpy.statistics import *  # noqa: F403
from scitorch.numpy.ufunc import ufunc
from scitorch.numpy.ufuncs import *  # noqa: F403
from scitorch.numpy.attributes import flatiter
from scitorch.numpy.namespace_info import __array_namespace_info__
from scitorch.numpy import fft, lib, linalg, random
# isort: on

__array_api_version__ = "2025.12"
True_ = _numpy.True_
False_ = _numpy.False_


# NumPy's own modules that work on arrays of this namespace through its protocols, or on host data
_HOST_MODULES = ("char", "polynomial", "rec", "strings", "testing", "typing")


def __getattr__(name: str) -> Any:
    if name == "special":  # SciPy computes natively on arrays whose namespace has this
        return importlib.import_module("scitorch.special")
    if name in _HOST_MODULES:
        return importlib.import_module(f"numpy.{name}")
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(
        f"module 'scitorch.numpy' has no attribute {name!r}"
        + (f"; numpy.{name} exists but is not provided here" if hasattr(_numpy, name) else "")
    )


def _register() -> None:
    """Let scitorch's operators take and return arrays of this namespace."""
    from scitorch.op import register_array_type

    register_array_type(ndarray, to_tensor=lambda array: array._tensor, from_tensor=ndarray._wrap)


_register()
