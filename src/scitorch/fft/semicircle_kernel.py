"""The exponential of semicircle, with which nonuniform points are spread over a uniform grid.

φ(z) = exp(β(√(1 - z²) - 1)) on [-1, 1], stretched over w grid cells, with β = 2.3 w for a grid twice as fine as the
modes. The error relative to the norm of the strengths is then about 10^(1-w) (A. H. Barnett, J. F. Magland & L. af
Klinteberg 2019, SIAM J. Sci. Comput. 41, C479; narrow kernels want a slightly different β, ibid. remark 4.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

#: β / w at the optimum, for narrow kernels; all others have 2.30.
_NARROW = {2: 2.20, 3: 2.26, 4: 2.38}
_WIDEST = {torch.float32: 8, torch.float64: 16}

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class Semicircle:
    """The kernel of a width, in grid cells."""

    width: int

    @property
    def beta(self) -> float:
        """The exponent at the centre."""
        return _NARROW.get(self.width, 2.30) * self.width

    def __call__(self, cells: Tensor) -> Tensor:
        """φ at distances of at most half the width, in cells."""
        z = cells * (2 / self.width)
        return torch.exp(self.beta * (torch.sqrt((1 - z * z).clamp(min=0)) - 1))


def kernel_for(eps: float, precision: torch.dtype, dimensions: int) -> Semicircle:
    """The narrowest kernel of an error of at most ``eps``, or the widest that the precision makes use of.

    Every dimension contributes its error; the factor 2 covers the constant of the estimate 10^(1-w).
    """
    width = math.ceil(1 + math.log10(2 * dimensions / eps))
    return Semicircle(min(max(width, 2), _WIDEST[precision]))


@cache
def piecewise_polynomials(kernel: Semicircle) -> Floats:
    """The kernel as one polynomial for each cell that it covers.

    Returns
    -------
    (degree + 1, w)
        Coefficients, constant first: the value at the i-th grid point that a kernel covers, as a function of
        t = 2(x + w/2) - 1 in [-1, 1), where x in [-w/2, 1 - w/2) is the distance of the first of them from the centre.
    """
    width = kernel.width
    degree = width + 3
    nodes = numpy.cos(numpy.pi * (numpy.arange(degree + 1) + 0.5) / (degree + 1))
    first = (nodes + 1) / 2 - width / 2
    values = kernel(torch.from_numpy(first[:, None] + numpy.arange(width))).numpy()
    coefficients = numpy.polynomial.chebyshev.chebfit(nodes, values, degree)
    return numpy.stack([_monomials(c, degree) for c in coefficients.T], axis=1)


def _monomials(chebyshev: Floats, degree: int) -> Floats:
    found = numpy.polynomial.chebyshev.cheb2poly(chebyshev)
    return numpy.pad(found, (0, degree + 1 - len(found)))


@cache
def _quadrature(kernel: Semicircle) -> tuple[Floats, Floats]:
    """Nodes in cells and weights times φ, over the positive half: 2 + 1.5 w of them resolve φ and its cosine."""
    nodes, weights = numpy.polynomial.legendre.leggauss(2 * (2 + math.ceil(1.5 * kernel.width)))
    positive = nodes > 0
    cells = nodes[positive] * (kernel.width / 2)
    return cells, weights[positive] * kernel.width * kernel(torch.from_numpy(cells)).numpy()


def spectrum(kernel: Semicircle, phases: Tensor) -> Tensor:
    """∫ φ(u) exp(i u θ) du for phases θ per cell, of at most π/2 in size; in float64."""
    total = torch.zeros_like(phases, dtype=torch.float64)
    for node, weight in zip(*_quadrature(kernel)):
        total += weight * torch.cos(phases.double() * float(node))
    return total


@lru_cache(maxsize=16)
def mode_weights(kernel: Semicircle, modes: int, cells: int) -> Floats:
    """What each of the modes from -(modes//2) up has to be divided by, on a grid of so many cells."""
    half = spectrum(kernel, torch.arange(modes // 2 + 1, dtype=torch.float64) * (2 * math.pi / cells)).numpy()
    return numpy.concatenate([half[:0:-1], half[: (modes + 1) // 2]])
