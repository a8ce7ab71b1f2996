"""Random numbers for parameters: from a generator, or from a key that says who, when and which."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import Any

import torch


class Stream:
    """
    Numbers that follow from one seed alone.

    All of them come from ``random.Random.random``, whose sequence Python guarantees for all versions.
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    @classmethod
    def of(cls, generator: torch.Generator | None, key: Any) -> Stream:
        """
        A stream of a generator's next number, or of a key.

        Parameters
        ----------
        generator : torch.Generator or None
            None is torch's own generator.
        key : int or sequence of int and str, or None
            Such as ``(seed, epoch, index)``: the numbers are the same in every process that names the same key.
        """
        if key is None:
            return cls(int(torch.randint(2**62, (), generator=generator, device=_device(generator))))
        if generator is not None:
            raise ValueError("give a generator or a key, not both")
        parts = key if isinstance(key, tuple | list) else (key,)
        text = "\0".join(f"{type(part).__name__}{part}" for part in parts)
        return cls(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number between two, the upper excluded."""
        return low + (high - low) * self._random()

    def integer(self, low: int, high: int) -> int:
        """An integer from `low` up to and with `high`."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, p: float) -> bool:
        """True with a probability."""
        return self._random() < p

    def normal(self) -> float:
        """A standard normal number (Box & Muller 1958)."""
        return math.sqrt(-2 * math.log(1 - self._random())) * math.cos(2 * math.pi * self._random())

    def order(self, n: int) -> list[int]:
        """A permutation (Fisher & Yates)."""
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.integer(0, i)
            order[i], order[j] = order[j], order[i]
        return order

    def choice(self, weights: Sequence[float]) -> int:
        """An index with probabilities in proportion to weights."""
        at = self._random() * sum(weights)
        for i, weight in enumerate(weights):
            at -= weight
            if at < 0:
                return i
        return max(i for i, weight in enumerate(weights) if weight > 0)

    def beta(self, alpha: float) -> float:
        """A number of the symmetric beta distribution, of two gamma distributed ones (Marsaglia & Tsang 2000)."""
        a, b = self._gamma(alpha), self._gamma(alpha)
        return a / (a + b) if a + b > 0 else float(self.chance(0.5))

    def seed(self) -> int:
        """A seed for noise that is made when a transform is applied."""
        return int(self._random() * 2**53)

    def _gamma(self, shape: float) -> float:
        if shape < 1:
            return float(self._gamma(shape + 1) * (1 - self._random()) ** (1 / shape))
        d = shape - 1 / 3
        while True:
            x = self.normal()
            v = (1 + x / math.sqrt(9 * d)) ** 3
            if v > 0 and math.log(1 - self._random()) < x * x / 2 + d - d * v + d * math.log(v):
                return d * v


def _device(generator: torch.Generator | None) -> torch.device:
    return torch.device("cpu") if generator is None else generator.device


def noise(seed: int, shape: Sequence[int]) -> torch.Tensor:
    """Standard normal numbers of a seed, made on the CPU so that all devices get the same."""
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))
