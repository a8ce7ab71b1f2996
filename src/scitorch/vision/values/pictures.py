"""Values made of pixels that are averaged when resampled: images, clips of frames, volumes."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy
import torch
from torch import Tensor

from .value import Spatial, tensor

__all__ = ["Clip", "Image", "Volume"]


class Image(Spatial):
    """
    An image or a batch of them.

    Parameters
    ----------
    data : array_like
        Shape ``(..., C, H, W)``; a plane ``(H, W)`` becomes one channel. Integers span the range of their type,
        floats span 0 to 1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.vision import Image
    >>> Image(torch.zeros(3, 375, 500, dtype=torch.uint8))
    Image((3, 375, 500), uint8)
    """

    def __init__(self, data: Any) -> None:
        data = tensor(data, at_least=2, what="an image")
        self.data: Tensor = data[None] if data.dim() == 2 else data

    @classmethod
    def from_hwc(cls, array: Any) -> Image:
        """An image of an array ``(..., H, W, C)``, as NumPy, OpenCV and scikit-image hold it; memory is shared."""
        return cls(_shared(array).movedim(-1, -3))

    @classmethod
    def from_pil(cls, picture: Any) -> Image:
        """An image of a Pillow image, in its own mode where that is grey, colour or colour with opacity."""
        if picture.mode not in ("L", "RGB", "RGBA", "I;16", "F"):
            picture = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
        array = numpy.array(picture)
        return cls(torch.from_numpy(array)[None] if array.ndim == 2 else torch.from_numpy(array).movedim(-1, -3))

    @classmethod
    def open(cls, source: str | os.PathLike[str] | bytes, mode: str | None = "RGB") -> Image:
        """
        Read a picture by Pillow, upright: the orientation that a camera noted is applied.

        Parameters
        ----------
        source : path or bytes
            The file, or what is in it.
        mode : str or None, default "RGB"
            Pillow's colour mode to convert to; None keeps the file's.
        """
        import PIL.Image
        import PIL.ImageOps

        opened = PIL.Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        with opened:
            picture: Any = PIL.ImageOps.exif_transpose(opened)
            if mode is not None and picture.mode != mode:
                picture = picture.convert(mode)
            return cls.from_pil(picture)

    def to_pil(self) -> Any:
        """A Pillow image of a single 8-bit or floating-point image."""
        import PIL.Image

        if self.data.dim() != 3:
            raise ValueError(f"Pillow holds one image, not the shape {tuple(self.shape)}")
        data = self.data.detach().cpu()
        if data.is_floating_point():
            data = (data.clamp(0, 1) * 255).round().to(torch.uint8)
        array = data.movedim(0, -1).contiguous().numpy()
        return PIL.Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[-3])


class Clip(Spatial):
    """
    Frames of a video.

    Named so because ``scitorch.vision.Video`` is the reader that frames come from.

    Parameters
    ----------
    data : array_like
        Shape ``(..., T, C, H, W)``.
    times : array_like, optional
        Presentation time of each frame in seconds, shape ``(..., T)``.
    fps : float, optional
        Nominal frames per second.
    """

    tensors = ("data", "times")
    facts = ("fps",)

    def __init__(self, data: Any, times: Any = None, fps: float | None = None) -> None:
        self.data = tensor(data, at_least=4, what="a clip")
        self.times: Tensor | None = None if times is None else torch.as_tensor(times, dtype=torch.float64)
        self.fps = fps

    @property
    def frames(self) -> int:
        """Number of frames."""
        return int(self.data.shape[-4])


class Volume(Spatial):
    """
    A volume; geometric transforms move its slices, ``data[..., d, :, :]``, in their plane.

    Parameters
    ----------
    data : array_like
        Shape ``(..., C, D, H, W)``.
    spacing : tuple of three floats, optional
        Size of a voxel along depth, height and width; resampling keeps it true.
    """

    facts = ("spacing",)

    def __init__(self, data: Any, spacing: tuple[float, float, float] | None = None) -> None:
        self.data = tensor(data, at_least=4, what="a volume")
        self.spacing = spacing


def _shared(array: Any) -> Tensor:
    return array if isinstance(array, Tensor) else torch.from_numpy(numpy.asarray(array))
