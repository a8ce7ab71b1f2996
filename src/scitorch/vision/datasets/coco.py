"""COCO: detection, key points, captions and panoptic segmentation of the same images, in one dataset."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy
import torch

from ..values import Boxes, EncodedImage, EncodedMasks, KeyPoints, Label, Polygons, SegmentationMask
from ..values.encoded import Encoded
from .dataset import Dataset, DatasetInfo, Fields
from .files import folder, inside, read_json

__all__ = ["COCO"]


class COCO(Dataset):
    """
    Images with COCO's annotations.

    Parameters
    ----------
    images : path
        Folder of the image files.
    instances, keypoints, captions : path, optional
        Annotation files (JSON). Objects come from `instances`, else from `keypoints`.
    panoptic : path, optional
        Annotation file of panoptic segmentation; its pictures are in `panoptic_images`.
    panoptic_images : path, optional
        By default the folder of the same name as the file.

    Notes
    -----
    Boxes are (x, y, width, height) in continuous coordinates, as COCO's are. Key points in COCO are numbers of
    pixels: half a pixel is added to get their centres. Objects that are crowds are among the others, see ``crowd``.
    """

    def __init__(
        self,
        images: Any,
        instances: Any = None,
        keypoints: Any = None,
        captions: Any = None,
        panoptic: Any = None,
        panoptic_images: Any = None,
    ) -> None:
        self.images = folder(images)
        sources = {"instances": instances, "keypoints": keypoints, "captions": captions, "panoptic": panoptic}
        loaded = {name: read_json(Path(path)) for name, path in sources.items() if path is not None}
        if not loaded:
            raise ValueError("COCO needs at least one annotation file")
        self._panoptic_folder = Path(panoptic_images or Path(panoptic).with_suffix("")) if panoptic else None
        self._meta: dict[str, Any] = {}
        self._records: dict[Any, dict[str, Any]] = {}
        self._by_image: dict[str, dict[Any, list[Any]]] = {}
        for name, data in loaded.items():
            self._meta.update(data.get("info") or {})
            for record in data["images"]:
                self._records.setdefault(record["id"], record)
            grouped: dict[Any, list[Any]] = defaultdict(list)
            for annotation in data["annotations"]:
                grouped[annotation["image_id"]].append(annotation)
            self._by_image[name] = dict(grouped)
        self._ids = sorted(self._records)
        self._licences = {x["id"]: x.get("name") for data in loaded.values() for x in data.get("licenses") or []}
        objects = loaded.get("instances") or loaded.get("keypoints") or loaded.get("panoptic") or {}
        self._categories = sorted(objects.get("categories", []), key=lambda c: c["id"])
        self.classes = tuple(c["name"] for c in self._categories)
        self._class_of = {c["id"]: i for i, c in enumerate(self._categories)}
        points: dict[str, Any] = next(
            (c for c in loaded.get("keypoints", {}).get("categories", []) if "keypoints" in c), {}
        )
        self._point_names = tuple(points.get("keypoints", ()))
        self._flip_pairs = _pairs(self._point_names)
        self.schema = self._make_schema(loaded)

    def __len__(self) -> int:
        return len(self._ids)

    def sample_name(self, index: int) -> str:
        return str(self._records[self._ids[index]].get("file_name", self._ids[index]))

    def info(self) -> DatasetInfo:
        licence = ", ".join(sorted({str(x) for x in self._licences.values()})) or None
        return DatasetInfo(
            "COCO", len(self), self.schema, self.classes, licence, self._meta.get("url"), notes=dict(self._meta)
        )

    def fields(self, index: int) -> Fields:
        image_id = self._ids[index]
        record = self._records[image_id]
        size = (int(record["height"]), int(record["width"]))
        found: dict[str, Any] = {
            "image": lambda: EncodedImage(inside(self.images, record["file_name"])),
            "image_id": lambda: image_id,
            "file_name": lambda: record["file_name"],
            "size": lambda: size,
            "licence": lambda: self._licences.get(record.get("license")),
        }
        kind = "instances" if "instances" in self._by_image else "keypoints"
        if kind in self._by_image:
            objects = self._by_image[kind].get(image_id, [])
            found |= {
                "boxes": lambda: Boxes(_table([o["bbox"] for o in objects], 4), "xywh", size),
                "labels": lambda: Label(
                    torch.tensor([self._class_of[o["category_id"]] for o in objects], dtype=torch.long), self.classes
                ),
                "masks": lambda: EncodedMasks([_checked(o["segmentation"]) for o in objects], size),
                "polygons": lambda: _polygons(objects, size),
                "area": lambda: torch.tensor([float(o.get("area", 0)) for o in objects]),
                "crowd": lambda: torch.tensor([bool(o.get("iscrowd", 0)) for o in objects], dtype=torch.bool),
                "object_ids": lambda: [o["id"] for o in objects],
                "annotations": lambda: objects,
            }
        if "keypoints" in self._by_image:
            people = self._by_image["keypoints"].get(image_id, [])
            if kind == "instances":  # in the order of the objects, so that rows go together
                by_id = {p["id"]: p for p in people}
                people = [by_id.get(o["id"], o) for o in self._by_image[kind].get(image_id, [])]
            found["keypoints"] = lambda: self._key_points(people, size)
        if "captions" in self._by_image:
            found["captions"] = lambda: [c["caption"] for c in self._by_image["captions"].get(image_id, [])]
        if "panoptic" in self._by_image:
            found["panoptic"] = lambda: self._panoptic(self._by_image["panoptic"].get(image_id, []))
        return found

    def _key_points(self, people: list[Any], size: tuple[int, int]) -> KeyPoints:
        count = len(self._point_names)
        rows = [p.get("keypoints") or [0] * (3 * count) for p in people]
        table = _table(rows, 3 * count).reshape(len(rows), count, 3)
        return KeyPoints(table[..., :2] + 0.5, size, table[..., 2].to(torch.uint8), self._flip_pairs, self._point_names)

    def _panoptic(self, annotations: list[Any]) -> Encoded:
        if len(annotations) != 1 or self._panoptic_folder is None:
            raise ValueError(f"an image has one panoptic annotation, not {len(annotations)}")
        annotation = annotations[0]
        segments = {int(s["id"]): self._class_of[s["category_id"]] for s in annotation["segments_info"]}
        return EncodedPanoptic(inside(self._panoptic_folder, annotation["file_name"]), segments, self.classes)

    def _make_schema(self, loaded: Any) -> dict[str, type]:
        schema: dict[str, type] = {
            "image": EncodedImage,
            "image_id": int,
            "file_name": str,
            "size": tuple,
            "licence": str,
        }
        if "instances" in loaded or "keypoints" in loaded:
            schema |= {"boxes": Boxes, "labels": Label, "masks": EncodedMasks, "polygons": Polygons}
            schema |= {"area": torch.Tensor, "crowd": torch.Tensor, "object_ids": list, "annotations": list}
        if "keypoints" in loaded:
            schema["keypoints"] = KeyPoints
        if "captions" in loaded:
            schema["captions"] = list
        if "panoptic" in loaded:
            schema["panoptic"] = EncodedPanoptic
        return schema


class EncodedPanoptic(Encoded):
    """A picture whose colours are numbers of segments, red + 256 green + 65536 blue; decoded to classes."""

    def __init__(self, path: Path, segments: dict[int, int], classes: tuple[str, ...]) -> None:
        self.path, self.segments, self.classes = path, segments, classes

    def segment_ids(self) -> torch.Tensor:
        """The number of the segment of every pixel, 0 for none."""
        import PIL.Image

        with PIL.Image.open(self.path) as picture:
            rgb = numpy.array(picture.convert("RGB"), dtype=numpy.int64)
        return torch.from_numpy(rgb @ numpy.array([1, 256, 65536]))

    def decode(self) -> SegmentationMask:
        """The class of every pixel, 255 where there is no segment."""
        ids = self.segment_ids()
        present, place = torch.unique(ids, return_inverse=True)
        unknown = set(present.tolist()) - set(self.segments) - {0}
        if unknown:
            raise ValueError(f"{self.path.name} has segments {sorted(unknown)[:3]} that its annotation does not name")
        ignore = 255 if len(self.classes) < 255 else 65535
        classes = torch.tensor([self.segments.get(i, ignore) for i in present.tolist()])
        return SegmentationMask(classes[place], ignore, self.classes)


def _table(rows: list[Any], width: int) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32).reshape(len(rows), width)


def _checked(segmentation: Any) -> Any:
    if isinstance(segmentation, list) and any(len(p) < 6 or len(p) % 2 for p in segmentation):
        raise ValueError("a polygon needs an even number of at least six coordinates")
    return segmentation


def _polygons(objects: list[Any], size: tuple[int, int]) -> Polygons:
    """Outlines of all objects that have some; run lengths have none."""
    parts, owners = [], []
    for i, o in enumerate(objects):
        if isinstance(o["segmentation"], list):
            parts += [torch.tensor(p, dtype=torch.float32).reshape(-1, 2) for p in _checked(o["segmentation"])]
            owners += [i] * len(o["segmentation"])
    data = torch.cat(parts) if parts else torch.zeros(0, 2)
    return Polygons(data, [len(p) for p in parts], size, owners, len(objects))


def _pairs(names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Points whose names differ in left and right."""
    swapped = [n.replace("left", "\0").replace("right", "left").replace("\0", "right") for n in names]
    return [(i, names.index(s)) for i, s in enumerate(swapped) if s in names and i < names.index(s)]
