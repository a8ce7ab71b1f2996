"""Every example in the prose runs and prints what the page says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
import torch

from scitorch.op import registry
from scitorch.testing import check_operator

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "docs" / "reference" / "sparse.md"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("page", [p for p in PAGES if ">>>" in p.read_text()], ids=lambda p: p.stem)
def test_examples(page: Path) -> None:
    text = "\n".join("" if line.startswith("```") else line for line in page.read_text().splitlines())
    examples = doctest.DocTestParser().get_doctest(text, {}, page.stem, str(page), 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=report.append)
    torch._dynamo.reset()  # what was compiled in the scope of the page goes with it
    assert not report, "".join(report)


@pytest.mark.filterwarnings("ignore")
def test_operator_of_the_contributing_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (ROOT / "CONTRIBUTING.md").read_text().split("```python\n")[1].split("```\n")[0]
    (tmp_path / "hyperbolic.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    log_cosh = importlib.import_module("hyperbolic").log_cosh
    try:
        check_operator(log_cosh)
    finally:
        registry.remove(log_cosh)
