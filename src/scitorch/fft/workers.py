"""How many threads transforms use: SciPy's names for torch's setting."""

from __future__ import annotations

import contextlib
import operator
import os
from collections.abc import Iterator

import torch


def worker_count(name: str, workers: int) -> int:
    """A number of threads; negative numbers count back from all processors, as in SciPy.

    Raises
    ------
    ValueError
        If it is zero, or less than minus the number of processors.
    """
    workers = operator.index(workers)
    processors = os.cpu_count() or 1
    if workers == 0 or workers < -processors:
        raise ValueError(f"{name}: workers is {workers}; wanted a number of threads, or -1 to {-processors}")
    return workers if workers > 0 else workers + 1 + processors


@contextlib.contextmanager
def set_workers(workers: int) -> Iterator[None]:
    """Let transforms use a number of threads within a ``with`` block.

    Parameters
    ----------
    workers : int
        Number of threads; -1 stands for all processors, -2 for all but one, and so on.

    Raises
    ------
    ValueError
        If it is zero, or less than minus the number of processors.

    Notes
    -----
    This is :func:`torch.set_num_threads`, so all of torch on the CPU uses that number meanwhile.

    Examples
    --------
    >>> from scitorch.fft import get_workers, set_workers
    >>> with set_workers(2):
    ...     get_workers()
    2
    """
    before = torch.get_num_threads()
    torch.set_num_threads(worker_count("set_workers", workers))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def get_workers() -> int:
    """Number of threads that transforms use.

    Returns
    -------
    int
        :func:`torch.get_num_threads`.

    Examples
    --------
    >>> from scitorch.fft import get_workers
    >>> get_workers() >= 1
    True
    """
    return torch.get_num_threads()
