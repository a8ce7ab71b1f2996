"""A dataset returns one dict with everything that its source has of a sample, and says beforehand what that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..values.encoded import Encoded

__all__ = ["CorruptSampleError", "Dataset", "DatasetInfo"]

#: What a field of a sample is computed by, when it is asked for.
Fields = Mapping[str, Callable[[], Any]]


class CorruptSampleError(Exception):
    """A sample that cannot be read; `sample` is its name and ``__cause__`` the reason."""

    def __init__(self, sample: str, cause: Exception) -> None:
        super().__init__(f"{sample}: {type(cause).__name__}: {cause}")
        self.sample = sample

    def __reduce__(self) -> Any:
        return _corrupt, (self.sample, str(self))


def _corrupt(sample: str, message: str) -> CorruptSampleError:
    """The error again in another process, where its cause may not exist."""
    error = CorruptSampleError(sample, Exception())
    error.args = (message,)
    return error


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a dataset as a whole."""

    name: str
    samples: int
    schema: Mapping[str, type]
    classes: tuple[str, ...] | None = None
    licence: str | None = None
    source: str | None = None
    splits: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


class Dataset:
    """
    A map-style dataset: ``len(dataset)``, and ``dataset[i]`` is a dict.

    A dataset of your own defines `schema`, ``__len__`` and `fields`; `info` and `sample_name` if there is more to say.
    Pictures and masks are `Encoded` leaves: they are read when a transform or ``decode()`` asks for them.
    """

    #: The class of every field.
    schema: Mapping[str, type]

    def __len__(self) -> int:
        raise NotImplementedError

    def fields(self, index: int) -> Fields:
        """How each field of a sample is computed."""
        raise NotImplementedError

    def sample_name(self, index: int) -> str:
        """What a sample is called in messages."""
        return f"{type(self).__name__}[{index}]"

    def info(self) -> DatasetInfo:
        """What is known of the dataset as a whole."""
        return DatasetInfo(type(self).__name__, len(self), self.schema)

    def __getitem__(self, index: int) -> dict[str, Any]:
        index = _position(index, len(self))
        return self._read(index, None)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[i] for i in range(len(self)))

    def select(self, *names: str) -> Dataset:
        """The dataset with some of its fields only; the others are never computed."""
        return _Selected(self, names)

    def subset(self, indices: Sequence[int]) -> Dataset:
        """Some of the samples."""
        return _Subset(self, indices)

    def transformed(self, transform: Any, seed: int = 0) -> Dataset:
        """
        The dataset with a transform applied to its samples.

        Parameters
        ----------
        transform : Transform or callable
            Transforms draw their parameters by the key ``(seed, epoch, index)``: a sample is the same in whatever
            process it is made. Set the epoch by ``set_epoch``.
        seed : int
            Part of the key.
        """
        return _Transformed(self, transform, seed)

    def set_epoch(self, epoch: int) -> None:
        """Say which round of the data it is, for transforms that depend on it."""

    def verify(self) -> list[CorruptSampleError]:
        """Read and decode everything once; returns an error for each sample that cannot be read."""
        errors = []
        for i in range(len(self)):
            try:
                for value in self[i].values():
                    if isinstance(value, Encoded):
                        self._guarded(i, value.decode)
            except CorruptSampleError as error:
                errors.append(error)
        return errors

    def _read(self, index: int, names: Sequence[str] | None) -> dict[str, Any]:
        def read() -> dict[str, Any]:
            fields = self.fields(index)
            return {name: fields[name]() for name in (fields if names is None else names)}

        found: dict[str, Any] = self._guarded(index, read)
        return found

    def _guarded(self, index: int, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except CorruptSampleError:
            raise
        except (
            OSError,
            ValueError,
            KeyError,
            SyntaxError,
            EOFError,
            ArithmeticError,
            TypeError,
            RuntimeError,
        ) as error:
            raise CorruptSampleError(self.sample_name(index), error) from error


class _Over(Dataset):
    """A dataset made of another."""

    def __init__(self, base: Dataset) -> None:
        self.base = base
        self.schema = base.schema

    def __len__(self) -> int:
        return len(self.base)

    def fields(self, index: int) -> Fields:
        return self.base.fields(index)

    def sample_name(self, index: int) -> str:
        return self.base.sample_name(index)

    def info(self) -> DatasetInfo:
        known = self.base.info()
        return DatasetInfo(**{**known.__dict__, "samples": len(self), "schema": self.schema})

    def set_epoch(self, epoch: int) -> None:
        self.base.set_epoch(epoch)


class _Selected(_Over):
    def __init__(self, base: Dataset, names: Sequence[str]) -> None:
        super().__init__(base)
        unknown = set(names) - set(base.schema)
        if unknown:
            raise KeyError(f"there are no fields {sorted(unknown)}; there are {', '.join(base.schema)}")
        self.names = tuple(names)
        self.schema = {name: base.schema[name] for name in names}

    def __getitem__(self, index: int) -> dict[str, Any]:
        index = _position(index, len(self))
        if isinstance(self.base, _Transformed):
            sample = self.base[index]
            return {name: sample[name] for name in self.names}
        return self._read(index, self.names)


class _Subset(_Over):
    def __init__(self, base: Dataset, indices: Sequence[int]) -> None:
        super().__init__(base)
        self.indices = [_position(int(i), len(base)) for i in indices]

    def __len__(self) -> int:
        return len(self.indices)

    def fields(self, index: int) -> Fields:
        return self.base.fields(self.indices[index])

    def sample_name(self, index: int) -> str:
        return self.base.sample_name(self.indices[index])

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.base[self.indices[_position(index, len(self))]]


class _Transformed(_Over):
    def __init__(self, base: Dataset, transform: Any, seed: int) -> None:
        super().__init__(base)
        self.transform, self.seed, self.epoch = transform, seed, 0

    def set_epoch(self, epoch: int) -> None:
        super().set_epoch(epoch)
        self.epoch = epoch

    def fields(self, index: int) -> Fields:
        sample = self[index]
        return {name: (lambda value=value: value) for name, value in sample.items()}  # type: ignore[misc]

    def __getitem__(self, index: int) -> dict[str, Any]:
        from ..transforms import Transform

        index = _position(index, len(self))
        sample = self.base[index]
        if not isinstance(self.transform, Transform):
            changed: dict[str, Any] = self._guarded(index, lambda: self.transform(sample))
            return changed
        params = self.transform.sample_params(key=(self.seed, self.epoch, index))
        for name, value in sample.items():
            if isinstance(value, Encoded):
                sample[name] = self._guarded(index, value.decode)
        result: dict[str, Any] = self.transform.apply(params, sample)
        return result


def _position(index: int, length: int) -> int:
    if not -length <= index < length:
        raise IndexError(f"sample {index} of {length}")
    return index % length
