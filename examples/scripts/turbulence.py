"""Decaying two-dimensional turbulence: the vorticity equation by a dealiased Fourier method.

usage: python turbulence.py [--grid 256] [--steps 400] [--figure turbulence.png]

    dw/dt + u . grad w = nu laplace w,   laplace psi = -w,   u = (dpsi/dy, -dpsi/dx)

on the square [0, 2 pi)^2 with periodic boundaries. The viscous term is integrated exactly (an integrating factor), the
rest by the Runge-Kutta method of fourth order. Enstrophy cascades to small scales, the vortices merge and grow.
"""

import argparse
import time

import numpy as np
from scipy import fft

VISCOSITY = 5e-4
TIME_STEP = 0.01


class Periodic:
    """Wavenumbers of a square grid, and what is made of them once."""

    def __init__(self, size):
        self.size = size
        self.kx = fft.fftfreq(size, 1 / size)[:, None]
        self.ky = fft.rfftfreq(size, 1 / size)[None, :]
        self.squared = self.kx**2 + self.ky**2
        nonzero = np.where(self.squared > 0, self.squared, 1.0)
        self.inverse_laplacian = np.where(self.squared > 0, 1 / nonzero, 0.0)
        # the two-thirds rule: products of what is kept fold back only onto what is cut
        limit = size / 3
        self.kept = (np.abs(self.kx) < limit) & (self.ky < limit)

    def to_physical(self, spectrum):
        return fft.irfft2(spectrum, s=(self.size, self.size))

    def to_spectral(self, field):
        return fft.rfft2(field)


def initial_vorticity(grid, peak, seed):
    """A random field whose energy lies around one wavenumber, with unit mean-square velocity."""
    generator = np.random.default_rng(seed)
    noise = grid.to_spectral(generator.standard_normal((grid.size, grid.size)))
    k = np.sqrt(grid.squared)
    spectrum = noise * np.sqrt(k**3 / (1 + (k / peak) ** 8))
    spectrum[0, 0] = 0
    u, v = velocity(grid, spectrum)
    return spectrum * grid.kept / np.sqrt(np.mean(u**2 + v**2))


def velocity(grid, spectrum):
    stream = spectrum * grid.inverse_laplacian
    return grid.to_physical(1j * grid.ky * stream), grid.to_physical(-1j * grid.kx * stream)


def advection(grid, spectrum):
    """Minus the transform of u . grad w, without aliased wavenumbers."""
    u, v = velocity(grid, spectrum)
    slope_x = grid.to_physical(1j * grid.kx * spectrum)
    slope_y = grid.to_physical(1j * grid.ky * spectrum)
    return grid.kept * grid.to_spectral(-u * slope_x - v * slope_y)


def advance(grid, spectrum, half_decay):
    """One step; `half_decay` is what viscosity does in half of it."""
    h = TIME_STEP
    full_decay = half_decay**2
    first = advection(grid, spectrum)
    second = advection(grid, half_decay * (spectrum + h / 2 * first))
    third = advection(grid, half_decay * spectrum + h / 2 * second)
    fourth = advection(grid, full_decay * spectrum + h * half_decay * third)
    return full_decay * (spectrum + h / 6 * first) + h / 3 * half_decay * (second + third) + h / 6 * fourth


def energy_and_enstrophy(grid, spectrum):
    """Half the mean squares of velocity and vorticity."""
    u, v = velocity(grid, spectrum)
    vorticity = grid.to_physical(spectrum)
    return 0.5 * np.mean(u**2 + v**2), 0.5 * np.mean(vorticity**2)


def energy_spectrum(grid, spectrum):
    """Energy in rings of wavenumbers 0, 1, 2, … of width one."""
    weight = np.where((grid.ky > 0) & (grid.ky < grid.size / 2), 2.0, 1.0)
    density = 0.5 * weight * np.abs(spectrum) ** 2 * grid.inverse_laplacian / grid.size**4
    ring = np.rint(np.sqrt(grid.squared)).astype(int)
    return np.bincount(ring.ravel(), weights=density.ravel())


def simulate(size, steps, peak=8.0, seed=3, every=20):
    """Integrate; return times, energies, enstrophies, the first and the last spectrum, and the last vorticity."""
    grid = Periodic(size)
    spectrum = initial_vorticity(grid, peak, seed)
    half_decay = np.exp(-VISCOSITY * grid.squared * TIME_STEP / 2)
    before = energy_spectrum(grid, spectrum)
    times, budget = [], []
    for step in range(steps + 1):
        if step % every == 0:
            times.append(step * TIME_STEP)
            budget.append(energy_and_enstrophy(grid, spectrum))
        if step < steps:
            spectrum = advance(grid, spectrum, half_decay)
    return {
        "times": np.array(times),
        "budget": np.array(budget),
        "spectra": np.stack([before, energy_spectrum(grid, spectrum)]),
        "vorticity": grid.to_physical(spectrum),
    }


def draw(file, result):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (field, rings) = plt.subplots(1, 2, figsize=(11.5, 5), layout="constrained")
    extreme = np.abs(result["vorticity"]).max()
    shown = field.imshow(result["vorticity"].T, cmap="RdBu_r", vmin=-extreme, vmax=extreme, origin="lower")
    field.set(title=f"Vorticity at t = {result['times'][-1]:.1f}", xticks=[], yticks=[])
    figure.colorbar(shown, ax=field)
    for label, spectrum in zip(("start", "end"), result["spectra"]):
        k = np.arange(1, len(spectrum))
        rings.loglog(k, spectrum[1:], label=label)
    rings.set(xlabel="wavenumber", ylabel="energy", title="Energy spectrum", ylim=(1e-11, 1))
    rings.legend()
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--grid", type=int, default=256)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--figure", metavar="FILE")
    options = parser.parse_args()
    began = time.perf_counter()
    result = simulate(options.grid, options.steps)
    seconds = time.perf_counter() - began
    (energy, enstrophy), (last_energy, last_enstrophy) = result["budget"][0], result["budget"][-1]
    print(f"grid                  {options.grid} x {options.grid}")
    print(f"steps                 {options.steps}")
    print(f"seconds               {seconds:.2f}")
    print(f"energy                {energy:.6f} to {last_energy:.6f}")
    print(f"enstrophy             {enstrophy:.4f} to {last_enstrophy:.4f}")
    if options.figure:
        draw(options.figure, result)


if __name__ == "__main__":
    main()
