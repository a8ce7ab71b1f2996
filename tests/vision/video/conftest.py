"""Files that are made once a process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import media


@pytest.fixture(scope="session")
def video_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A file by name: one of the real ones, or one that is made."""
    folder = tmp_path_factory.mktemp("media")
    return lambda name: media.real(name) if name in media.REAL else media.make(name, folder)
