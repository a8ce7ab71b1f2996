"""Shards of samples: tar files in WebDataset's convention, and tables of Arrow."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy
import torch

from ..values import EncodedImage, Label
from .dataset import Dataset, DatasetInfo, Fields
from .files import IMAGES, inner_name

__all__ = ["HuggingFace", "Parquet", "WebDataset"]

_PICKLES = frozenset({"pkl", "pickle", "pyd", "pth", "pt", "joblib"})


class WebDataset(Dataset):
    """
    Tar files whose members ``key.extension`` with one key are one sample; any sample can be read at once.

    Parameters
    ----------
    shards : path or sequence of paths
        The tar files, not compressed.

    Notes
    -----
    Pictures become encoded images; ``json``, ``txt``, ``cls`` and ``npy`` are read; other members are bytes. A name
    that leads out of the archive, a link and a pickle are refused.
    """

    def __init__(self, shards: Any) -> None:
        self.shards = [Path(s) for s in ([shards] if isinstance(shards, str | Path) else shards)]
        # where each member is: the archives are read through once, by their headers
        self._samples: list[tuple[str, Path, dict[str, tuple[int, int]]]] = []
        for shard in self.shards:
            self._samples += _indexed(shard)
        extensions = dict.fromkeys(e for _, _, members in self._samples for e in members)
        self.schema = {"key": str, **{e: _kind(e) for e in extensions}}

    def __len__(self) -> int:
        return len(self._samples)

    def sample_name(self, index: int) -> str:
        key, shard, _ = self._samples[index]
        return f"{shard.name}:{key}"

    def info(self) -> DatasetInfo:
        return DatasetInfo("WebDataset", len(self), self.schema, notes={"shards": [str(s) for s in self.shards]})

    def fields(self, index: int) -> Fields:
        key, shard, members = self._samples[index]
        found: dict[str, Any] = {"key": lambda: key}
        for extension, (start, size) in members.items():
            found[extension] = lambda e=extension, at=start, n=size: _decoded(e, _part(shard, at, n))
        return found


def _indexed(shard: Path) -> list[tuple[str, Path, dict[str, tuple[int, int]]]]:
    samples: dict[str, dict[str, tuple[int, int]]] = {}
    with tarfile.open(shard, "r:") as archive:
        for member in archive:
            name = inner_name(member.name.removeprefix("./") or ".")
            if member.isdir():
                continue
            if not member.isfile():
                raise ValueError(f"{shard.name}: {name!r} is no plain file")
            head, _, base = name.rpartition("/")
            stem, _, extension = base.partition(".")
            if extension.lower().rpartition(".")[2] in _PICKLES:
                raise ValueError(f"{shard.name}: {name!r} is a pickle, which could run any program")
            key = f"{head}/{stem}" if head else stem
            samples.setdefault(key, {})[extension.lower()] = (member.offset_data, member.size)
    return [(key, shard, members) for key, members in samples.items()]


def _part(shard: Path, start: int, size: int) -> bytes:
    with shard.open("rb") as file:
        file.seek(start)
        data = file.read(size)
    if len(data) != size:
        raise EOFError(f"{shard.name} ends within a member")
    return data


def _kind(extension: str) -> type:
    last = extension.rpartition(".")[2]
    if f".{last}" in IMAGES:
        return EncodedImage
    return {"json": object, "txt": str, "cls": int, "npy": torch.Tensor}.get(last, bytes)


def _decoded(extension: str, data: bytes) -> Any:
    kind = _kind(extension)
    if kind is EncodedImage:
        return EncodedImage(data)
    if kind is object:
        return json.loads(data)
    if kind is torch.Tensor:
        return torch.from_numpy(numpy.load(io.BytesIO(data), allow_pickle=False))
    if kind is bytes:
        return data
    text = data.decode("utf-8")
    return int(text) if kind is int else text


class HuggingFace(Dataset):
    """
    A map-style dataset of Hugging Face's ``datasets``: pictures are left encoded, class numbers know their names.

    Parameters
    ----------
    table : datasets.Dataset
        The dataset.
    """

    def __init__(self, table: Any) -> None:
        import datasets

        features = dict(table.features)
        self._images = [n for n, f in features.items() if isinstance(f, datasets.Image)]
        self._labels = {n: tuple(f.names) for n, f in features.items() if isinstance(f, datasets.ClassLabel)}
        for name in self._images:
            table = table.cast_column(name, datasets.Image(decode=False))
        self.table = table
        self.schema = {
            n: EncodedImage if n in self._images else Label if n in self._labels else object for n in features
        }

    def __len__(self) -> int:
        return len(self.table)

    def info(self) -> DatasetInfo:
        known = self.table.info
        classes = next(iter(self._labels.values()), None)
        return DatasetInfo(
            known.dataset_name or "Hugging Face",
            len(self),
            self.schema,
            classes,
            known.license or None,
            known.homepage or None,
        )

    def fields(self, index: int) -> Fields:
        columns = {name: (lambda name=name: self._column(index, name)) for name in self.schema}  # type: ignore[misc]
        return columns

    def _column(self, index: int, name: str) -> Any:
        value = self.table.select_columns([name])[index][name]
        return _cell(value, name in self._images, self._labels.get(name))


class Parquet(Dataset):
    """
    Rows of Parquet files, by pyarrow.

    Parameters
    ----------
    files : path or sequence of paths
        The files, with the same columns.
    images : sequence of str, optional
        Columns of encoded pictures, as bytes or as Hugging Face's ``{"bytes": …, "path": …}``; by default those that
        have the latter form.
    classes : mapping of str to sequence of str, optional
        Columns of class numbers, with the names of the classes.
    """

    def __init__(self, files: Any, images: Any = None, classes: Any = None) -> None:
        from pyarrow import parquet

        paths = [files] if isinstance(files, str | Path) else list(files)
        self.paths = [Path(p) for p in paths]
        # memory mapped: columns that are not asked for stay on disk as far as the format allows
        self.table = parquet.ParquetDataset([str(p) for p in self.paths], memory_map=True).read()
        columns = self.table.schema
        known = {f.name for f in columns if str(f.type).startswith("struct<bytes: binary")}
        self._images = set(images) if images is not None else known
        self._labels = {name: tuple(names) for name, names in (classes or {}).items()}
        missing = (self._images | set(self._labels)) - set(columns.names)
        if missing:
            raise ValueError(f"there are no columns {sorted(missing)}; there are {', '.join(columns.names)}")
        self.schema = {
            n: EncodedImage if n in self._images else Label if n in self._labels else object for n in columns.names
        }

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def info(self) -> DatasetInfo:
        classes = next(iter(self._labels.values()), None)
        return DatasetInfo("Parquet", len(self), self.schema, classes, notes={"files": [str(p) for p in self.paths]})

    def fields(self, index: int) -> Fields:
        def column(name: str) -> Any:
            value = self.table.column(name)[index].as_py()
            return _cell(value, name in self._images, self._labels.get(name))

        return {name: (lambda name=name: column(name)) for name in self.schema}  # type: ignore[misc]


def _cell(value: Any, is_image: bool, classes: tuple[str, ...] | None) -> Any:
    if is_image and value is not None:
        if isinstance(value, dict):
            value = value["bytes"] if value.get("bytes") is not None else value["path"]
        if value is None:
            raise ValueError("a picture has neither bytes nor a path")
        return EncodedImage(value)
    if classes is not None and value is not None:
        return Label(torch.tensor(value), classes)
    return value
