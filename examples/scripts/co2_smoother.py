"""Trend and season of the CO2 record of Mauna Loa by a Kalman smoother, its noise levels by expectation-maximization.

usage: python co2_smoother.py [--rounds 20] [--figure co2.png]

The state holds the level, its slope, and cosine and sine of the yearly and half-yearly cycles, which drift
slowly. Weeks without a measurement are predicted over. The expectation step is the Rauch-Tung-Striebel smoother; the
maximization step has a closed form for the variances (Shumway and Stoffer, 1982).
"""

import argparse
import pathlib
import time

import numpy as np
from scipy import linalg

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "mauna_loa_co2_weekly.csv"
HARMONICS = 2
WEEK = 7 / 365.25


def weekly_record(path, weeks=None):
    """Decimal years and CO2 in ppm; nan where there is no measurement."""
    date, co2 = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, converters={1: lambda s: float(s or "nan")})
    year = date[0] // 10000 + (date[0] // 100 % 100 - 0.5) / 12 + WEEK * np.arange(len(date))
    return year[:weeks], co2[:weeks]


def transition():
    """One week ahead: the slope adds to the level, each harmonic turns by its angle."""
    blocks = [np.array([[1.0, WEEK], [0.0, 1.0]])]
    for harmonic in range(1, HARMONICS + 1):
        angle = 2 * np.pi * harmonic * WEEK
        blocks.append(np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))
    return linalg.block_diag(*blocks)


def observation():
    """What is measured of the state: the level and the cosine parts."""
    return np.array([1.0, 0.0] + [1.0, 0.0] * HARMONICS)


def groups():
    """Which variance drives which component of the state: level, slope, season."""
    return np.array([0, 1] + [2, 2] * HARMONICS)


def filter_forward(co2, a, c, q, r):
    """Kalman filter; predicted and filtered means and covariances, and the log-likelihood."""
    n = len(c)
    mean, covariance = np.zeros(n), 9.0 * np.eye(n)
    mean[0] = co2[0]
    predicted, filtered, likelihood = [], [], 0.0
    for value in co2:
        mean, covariance = a @ mean, a @ covariance @ a.T + np.diag(q)
        predicted.append((mean, covariance))
        if not np.isnan(value):
            gain = covariance @ c
            variance = c @ gain + r
            innovation = value - c @ mean
            mean = mean + gain * (innovation / variance)
            # Joseph's form keeps the covariance positive
            shrink = np.eye(n) - np.outer(gain / variance, c)
            covariance = shrink @ covariance @ shrink.T + r * np.outer(gain, gain) / variance**2
            likelihood -= 0.5 * (np.log(2 * np.pi * variance) + innovation**2 / variance)
        filtered.append((mean, covariance))
    return predicted, filtered, likelihood


def smooth_backward(predicted, filtered, a, q):
    """Rauch-Tung-Striebel smoother; means, covariances, and covariances of each week with the week before."""
    mean, covariance = filtered[-1]
    means, covariances, lagged = [mean], [covariance], []
    for (now, spread), (ahead, spread_ahead) in zip(filtered[-2::-1], predicted[:0:-1]):
        gain = linalg.solve(spread_ahead, a @ spread, assume_a="pos").T
        lagged.append(covariance @ gain.T)
        mean = now + gain @ (mean - ahead)
        # spread + gain (covariance - spread_ahead) gain', as a sum of positive matrices
        rest = np.eye(len(a)) - gain @ a
        covariance = rest @ spread @ rest.T + gain @ (covariance + np.diag(q)) @ gain.T
        means.append(mean)
        covariances.append(covariance)
    return np.stack(means[::-1]), np.stack(covariances[::-1]), np.stack(lagged[::-1])


def maximize(co2, a, c, means, covariances, lagged):
    """The variances of the state's drifts and of the noise that are most likely for the smoothed states."""
    step = means[1:] - means[:-1] @ a.T
    crossed = a @ lagged.transpose(0, 2, 1)
    spread = covariances[1:] - crossed - crossed.transpose(0, 2, 1) + a @ covariances[:-1] @ a.T
    drift = np.mean(step**2 + np.diagonal(spread, axis1=1, axis2=2), axis=0)
    group = groups()
    q = np.stack([drift[group == k].mean() for k in range(3)])[group]
    measured = ~np.isnan(co2)
    residual = co2[measured] - means[measured] @ c
    r = np.mean(residual**2 + np.einsum("i,nij,j->n", c, covariances[measured], c))
    return q, r


def fit(co2, rounds):
    """Alternate smoothing and maximization; return the smoothed states, the variances and the likelihoods."""
    a, c = transition(), observation()
    q, r = np.array([1e-2, 1e-3, 1e-4])[groups()], 0.1
    likelihoods = []
    for _ in range(rounds):
        predicted, filtered, likelihood = filter_forward(co2, a, c, q, r)
        means, covariances, lagged = smooth_backward(predicted, filtered, a, q)
        likelihoods.append(likelihood)
        q, r = maximize(co2, a, c, means, covariances, lagged)
    return {
        "means": means,
        "deviations": np.sqrt(np.diagonal(covariances, axis1=1, axis2=2)),
        "drifts": np.sqrt(q),
        "noise": np.sqrt(r),
        "likelihoods": np.array(likelihoods),
    }


def draw(file, year, co2, result):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(11, 7), layout="constrained")
    level, slope = result["means"][:, 0], result["means"][:, 1]
    season = result["means"] @ observation() - level
    axes[0, 0].plot(year, co2, ".", ms=2, color="black", label="weekly")
    axes[0, 0].plot(year, level, color="tab:orange", label="level")
    axes[0, 0].set(title="CO$_2$ at Mauna Loa", ylabel="ppm")
    axes[0, 0].legend()
    band = 2 * result["deviations"][:, 1]
    axes[0, 1].fill_between(year, slope - band, slope + band, alpha=0.3, lw=0)
    axes[0, 1].plot(year, slope)
    axes[0, 1].set(title="Growth and its 95 % band", ylabel="ppm a year")
    axes[1, 0].plot(year, season, lw=0.8)
    axes[1, 0].set(title="Season", ylabel="ppm")
    axes[1, 1].plot(np.arange(1, len(result["likelihoods"]) + 1), result["likelihoods"], "o-", ms=3)
    axes[1, 1].set(title="Log-likelihood", xlabel="round")
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--weeks", type=int)
    parser.add_argument("--figure", metavar="FILE")
    options = parser.parse_args()
    year, co2 = weekly_record(DATA, options.weeks)
    began = time.perf_counter()
    result = fit(co2, options.rounds)
    seconds = time.perf_counter() - began
    print(f"weeks                 {len(co2)}, {np.isnan(co2).sum()} without a measurement")
    print(f"seconds               {seconds:.2f}")
    print(f"log-likelihood        {result['likelihoods'][0]:.3f} to {result['likelihoods'][-1]:.3f}")
    print(f"noise                 {result['noise']:.4f} ppm")
    print(f"growth, first, last   {result['means'][0, 1]:.3f}, {result['means'][-1, 1]:.3f} ppm a year")
    if options.figure:
        draw(options.figure, year, co2, result)


if __name__ == "__main__":
    main()
