"""`numpy.lib`: the part that is about arrays."""

from numpy.lib import NumpyVersion

from scitorch.numpy import stride_tricks

__all__ = ["NumpyVersion", "stride_tricks"]
