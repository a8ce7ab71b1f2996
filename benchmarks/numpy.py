"""`scitorch.numpy` against NumPy, torch, ``torch._numpy`` and ``jax.numpy``: small arrays and large ones.

A case is a piece of Python in terms of ``np`` (the namespace) and named arrays; every contender runs the same text on
its own arrays. Where torch spells a call differently, its text is given after the second bar. An assignment
(``w[1:3] = v``) is made by those whose arrays can be written.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from .array_cases import Case, rows_of
from .array_targets import conclude
from .timing import Row

__all__ = ["conclude", "rows"]

_SMALL = (4, 100)
_LARGE = 10**6

# group | what every namespace runs | what torch runs, "." where it is the same, empty where torch has no such call
_SMALL_CASES = """
operators   | a + b                             | .
operators   | a * b                             | .
operators   | a / b                             | .
operators   | a - 1.5                           | .
operators   | 2.0 * a                           | .
operators   | a ** 2                            | .
operators   | a < b                             | .
operators   | i + j                             | .
operators   | i // j                            |
operators   | i & j                             | .
operators   | -a                                | .
operators   | a == b                            | .
ufuncs      | np.add(a, b)                      | torch.add(a, b)
ufuncs      | np.exp(a)                         | torch.exp(a)
ufuncs      | np.sin(a)                         | torch.sin(a)
ufuncs      | np.sqrt(a)                        | torch.sqrt(a)
ufuncs      | np.abs(a)                         | torch.abs(a)
ufuncs      | np.maximum(a, b)                  | torch.maximum(a, b)
ufuncs      | np.isfinite(a)                    | torch.isfinite(a)
reductions  | a.sum()                           | .
reductions  | np.sum(a)                         | torch.sum(a)
reductions  | a.mean()                          | .
reductions  | a.max()                           | .
reductions  | a.argmax()                        | .
reductions  | m.sum(axis=0)                     | .
reductions  | m.mean(axis=1)                    | .
reductions  | m.max(axis=0)                     | torch.amax(m, 0)
reductions  | k.all()                           | .
reductions  | k.any()                           | .
reductions  | i.sum()                           | .
reductions  | a.std()                           | a.std(correction=0)
indexing    | a[2]                              | .
indexing    | a[1:3]                            | .
indexing    | a[::2]                            | .
indexing    | m[1, 2]                           | .
indexing    | m[:, 1]                           | .
indexing    | m[1]                              | .
indexing    | a[None]                           | .
indexing    | a[q]                              | .
indexing    | a[k]                              | .
indexing    | w[2] = 1.5                        | .
indexing    | w[1:3] = 0.5                      | .
indexing    | w[1:3] = v                        | .
indexing    | x[1, 2] = 1.5                     | .
indexing    | w[q] = v                          | .
indexing    | w[k] = 0.5                        | .
creation    | np.zeros(n)                       | torch.zeros(n, dtype=torch.float64)
creation    | np.ones((2, 3))                   | torch.ones((2, 3), dtype=torch.float64)
creation    | np.arange(n)                      | torch.arange(n)
creation    | np.array([1.0, 2.0, 3.0])         | torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
creation    | np.linspace(0.0, 1.0, n)          | torch.linspace(0.0, 1.0, n, dtype=torch.float64)
creation    | np.eye(3)                         | torch.eye(3, dtype=torch.float64)
creation    | np.zeros_like(a)                  | torch.zeros_like(a)
shapes      | a.reshape(2, -1)                  | .
shapes      | m.T                               | .
shapes      | np.stack([a, b])                  | torch.stack([a, b])
shapes      | np.concatenate([a, b])            | torch.cat([a, b])
shapes      | np.broadcast_to(a, (3, n))        | torch.broadcast_to(a, (3, n))
shapes      | m.ravel()                         | .
selecting   | np.where(k, a, b)                 | torch.where(k, a, b)
selecting   | np.clip(a, 0.5, 1.0)              | torch.clip(a, 0.5, 1.0)
selecting   | np.sort(a)                        | torch.sort(a).values
selecting   | np.nonzero(k)[0]                  | torch.nonzero(k, as_tuple=True)[0]
products    | s @ s                             | .
products    | np.dot(a, b)                      | torch.dot(a, b)
products    | np.linalg.solve(s, t)             | torch.linalg.solve(s, t)
products    | np.linalg.inv(s)                  | torch.linalg.inv(s)
products    | np.linalg.det(s)                  | torch.linalg.det(s)
products    | np.linalg.norm(t)                 | torch.linalg.vector_norm(t)
products    | np.linalg.eigvalsh(s)             | torch.linalg.eigvalsh(s)
"""

_LARGE_CASES = """
elementwise | a + b                             | .
elementwise | a * 2.5                           | .
elementwise | a / b                             | .
elementwise | a // b                            |
elementwise | a % b                             |
elementwise | a ** 2                            | .
elementwise | a ** 2.5                          | .
elementwise | i + j                             | .
elementwise | i // j                            |
elementwise | i % j                             |
elementwise | u + u                             |
elementwise | g + g                             |
elementwise | c * c                             | .
elementwise | m + m[0]                          | .
elementwise | -a                                | .
elementwise | np.abs(a)                         | torch.abs(a)
elementwise | np.sqrt(a)                        | torch.sqrt(a)
elementwise | np.exp(a)                         | torch.exp(a)
elementwise | np.log(a)                         | torch.log(a)
elementwise | np.sin(a)                         | torch.sin(a)
elementwise | np.arctan2(a, b)                  | torch.arctan2(a, b)
elementwise | np.tanh(a)                        | torch.tanh(a)
elementwise | np.hypot(a, b)                    | torch.hypot(a, b)
elementwise | np.floor(a)                       | torch.floor(a)
elementwise | np.sign(a)                        | torch.sign(a)
elementwise | np.maximum(a, b)                  | torch.maximum(a, b)
elementwise | np.isnan(a)                       | torch.isnan(a)
elementwise | f + f                             | .
elementwise | np.exp(f)                         | torch.exp(f)
elementwise | a < b                             | .
elementwise | a == b                            | .
elementwise | i != j                            | .
elementwise | k & k                             | .
elementwise | np.where(k, a, b)                 | torch.where(k, a, b)
elementwise | np.clip(a, 0.5, 1.0)              | torch.clip(a, 0.5, 1.0)
elementwise | np.clip(i, 3, 60)                 | torch.clip(i, 3, 60)
elementwise | a.astype(np.float32)              | a.to(torch.float32)
elementwise | np.left_shift(i, 2)               | torch.bitwise_left_shift(i, 2)
reductions  | a.sum()                           | .
reductions  | m.sum(axis=0)                     | .
reductions  | m.sum(axis=1)                     | .
reductions  | i.sum()                           | .
reductions  | h.sum()                           | .
reductions  | u.sum()                           |
reductions  | a.prod()                          | .
reductions  | a.mean()                          | .
reductions  | a.max()                           | .
reductions  | m.min(axis=0)                     | torch.amin(m, 0)
reductions  | m.max(axis=1)                     | torch.amax(m, 1)
reductions  | a.argmax()                        | .
reductions  | m.argmin(axis=1)                  | .
reductions  | a.std()                           | a.std(correction=0)
reductions  | m.var(axis=0)                     | m.var(0, correction=0)
reductions  | k.any()                           | .
reductions  | k.sum()                           | .
reductions  | np.count_nonzero(k)               | torch.count_nonzero(k)
reductions  | np.cumsum(a)                      | torch.cumsum(a, 0)
reductions  | np.cumsum(m, axis=0)              | torch.cumsum(m, 0)
reductions  | np.cumprod(a)                     | torch.cumprod(a, 0)
reductions  | np.diff(a)                        | torch.diff(a)
sorting     | np.sort(a)                        | torch.sort(a).values
sorting     | np.sort(i)                        | torch.sort(i).values
sorting     | np.sort(e)                        | torch.sort(e).values
sorting     | np.sort(m, axis=1)                | torch.sort(m, 1).values
sorting     | np.sort(m, axis=0)                | torch.sort(m, 0).values
sorting     | np.argsort(a)                     | torch.argsort(a)
sorting     | np.argsort(a, stable=True)        | torch.argsort(a, stable=True)
sorting     | np.argsort(m, axis=1)             | torch.argsort(m, 1)
sorting     | np.partition(a, 1000)             |
sorting     | np.argpartition(a, 1000)          |
sorting     | np.searchsorted(l, a)             | torch.searchsorted(l, a)
sorting     | np.searchsorted(l, l)             | torch.searchsorted(l, l)
sorting     | np.median(a)                      |
sorting     | np.median(m, axis=1)              |
sorting     | np.percentile(a, 30.0)            | torch.quantile(a, 0.3)
sorting     | np.quantile(a, p)                 | torch.quantile(a, p)
sorting     | np.lexsort((a, i))                |
indexing    | np.take(a, o)                     | torch.take(a, o)
indexing    | a[o]                              | .
indexing    | a[k]                              | .
indexing    | m[:, ::2].sum()                   | .
indexing    | a[::2] + a[1::2]                  | .
indexing    | a[::-1] + a                       | torch.flip(a, (0,)) + a
indexing    | m[r]                              | .
indexing    | m[:, r]                           | .
indexing    | np.nonzero(k)[0]                  | torch.nonzero(k, as_tuple=True)[0]
indexing    | w[o] = a                          | .
indexing    | w[k] = 0.5                        | .
indexing    | w[::2] = 0.5                      | .
indexing    | w[...] = a                        | .
indexing    | np.take_along_axis(m, y, 1)       | torch.take_along_dim(m, y, 1)
indexing    | np.concatenate([a, b])            | torch.cat([a, b])
indexing    | np.repeat(a, 2)                   | torch.repeat_interleave(a, 2)
indexing    | np.roll(a, 3)                     | torch.roll(a, 3)
sets        | np.unique(i)                      | torch.unique(i)
sets        | np.unique(a)                      | torch.unique(a)
sets        | np.unique(i, return_counts=True)  | torch.unique(i, return_counts=True)
sets        | np.unique(a, return_inverse=True) | torch.unique(a, return_inverse=True)
sets        | np.isin(i, z)                     | torch.isin(i, z)
sets        | np.isin(a, l)                     | torch.isin(a, l)
sets        | np.intersect1d(a, l)              |
sets        | np.union1d(a, l)                  |
sets        | np.setdiff1d(a, l)                |
products    | np.dot(a, b)                      | torch.dot(a, b)
products    | m @ m                             | .
products    | m @ d                             | .
products    | np.einsum("ij,ij->i", m, m)       | torch.einsum("ij,ij->i", m, m)
products    | np.outer(d, d)                    | torch.outer(d, d)
counting    | np.histogram(a, 50)[0]            | torch.histogram(a, 50).hist
counting    | np.bincount(i)                    | torch.bincount(i)
counting    | np.bincount(i, weights=a)         | torch.bincount(i, weights=a)
counting    | np.digitize(a, p)                 | torch.bucketize(a, p)
counting    | np.interp(a, p, p)                |
"""


def _arrays(n: int) -> dict[str, numpy.ndarray]:
    """The named arrays of the cases. Values are positive, so that every function is defined on all of them."""
    random = numpy.random.default_rng(5)
    side = max(round(n**0.5), 3)
    a, b = random.uniform(0.5, 3.0, n), random.uniform(0.5, 3.0, n)
    m = random.uniform(0.5, 3.0, (side, side))
    half = random.normal(size=(3, 3))
    few = random.integers(0, n, max(2, min(n // 2, 1000)))
    return {
        "a": a,
        "b": b,
        "c": a + 1j * b,
        "d": m[0].copy(),
        "e": random.integers(-(2**31), 2**31, n, dtype=numpy.int32),
        "f": a.astype(numpy.float32),
        "g": random.integers(0, 2**63, n, dtype=numpy.uint64),
        "h": random.integers(-100, 100, n, dtype=numpy.int16),
        "i": random.integers(0, 100, n),
        "j": random.integers(1, 50, n),
        "k": random.uniform(size=n) < 0.5,
        "l": numpy.sort(numpy.concatenate([a[: n // 2], b[: n - n // 2]])),
        "m": m,
        "o": random.permutation(n),
        "p": numpy.linspace(0.0, 1.0, 11),
        "q": numpy.array([0, 2]),
        "r": random.integers(0, side, max(side // 2, 1)),
        "s": half @ half.T + numpy.eye(3),
        "t": random.normal(size=3),
        "u": random.integers(0, 2**32, n, dtype=numpy.uint32),
        "v": a[:2].copy(),
        "w": a.copy(),
        "x": m.copy(),
        "y": numpy.argsort(m, axis=1),
        "z": few % 100,
    }


def _cases(text: str) -> Iterator[Case]:
    for line in text.strip().splitlines():
        group, call, native = (part.strip() for part in line.split("|"))
        yield Case(group, call, call if native == "." else native or None)


def rows() -> Iterator[Row]:
    """Small arrays, where the calling path counts, then arrays of 10⁶ elements, where the kernel does."""
    for n in _SMALL:
        yield from rows_of(_cases(_SMALL_CASES), _arrays(n), f"n = {n}")
    yield from rows_of(_cases(_LARGE_CASES), _arrays(_LARGE), "n = 10⁶")
