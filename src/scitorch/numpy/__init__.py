# ruff: noqa: F403  (each family states its names in __all__)
"""NumPy's namespace over torch tensors: `import scitorch.numpy as np`.

Every function takes and returns `ndarray`, a thin wrapper around one `torch.Tensor`, keeps autograd's graph and
follows NumPy 2's rules for dtypes, shapes, indexing and errors.
"""

import importlib
import sys
from typing import Any

import numpy as _numpy

from scitorch.numpy.array import ndarray  # isort: skip  (first: the families need the class)
from scitorch.numpy import contraction as _contraction
from scitorch.numpy import conversion as _conversion
from scitorch.numpy import creation as _creation
from scitorch.numpy import editing as _editing
from scitorch.numpy import emath, fft, lib, linalg, polynomial, random
from scitorch.numpy import floating_errors as _floating_errors
from scitorch.numpy import functional as _functional
from scitorch.numpy import grids as _grids
from scitorch.numpy import histograms as _histograms
from scitorch.numpy import host_names as _host_names
from scitorch.numpy import interpolation as _interpolation
from scitorch.numpy import io as _io
from scitorch.numpy import joining as _joining
from scitorch.numpy import logic as _logic
from scitorch.numpy import manipulation as _manipulation
from scitorch.numpy import mathematics as _mathematics
from scitorch.numpy import matrices as _matrices
from scitorch.numpy import moments as _moments
from scitorch.numpy import nanfunctions as _nanfunctions
from scitorch.numpy import polynomial_functions as _polynomial_functions
from scitorch.numpy import printing as _printing
from scitorch.numpy import promotion as _promotion
from scitorch.numpy import python_ufunc as _python_ufunc
from scitorch.numpy import quantiles as _quantiles
from scitorch.numpy import ranges as _ranges
from scitorch.numpy import rearranging as _rearranging
from scitorch.numpy import reductions as _reductions
from scitorch.numpy import rounding as _rounding
from scitorch.numpy import selecting as _selecting
from scitorch.numpy import sets as _sets
from scitorch.numpy import sorting as _sorting
from scitorch.numpy import standard as _standard
from scitorch.numpy import statistics as _statistics
from scitorch.numpy import ufuncs as _ufuncs
from scitorch.numpy.attributes import flatiter
from scitorch.numpy.contraction import *
from scitorch.numpy.conversion import *
from scitorch.numpy.conversion import to_numpy
from scitorch.numpy.creation import *
from scitorch.numpy.editing import *
from scitorch.numpy.floating_errors import *
from scitorch.numpy.functional import *
from scitorch.numpy.grids import *
from scitorch.numpy.histograms import *
from scitorch.numpy.host_names import *
from scitorch.numpy.interpolation import *
from scitorch.numpy.io import *
from scitorch.numpy.joining import *
from scitorch.numpy.logic import *
from scitorch.numpy.manipulation import *
from scitorch.numpy.manipulation import view
from scitorch.numpy.mathematics import *
from scitorch.numpy.matrices import *
from scitorch.numpy.moments import *
from scitorch.numpy.namespace_info import __array_namespace_info__
from scitorch.numpy.nanfunctions import *
from scitorch.numpy.polynomial_functions import *
from scitorch.numpy.printing import *
from scitorch.numpy.promotion import *
from scitorch.numpy.python_ufunc import *
from scitorch.numpy.quantiles import *
from scitorch.numpy.ranges import *
from scitorch.numpy.rearranging import *
from scitorch.numpy.rearranging import resize_with_zeros
from scitorch.numpy.reductions import *
from scitorch.numpy.rounding import *
from scitorch.numpy.selecting import *
from scitorch.numpy.sets import *
from scitorch.numpy.sorting import *
from scitorch.numpy.statistics import *
from scitorch.numpy.ufunc import ufunc
from scitorch.numpy.ufuncs import *

__version__ = _numpy.__version__
__array_api_version__ = "2025.12"

__all__ = [
    "__array_namespace_info__",
    "__version__",
    "emath",
    "fft",
    "flatiter",
    "lib",
    "linalg",
    "ndarray",
    "polynomial",
    "random",
    "resize_with_zeros",
    "to_numpy",
    "ufunc",
    "view",
    *_contraction.__all__,
    *_conversion.__all__,
    *_creation.__all__,
    *_matrices.__all__,
    *_ranges.__all__,
    *_editing.__all__,
    *_floating_errors.__all__,
    *_functional.__all__,
    *_grids.__all__,
    *_histograms.__all__,
    *_host_names.__all__,
    *_interpolation.__all__,
    *_io.__all__,
    *_joining.__all__,
    *_logic.__all__,
    *_manipulation.__all__,
    *_rearranging.__all__,
    *_mathematics.__all__,
    *_nanfunctions.__all__,
    *_polynomial_functions.__all__,
    *_printing.__all__,
    *_promotion.__all__,
    *_python_ufunc.__all__,
    *_quantiles.__all__,
    *_reductions.__all__,
    *_rounding.__all__,
    *_moments.__all__,
    *_sets.__all__,
    *_sorting.__all__,
    *_selecting.__all__,
    *_statistics.__all__,
    *_ufuncs.__all__,
]

# NumPy's own modules that work on arrays of this namespace through its protocols, or on host data
_HOST_MODULES = ("char", "rec", "strings", "typing")


def __getattr__(name: str) -> Any:
    if name == "special":  # SciPy computes natively on arrays whose namespace has this
        return importlib.import_module("scitorch.special")
    if name == "testing":  # NumPy imports unittest for its own, so only those who ask pay for it
        return importlib.import_module("scitorch.numpy.testing")
    if name in _HOST_MODULES:
        return importlib.import_module(f"numpy.{name}")
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(
        f"module 'scitorch.numpy' has no attribute {name!r}"
        + (f"; numpy.{name} exists but is not provided here" if hasattr(_numpy, name) else "")
        + (f": {_host_names.REFUSED[name]}" if name in _host_names.REFUSED else "")
    )


def _register() -> None:
    """Let scitorch's operators take and return arrays of this namespace, and make its versions for the Array API."""
    from scitorch.numpy import interoperability  # noqa: F401  (makes arrays containers, through which transforms see)
    from scitorch.numpy.reversed_views import ReversedView
    from scitorch.op import register_array_type

    for cls in (ndarray, ReversedView):
        register_array_type(cls, to_tensor=lambda array: array._tensor, from_tensor=ndarray._wrap)
    _standard.publish(sys.modules[__name__])


_register()
