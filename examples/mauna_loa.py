"""Gaussian-process regression of atmospheric CO2 at Mauna Loa, with a forecast.

The monthly record is modelled as the sum of four independent processes and white noise:

* a smooth rise over decades (squared-exponential covariance),
* a yearly cycle whose shape drifts slowly (periodic times squared-exponential),
* irregularities over years (rational-quadratic),
* weather-like irregularities over months (Matérn, whose smoothness nu is fitted like everything else).

All twelve hyperparameters maximise the log marginal likelihood. The first three and the noise are those of
Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), section 5.4.3.

usage: python mauna_loa.py [figure.png]
"""

import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.optimize import minimize
from scipy.special import gamma, kv

DATA = Path(__file__).resolve().parent / "data" / "mauna_loa_co2_weekly.csv"

# name, start, lower bound, upper bound; amplitudes in ppm, times in years.
# The readings carry one decimal, so white noise above 0.1 ppm would not be the instrument's.
HYPERPARAMETERS = [
    ("trend amplitude", 50.0, 5.0, 1000.0),
    ("trend time scale", 50.0, 10.0, 500.0),
    ("season amplitude", 2.5, 0.2, 50.0),
    ("season drift time", 90.0, 5.0, 1000.0),
    ("season smoothness", 1.3, 0.2, 10.0),
    ("years amplitude", 0.7, 0.05, 20.0),
    ("years time scale", 1.2, 0.2, 50.0),
    ("years shape alpha", 0.8, 0.02, 50.0),
    ("months amplitude", 0.2, 0.02, 5.0),
    ("months time scale", 0.2, 0.02, 5.0),
    ("months smoothness nu", 1.0, 0.2, 10.0),
    ("noise", 0.05, 0.01, 0.1),
]


