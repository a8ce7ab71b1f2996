"""What a transform is: parameters drawn as plain data, and their application."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar, TypeAlias

import torch

from ...op.torch_private import pytree
from ..geometry.chain import Geometry
from ..values import Ragged, Value
from ..values.encoded import Encoded
from ..values.stacking import stacked, unstacked
from .run import Run
from .stream import Stream

__all__ = ["Transform"]

#: Numbers, strings, lists and dictionaries, as JSON has them.
Params: TypeAlias = Any


class Transform:
    """
    A change of a sample, in two steps: parameters are drawn, and then applied.

    ``t(sample)`` does both. Parameters are plain data of which JSON can be made, do not depend on the sample, and
    give the same result whenever they are applied again. A sample is any nested structure of typed values and
    anything else; what is no typed value passes through.

    A transform of your own overrides `draw` and `run`, and keeps its constructor's arguments as attributes of the
    same names.
    """

    _classes: ClassVar[dict[str, type[Transform]]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        Transform._classes[cls.__name__] = cls

    def draw(self, stream: Stream) -> Params:
        """Parameters for one sample."""
        return {}

    def run(self, params: Params, run: Run) -> None:
        """Ask for what the parameters say."""
        raise NotImplementedError

    def sample_params(
        self, generator: torch.Generator | None = None, batch: int | None = None, *, key: Any = None
    ) -> Params:
        """
        Draw parameters.

        Parameters
        ----------
        generator : torch.Generator, optional
            Where randomness comes from; torch's own generator by default.
        batch : int, optional
            For so many samples, each with parameters of its own.
        key : int or tuple of int and str, optional
            Instead of a generator, such as ``(seed, epoch, index)``: the same key gives the same parameters in every
            process.

        Returns
        -------
        dict
            Plain data; a list of dicts for a batch.
        """
        stream = Stream.of(generator, key)
        return self.draw(stream) if batch is None else [self.draw(stream) for _ in range(batch)]

    def apply(self, params: Params, sample: Any) -> Any:
        """
        Apply parameters to a sample, or a list of them to a batch.

        Parameters
        ----------
        params : dict or list of dicts
            As `sample_params` returns them. Numbers may be replaced by tensors to get derivatives in them.
        sample
            A sample; for a list of parameters a list of samples, or a structure of values with a leading dimension
            and of `Ragged` ones.

        Returns
        -------
        The same structure.

        Raises
        ------
        TypeError
            For a spatial value whose class has no rule, and for a sample without typed values.
        ValueError
            For values on canvases of different sizes.
        """
        if isinstance(params, list):
            return self._apply_to_batch(params, sample)
        run = Run(sample)
        self.run(params, run)
        return run.result()

    def __call__(
        self, *sample: Any, generator: torch.Generator | None = None, key: Any = None, batch: int | None = None
    ) -> Any:
        """Draw parameters and apply them; several samples are transformed alike and returned as a tuple."""
        given = sample[0] if len(sample) == 1 else sample
        return self.apply(self.sample_params(generator, batch, key=key), given)

    def geometry(self, params: Params, canvas_size: Sequence[int]) -> Geometry:
        """
        The map of the picture plane that the parameters stand for.

        Raises
        ------
        ValueError
            If the transform is not one map, as when pixels are made on the way.
        """
        run = _GeometryRun((int(canvas_size[0]), int(canvas_size[1])))
        self.run(params, run)
        return run.whole()

    def inverse(self, params: Params, canvas_size: Sequence[int]) -> Transform:
        """
        The transform that brings results back to the original canvas, such as boxes that a network has found.

        Parameters
        ----------
        params : dict
            Those that were applied.
        canvas_size : tuple of two integers
            Height and width of the original picture.

        Notes
        -----
        It undoes the geometry. Colours stay as they are, and what a crop took away is filled with 0.
        """
        return _Back(self.geometry(params, canvas_size))

    def to_dict(self) -> dict[str, Any]:
        """The transform as plain data, of which JSON can be made."""
        described = {name: _plain(getattr(self, name)) for name in _arguments(type(self))}  # type: ignore[arg-type]
        return {"transform": type(self).__name__, **described}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Transform:
        """The transform that `to_dict` described."""
        name = data["transform"]
        if name not in Transform._classes:
            raise ValueError(f"there is no transform {name!r}")
        return Transform._classes[name](**{k: _unplain(v) for k, v in data.items() if k != "transform"})

    def __repr__(self) -> str:
        names = _arguments(type(self))  # type: ignore[arg-type]
        arguments = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__name__}({arguments})"

    def _apply_to_batch(self, params: list[Params], batch: Any) -> Any:
        count = len(params)
        if isinstance(batch, list) and len(batch) == count and not isinstance(batch[0], Value):
            return [self.apply(p, sample) for p, sample in zip(params, batch)]
        leaves, spec = pytree.tree_flatten(batch, is_leaf=_is_leaf)
        results = []
        for i, p in enumerate(params):
            sample = [_pick(leaf, i, count) for leaf in leaves]
            results.append(self.apply(p, sample))
        merged = [_merge([r[j] for r in results], leaf) for j, leaf in enumerate(leaves)]
        return pytree.tree_unflatten(merged, spec)


class _GeometryRun(Run):
    """Follows the geometry of a transform without a sample."""

    def __init__(self, canvas: tuple[int, int]) -> None:
        self._start = canvas
        super().__init__([])
        self.canvas = canvas

    def _common_canvas(self) -> tuple[int, int]:
        return self._start

    def flush(self) -> None:
        """Nothing is made: the whole chain is wanted."""

    def values(self, kinds: Any, function: Any) -> None:
        """There are none."""

    def find(self, kind: Any) -> list[Any]:
        """There are none."""
        return []

    def whole(self) -> Geometry:
        return self._geometry or Geometry.start(self._start)


class _Back(Transform):
    """An inverse."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry

    def __repr__(self) -> str:
        return f"inverse of {self._geometry.source} to {self._geometry.canvas}"

    def to_dict(self) -> dict[str, Any]:
        raise TypeError("an inverse is made from a transform and its parameters: keep those")

    def run(self, params: Params, run: Run) -> None:
        if run.canvas != self._geometry.canvas:
            raise ValueError(f"the inverse starts on a canvas of {self._geometry.canvas}, not of {run.canvas}")
        for piece in self._geometry.inverse().pieces:
            run.move(piece, self._geometry.source, boundary="constant")
        run.canvas = self._geometry.source


