"""Layouts of folders: Pascal VOC, YOLO and Cityscapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ..values import Boxes, Camera, Disparity, EncodedImage, EncodedSegmentation, Label, Polygons
from ..values.encoded import Encoded
from .dataset import Dataset, DatasetInfo, Fields
from .files import IMAGES, files_below, folder, inner_name, inside, read_json, read_xml

__all__ = ["YOLO", "Cityscapes", "PascalVOC"]

_VOC = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip


class PascalVOC(Dataset):
    """
    Pascal VOC: ``JPEGImages``, ``Annotations``, ``ImageSets``, ``SegmentationClass``, ``SegmentationObject``.

    Parameters
    ----------
    root : path
        The folder of a year, such as ``VOCdevkit/VOC2012``.
    split : str
        Name of a file in ``ImageSets/Main``, or with its folder, such as ``"Segmentation/val"``.
    classes : tuple of str
        Names of the classes in their order.

    Notes
    -----
    VOC counts pixels from 1 and includes the last one: boxes are moved to continuous coordinates.
    """

    def __init__(self, root: Any, split: str = "trainval", classes: tuple[str, ...] = _VOC) -> None:
        self.root, self.split, self.classes = folder(root), split, tuple(classes)
        listed = self.root / "ImageSets" / inner_name(split if "/" in split else f"Main/{split}")
        lines = listed.with_suffix(".txt").read_text(encoding="utf-8").split("\n")
        self.names = [inner_name(line.split()[0]) for line in lines if line.strip()]
        self.schema = {
            "image": EncodedImage, "boxes": Boxes, "labels": Label, "difficult": torch.Tensor,
            "truncated": torch.Tensor, "pose": list, "segmentation": EncodedSegmentation,
            "objects": EncodedSegmentation, "name": str, "size": tuple,
        }  # fmt: skip

    def __len__(self) -> int:
        return len(self.names)

    def sample_name(self, index: int) -> str:
        return self.names[index]

    def info(self) -> DatasetInfo:
        return DatasetInfo("Pascal VOC", len(self), self.schema, self.classes, splits=(self.split,))

    def fields(self, index: int) -> Fields:
        name = self.names[index]
        tree = read_xml(inside(self.root / "Annotations", f"{name}.xml"))
        objects = tree.findall("object")
        size = (int(_text(tree, "size/height")), int(_text(tree, "size/width")))
        numbers = {n: i for i, n in enumerate(self.classes)}

        def flags(what: str) -> torch.Tensor:
            return torch.tensor([(o.findtext(what) or "0").strip() == "1" for o in objects], dtype=torch.bool)

        def boxes() -> Boxes:
            corner = ("xmin", "ymin", "xmax", "ymax")
            rows = [[float(_text(o, f"bndbox/{c}")) for c in corner] for o in objects]
            table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4)
            return Boxes(table - torch.tensor([1.0, 1.0, 0.0, 0.0]), "xyxy", size)

        def segmentation(kind: str) -> EncodedSegmentation | None:
            path = inside(self.root / kind, f"{name}.png")
            classes = ("background", *self.classes) if kind == "SegmentationClass" else None
            return EncodedSegmentation(path, 255, classes) if path.exists() else None

        return {
            "image": lambda: EncodedImage(inside(self.root / "JPEGImages", f"{name}.jpg")),
            "boxes": boxes,
            "labels": lambda: Label(
                torch.tensor([numbers[_text(o, "name")] for o in objects], dtype=torch.long), self.classes
            ),
            "difficult": lambda: flags("difficult"),
            "truncated": lambda: flags("truncated"),
            "pose": lambda: [o.findtext("pose") for o in objects],
            "segmentation": lambda: segmentation("SegmentationClass"),
            "objects": lambda: segmentation("SegmentationObject"),
            "name": lambda: name,
            "size": lambda: size,
        }


class YOLO(Dataset):
    """
    YOLO: ``images/…`` and ``labels/…`` with the same names, a line ``class x y w h`` or ``class x0 y0 x1 y1 …`` each.

    Parameters
    ----------
    root : path
        The folder above ``images`` and ``labels``.
    split : str
        Folder below both; empty for none.
    classes : sequence of str, optional
        Names of the classes; by default the lines of ``classes.txt``, or ``names`` of ``data.yaml`` (by PyYAML).
    """

    def __init__(self, root: Any, split: str = "", classes: Any = None) -> None:
        self.root, self.split = folder(root), split
        self._images = folder(self.root / "images" / split if split else self.root / "images")
        self._labels = self.root / "labels" / split if split else self.root / "labels"
        self.paths = files_below(self._images, IMAGES)
        self.classes = tuple(classes) if classes is not None else _yolo_classes(self.root)
        self.schema = {
            "image": EncodedImage,
            "boxes": Boxes,
            "labels": Label,
            "polygons": Polygons,
            "name": str,
            "size": tuple,
        }

    def __len__(self) -> int:
        return len(self.paths)

    def sample_name(self, index: int) -> str:
        return str(self.paths[index].relative_to(self.root))

    def info(self) -> DatasetInfo:
        return DatasetInfo("YOLO", len(self), self.schema, self.classes, splits=(self.split,) if self.split else ())

    def fields(self, index: int) -> Fields:
        import PIL.Image

        path = self.paths[index]
        with PIL.Image.open(path) as picture:  # reads the header only
            width, height = picture.size
            turned = picture.getexif().get(274, 1) >= 5
        size = (width, height) if turned else (height, width)
        listed = (self._labels / path.relative_to(self._images)).with_suffix(".txt")
        rows = [line.split() for line in listed.read_text().splitlines() if line.strip()] if listed.exists() else []
        numbers = [[float(x) for x in row[1:]] for row in rows]
        for row in numbers:
            if len(row) != 4 and (len(row) < 6 or len(row) % 2):
                raise ValueError(f"{listed.name} has a line of {len(row) + 1} numbers")
        scale = torch.tensor([size[1], size[0]], dtype=torch.float32)
        outlines = [torch.tensor(row).reshape(-1, 2) * scale if len(row) > 4 else None for row in numbers]

        def boxes() -> Boxes:
            found = []
            for row, outline in zip(numbers, outlines):
                if outline is None:
                    found.append(torch.tensor(row) * scale.repeat(2))
                else:
                    low, high = outline.amin(0), outline.amax(0)
                    found.append(torch.cat([(low + high) / 2, high - low]))
            return Boxes(torch.stack(found) if found else torch.zeros(0, 4), "cxcywh", size)

        def polygons() -> Polygons:
            parts = [(i, o) for i, o in enumerate(outlines) if o is not None]
            data = torch.cat([o for _, o in parts]) if parts else torch.zeros(0, 2)
            return Polygons(data, [len(o) for _, o in parts], size, [i for i, _ in parts], len(rows))

        return {
            "image": lambda: EncodedImage(path),
            "boxes": boxes,
            "labels": lambda: Label(
                torch.tensor([int(row[0]) for row in rows], dtype=torch.long), self.classes or None
            ),
            "polygons": polygons,
            "name": lambda: path.stem,
            "size": lambda: size,
        }


class Cityscapes(Dataset):
    """
    The layout of Cityscapes: ``leftImg8bit/<split>/<city>/…``, ``gtFine/…``, and disparity and camera if there.

    Parameters
    ----------
    root : path
        The folder above ``leftImg8bit``.
    split : str
        Folder below it.
    mode : {"fine", "coarse"}
        Which annotations.
    """

    def __init__(self, root: Any, split: str = "train", mode: str = "fine") -> None:
        if mode not in ("fine", "coarse"):
            raise ValueError(f"mode must be 'fine' or 'coarse', not {mode!r}")
        self.root, self.split, self._kind = folder(root), split, f"gt{mode.capitalize()}"
        self._images = folder(self.root / "leftImg8bit" / split)
        self.paths = files_below(self._images, [".png"])
        self.schema = {
            "image": EncodedImage, "segmentation": EncodedSegmentation, "instances": EncodedSegmentation,
            "polygons": Polygons, "polygon_labels": list, "disparity": EncodedDisparity, "camera": Camera,
            "city": str, "name": str,
        }  # fmt: skip

    def __len__(self) -> int:
        return len(self.paths)

    def sample_name(self, index: int) -> str:
        return str(self.paths[index].relative_to(self._images))

    def info(self) -> DatasetInfo:
        return DatasetInfo("Cityscapes", len(self), self.schema, splits=(self.split,))

    def fields(self, index: int) -> Fields:
        path = self.paths[index]
        stem, city = path.stem.removesuffix("_leftImg8bit"), path.parent.name

        def beside(kind: str, ending: str) -> Path | None:
            found = self.root / kind / self.split / city / f"{stem}_{ending}"
            return found if found.exists() else None

        def segmentation(ending: str, ignore: int) -> EncodedSegmentation | None:
            found = beside(self._kind, f"{self._kind}_{ending}.png")
            return None if found is None else EncodedSegmentation(found, ignore)

        outlines = beside(self._kind, f"{self._kind}_polygons.json")

        def polygons() -> Polygons | None:
            if outlines is None:
                return None
            data = read_json(outlines)
            parts = [torch.tensor(o["polygon"], dtype=torch.float32).reshape(-1, 2) for o in data["objects"]]
            corners = torch.cat(parts) if parts else torch.zeros(0, 2)
            return Polygons(corners, [len(p) for p in parts], (data["imgHeight"], data["imgWidth"]))

        def camera() -> Camera | None:
            found = beside("camera", "camera.json")
            if found is None:
                return None
            k = read_json(found)["intrinsic"]
            height, width = EncodedImage(path).decode().canvas_size
            return Camera(
                [[k["fx"], 0.0, k["u0"] + 0.5], [0.0, k["fy"], k["v0"] + 0.5], [0.0, 0.0, 1.0]], (height, width)
            )

        disparity = beside("disparity", "disparity.png")
        return {
            "image": lambda: EncodedImage(path),
            "segmentation": lambda: segmentation("labelIds", 0),
            "instances": lambda: segmentation("instanceIds", 0),
            "polygons": polygons,
            "polygon_labels": lambda: (
                None if outlines is None else [o["label"] for o in read_json(outlines)["objects"]]
            ),
            "disparity": lambda: None if disparity is None else EncodedDisparity(disparity),
            "camera": camera,
            "city": lambda: city,
            "name": lambda: stem,
        }


class EncodedDisparity(Encoded):
    """A 16-bit picture p of disparities (p − 1) / 256, 0 where unknown."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def decode(self) -> Disparity:
        """The disparities in pixels, NaN where unknown."""
        stored = EncodedSegmentation(self.path).decode().data.to(torch.float32)
        return Disparity(torch.where(stored > 0, (stored - 1) / 256, torch.nan)[None])


def _text(element: Any, path: str) -> str:
    found = element.findtext(path)
    if found is None:
        raise ValueError(f"the annotation has no {path}")
    return str(found).strip()


def _yolo_classes(root: Path) -> tuple[str, ...]:
    listed = root / "classes.txt"
    if listed.exists():
        return tuple(line.strip() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip())
    described = root / "data.yaml"
    if not described.exists():
        return ()
    import yaml

    names = yaml.safe_load(described.read_text(encoding="utf-8")).get("names", [])
    return tuple(names.values()) if isinstance(names, dict) else tuple(names)
