"""Sums over nonuniform points through a fine uniform grid: spreading, FFT, and division by the kernel's spectrum.

The three types of A. H. Barnett, J. F. Magland & L. af Klinteberg 2019, SIAM J. Sci. Comput. 41, C479, sections 2 and
3, with a grid twice as fine as the modes. On the CPU the gridding is machine code, elsewhere ``index_add``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..op.loops import complex_dtype
from .frequencies import next_fast_len
from .gridding_code import PREFETCHED, bin_counts, gridding_code, margin
from .semicircle_kernel import Semicircle, kernel_for, mode_weights, spectrum

_OVERSAMPLING = 2

# Elements of the largest intermediate array that `index_add` is given: 64 MB of complex128.
_BLOCK = 1 << 22

# Cells of the largest grid: 2^31 complex128 are 32 GB, and cell numbers stay in 32 bits.
_LARGEST_GRID = 1 << 31


@dataclass(frozen=True)
class Grid:
    """A periodic grid, the points over it, and their order by bins on the CPU.

    Points have shape ``(m, d)`` and period 2π.
    """

    kernel: Semicircle
    cells: tuple[int, ...]
    points: Tensor
    precision: torch.dtype
    order: Tensor | None

    @classmethod
    def over(cls, points: Tensor, kernel: Semicircle, cells: tuple[int, ...], precision: torch.dtype) -> Grid:
        """Sort the points of one set, in float64."""
        if math.prod(cells) > _LARGEST_GRID:
            raise ValueError(f"a grid of {'×'.join(map(str, cells))} cells would be needed, which is too large")
        points = points.double().contiguous()
        order = _order_by_bins(points, kernel, cells, precision) if points.is_cpu else None
        return cls(kernel, cells, points, precision, order)

    @property
    def _complex(self) -> torch.dtype:
        return complex_dtype(self.precision)

    def spread(self, strengths: Tensor) -> Tensor:
        """Add strengths ``(b, m)``, smoothed by the kernel, to a grid ``(b, *cells)``."""
        batch = strengths.shape[0]
        pad = margin(self.kernel)
        if self.order is None:
            flat = torch.zeros(batch, math.prod(self.cells), dtype=self._complex, device=self.points.device)
            for start, stop, index, weight in self._footprints():
                values = strengths[:, start:stop, None] * weight
                flat.index_add_(1, index.reshape(-1), values.reshape(batch, -1))
            return flat.view(batch, *self.cells)
        padded = torch.zeros(batch, *(n + 2 * pad for n in self.cells), dtype=self._complex)
        strengths = strengths.contiguous()
        code = gridding_code(self.kernel, self.cells, self.precision)
        for source, target in zip(strengths, padded):
            code.spread(*self._addresses(source, target), 0, len(self.points))
        return _folded(padded, self.cells, pad)

    def interpolate(self, grid: Tensor) -> Tensor:
        """Values ``(b, m)`` at the points of grids ``(b, *cells)``: the transpose of :meth:`spread`."""
        batch = grid.shape[0]
        values = torch.empty(batch, len(self.points), dtype=self._complex, device=self.points.device)
        if self.order is None:
            flat = grid.reshape(batch, -1)
            for start, stop, index, weight in self._footprints():
                values[:, start:stop] = (flat[:, index] * weight).sum(-1)
            return values
        padded = _surrounded(grid, margin(self.kernel))
        code = gridding_code(self.kernel, self.cells, self.precision)
        for source, target in zip(padded, values):
            code.interpolate(*self._addresses(target, source), 0, len(self.points))
        return values

    def _addresses(self, at_points: Tensor, on_grid: Tensor) -> tuple[int, ...]:
        assert self.order is not None
        return self.points.data_ptr(), self.order.data_ptr(), at_points.data_ptr(), on_grid.data_ptr()

    def _footprints(self) -> Any:
        """Blocks of points: their range, the cells that they cover ``(m, w^d)``, and the weights there."""
        width, d = self.kernel.width, len(self.cells)
        step = max(_BLOCK // width**d, 1)
        steps = torch.arange(width, device=self.points.device, dtype=torch.float64)
        for start in range(0, len(self.points), step):
            points = self.points[start : start + step]
            index = torch.zeros(len(points), 1, dtype=torch.int64, device=points.device)
            weight = torch.ones(len(points), 1, dtype=torch.float64, device=points.device)
            for axis, n in enumerate(self.cells):
                turns = points[:, axis, None] / (2 * math.pi)
                coordinate = (turns - torch.floor(turns)) * n
                covered = torch.ceil(coordinate - width / 2) + steps
                index = (index[:, :, None] * n + (covered.long() % n)[:, None, :]).flatten(1)
                weight = (weight[:, :, None] * self.kernel(covered - coordinate)[:, None, :]).flatten(1)
            yield start, start + len(points), index, weight.to(self.precision)


def _order_by_bins(points: Tensor, kernel: Semicircle, cells: tuple[int, ...], precision: torch.dtype) -> Tensor:
    code = gridding_code(kernel, cells, precision)
    count = len(points)
    bins = torch.empty(count, dtype=torch.int32)
    counts = torch.zeros(math.prod(bin_counts(cells)), dtype=torch.int32)
    order = torch.zeros(count + PREFETCHED, dtype=torch.int32)
    code.count(points.data_ptr(), bins.data_ptr(), counts.data_ptr(), 0, 0, count)
    offsets = (counts.cumsum(0) - counts).to(torch.int32)
    code.place(bins.data_ptr(), offsets.data_ptr(), order.data_ptr(), 0, 0, count)
    return order


def _folded(padded: Tensor, cells: tuple[int, ...], pad: int) -> Tensor:
    """Add the margins of a padded grid to the cells that they stand for, periodically."""
    for axis, n in enumerate(cells, start=1):
        inner = padded.narrow(axis, pad, n)
        inner.narrow(axis, 0, pad).add_(padded.narrow(axis, pad + n, pad))
        inner.narrow(axis, n - pad, pad).add_(padded.narrow(axis, 0, pad))
        padded = inner
    return padded


def _surrounded(grid: Tensor, pad: int) -> Tensor:
    """A grid with margins that continue it periodically."""
    cells = grid.shape[1:]
    padded = grid.new_empty(len(grid), *(n + 2 * pad for n in cells))
    inner = padded
    for axis, n in enumerate(cells, start=1):
        inner = inner.narrow(axis, pad, n)
    inner.copy_(grid)
    for axis, n in reversed(list(enumerate(cells, start=1))):
        filled = padded
        for before, m in enumerate(cells[: axis - 1], start=1):
            filled = filled.narrow(before, pad, m)
        filled.narrow(axis, 0, pad).copy_(filled.narrow(axis, n, pad))
        filled.narrow(axis, pad + n, pad).copy_(filled.narrow(axis, pad, pad))
    return padded


def fine_cells(modes: int, kernel: Semicircle) -> int:
    """Cells along one dimension: fast to transform, and more than a kernel with its margins."""
    return next_fast_len(max(_OVERSAMPLING * modes, 2 * kernel.width + 8), real=True)


def modes_of_points(points: Tensor, strengths: Tensor, *, shape: tuple[int, ...], eps: float, isign: int) -> Tensor:
    """Type 1: the modes, flattened, of strengths at points."""
    kernel, precision, cells = _resolution(strengths, shape, eps)

    def modes(points: Tensor, strengths: Tensor) -> Tensor:
        grid = _transformed(Grid.over(points, kernel, cells, precision).spread(strengths), isign)
        for axis, n in enumerate(shape, start=1):
            grid = _kept(grid, axis, n)
        return _weighted(grid, kernel, cells).flatten(1)

    return _each_set(modes, points, strengths, math.prod(shape))


def values_at_points(points: Tensor, modes: Tensor, *, shape: tuple[int, ...], eps: float, isign: int) -> Tensor:
    """Type 2: the sum of modes, given flattened, at points."""
    kernel, precision, cells = _resolution(modes, shape, eps)

    def values(points: Tensor, modes: Tensor) -> Tensor:
        grid = _weighted(modes.reshape(-1, *shape), kernel, cells)
        for axis, total in reversed(list(enumerate(cells, start=1))):
            grid = _spaced(grid, axis, total)
        return Grid.over(points, kernel, cells, precision).interpolate(_transformed(grid, isign))

    return _each_set(values, points, modes, points.shape[-2])


def spectrum_of_points(points: Tensor, strengths: Tensor, targets: Tensor, *, eps: float, isign: int) -> Tensor:
    """Type 3: the sum over points at arbitrary frequencies, the targets."""
    precision = strengths.real.dtype
    kernel = kernel_for(eps, precision, points.shape[-1])

    def sums(both: Tensor, strengths: Tensor) -> Tensor:
        points, targets = both[: strengths.shape[-1]], both[strengths.shape[-1] :]
        return _between(points, strengths, targets, kernel, precision, eps, isign)

    batch = torch.broadcast_shapes(points.shape[:-2], targets.shape[:-2])
    both = torch.cat([points.expand(*batch, *points.shape[-2:]), targets.expand(*batch, *targets.shape[-2:])], -2)
    return _each_set(sums, both, strengths, targets.shape[-2])


def _between(
    points: Tensor,
    strengths: Tensor,
    targets: Tensor,
    kernel: Semicircle,
    precision: torch.dtype,
    eps: float,
    isign: int,
) -> Tensor:
    # With points X around C and frequencies S around D, exp(isx) = exp(iDx) exp(i(s - D)(x - C)) exp(i(s - D)C): the
    # middle factor is a type 2 transform of a grid over which the scaled points (x - C)/γ have been spread.
    if not points.numel() or not targets.numel():
        return strengths.new_zeros(len(strengths), len(targets))
    points, targets = points.double(), targets.double()
    (centre, half), (middle, band) = _box(points), _box(targets)
    half = torch.maximum(half, 1 / torch.clamp(band, min=1e-300)).clamp(max=1e300) if bool((half == 0).any()) else half
    band = torch.maximum(band, 1 / half)
    cells = tuple(
        _even_fast(2 * _OVERSAMPLING * extent / math.pi + kernel.width + 1, kernel) for extent in (half * band).tolist()
    )
    if math.prod(cells) > _LARGEST_GRID:
        raise ValueError(f"a grid of {'×'.join(map(str, cells))} cells would be needed, which is too large")
    total = torch.tensor(cells, dtype=torch.float64, device=points.device)
    scale = total / (2 * _OVERSAMPLING * band)
    strengths = strengths * _phase(points, middle, isign, precision)
    grid = Grid.over((points - centre) / scale, kernel, cells, precision).spread(strengths)
    frequencies = (targets - middle) * scale * (2 * math.pi / total)
    modes = torch.fft.fftshift(grid, list(range(1, grid.ndim))).flatten(1)
    values = values_at_points(frequencies, modes, shape=cells, eps=eps, isign=isign)
    weights = spectrum(kernel, frequencies).prod(-1).to(precision)
    return values / weights * _phase(targets - middle, centre, isign, precision)


def _box(points: Tensor) -> tuple[Tensor, Tensor]:
    low, high = points.amin(0), points.amax(0)
    return (low + high) / 2, (high - low) / 2


def _phase(points: Tensor, centre: Tensor, isign: int, precision: torch.dtype) -> Tensor:
    angles = isign * (points * centre).sum(-1)
    return torch.polar(torch.ones_like(angles), angles).to(complex_dtype(precision))


def _even_fast(cells: float, kernel: Semicircle) -> int:
    if not cells < _LARGEST_GRID:
        raise ValueError(f"a grid of {cells:.3g} cells would be needed, which is too large")
    half = next_fast_len(max(math.ceil(cells / 2), kernel.width + 4), real=True)
    return 2 * half


def _resolution(like: Tensor, shape: tuple[int, ...], eps: float) -> tuple[Semicircle, torch.dtype, tuple[int, ...]]:
    precision = like.real.dtype
    kernel = kernel_for(eps, precision, len(shape))
    return kernel, precision, tuple(fine_cells(n, kernel) for n in shape)


def _each_set(transform: Callable[[Tensor, Tensor], Tensor], points: Tensor, numbers: Tensor, results: int) -> Tensor:
    """Transform the numbers ``(…, k)`` that belong to each set of points ``(…, m, d)``, all at once for each set."""
    if not bool(torch.isfinite(points).all()):
        raise ValueError("points must be finite")
    batch = torch.broadcast_shapes(points.shape[:-2], numbers.shape[:-1])
    out = torch.empty(*batch, results, dtype=numbers.dtype, device=numbers.device)
    if not out.numel():
        return out
    rank = len(batch)
    sets = points.reshape((1,) * (rank + 2 - points.ndim) + points.shape)
    numbers = numbers.expand(*batch, numbers.shape[-1])
    shared = tuple(slice(None) if size == 1 else None for size in sets.shape[:rank])
    for index in itertools.product(*(range(size) for size in sets.shape[:rank])):
        chosen = tuple(s if s is not None else slice(i, i + 1) for s, i in zip(shared, index))
        part = numbers[chosen]
        out[chosen] = transform(sets[index], part.flatten(0, -2) if part.ndim > 1 else part[None]).view(
            *part.shape[:-1], results
        )
    return out


def _transformed(grid: Tensor, isign: int) -> Tensor:
    axes = list(range(1, grid.ndim))
    y: Tensor
    if isign > 0:
        y = torch.fft.ifftn(grid, dim=axes, norm="forward")
    else:
        y = torch.fft.fftn(grid, dim=axes)
    return y


def _kept(grid: Tensor, axis: int, modes: int) -> Tensor:
    """The central modes of a spectrum along one axis, from the most negative up."""
    negative = modes // 2
    total = grid.shape[axis]
    return torch.cat([grid.narrow(axis, total - negative, negative), grid.narrow(axis, 0, modes - negative)], axis)


def _spaced(grid: Tensor, axis: int, total: int) -> Tensor:
    """Modes from the most negative up, in the order of a spectrum and with zeros between: undoes :func:`_kept`."""
    modes = grid.shape[axis]
    negative = modes // 2
    shape = list(grid.shape)
    shape[axis] = total
    out = grid.new_zeros(shape)
    out.narrow(axis, 0, modes - negative).copy_(grid.narrow(axis, negative, modes - negative))
    out.narrow(axis, total - negative, negative).copy_(grid.narrow(axis, 0, negative))
    return out


def _weighted(modes: Tensor, kernel: Semicircle, cells: tuple[int, ...]) -> Tensor:
    """Modes ``(b, *shape)``, divided by the spectrum of the kernel."""
    weights = torch.ones(1, dtype=torch.float64)
    for n, total in zip(modes.shape[1:], cells):
        weights = weights[..., None] * torch.from_numpy(1 / mode_weights(kernel, n, total))
    return modes * weights.to(modes.device, modes.real.dtype)
