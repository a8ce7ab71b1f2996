"""Scalar kernels: a restricted Python, its derivatives, and its compilation for CPU and CUDA."""

from .intrinsics import converged
from .kernel import ScalarKernel, scalar_kernel, scalar_kernels

__all__ = ["ScalarKernel", "converged", "scalar_kernel", "scalar_kernels"]
