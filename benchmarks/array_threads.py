"""What a second thread is worth to large arrays, beside what a second process is worth.

Two processes that know nothing of each other show what the machine has to give, its memory and whoever else is on it
included; a call that uses two threads well comes near that.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import torch

import scitorch.numpy as np

__all__ = ["Throughput", "measure_throughput"]

_CALLS = ("a + b", "np.exp(a)", "np.sin(a)", "a.sum()", "m.sum(axis=0)", "m @ m", "np.sort(m, axis=1)", "a[o]")
_SIZE = 10**6
_SECONDS = 0.4
_ROUNDS = 5


@dataclass(frozen=True)
class Throughput:
    """Calls per second with two threads, and of two processes together, over those of one thread."""

    text: str
    threads: float
    processes: float

    def line(self) -> str:
        """One line for the terminal."""
        return f"{self.text:20} two threads {self.threads:.2f}, two processes {self.processes:.2f} (one thread 1)"


def measure_throughput() -> list[Throughput]:
    """Measure each call in turns: alone with one thread, alone with two, in two processes at once."""
    before = torch.get_num_threads()
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    other = spawn.Process(target=_serve, args=(there,), daemon=True)
    other.start()
    found = []
    try:
        here.recv()
        for text in _CALLS:
            call = _call(text)
            rounds = [_round(text, call, here) for _ in range(_ROUNDS)]
            one, two, both = (numpy.median([r[k] for r in rounds]) for k in range(3))
            found.append(Throughput(text, float(two / one), float(both / one)))
    finally:
        torch.set_num_threads(before)
        here.send(None)
        other.join()
    return found


def _round(text: str, call: Callable[[], Any], other: Any) -> tuple[float, float, float]:
    torch.set_num_threads(1)
    one = _rate(call)
    torch.set_num_threads(2)
    two = _rate(call)
    torch.set_num_threads(1)
    other.send(text)
    return one, two, _rate(call) + other.recv()


def _serve(pipe: Any) -> None:
    torch.set_num_threads(1)
    calls = {text: _call(text) for text in _CALLS}
    pipe.send(None)
    while (text := pipe.recv()) is not None:
        pipe.send(_rate(calls[text]))


def _rate(call: Callable[[], Any]) -> float:
    call()
    count, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _SECONDS:
        call()
        count += 1
    return count / elapsed


def _call(text: str) -> Callable[[], Any]:
    random = numpy.random.default_rng(5)
    side = round(_SIZE**0.5)
    names = {
        "a": random.uniform(0.5, 3.0, _SIZE),
        "b": random.uniform(0.5, 3.0, _SIZE),
        "m": random.uniform(0.5, 3.0, (side, side)),
        "o": random.permutation(_SIZE),
    }
    made: Callable[[], Any] = eval(f"lambda: {text}", {"np": np, **{k: np.asarray(v) for k, v in names.items()}})
    return made
