"""The execution of transforms on one sample: geometry and colours are gathered, and done once where they must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from ...op.torch_private import pytree
from ..geometry.chain import Geometry, Piece
from ..geometry.rules import moved, picture
from ..resampling.colours import Colours, Contrast, Matrix
from ..values import Clip, Image, Spatial, Value, Volume
from ..values.encoded import Encoded

PICTURES = (Image, Clip, Volume)


class Run:
    """One sample under way."""

    def __init__(self, sample: Any) -> None:
        # a dict of leaves, which most samples are, needs no walk through a tree
        self._names = list(sample) if type(sample) is dict and not any(map(_is_tree, sample.values())) else None
        if self._names is not None:
            self.leaves = list(sample.values())
        else:
            self.leaves, self._spec = pytree.tree_flatten(sample, is_leaf=_is_leaf)
        for i, leaf in enumerate(self.leaves):
            if isinstance(leaf, Encoded):
                self.leaves[i] = leaf.decode()
            elif not isinstance(leaf, Value):
                _refuse_foreign(leaf)
        self.canvas = self._common_canvas()
        self._geometry: Geometry | None = None
        self._colours = Colours()
        self._beyond: tuple[str, Any] | None = None

    def result(self) -> Any:
        """The sample as it has become."""
        self.flush()
        if self._names is not None:
            return dict(zip(self._names, self.leaves))
        return pytree.tree_unflatten(self.leaves, self._spec)

    # --- what transforms ask for ------------------------------------------------------------------------------------

    def move(
        self,
        piece: Piece,
        canvas: tuple[int, int] | None = None,
        *,
        method: str = "bilinear",
        boundary: str | None = None,
        fill: Any = 0.0,
    ) -> None:
        """
        Append a map from the present canvas to the next.

        `boundary` is named by transforms that may show what is beyond the picture.
        """
        beyond = None if boundary is None else (boundary, _hashable(fill))
        if beyond is not None:
            colours_seen = bool(self._colours.steps or self._colours.mean)
            if colours_seen or (self._beyond is not None and self._beyond != beyond):
                self.flush()
            self._beyond = beyond
        known = self._geometry or Geometry.start(self.canvas)
        boundary, fill = self._beyond or ("constant", 0.0)
        self.canvas = canvas or self.canvas
        self._geometry = known.then(piece, self.canvas, boundary, fill, method)

    def colour(self, step: Matrix | Contrast) -> None:
        """Append an affine operation on colours, in the range from 0 to 1."""
        if self._colours.mean is not None:
            self.flush()
        self._colours = self._colours.then(step)

    def store_as(self, dtype: Any, scale: bool) -> None:
        """Change the type of the pixels."""
        if self._colours.mean is not None or (self._colours.dtype is not None and not scale):
            self.flush()
        state = self._colours
        self._colours = Colours(state.steps, dtype, scale)

    def normalize(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        """Subtract and divide at the end."""
        if self._colours.mean is not None:
            self.flush()
        state = self._colours
        self._colours = Colours(state.steps, state.dtype, state.scale, mean, std)

    def pixels(self, function: Callable[[Tensor], Tensor]) -> None:
        """Apply a function to the pixels ``(..., C, H, W)`` of every image, clip and volume."""
        self.flush()

        def change(value: Value) -> Value:
            if isinstance(value, Volume):
                return value.replace(data=function(value.data.movedim(-4, -3)).movedim(-3, -4))
            return value.replace(data=function(value.data))

        self.values(PICTURES, change)

    def values(self, kinds: Any, function: Callable[[Any], Any]) -> None:
        """Apply a function to all values of some classes."""
        self.flush()
        self.leaves = [function(leaf) if isinstance(leaf, kinds) else leaf for leaf in self.leaves]

    def find(self, kind: Any) -> list[Any]:
        """Values of a class where the geometry would have them now, without resampling anything else."""
        found = [leaf for leaf in self.leaves if isinstance(leaf, kind)]
        return found if self._geometry is None else [moved(value, self._geometry) for value in found]

    def spatial(self) -> list[Any]:
        """All values that geometry moves, as they are."""
        return [leaf for leaf in self.leaves if isinstance(leaf, Spatial)]

    def flush(self) -> None:
        """Do what was gathered."""
        geometry, colours = self._geometry, self._colours
        self._geometry, self._colours, self._beyond = None, Colours(), None
        if geometry is None and colours.is_identity():
            return
        for i, leaf in enumerate(self.leaves):
            if isinstance(leaf, PICTURES):
                self.leaves[i] = picture(leaf, geometry, colours)
            elif geometry is not None and isinstance(leaf, Spatial):
                self.leaves[i] = moved(leaf, geometry)

    # --- the sample ---------------------------------------------------------------------------------------------------

    def _common_canvas(self) -> tuple[int, int]:
        canvas: tuple[int, int] | None = None
        first = ""
        values = 0
        for leaf in self.leaves:
            if isinstance(leaf, Spatial):
                size = leaf.canvas_size
                if canvas is None:
                    canvas, first = size, type(leaf).__name__
                elif size != canvas:
                    raise ValueError(
                        f"the sample is out of step: {first} is on a canvas of {canvas[0]}×{canvas[1]}, "
                        f"{type(leaf).__name__} on {size[0]}×{size[1]}"
                    )
            values += isinstance(leaf, Value)
        if not values:
            raise TypeError(
                "the sample holds no typed value, so there is nothing to transform: wrap its tensors in "
                "scitorch.vision.Image, Mask, Boxes, …"
            )
        return canvas or (0, 0)


def _is_tree(x: object) -> bool:
    return not isinstance(x, Value | Encoded | Tensor | str | int | float)


def _is_leaf(x: object) -> bool:
    return isinstance(x, Value | Encoded)


def _hashable(fill: Any) -> Any:
    return tuple(fill) if isinstance(fill, list) else fill


def _refuse_foreign(leaf: Any) -> None:
    """Pictures of other libraries would stay as they are while everything else moves."""
    module = type(leaf).__module__
    if module.startswith(("PIL.", "torchvision.tv_tensors")):
        raise TypeError(
            f"the sample holds a {module}.{type(leaf).__name__}, which would fall out of step: "
            "convert it by scitorch.vision.ToImage or wrap it in a typed value"
        )


__all__ = ["PICTURES", "Run"]
