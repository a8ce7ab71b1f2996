"""Types of numbers, of pictures and of boxes."""

from __future__ import annotations

from typing import Any

import numpy
import torch

from ...op.torch_private import pytree
from ..values import Boxes, Clip, Encoded, Image, KeyPoints, Label, Mask, Polygons, Value
from .run import Run
from .transform import Params, Transform

__all__ = [
    "ClampBoundingBoxes",
    "ClampKeyPoints",
    "ConvertBoundingBoxFormat",
    "SanitizeBoundingBoxes",
    "ToDtype",
    "ToImage",
    "ToPILImage",
    "ToPureTensor",
    "UniformTemporalSubsample",
]


class ToDtype(Transform):
    """Pixels of another type; with `scale` the range is carried over, so that uint8's 255 becomes 1.0."""

    def __init__(self, dtype: torch.dtype = torch.float32, scale: bool = False) -> None:
        self.dtype, self.scale = dtype, scale

    def run(self, params: Params, run: Run) -> None:
        run.store_as(self.dtype, self.scale)


class ToImage(Transform):
    """Pillow images, and arrays ``(H, W)`` or ``(H, W, C)`` of NumPy, as `Image`; encoded leaves are decoded."""

    def apply(self, params: Params, sample: Any) -> Any:
        return pytree.tree_map(_image, sample, is_leaf=lambda x: isinstance(x, Value | Encoded))

    def run(self, params: Params, run: Run) -> None:
        """Within a `Compose` all leaves are typed already."""


def _image(x: Any) -> Any:
    if isinstance(x, Encoded):
        return x.decode()
    if type(x).__module__.startswith("PIL."):
        return Image.from_pil(x)
    if isinstance(x, numpy.ndarray) and x.ndim in (2, 3):
        return Image(torch.from_numpy(x)) if x.ndim == 2 else Image.from_hwc(x)
    return x


class ToPILImage(Transform):
    """Images as Pillow images; the last of a chain."""

    def run(self, params: Params, run: Run) -> None:
        run.values(Image, lambda image: image.to_pil())


class ToPureTensor(Transform):
    """Typed values as their main tensors; the last of a chain."""

    def run(self, params: Params, run: Run) -> None:
        run.values(Value, lambda value: value.data)


class ConvertBoundingBoxFormat(Transform):
    """Boxes in another format."""

    def __init__(self, format: str) -> None:
        self.format = format

    def run(self, params: Params, run: Run) -> None:
        run.values(Boxes, lambda boxes: boxes.convert(self.format))


class ClampBoundingBoxes(Transform):
    """Boxes cut to the canvas for good."""

    def run(self, params: Params, run: Run) -> None:
        run.values(Boxes, lambda boxes: boxes.clip())


class ClampKeyPoints(Transform):
    """Key points moved to the nearest point of the canvas."""

    def run(self, params: Params, run: Run) -> None:
        def clamp(points: KeyPoints) -> KeyPoints:
            height, width = points.canvas_size
            return points.replace(data=points.data.clamp_min(0).minimum(points.data.new_tensor([width, height])))

        run.values(KeyPoints, clamp)


class SanitizeBoundingBoxes(Transform):
    """
    Remove objects of which too little is left, from the boxes and from all values that go with them.

    Parameters
    ----------
    min_size : float
        Least width and height of the visible box.
    min_area : float
        Its least area.
    min_visibility : float
        Least part of the box that is within the picture.

    Notes
    -----
    What goes with N boxes: labels ``(N,)``, masks ``(N, H, W)``, key points ``(N, K, 2)`` and polygons of N objects.
    """

    def __init__(self, min_size: float = 1.0, min_area: float = 1.0, min_visibility: float = 0.0) -> None:
        self.min_size, self.min_area, self.min_visibility = min_size, min_area, min_visibility

    def run(self, params: Params, run: Run) -> None:
        run.flush()
        found = run.find(Boxes)
        if not found:
            return
        if len(found) > 1 or found[0].corners.dim() != 3:
            raise TypeError("SanitizeBoundingBoxes needs one value of boxes (N, …) in a sample")
        boxes = found[0]
        extent = boxes.clip().convert("cxcywhr" if "r" in boxes.format or len(boxes.format) > 6 else "xywh").data
        width, height = extent[..., 2], extent[..., 3]
        keep = (width >= self.min_size) & (height >= self.min_size) & (width * height >= self.min_area)
        if self.min_visibility > 0:
            keep &= boxes.visible_fraction() >= self.min_visibility
        run.values((Boxes, Label, Mask, KeyPoints, Polygons), lambda value: _kept(value, keep))


def _kept(value: Any, keep: torch.Tensor) -> Any:
    count = len(keep)
    if isinstance(value, Boxes):
        return value.select(keep)
    if isinstance(value, Polygons):
        return _kept_polygons(value, keep) if value.count == count else value
    rank = {Label: 1, Mask: 3, KeyPoints: 3}[type(value)]
    if value.data.dim() != rank or value.data.shape[0] != count:
        return value
    return value.map(lambda x: x[keep.to(x.device)])


def _kept_polygons(value: Polygons, keep: torch.Tensor) -> Polygons:
    new = (keep.cumsum(0) - 1).tolist()
    kept = keep.tolist()
    chosen = [(owner, part) for owner, part in zip(value.owners, value) if kept[owner]]
    data = torch.cat([part for _, part in chosen]) if chosen else value.data[:0]
    owners = [new[owner] for owner, _ in chosen]
    lengths = tuple(len(part) for _, part in chosen)
    return value.replace(data=data, lengths=lengths, owners=tuple(owners), count=sum(kept))


class UniformTemporalSubsample(Transform):
    """So many frames of a clip at equal distances, the first and the last among them."""

    def __init__(self, num_samples: int) -> None:
        self.num_samples = num_samples

    def run(self, params: Params, run: Run) -> None:
        def subsample(clip: Clip) -> Clip:
            index = torch.linspace(0, clip.frames - 1, self.num_samples).long().to(clip.device)
            times = None if clip.times is None else clip.times[..., index]
            return clip.replace(data=clip.data.index_select(-4, index), times=times, fps=None)

        run.values(Clip, subsample)
