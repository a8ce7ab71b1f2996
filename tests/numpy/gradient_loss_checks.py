"""Run in a process of its own, whose environment decides how SciPy treats arrays of other libraries.

Every function below is SciPy's own, called with an array that carries a gradient. It must raise, or return a result
whose gradient is that of the function: nothing may come back without one.
"""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import (
    cluster,
    fft,
    integrate,
    interpolate,
    linalg,
    ndimage,
    optimize,
    signal,
    sparse,
    spatial,
    special,
    stats,
)

import scitorch.numpy as snp

GRID = np.arange(16.0)
EYE = np.eye(16)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "cluster.vq.whiten": lambda x: cluster.vq.whiten(x.reshape(8, 2)),
    "cluster.vq.kmeans": lambda x: cluster.vq.kmeans(x.reshape(8, 2), 2)[0],
    "fft.dct": fft.dct,
    "fft.rfft": fft.rfft,
    "fft.dstn": fft.dstn,
    "fft.fht": lambda x: fft.fht(x, 0.1, 0.2),
    "integrate.simpson": integrate.simpson,
    "integrate.cumulative_trapezoid": integrate.cumulative_trapezoid,
    "integrate.cumulative_simpson": integrate.cumulative_simpson,
    "integrate.quad, in the integrand": lambda x: integrate.quad(lambda t: t * x[0], 0, 1)[0],
    "integrate.quad, in the end": lambda x: integrate.quad(lambda t: t, 0, x[0])[0],
    "integrate.dblquad": lambda x: integrate.dblquad(lambda s, t: s * t * x[0], 0, 1, 0, 1)[0],
    "integrate.quad_vec": lambda x: integrate.quad_vec(lambda t: t * x, 0, 1)[0],
    "integrate.tanhsinh": lambda x: integrate.tanhsinh(lambda t: t**2, x[:3], x[:3] + 1).integral,
    "integrate.solve_ivp": lambda x: integrate.solve_ivp(lambda t, y: -y, (0, 1.0), x[:2]).y,
    "integrate.odeint": lambda x: integrate.odeint(lambda y, t: -y, x[:2], [0.0, 1.0]),
    "interpolate.CubicSpline": lambda x: interpolate.CubicSpline(GRID, x)(2.5),
    "interpolate.CubicSpline, at": lambda x: interpolate.CubicSpline(GRID, GRID**2)(x),
    "interpolate.PchipInterpolator": lambda x: interpolate.PchipInterpolator(GRID, x)(2.5),
    "interpolate.interp1d": lambda x: interpolate.interp1d(GRID, x)(2.5),
    "interpolate.RegularGridInterpolator": lambda x: interpolate.RegularGridInterpolator((GRID,), x)(np.array([2.5])),
    "interpolate.RBFInterpolator": lambda x: interpolate.RBFInterpolator(GRID[:, None], x)(np.array([[2.5]])),
    "interpolate.splev": lambda x: interpolate.splev(2.5, interpolate.splrep(GRID, x)),
    "interpolate.BSpline": lambda x: interpolate.BSpline(np.arange(20.0), x, 3)(7.5),
    "linalg.inv": lambda x: linalg.inv(x.reshape(4, 4)),
    "linalg.expm": lambda x: linalg.expm(x.reshape(4, 4)),
    "linalg.sqrtm": lambda x: linalg.sqrtm(x.reshape(4, 4)),
    "linalg.khatri_rao": lambda x: linalg.khatri_rao(x.reshape(4, 4), x.reshape(4, 4)),
    "linalg.toeplitz": linalg.toeplitz,
    "ndimage.gaussian_filter": lambda x: ndimage.gaussian_filter(x, 1.0),
    "ndimage.median_filter": lambda x: ndimage.median_filter(x, 3),
    "ndimage.map_coordinates": lambda x: ndimage.map_coordinates(x, x[None]),
    "ndimage.shift": lambda x: ndimage.shift(x, 0.5),
    "ndimage.zoom": lambda x: ndimage.zoom(x, 1.5),
    "ndimage.center_of_mass": lambda x: ndimage.center_of_mass(x)[0],
    "ndimage.generic_filter": lambda x: ndimage.generic_filter(x, np.sum, 3),
    "ndimage.sum_labels": ndimage.sum_labels,
    "optimize.brentq": lambda x: optimize.brentq(lambda p: p - x[0], -9, 9),
    "optimize.root": lambda x: optimize.root(lambda p: p - x[:2], np.zeros(2)).x,
    "optimize.minimize": lambda x: optimize.minimize(lambda p: ((p - x[:2]) ** 2).sum(), np.zeros(2)).x,
    "optimize.least_squares": lambda x: optimize.least_squares(lambda p: p - x[:2], np.zeros(2)).x,
    "optimize.curve_fit": lambda x: optimize.curve_fit(lambda t, a: a * t, GRID, x)[0],
    "optimize.nnls": lambda x: optimize.nnls(EYE, x)[0],
    "optimize.linprog": lambda x: optimize.linprog(x[:2], bounds=(0, 1)).x,
    "optimize.minimize_scalar": lambda x: optimize.minimize_scalar(lambda p: (p - x[0]) ** 2).x,
    "optimize.approx_fprime": lambda x: optimize.approx_fprime(np.ones(2), lambda p: (p * x[:2]).sum()),
    "signal.detrend": signal.detrend,
    "signal.hilbert": signal.hilbert,
    "signal.savgol_filter": lambda x: signal.savgol_filter(x, 5, 2),
    "signal.lfilter": lambda x: signal.lfilter([1.0, 0.5], [1.0, -0.2], x),
    "signal.sosfilt": lambda x: signal.sosfilt(np.array([[1.0, 0.5, 0, 1.0, 0.2, 0]]), x),
    "signal.welch": lambda x: signal.welch(x, nperseg=8)[1],
    "signal.convolve": lambda x: signal.convolve(x, x),
    "signal.fftconvolve": lambda x: signal.fftconvolve(x, x),
    "signal.resample": lambda x: signal.resample(x, 9),
    "signal.freqz": lambda x: signal.freqz(x)[1],
    "signal.wiener": lambda x: signal.wiener(x, 3),
    "sparse.csr_array": lambda x: sparse.csr_array(x.reshape(4, 4)).sum(),
    "sparse.coo_array": lambda x: sparse.coo_array((x, (np.arange(16), np.arange(16)))).toarray(),
    "sparse.linalg.spsolve": lambda x: sparse.linalg.spsolve(sparse.eye_array(16, format="csc"), x),
    "sparse.linalg.cg": lambda x: sparse.linalg.cg(EYE, x)[0],
    "sparse matrix @ array": lambda x: sparse.eye_array(16) @ x,
    "spatial.distance.pdist": lambda x: spatial.distance.pdist(x.reshape(4, 4)),
    "spatial.distance.euclidean": lambda x: spatial.distance.euclidean(x, GRID),
    "spatial.transform.Rotation": lambda x: spatial.transform.Rotation.from_rotvec(x[:3]).as_matrix(),
    "spatial.KDTree": lambda x: spatial.KDTree(x.reshape(8, 2)).query([0.0, 0.0])[0],
    "special.jv": lambda x: special.jv(1, x),
    "special.logsumexp": special.logsumexp,
    "special.eval_legendre": lambda x: special.eval_legendre(3, x),
    "special.owens_t": lambda x: special.owens_t(x, 0.5),
    "stats.skew": stats.skew,
    "stats.zscore": stats.zscore,
    "stats.pearsonr": lambda x: stats.pearsonr(x, GRID).statistic,
    "stats.linregress": lambda x: stats.linregress(GRID, x).slope,
    "stats.norm.logpdf": stats.norm.logpdf,
    "stats.norm.logpdf, loc": lambda x: stats.norm.logpdf(1.0, loc=x),
    "stats.gamma.cdf": lambda x: stats.gamma.cdf(x, 2.0),
    "stats.gaussian_kde": lambda x: stats.gaussian_kde(x)(1.0),
    "stats.boxcox": lambda x: stats.boxcox(x, 0.5),
    "stats.wasserstein_distance": lambda x: stats.wasserstein_distance(x, GRID),
    "stats.trim_mean": lambda x: stats.trim_mean(x, 0.1),
    "stats.Normal": lambda x: stats.Normal(mu=0.0, sigma=1.0).logpdf(x),
}