@cache
def _arguments(kind: type[Transform]) -> tuple[str, ...]:
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind not in kinds)


def _plain(x: Any) -> Any:
    if isinstance(x, Transform):
        return x.to_dict()
    if isinstance(x, torch.dtype):
        return {"dtype": str(x)[6:]}
    if isinstance(x, list | tuple):
        return [_plain(item) for item in x]
    if x is None or isinstance(x, bool | int | float | str):
        return x
    raise TypeError(f"{x!r} is not plain data; a transform with it cannot be described")


def _unplain(x: Any) -> Any:
    if isinstance(x, dict):
        return Transform.from_dict(x) if "transform" in x else getattr(torch, x["dtype"])
    return [_unplain(item) for item in x] if isinstance(x, list) else x


def _is_leaf(x: object) -> bool:
    return isinstance(x, Value | Ragged | Encoded)


def _pick(leaf: Any, i: int, count: int) -> Any:
    if isinstance(leaf, Ragged):
        if len(leaf) != count:
            raise ValueError(f"{len(leaf)} ragged values met parameters for {count} samples")
        return leaf[i]
    return unstacked(leaf, i, count) if isinstance(leaf, Value) else leaf


def _merge(parts: list[Any], leaf: Any) -> Any:
    if isinstance(leaf, Value | Ragged) and isinstance(parts[0], Value):
        return stacked(parts)
    return Ragged(parts) if isinstance(leaf, Ragged) else leaf
