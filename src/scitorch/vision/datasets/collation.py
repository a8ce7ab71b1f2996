"""Samples to batches, by the types of their leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import torch

from ..values import Encoded, Ragged, Value
from ..values.stacking import stacked

__all__ = ["collate"]


def collate(samples: Sequence[Any]) -> Any:
    """
    Make a batch of samples of one structure.

    Parameters
    ----------
    samples : sequence
        Dicts, tuples or values.

    Returns
    -------
    The same structure. Typed values of one size are stacked, others become `Ragged`; encoded leaves are decoded;
    tensors and numbers are stacked where their sizes agree; everything else becomes a list.

    Raises
    ------
    KeyError
        If the dicts have different keys.
    """
    first = samples[0]
    if isinstance(first, dict):
        if any(set(s) != set(first) for s in samples):
            raise KeyError(f"samples have different fields: {sorted(set().union(*samples))}")
        return {name: collate([s[name] for s in samples]) for name in first}
    if isinstance(first, tuple) and first and all(isinstance(s, tuple) and len(s) == len(first) for s in samples):
        if all(isinstance(x, int | float) for x in first):
            return list(samples)
        return tuple(collate(list(part)) for part in zip(*samples))
    if any(isinstance(s, Encoded) for s in samples):
        samples = [s.decode() if isinstance(s, Encoded) else s for s in samples]
        first = samples[0]
    if all(isinstance(s, Value) for s in samples):
        return stacked(samples)
    if any(isinstance(s, Value) for s in samples):
        return Ragged(samples)
    if all(isinstance(s, numpy.ndarray) for s in samples):
        samples = [torch.from_numpy(s) for s in samples]
        first = samples[0]
    if all(isinstance(s, torch.Tensor) for s in samples):
        same = all(s.shape == first.shape and s.dtype == first.dtype for s in samples)
        return torch.stack(list(samples)) if same else list(samples)
    if all(type(s) in (bool, int, float) for s in samples):
        return torch.tensor(samples)
    return list(samples)