def monthly_means(path):
    """Decimal year of the middle of each month with data, and the mean CO2 of that month in ppm."""
    date, co2 = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True, converters={1: lambda s: float(s or "nan")})
    measured = np.isfinite(co2)
    date, co2 = date[measured].astype(int), co2[measured]
    months, index = np.unique(date // 10000 * 12 + date // 100 % 100 - 1, return_inverse=True)
    mean = np.bincount(index, weights=co2) / np.bincount(index)
    return (months + 0.5) / 12, mean


def trend(r, amplitude, scale):
    return amplitude**2 * np.exp(-0.5 * (r / scale) ** 2)


def season(r, amplitude, drift, smoothness):
    return amplitude**2 * np.exp(-0.5 * (r / drift) ** 2 - 2 * (np.sin(np.pi * r) / smoothness) ** 2)


def rational_quadratic(r, amplitude, scale, alpha):
    return amplitude**2 * (1 + r**2 / (2 * alpha * scale**2)) ** -alpha


def matern(r, amplitude, scale, nu):
    apart = r > 0
    z = np.sqrt(2 * nu) * np.where(apart, r, 1.0) / scale
    correlation = 2 ** (1 - nu) / gamma(nu) * z**nu * kv(nu, z)
    return amplitude**2 * np.where(apart, correlation, 1.0)


def components(theta, r):
    """The four covariances at time differences r."""
    p = np.exp(theta)
    return trend(r, *p[0:2]), season(r, *p[2:5]), rational_quadratic(r, *p[5:8]), matern(r, *p[8:11])


def covariance(theta, t):
    """Covariance of noisy observations at the times t."""
    return sum(components(theta, np.abs(t[:, None] - t))) + np.exp(2 * theta[11]) * np.eye(len(t))


def negative_log_likelihood(theta, t, y):
    factor = cholesky(covariance(theta, t), lower=True)
    misfit = y @ cho_solve((factor, True), y)
    return 0.5 * misfit + np.log(np.diag(factor)).sum() + 0.5 * len(t) * np.log(2 * np.pi)


def predict(theta, t, y, t_new):
    """Mean and standard deviation of the noise-free process at t_new, and the mean of each of its parts."""
    factor = cholesky(covariance(theta, t), lower=True)
    parts = components(theta, np.abs(t_new[:, None] - t))
    cross = sum(parts)
    weights = cho_solve((factor, True), y)
    variance = sum(components(theta, np.zeros(1))) - np.sum(cross * cho_solve((factor, True), cross.T).T, axis=1)
    return cross @ weights, np.sqrt(variance), [part @ weights for part in parts]


def draw(path, t, co2, t_new, mean, deviation, parts):
    figure, axes = plt.subplot_mosaic([["record", "record"], ["late", "parts"]], figsize=(11, 8), layout="constrained")
    low, high = mean - 2 * deviation, mean + 2 * deviation
    for axis in (axes["record"], axes["late"]):
        axis.fill_between(t_new, low, high, color="tab:orange", alpha=0.3, lw=0, label="forecast, 95 % band")
        axis.plot(t_new, mean, color="tab:orange", lw=1, label="posterior mean")
        axis.plot(t, co2, ".", color="black", ms=3, label="monthly mean")
        axis.set_ylabel("CO$_2$ (ppm)")
    axes["record"].set_title("Atmospheric CO$_2$ at Mauna Loa and its forecast by a Gaussian process")
    axes["record"].set_xlim(t[0] - 0.5, t_new[-1])
    axes["record"].legend(loc="upper left")
    axes["late"].set_title("End of the record")
    axes["late"].set_xlim(1996, 2008)
    axes["late"].set_ylim(356, 392)
    axes["parts"].plot(t_new, parts[2], color="tab:blue", lw=1.4, label="over years (rational quadratic)")
    axes["parts"].plot(t_new, parts[3], color="tab:red", lw=0.8, label="over months (Matérn)")
    axes["parts"].set_title("What trend and yearly cycle leave")
    axes["parts"].set_xlim(1976, 2008)
    axes["parts"].set_ylim(-1.9, 1.4)
    axes["parts"].set_ylabel("CO$_2$ (ppm)")
    axes["parts"].legend(loc="lower left", fontsize="small")
    for axis in axes.values():
        axis.axvline(t[-1], color="gray", lw=0.8, ls=":")
        axis.set_xlabel("year")
        axis.grid(alpha=0.25)
    figure.savefig(path, dpi=130)


def main():
    figure_path = sys.argv[1] if len(sys.argv) > 1 else "mauna_loa.png"
    t, co2 = monthly_means(DATA)
    mean_level = co2.mean()
    y = co2 - mean_level
    start = np.log([row[1] for row in HYPERPARAMETERS])
    bounds = [(np.log(low), np.log(high)) for _, _, low, high in HYPERPARAMETERS]

    began = time.perf_counter()
    # Rounding in the Cholesky factor disturbs the likelihood by about 1e-9: the default difference step,
    # 1e-8, would see little else.
    options = {"eps": 1e-5, "ftol": 1e-10}
    result = minimize(negative_log_likelihood, start, args=(t, y), method="L-BFGS-B", bounds=bounds, options=options)
    seconds = time.perf_counter() - began

    print(f"months of data        {len(t)}")
    print(f"optimizer             {result.message}")
    print(f"iterations            {result.nit}")
    print(f"function evaluations  {result.nfev}")
    print(f"seconds               {seconds:.1f}")
    print(f"log-likelihood        {-result.fun:.5f}")
    for (name, *_), value in zip(HYPERPARAMETERS, np.exp(result.x)):
        print(f"  {name:<21} {value:.4f}")

    t_new = np.arange(t[0], 2021.99, 1 / 24)
    mean, deviation, parts = predict(result.x, t, y, t_new)
    mean = mean + mean_level
    summer = np.argmin(np.abs(t_new - 2021.5))
    print(f"forecast, mid-2021    {mean[summer]:.1f} ± {2 * deviation[summer]:.1f} ppm")
    draw(figure_path, t, co2, t_new, mean, deviation, parts)
    print(f"figure                {figure_path}")


if __name__ == "__main__":
    main()
