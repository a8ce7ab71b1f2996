"""The documentation page, from the records and from what torch answers here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from .record import Record


def page(sections: Mapping[str, tuple[Record, ...]]) -> str:
    """The page in Markdown: every record with torch's answer and the truth, which is scitorch's answer."""
    return "\n".join(_lines(sections)) + "\n"


def _lines(sections: Mapping[str, tuple[Record, ...]]) -> Iterator[str]:
    yield "# Where torch is wrong and scitorch is not"
    yield ""
    yield (
        f"Answers of torch {torch.__version__.partition('+')[0]} on the CPU in double precision. The page is made from "
        "the records of `scitorch.testing.torch_errors`, and each line is a test: that scitorch gives the truth, and "
        "that torch does not yet. `python -m scitorch.testing.torch_errors` shows what another torch answers."
    )
    for title, records in sections.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield "| what | torch | it answers | scitorch | the truth |"
        yield "| --- | --- | --- | --- | --- |"
        for r in records:
            truth = r.truth if r.truth == "an error" else _text(r.truth_value())
            since = f" (right since {'.'.join(map(str, r.right_since))})" if r.right_since else ""
            yield f"| {r.title}{since} | `{r.theirs_text}` | {_text(r.theirs())} | `{r.ours_text}` | {truth} |"


def _text(value: Any) -> str:
    """A value in one line, as many digits as show the error."""
    if isinstance(value, Exception):
        return type(value).__name__
    if isinstance(value, (tuple, list)) and any(isinstance(v, Tensor) for v in value):
        return ", ".join(_text(v) for v in value)
    if isinstance(value, Tensor):
        value = value.tolist()
    if isinstance(value, list):
        return "[" + ", ".join(_text(v) for v in value) + "]"
    return f"{value + 0.0:.10g}"
