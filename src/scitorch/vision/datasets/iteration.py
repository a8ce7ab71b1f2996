"""Rounds through a dataset that can stop anywhere and go on, in several processes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from .dataset import CorruptSampleError, Dataset

__all__ = ["SampleStream"]


class SampleStream(IterableDataset[Any]):
    """
    The samples of a dataset in order or shuffled, one round after the other.

    Parameters
    ----------
    dataset : Dataset
        The samples.
    shuffle : bool
        Whether each round has an order of its own.
    seed : int
        Of the orders; transforms of the dataset have their own.
    shard : (int, int)
        This process's number and how many there are, such as rank and world size: each gets a part of every round.
        Workers of a data loader divide that part among them.
    on_error : {"raise", "skip"}
        What is done with samples that cannot be read; `skipped` names those that were left out.

    Notes
    -----
    Each pass of ``iter`` is one round. ``state_dict`` says how far this process has come, at any moment, and
    ``load_state_dict`` goes on from there: as ``torchdata.stateful_dataloader`` asks for.
    """

    def __init__(
        self,
        dataset: Dataset,
        shuffle: bool = False,
        seed: int = 0,
        shard: tuple[int, int] = (0, 1),
        on_error: str = "raise",
    ) -> None:
        if on_error not in ("raise", "skip"):
            raise ValueError(f"on_error must be 'raise' or 'skip', not {on_error!r}")
        if not 0 <= shard[0] < shard[1]:
            raise ValueError(f"shard {shard[0]} of {shard[1]} does not exist")
        self.dataset, self.shuffle, self.seed, self.shard, self.on_error = dataset, shuffle, seed, shard, on_error
        self.epoch, self._position = 0, 0
        self.skipped: list[str] = []

    def __len__(self) -> int:
        """Samples of this shard in a round."""
        number, count = self.shard
        return len(range(number, len(self.dataset), count))

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        workers, number = (worker.num_workers, worker.id) if worker is not None else (1, 0)
        mine = self.order()[self.shard[0] :: self.shard[1]][number::workers]
        self.dataset.set_epoch(self.epoch)
        while self._position < len(mine):
            index = int(mine[self._position])
            self._position += 1
            try:
                sample = self.dataset[index]
            except CorruptSampleError as error:
                if self.on_error == "raise":
                    raise
                self.skipped.append(error.sample)
                warnings.warn(f"left out, {len(self.skipped)} so far: {error}", stacklevel=2)
                continue
            yield sample
        self.epoch, self._position = self.epoch + 1, 0

    def order(self) -> torch.Tensor:
        """Numbers of the samples in the order of this round."""
        if not self.shuffle:
            return torch.arange(len(self.dataset))
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        return torch.randperm(len(self.dataset), generator=generator)

    def state_dict(self) -> dict[str, Any]:
        """How far this process has come, as plain data."""
        return {"epoch": self.epoch, "position": self._position, "seed": self.seed, "skipped": list(self.skipped)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """
        Go on from a state.

        Raises
        ------
        ValueError
            If it belongs to another order.
        """
        if state["seed"] != self.seed:
            raise ValueError(f"the state is of a stream with seed {state['seed']}, not {self.seed}")
        self.epoch, self._position = state["epoch"], state["position"]
        self.skipped = list(state["skipped"])
