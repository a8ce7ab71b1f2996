"""Elementwise work cut into chunks over a pool of threads.

The pool belongs to this package and has as many threads as ``torch.get_num_threads()`` says at the call. Kernels
release the GIL, so the threads run at the same time. It is a pool of our own because numba's parallel layer, without
OpenMP or TBB, aborts the process when two threads call it at once.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import torch

__all__ = ["TIMED_SIZE", "Task", "Workload", "run_in_chunks"]

# Waking a worker and collecting its result costs 15 to 40 µs; a chunk of this length keeps that below a fifth.
CHUNK_SECONDS = 200e-6

# More chunks than threads even out elements of unequal cost (series and continued fractions).
CHUNKS_PER_THREAD = 4

# Below this size the clock is not read: two readings cost 0.1 µs, and one element costs at most a few µs.
TIMED_SIZE = 256

Task = Callable[[int, int], None]


class Workload:
    """What one element of a kernel costs, learned from the calls made so far."""

    __slots__ = ("seconds_per_element",)

    def __init__(self) -> None:
        self.seconds_per_element = 100e-9

    def learn(self, elements: int, seconds: float) -> None:
        """Move the estimate halfway towards a new measurement, in the geometric sense."""
        measured = max(seconds / elements, 1e-10)
        self.seconds_per_element = (self.seconds_per_element * measured) ** 0.5

    def chunk_size(self) -> int:
        """Return the number of elements that keeps one thread busy for `CHUNK_SECONDS`."""
        return max(TIMED_SIZE // 4, int(CHUNK_SECONDS / self.seconds_per_element))


class _Pool:
    """The executor of this process; a forked child starts with none, because threads do not survive a fork."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.executor: ThreadPoolExecutor | None = None
        self.threads = 0

    def with_threads(self, threads: int) -> ThreadPoolExecutor:
        with self.lock:
            if self.executor is None or self.threads < threads:
                if self.executor is not None:
                    self.executor.shutdown(wait=False)
                self.executor = ThreadPoolExecutor(threads, "scitorch-kernel", _mark_as_worker)
                self.threads = threads
            return self.executor


_pool = _Pool()
_worker = threading.local()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def _mark_as_worker() -> None:
    _worker.is_worker = True


def run_in_chunks(task: Task, elements: int, workload: Workload) -> None:
    """
    Run ``task(start, stop)`` over the ranges that make up ``range(elements)``, in several threads where that pays.

    Parameters
    ----------
    task : callable
        Does the elements from `start` up to `stop`. It must release the GIL to gain anything, and different ranges
        must not write to the same memory.
    elements : int
        How many elements there are.
    workload : Workload
        The measured cost of an element, from which the chunk length follows; updated by the call.

    Raises
    ------
    Exception
        Whatever a chunk raised first. No thread still works on the data when the call returns or raises.

    Notes
    -----
    The calling thread takes chunks like the others do. A task that itself asks for chunks runs them in its own
    thread, so nesting cannot exhaust the pool and wait for itself.
    """
    if elements < TIMED_SIZE:
        if elements:
            task(0, elements)
        return
    threads = torch.get_num_threads()
    chunk = workload.chunk_size()
    if threads == 1 or elements < 2 * chunk or getattr(_worker, "is_worker", False):
        began = time.perf_counter()
        task(0, elements)
        workload.learn(elements, time.perf_counter() - began)
        return
    threads = min(threads, elements // chunk)
    chunk = max(chunk, -(-elements // (threads * CHUNKS_PER_THREAD)))
    began = time.perf_counter()
    _share(task, elements, chunk, threads)
    workload.learn(elements, threads * (time.perf_counter() - began))


def _share(task: Task, elements: int, chunk: int, threads: int) -> None:
    starts = itertools.count(0, chunk)  # next() on it is atomic
    failed = threading.Event()

    def take_chunks() -> None:
        try:
            for start in starts:
                if start >= elements or failed.is_set():
                    return
                task(start, min(start + chunk, elements))
        except BaseException:
            failed.set()
            raise

    executor = _pool.with_threads(threads)
    futures: list[Future[None]] = []
    # RuntimeError: another thread replaced the pool by a larger one, or the interpreter is shutting down. The
    # chunks are then done by whoever has started, at least by this thread.
    with contextlib.suppress(RuntimeError):
        for _ in range(threads - 1):
            futures.append(executor.submit(take_chunks))
    try:
        take_chunks()
    finally:
        wait(futures)
    for future in futures:
        future.result()
