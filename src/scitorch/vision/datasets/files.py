"""Files below a folder, and names in manifests and archives that must not lead out of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from xml.etree import ElementTree

IMAGES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".gif"})
VIDEOS = frozenset({".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v", ".mpg", ".mpeg", ".ts"})


def inner_name(name: str) -> str:
    """
    A name that stays below the folder it is relative to.

    Raises
    ------
    ValueError
        For absolute names and for those with a step up.
    """
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    parts = (*path.parts, *windows.parts)
    if not name or path.is_absolute() or windows.is_absolute() or windows.drive or ".." in parts or "\0" in name:
        raise ValueError(f"the name {name!r} leads out of its folder")
    return name


def inside(root: Path, name: str) -> Path:
    """The file of a relative name, links followed, refused if it is outside of the folder."""
    path = root / inner_name(name)
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"the name {name!r} leads out of {root}")
    return path


def folder(path: Any) -> Path:
    """A folder that exists."""
    found = Path(path)
    if not found.is_dir():
        raise FileNotFoundError(f"there is no folder {found}")
    return found


def files_below(root: Path, endings: Iterable[str]) -> list[Path]:
    """All files with one of the endings, sorted by name."""
    wanted = frozenset(endings)
    return sorted(p for p in root.rglob("*") if p.suffix.lower() in wanted and p.is_file())


def read_json(path: Path) -> Any:
    """A JSON file."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def read_xml(path: Path) -> ElementTree.Element:
    """An XML file; one that declares entities is refused."""
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError(f"{path.name} declares a document type, which annotations have no use for")
    return ElementTree.fromstring(data)
