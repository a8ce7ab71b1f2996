"""Where torch is wrong: ours is right, torch's is wrong still, and the page says so."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scitorch.testing.torch_errors import SECTIONS, Record, page

PAGE = Path(__file__).parents[2] / "docs" / "where-torch-is-wrong.md"
RECORDS = [pytest.param(r, id=f"{r.title}") for records in SECTIONS.values() for r in records]
TORCH = tuple(int(n) for n in torch.__version__.split(".")[:2])


@pytest.mark.parametrize("record", RECORDS)
def test_ours_is_right(record: Record) -> None:
    assert record.is_right(record.our_answer()), f"{record.ours_text} is {record.our_answer()}, not {record.truth}"


@pytest.mark.parametrize("record", RECORDS)
def test_torch_is_still_wrong(record: Record) -> None:
    if record.right_since is not None and record.right_since <= TORCH:
        pytest.skip(f"right since torch {record.right_since}")
    assert not record.is_right(record.theirs()), f"torch is right now: {record.theirs_text}; set right_since={TORCH}"


@pytest.mark.skipif(TORCH != (2, 13), reason="the page shows the answers of torch 2.13")
def test_page_is_that_of_the_records() -> None:
    assert PAGE.read_text() == page(SECTIONS), "python -m scitorch.testing.torch_errors > docs/where-torch-is-wrong.md"
