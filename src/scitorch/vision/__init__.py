"""Typed samples, transforms that keep them in step, datasets that return everything, and frame-exact video.

The names come from the sub-packages below, which are imported when a name is first asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import Any

#: Sub-packages whose public names are public here.
_ROOMS = ("values", "transforms", "datasets", "video")


@cache
def _homes() -> dict[str, str]:
    """The module of every public name."""
    homes: dict[str, str] = {}
    for room in _ROOMS:
        path = f"{__name__}.{room}"
        if importlib.util.find_spec(path) is not None:
            homes.update(dict.fromkeys(importlib.import_module(path).__all__, path))
    return homes


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_homes())
    if not name.startswith("_") and name in _homes():
        return getattr(importlib.import_module(_homes()[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*_homes(), *_ROOMS})