def first(result: Any) -> Any:
    return first(result[0]) if isinstance(result, tuple | list) and result else result


def outcome(function: Callable[[Any], Any], values: Any) -> str:
    """Say "raises", "right", or what came back instead. That the call is one SciPy takes, NumPy's array shows."""
    function(values)
    x = snp.asarray(values).requires_grad_()
    try:
        result = first(function(x))
    except Exception:
        return "raises"
    if not isinstance(result, snp.ndarray) or not result.tensor.requires_grad:
        return f"{type(result).__name__} without a gradient"
    weights = np.cos(np.arange(result.size)).reshape(result.shape)

    def weighted(array: Any) -> Any:
        return ((array.real if array.dtype.kind == "c" else array) * weights).sum()

    (snp.asarray(weights) * (result.real if result.dtype.kind == "c" else result)).sum().backward()
    direction = np.sin(1 + np.arange(16.0))
    found = float(np.asarray(x.grad) @ direction)
    with_numpy = [weighted(np.asarray(first(function(values + h * direction)))) for h in (1e-6, -1e-6)]
    wanted = float(np.subtract(*with_numpy)) / 2e-6
    return "right" if abs(found - wanted) <= 1e-6 * (1 + abs(wanted)) else f"gradient {found} for {wanted}"


def main() -> None:
    warnings.simplefilter("ignore")
    values = np.random.default_rng(0).permuted(0.6 + 0.09 * GRID + 0.02 * np.sin(GRID))
    outcomes = {name: outcome(function, values) for name, function in FUNCTIONS.items()}
    wrong = {name: found for name, found in outcomes.items() if found not in ("raises", "right")}
    print(
        sum(found == "right" for found in outcomes.values()), "right of", len(outcomes), "the others raise, but", wrong
    )
    sys.exit(len(wrong))


if __name__ == "__main__":
    main()
