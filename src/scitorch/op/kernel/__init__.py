"""Kernels: the code that computes an operator's numbers on a device, without derivatives."""

from .scalar import converged, scalar_kernel, scalar_kernels
from .scipy_ufunc import scipy_ufunc

__all__ = ["converged", "scalar_kernel", "scalar_kernels", "scipy_ufunc"]
