"""Transforms made of transforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .arguments import probability
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["Compose", "Lambda", "RandomApply", "RandomChoice", "RandomOrder"]


class Compose(Transform):
    """
    One transform after the other.

    Their geometry becomes one map, in which every value is resampled once, and their colours become one matrix; only
    transforms that look at pixels, such as a blur, make what precedes them be done.
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = list(transforms)
        for t in self.transforms:
            if not isinstance(t, Transform):
                raise TypeError(f"{t!r} is not a transform; wrap a function in Lambda")

    def draw(self, stream: Stream) -> Params:
        return {"transforms": [t.draw(stream) for t in self.transforms]}

    def run(self, params: Params, run: Run) -> None:
        for t, p in zip(self.transforms, params["transforms"], strict=True):
            t.run(p, run)


class RandomApply(Compose):
    """All of the transforms with probability `p`, or none."""

    def __init__(self, transforms: Sequence[Transform], p: float = 0.5) -> None:
        super().__init__(transforms)
        self.p = probability(p)

    def draw(self, stream: Stream) -> Params:
        return {"apply": stream.chance(self.p), **super().draw(stream)}

    def run(self, params: Params, run: Run) -> None:
        if params["apply"]:
            super().run(params, run)


class RandomChoice(Compose):
    """One of the transforms, with given or equal probabilities."""

    def __init__(self, transforms: Sequence[Transform], p: Sequence[float] | None = None) -> None:
        super().__init__(transforms)
        if p is not None and (len(p) != len(self.transforms) or min(p) < 0 or sum(p) <= 0):
            raise ValueError(f"p needs {len(self.transforms)} probabilities, not {p!r}")
        self.p = p

    def draw(self, stream: Stream) -> Params:
        chosen = stream.choice(self.p if self.p is not None else [1.0] * len(self.transforms))
        return {"choice": chosen, "params": self.transforms[chosen].draw(stream)}

    def run(self, params: Params, run: Run) -> None:
        self.transforms[params["choice"]].run(params["params"], run)


class RandomOrder(Compose):
    """All of the transforms in random order."""

    def draw(self, stream: Stream) -> Params:
        return {"order": stream.order(len(self.transforms)), **super().draw(stream)}

    def run(self, params: Params, run: Run) -> None:
        for i in params["order"]:
            self.transforms[i].run(params["transforms"][i], run)


class Lambda(Transform):
    """
    A function of the values of some classes.

    Parameters
    ----------
    function : callable
        Takes a value and returns what stands in its place.
    types : class or tuple of classes
        Of the values that it is given.
    """

    def __init__(self, function: Callable[[Any], Any], types: Any = ()) -> None:
        self.function, self.types = function, types

    def run(self, params: Params, run: Run) -> None:
        from ..values import Value

        run.values(self.types or Value, self.function)
