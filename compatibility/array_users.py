"""What xarray and dask do with arrays of `scitorch.numpy` inside theirs, against the same on NumPy's arrays.

python -m compatibility.array_users
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import dask
import dask.array as da
import numpy as np
import xarray as xr

import scitorch.numpy as snp

from .record import RECORDS, measured_on, write

Operations = Mapping[str, Callable[[Any], Any]]

XARRAY: Operations = {
    "arithmetic": lambda d: d * 2 + d.isel(t=0),
    "apply_ufunc": lambda d: xr.apply_ufunc(lambda a: a**2, d),
    "argmax": lambda d: d.argmax("x"),
    "clip": lambda d: d.clip(0.2, 0.8),
    "coarsen": lambda d: d.coarsen(x=2).mean(),
    "concat": lambda d: xr.concat([d, d], "t"),
    "count": lambda d: d.count("x"),
    "cov": lambda d: xr.cov(d, d, "x"),
    "cumsum": lambda d: d.cumsum("x"),
    "Dataset": lambda d: xr.Dataset({"a": d, "b": d}).mean("t").a,
    "diff": lambda d: d.diff("x"),
    "differentiate": lambda d: d.differentiate("x"),
    "dot": lambda d: d.dot(d, dim="x"),
    "expand_dims": lambda d: d.expand_dims("n"),
    "fillna": lambda d: d.where(d > 0.5).fillna(0.0),
    "groupby": lambda d: d.groupby("t").mean(),
    "integrate": lambda d: d.integrate("x"),
    "interp": lambda d: d.interp(x=2.5),
    "isnull": lambda d: d.isnull(),
    "max": lambda d: d.max(),
    "mean": lambda d: d.mean("t"),
    "median": lambda d: d.median("x"),
    "pad": lambda d: d.pad(x=1),
    "polyfit": lambda d: d.polyfit("x", 1).polyfit_coefficients,
    "quantile": lambda d: d.quantile(0.5, "x"),
    "reindex": lambda d: d.reindex(x=[1.0, 9.0]),
    "rolling": lambda d: d.rolling(x=3).mean(),
    "sel": lambda d: d.sel(x=3.0),
    "shift": lambda d: d.shift(x=1),
    "sin": lambda d: np.sin(d),
    "slices": lambda d: d.isel(x=slice(1, 4)),
    "sortby": lambda d: d.sortby("x", ascending=False),
    "stack": lambda d: d.stack(z=("t", "x")),
    "std": lambda d: d.std("x"),
    "transpose": lambda d: d.transpose("x", "t"),
    "weighted": lambda d: d.weighted(xr.ones_like(d)).mean("x"),
    "where": lambda d: d.where(d > 0.5),
}

DASK: Operations = {
    "argmax": lambda a: a.argmax(1),
    "arithmetic": lambda a: a * 2 + a[0],
    "bincount": lambda a: da.bincount((a.reshape(-1) * 4).astype(int)),
    "boolean index": lambda a: a[a > 0.5],
    "clip": lambda a: a.clip(0.2, 0.4),
    "concatenate": lambda a: da.concatenate([a, a]),
    "cumsum": lambda a: a.cumsum(0),
    "diff": lambda a: da.diff(a),
    "einsum": lambda a: da.einsum("ij,ij->i", a, a),
    "fft": lambda a: da.fft.fft(a.rechunk((10, -1))),
    "histogram": lambda a: da.histogram(a, bins=5, range=(0, 1))[0],
    "isnan": lambda a: da.isnan(a),
    "linalg.cholesky": lambda a: da.linalg.cholesky((a @ a.T).rechunk((20, 20)) + da.eye(40, chunks=20)),
    "linalg.lstsq": lambda a: da.linalg.lstsq(a.T.rechunk((60, -1)), a[0])[0],
    "linalg.norm": lambda a: da.linalg.norm(a),
    "linalg.qr": lambda a: abs(da.linalg.qr(a.T.rechunk((20, -1)))[1]),
    "linalg.solve": lambda a: da.linalg.solve((a @ a.T).rechunk((20, 20)) + da.eye(40, chunks=20), a[:, 0].rechunk(20)),
    "linalg.svd": lambda a: da.linalg.svd(a.rechunk((40, -1)))[1],
    "map_blocks": lambda a: a.map_blocks(lambda b: b**2),
    "map_overlap": lambda a: a.map_overlap(lambda b: b * 2, depth=1),
    "matmul": lambda a: a @ a.T,
    "max": lambda a: a.max(1),
    "mean": lambda a: a.mean(0),
    "median": lambda a: da.median(a, axis=0),
    "nanmean": lambda a: da.nanmean(a, 0),
    "percentile": lambda a: da.percentile(a.reshape(-1).rechunk(-1), [50.0]),
    "rechunk": lambda a: a.rechunk((7, 9)),
    "reshape": lambda a: a.reshape(-1),
    "roll": lambda a: da.roll(a, 3, 0),
    "round": lambda a: a.round(1),
    "sin": lambda a: np.sin(a),
    "slices": lambda a: a[3:20, ::2],
    "stack": lambda a: da.stack([a, a]),
    "std": lambda a: a.std(),
    "sum": lambda a: a.sum(),
    "tensordot": lambda a: da.tensordot(a, a, ((0,), (0,))),
    "topk": lambda a: da.topk(a, 3, axis=1),
    "transpose": lambda a: a.T,
    "unique": lambda a: da.unique((a * 4).astype(int)),
    "var": lambda a: a.var(0),
    "where": lambda a: da.where(a > 0.5, a, 0.0),
}


def labelled(values: Any) -> Any:
    coordinates = {"t": np.arange(4), "x": np.arange(6.0)}
    return xr.DataArray(values, dims=("t", "x"), coords=coordinates)


def _computed(result: Any) -> Any:
    return result.data if isinstance(result, xr.DataArray) else dask.compute(result, scheduler="synchronous")[0]


def outcome(operation: Callable[[Any], Any], ours: Any, theirs: Any) -> str:
    """Say "" where the results agree and ours is in our array; else what was seen."""
    expected = _computed(operation(theirs))
    try:
        found = _computed(operation(ours))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:140]
    if np.shape(found) != np.shape(expected) or not np.allclose(found, expected, rtol=1e-10, equal_nan=True):
        return "another result"
    return "" if type(found) is snp.ndarray else f"right, in an array of {type(found).__module__}"


def main() -> None:
    """Try every operation, print and record the outcomes."""
    warnings.simplefilter("ignore")
    generator = np.random.default_rng(0)
    small, large = generator.random((4, 6)), generator.random((40, 60))
    chunks = {"chunks": (20, 20), "asarray": False}
    cases = (
        ("xarray", XARRAY, labelled(snp.asarray(small)), labelled(small)),
        ("dask", DASK, da.from_array(snp.asarray(large), **chunks), da.from_array(large, **chunks)),
    )
    rows, remaining = [], []
    for library, operations, ours, theirs in cases:
        outcomes = {name: outcome(operation, ours, theirs) for name, operation in operations.items()}
        right = [name for name, seen in outcomes.items() if not seen]
        elsewhere = [name for name, seen in outcomes.items() if seen.startswith("right")]
        rows.append(
            {
                "library": library,
                "operations": len(outcomes),
                "right, in our arrays": len(right),
                "right, in others": len(elsewhere),
                "not right": len(outcomes) - len(right) - len(elsewhere),
            }
        )
        remaining += [{"cause": f"{library} {name}: {seen}", "count": 1} for name, seen in outcomes.items() if seen]
    record = {
        "command": "python -m compatibility.array_users",
        "notes": [
            "Arrays of `scitorch.numpy` inside those of xarray and dask, beside NumPy's; every result is compared."
        ],
        "measured": measured_on("xarray", "dask"),
        "rows": rows,
        "remaining": remaining,
    }
    write(RECORDS / "array_users.json", record)
    for line in (*rows, *(entry["cause"] for entry in remaining)):
        print(line)
    sys.exit(any(row["not right"] for row in rows))


if __name__ == "__main__":
    main()
