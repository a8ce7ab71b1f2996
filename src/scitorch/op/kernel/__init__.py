"""Kernels: the code that computes an operator's numbers on a device, without derivatives."""

from .scipy_ufunc import scipy_ufunc

__all__ = ["scipy_ufunc"]
