"""Fit of a predator-prey equation to the pelts that Hudson's Bay Company bought from 1900 to 1920.

usage: python hare_and_lynx.py [--steps 40] [--draws 200] [--figure pelts.png]

    dh/dt = (a - b l) h,    dl/dt = (c h - d) l

The four rates and the two first populations are fitted, by their logarithms, to the logarithms of the counts. The
equation is integrated by the Runge-Kutta method of fourth order together with the sensitivities of its solution, which
give the Jacobian of the residuals. The band comes from draws of the parameters' normal approximation.
"""

import argparse
import pathlib
import time

import numpy as np
from scipy import linalg
from scipy.optimize import least_squares

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "hudson_bay_pelts.csv"
NAMES = ("birth of hares", "hares eaten", "growth of lynx", "death of lynx", "hares in 1900", "lynx in 1900")
START = np.log(np.array([0.6, 0.025, 0.025, 0.8, 30.0, 4.0]))


def counts(path):
    """Years, and thousands of pelts of hare and lynx as columns."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return table[:, 0], table[:, 1:]


def slope(state, rates):
    """Time derivative of the logarithms of both populations; columns of the state are independent solutions."""
    a, b, c, d = rates
    hare, lynx = np.exp(state)
    return np.stack([a - b * lynx, c * hare - d])


def slope_with_sensitivity(state, sensitivity, rates):
    """The slope of one solution, and of its derivatives by the logarithms of rates and first populations."""
    a, b, c, d = rates
    hare, lynx = np.exp(state)
    by_state = np.array([[0.0, -b * lynx], [c * hare, 0.0]])
    by_rates = np.array([[a, -b * lynx, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, c * hare, -d, 0.0, 0.0]])
    return np.stack([a - b * lynx, c * hare - d]), by_state @ sensitivity + by_rates


def runge_kutta(f, state, h):
    """One step of fourth order for a tuple of arrays."""
    first = f(*state)
    second = f(*(x + h / 2 * k for x, k in zip(state, first)))
    third = f(*(x + h / 2 * k for x, k in zip(state, second)))
    fourth = f(*(x + h * k for x, k in zip(state, third)))
    return [x + h / 6 * (k + 2 * m + 2 * n + p) for x, k, m, n, p in zip(state, first, second, third, fourth)]


def solve(parameters, years, steps):
    """Logarithms of the populations at the years, and their derivatives by the parameters."""
    rates = np.exp(parameters[:4])
    state = [parameters[4:], np.eye(6)[4:]]
    states, sensitivities = [state[0]], [state[1]]
    for span in np.diff(years):
        for _ in range(steps):
            state = runge_kutta(lambda x, s: slope_with_sensitivity(x, s, rates), state, span / steps)
        states.append(state[0])
        sensitivities.append(state[1])
    return np.stack(states), np.stack(sensitivities)


class Misfit:
    """Differences of logarithms between model and counts; a solution serves residuals and Jacobian."""

    def __init__(self, years, pelts, steps):
        self.years, self.steps = years, steps
        self.logarithms = np.log(pelts)
        self.at, self.solution = None, None

    def solved(self, parameters):
        if self.at is None or not np.array_equal(self.at, parameters):
            self.at, self.solution = np.array(parameters), solve(parameters, self.years, self.steps)
        return self.solution

    def residuals(self, parameters):
        return (self.solved(parameters)[0] - self.logarithms).ravel()

    def jacobian(self, parameters):
        return self.solved(parameters)[1].reshape(-1, 6)


def ensemble(parameters, covariance, years, steps, draws, seed=5):
    """Solutions for parameters drawn around the optimum, all at once: years, hare or lynx, draws."""
    generator = np.random.default_rng(seed)
    factor = linalg.cholesky(covariance, lower=True)
    drawn = parameters[:, None] + factor @ generator.standard_normal((6, draws))
    rates, state = np.exp(drawn[:4]), [drawn[4:]]
    states = [state[0]]
    for span in np.diff(years):
        for _ in range(steps):
            state = runge_kutta(lambda x: (slope(x, rates),), state, span / steps)
        states.append(state[0])
    return np.exp(np.stack(states))


def fit(years, pelts, steps, draws):
    """Fit and error bars."""
    misfit = Misfit(years, pelts, steps)
    found = least_squares(misfit.residuals, START, misfit.jacobian, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    jacobian = misfit.jacobian(found.x)
    variance = 2 * found.cost / (pelts.size - 6)
    covariance = variance * linalg.inv(jacobian.T @ jacobian)
    return {
        "parameters": np.exp(found.x),
        "relative errors": np.sqrt(np.diag(covariance)),
        "scatter": np.sqrt(variance),
        "evaluations": found.nfev,
        "ensemble": ensemble(found.x, covariance, years, steps, draws),
    }


def draw(file, years, pelts, result):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 1, figsize=(8, 6), sharex=True, layout="constrained")
    for k, (axis, name) in enumerate(zip(axes, ("hare", "lynx"))):
        low, middle, high = np.percentile(result["ensemble"][:, k], [2.5, 50, 97.5], axis=1)
        axis.fill_between(years, low, high, alpha=0.3, lw=0, label="95 % band of the model")
        axis.plot(years, middle, label="median")
        axis.plot(years, pelts[:, k], "o", color="black", label="pelts")
        axis.set(ylabel=f"{name}, thousands", xticks=years[::4])
    axes[0].legend()
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=40, help="a year")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--figure", metavar="FILE")
    options = parser.parse_args()
    years, pelts = counts(DATA)
    began = time.perf_counter()
    result = fit(years, pelts, options.steps, options.draws)
    seconds = time.perf_counter() - began
    print(f"seconds               {seconds:.2f}")
    print(f"evaluations           {result['evaluations']}")
    print(f"scatter               {result['scatter']:.4f} of a natural logarithm")
    for name, value, error in zip(NAMES, result["parameters"], result["relative errors"]):
        print(f"{name:<21} {value:.4f} +- {100 * error:.0f} %")
    if options.figure:
        draw(options.figure, years, pelts, result)


if __name__ == "__main__":
    main()
