"""Collapse of a cold star cluster: N bodies with softened gravity, integrated by the leapfrog scheme.

usage: python star_cluster.py [--stars 500] [--steps 400] [--figure cluster.png]

The stars start at rest in a uniform sphere with a slight rotation, fall together, and settle into a dense core with a
halo. Units: G = 1, total mass 1, radius of the sphere 1. The free-fall time of the sphere is pi/2 / sqrt(2) = 1.11.
"""

import argparse
import time

import numpy as np

SOFTENING = 0.05
TIME_STEP = 0.005
FRACTIONS = np.array([0.1, 0.5, 0.9])


def uniform_sphere(count, rotation, seed):
    """Positions in the unit sphere, velocities of a slow solid rotation, masses of a Salpeter-like spectrum."""
    generator = np.random.default_rng(seed)
    direction = generator.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    position = direction * generator.uniform(size=(count, 1)) ** (1 / 3)
    # Inverse transform of a power law dN/dm ~ m^-2.35 between 0.2 and 5 in arbitrary units
    low, high = 0.2**-1.35, 5.0**-1.35
    mass = (low + generator.uniform(size=count) * (high - low)) ** (-1 / 1.35)
    mass /= mass.sum()
    position -= mass @ position
    velocity = rotation * np.cross(np.array([0.0, 0.0, 1.0]), position)
    velocity -= mass @ velocity
    return position, velocity, mass


def pair_distances(position):
    """Separation vectors from each star to each other, and the softened inverse distances."""
    separation = position[None, :, :] - position[:, None, :]
    squared = np.einsum("ijk,ijk->ij", separation, separation) + SOFTENING**2
    return separation, 1 / np.sqrt(squared)


def acceleration(position, mass):
    separation, inverse = pair_distances(position)
    return np.einsum("ij,ijk->ik", mass * inverse**3, separation)


def energies(position, velocity, mass):
    """Kinetic and potential energy."""
    _, inverse = pair_distances(position)
    np.fill_diagonal(inverse, 0.0)
    kinetic = 0.5 * np.sum(mass * np.sum(velocity**2, axis=1))
    return kinetic, -0.5 * mass @ inverse @ mass


def lagrangian_radii(position, mass):
    """Radii around the centre of mass that hold given fractions of the mass."""
    radius = np.linalg.norm(position - mass @ position, axis=1)
    order = np.argsort(radius)
    enclosed = np.cumsum(mass[order])
    return np.interp(FRACTIONS, enclosed, radius[order])


def simulate(count, steps, rotation=0.2, seed=7, every=10):
    """Integrate the cluster; return times, radii, energies, angular momenta and the final state."""
    position, velocity, mass = uniform_sphere(count, rotation, seed)
    force = acceleration(position, mass)
    times, radii, energy, momentum = [], [], [], []
    for step in range(steps + 1):
        if step % every == 0:
            times.append(step * TIME_STEP)
            radii.append(lagrangian_radii(position, mass))
            energy.append(energies(position, velocity, mass))
            momentum.append(mass @ np.cross(position, velocity))
        velocity += 0.5 * TIME_STEP * force
        position += TIME_STEP * velocity
        force = acceleration(position, mass)
        velocity += 0.5 * TIME_STEP * force
    return {
        "times": np.array(times),
        "radii": np.stack(radii),
        "energies": np.array(energy),
        "angular momentum": np.stack(momentum),
        "positions": position,
        "masses": mass,
    }


def draw(file, result):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (sky, history, budget) = plt.subplots(1, 3, figsize=(14, 4.4), layout="constrained")
    x, y = result["positions"][:, 0], result["positions"][:, 1]
    sky.scatter(x, y, s=4000 * result["masses"], color="tab:blue", alpha=0.6, lw=0)
    sky.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal", xlabel="x", ylabel="y", title="Stars at the end")
    for fraction, radius in zip(FRACTIONS, result["radii"].T):
        history.semilogy(result["times"], radius, label=f"{100 * fraction:.0f} % of the mass")
    history.set(xlabel="time", ylabel="radius", title="Lagrangian radii")
    history.legend()
    kinetic, potential = result["energies"].T
    budget.plot(result["times"], kinetic, label="kinetic")
    budget.plot(result["times"], potential, label="potential")
    budget.plot(result["times"], kinetic + potential, color="black", label="total")
    budget.set(xlabel="time", ylabel="energy", title="Energy")
    budget.legend()
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stars", type=int, default=500)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--figure", metavar="FILE")
    options = parser.parse_args()
    began = time.perf_counter()
    result = simulate(options.stars, options.steps)
    seconds = time.perf_counter() - began
    total = result["energies"].sum(axis=1)
    virial = -2 * result["energies"][:, 0] / result["energies"][:, 1]
    print(f"stars                 {options.stars}")
    print(f"steps                 {options.steps}")
    print(f"seconds               {seconds:.2f}")
    print(f"energy error          {np.abs(total / total[0] - 1).max():.2e}")
    print(f"virial ratio, end     {virial[-1]:.3f}")
    print(f"half-mass radius      {result['radii'][0, 1]:.3f} to {result['radii'][-1, 1]:.3f}")
    if options.figure:
        draw(options.figure, result)


if __name__ == "__main__":
    main()
