"""The records of compatibility runs: JSON files kept with the documentation, which shows them."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RECORDS = Path(__file__).parents[1] / "docs" / "compatibility"


def measured_on(*packages: str) -> dict[str, str]:
    """Return the date and the versions of Python, torch, NumPy, SciPy and of further packages."""
    found = {"date": time.strftime("%Y-%m-%d", time.gmtime()), "python": platform.python_version()}
    for package in ("torch", "numpy", "scipy", *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def revision(checkout: Path) -> str:
    """Return the short commit of a checkout, empty if git does not know it."""
    command = ["git", "-C", str(checkout), "log", "-1", "--format=%h of %cs"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def update(path: Path, field: str, entries: dict[str, Any]) -> None:
    """Replace entries of one field of a record, and leave the others as they are."""
    record = json.loads(path.read_text()) if path.exists() else {}
    record[field] = dict(sorted((record.get(field, {}) | entries).items()))
    write(path, record)


def write(path: Path, record: dict[str, Any]) -> None:
    """Write a record, so that two of them can be compared line by line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
