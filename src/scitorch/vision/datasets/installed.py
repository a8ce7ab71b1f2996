"""Small real datasets that other packages bring along, so that examples run without a network."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import torch

from ..values import Disparity, EncodedImage, Image, Label
from .dataset import Dataset, DatasetInfo, Fields

__all__ = ["installed_dataset", "installed_datasets"]

_PHOTOGRAPHS = {
    "skimage": ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "motorcycle_right.png",
                "rocket.jpg", "hubble_deep_field.jpg", "retina.jpg", "ihc.png", "camera.png", "coins.png",
                "brick.png", "grass.png", "gravel.png", "page.png", "text.png", "moon.png"),
    "sklearn": ("china.jpg", "flower.jpg"),
}  # fmt: skip


def installed_dataset(name: str) -> Dataset:
    """
    A dataset read from an installed package.

    Parameters
    ----------
    name : {"photographs", "digits", "faces", "stereo"}
        Photographs of scikit-image and scikit-learn; 1797 handwritten digits (scikit-learn); 200 pictures, 100 of
        them faces (scikit-image); a pair of stereo pictures with disparity (scikit-image).

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.

    Examples
    --------
    >>> from scitorch.vision import installed_dataset
    >>> digits = installed_dataset("digits")
    >>> len(digits), digits[0]["label"].names()
    (1797, '0')
    """
    if name not in _MAKERS:
        raise ValueError(f"there is no dataset {name!r}; there are {', '.join(_MAKERS)}")
    return _MAKERS[name]()


def installed_datasets() -> tuple[str, ...]:
    """Names of the datasets whose packages are installed."""
    needed = {"photographs": "skimage", "digits": "sklearn", "faces": "skimage", "stereo": "skimage"}
    return tuple(n for n, package in needed.items() if importlib.util.find_spec(package) is not None)


class _Held(Dataset):
    """Samples whose fields are at hand."""

    def __init__(self, info: DatasetInfo, fields: Callable[[int], Fields], names: Callable[[int], str]) -> None:
        self._info, self._fields, self._names = info, fields, names
        self.schema = info.schema

    def __len__(self) -> int:
        return self._info.samples

    def fields(self, index: int) -> Fields:
        return self._fields(index)

    def sample_name(self, index: int) -> str:
        return self._names(index)

    def info(self) -> DatasetInfo:
        return self._info


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        distribution = {"skimage": "scikit-image", "sklearn": "scikit-learn"}[package]
        raise ModuleNotFoundError(f"this dataset is part of {distribution}: pip install {distribution}")
    root = Path(found.origin).parent
    return root / "data" if package == "skimage" else root / "datasets"


def _photographs() -> Dataset:
    paths = []
    for package, names in _PHOTOGRAPHS.items():
        if importlib.util.find_spec(package) is not None:
            root = _folder(package) if package == "skimage" else _folder(package) / "images"
            paths += [root / n for n in names if (root / n).exists()]
    if not paths:
        _folder("skimage")
    schema = {"image": EncodedImage, "name": str}
    info = DatasetInfo("photographs", len(paths), schema, source="scikit-image and scikit-learn")

    def fields(i: int) -> Fields:
        return {"image": lambda: EncodedImage(paths[i]), "name": lambda: paths[i].stem}

    return _Held(info, fields, lambda i: paths[i].name)


def _digits() -> Dataset:
    path = _folder("sklearn") / "data" / "digits.csv.gz"
    table = torch.from_numpy(numpy.loadtxt(path, delimiter=","))
    pictures, numbers = (table[:, :64] / 16).float().reshape(-1, 1, 8, 8), table[:, 64].long()
    classes = tuple(str(i) for i in range(10))
    info = DatasetInfo(
        "digits", len(table), {"image": Image, "label": Label}, classes, "CC BY 4.0", "scikit-learn, UCI"
    )

    def fields(i: int) -> Fields:
        return {"image": lambda: Image(pictures[i]), "label": lambda: Label(numbers[i], classes)}

    return _Held(info, fields, lambda i: f"digit {i}")


def _faces() -> Dataset:
    stack = torch.from_numpy(numpy.load(_folder("skimage") / "lfw_subset.npy", allow_pickle=False)).float()
    classes = ("other", "face")
    info = DatasetInfo("faces", len(stack), {"image": Image, "label": Label}, classes, source="scikit-image, LFW")

    def fields(i: int) -> Fields:
        # the first hundred are faces
        return {"image": lambda: Image(stack[i]), "label": lambda: Label(torch.tensor(int(i < 100)), classes)}

    return _Held(info, fields, lambda i: f"picture {i}")


def _stereo() -> Dataset:
    root = _folder("skimage")
    schema = {"left": EncodedImage, "right": EncodedImage, "disparity": Disparity, "name": str}
    info = DatasetInfo("stereo", 1, schema, source="scikit-image, Middlebury 2014 stereo")

    def disparity() -> Disparity:
        with numpy.load(root / "motorcycle_disp.npz", allow_pickle=False) as held:
            return Disparity(torch.from_numpy(numpy.asarray(held["arr_0"], dtype=numpy.float32)))

    def fields(i: int) -> Fields:
        names: dict[str, Any] = {s: (lambda s=s: EncodedImage(root / f"motorcycle_{s}.png")) for s in ("left", "right")}
        return {**names, "disparity": disparity, "name": lambda: "motorcycle"}

    return _Held(info, fields, lambda i: "motorcycle")


_MAKERS = {"photographs": _photographs, "digits": _digits, "faces": _faces, "stereo": _stereo}
