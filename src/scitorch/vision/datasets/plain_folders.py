"""Folders whose sub-folders are classes, and tables that name files."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ..values import Clip, EncodedImage, Label
from ..values.encoded import Encoded
from .dataset import Dataset, DatasetInfo, Fields
from .files import IMAGES, VIDEOS, files_below, folder, inside

__all__ = ["CSVManifest", "EncodedClip", "ImageFolder", "VideoFolder"]


class ImageFolder(Dataset):
    """
    Pictures in a folder for each class.

    Parameters
    ----------
    root : path
        Its sub-folders are the classes, in the order of their names; files may be deeper below.
    """

    _endings = IMAGES
    _field, _kind = "image", EncodedImage

    def __init__(self, root: Any) -> None:
        self.root = folder(root)
        self.classes = tuple(sorted(p.name for p in self.root.iterdir() if p.is_dir()))
        self.samples = [(p, i) for i, c in enumerate(self.classes) for p in files_below(self.root / c, self._endings)]
        if not self.samples:
            raise FileNotFoundError(f"{self.root} has no sub-folder with a file of {', '.join(sorted(self._endings))}")
        self.schema = {self._field: self._kind, "label": Label, "path": str}

    def __len__(self) -> int:
        return len(self.samples)

    def sample_name(self, index: int) -> str:
        return str(self.samples[index][0].relative_to(self.root))

    def info(self) -> DatasetInfo:
        return DatasetInfo(type(self).__name__, len(self), self.schema, self.classes, source=str(self.root))

    def fields(self, index: int) -> Fields:
        path, number = self.samples[index]
        return {
            self._field: lambda: self._kind(path),
            "label": lambda: Label(torch.tensor(number), self.classes),
            "path": lambda: self.sample_name(index),
        }


class EncodedClip(Encoded):
    """
    A video file, read by `scitorch.vision.Video`.

    Parameters
    ----------
    path : path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> Any:
        """The reader, for frames by number or by time."""
        return importlib.import_module("scitorch.vision.video").Video(str(self.path))

    def decode(self) -> Clip:
        """All frames. Long videos are better read by parts, from `open`."""
        video = self.open()
        frames = video.frames(range(len(video)))
        return Clip(frames.data, frames.seconds)

    def __repr__(self) -> str:
        return f"EncodedClip({self.path})"


class VideoFolder(ImageFolder):
    """Videos in a folder for each class; the files are opened when they are needed."""

    _endings = VIDEOS
    _field, _kind = "clip", EncodedClip  # type: ignore[assignment]


class CSVManifest(Dataset):
    """
    A table with a line for each sample.

    Parameters
    ----------
    path : path
        The CSV file, with a heading.
    images : mapping or str
        Columns of file names relative to `root`, and the fields they become; one name is the column of ``image``.
    label : str, optional
        Column of the class, by name or by number.
    root : path, optional
        Folder of the files; that of the table by default.
    classes : sequence of str, optional
        Names of the classes; by default all that occur, sorted.

    Notes
    -----
    All other columns are fields of their own names, as text.
    """

    def __init__(
        self,
        path: Any,
        images: Mapping[str, str] | str = "image",
        label: str | None = None,
        root: Any = None,
        classes: Any = None,
    ) -> None:
        self.path = Path(path)
        self.root = folder(root or self.path.parent)
        with self.path.open(newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))
        columns = list(self.rows[0]) if self.rows else []
        self.images = {images: "image"} if isinstance(images, str) else dict(images)
        missing = [c for c in (*self.images, *([label] if label else [])) if c not in columns]
        if missing:
            raise ValueError(f"{self.path.name} has no column {', '.join(missing)}; it has {', '.join(columns)}")
        self.label = label
        self.classes = (
            tuple(classes) if classes is not None else tuple(sorted({r[label] for r in self.rows})) if label else None
        )
        self._rest = [c for c in columns if c not in self.images and c != label]
        self.schema = dict.fromkeys(self.images.values(), EncodedImage)
        self.schema |= {"label": Label} if label else {}
        self.schema |= dict.fromkeys(self._rest, str)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.rows)

    def sample_name(self, index: int) -> str:
        return f"{self.path.name} line {index + 2}"

    def info(self) -> DatasetInfo:
        return DatasetInfo(self.path.name, len(self), self.schema, self.classes, source=str(self.path))

    def fields(self, index: int) -> Fields:
        row = self.rows[index]
        found: dict[str, Any] = {}
        for column, name in self.images.items():
            found[name] = lambda column=column: EncodedImage(inside(self.root, row[column]))
        if self.label is not None:
            found["label"] = lambda: self._labelled(row[self.label or ""])
        for column in self._rest:
            found[column] = lambda column=column: row[column]
        return found

    def _labelled(self, text: str) -> Label:
        assert self.classes is not None
        if text not in self.classes:
            raise ValueError(f"there is no class {text!r}")
        return Label(torch.tensor(self.classes.index(text)), self.classes)
