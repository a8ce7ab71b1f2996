"""Every declared operator through every law that applies to it."""

from __future__ import annotations

import importlib
import importlib.util

import pytest

from scitorch.op import Entry, entries, load
from scitorch.testing import LAWS, Subject, applicable_laws

MATHEMATICS = [p for p in ("special", "linalg", "fft", "sparse") if importlib.util.find_spec(f"scitorch.{p}")]

for package in MATHEMATICS:
    load(f"scitorch.{package}")
importlib.import_module("scitorch.numpy.checked")  # the functions of the namespace, from what they are tried with


#: How many operators of each family the slow laws are checked on in ordinary runs.
SAMPLE = 6


def _sampled() -> set[str]:
    """The first public operator of every so many modules of a family."""
    first: dict[str, dict[str, str]] = {}
    for entry in entries():
        if entry.declared.public:
            first.setdefault(entry.declared.family, {}).setdefault(entry.declared.module, entry.key)
    sampled: set[str] = set()
    for keys in (list(modules.values()) for modules in first.values()):
        sampled.update(keys[:: -(-len(keys) // SAMPLE)])
    return sampled


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    sampled = _sampled()
    rows = []
    for entry in entries():
        slow = metafunc.config.getoption("--all-laws") or entry.key in sampled
        for law in applicable_laws(entry, slow=slow):
            marks = [pytest.mark.slow] if law.slow else []
            rows.append(pytest.param(entry, law.name, id=f"{entry.key}-{law.name}", marks=marks))
    metafunc.parametrize(("entry", "law_name"), rows)


@pytest.mark.filterwarnings("ignore")
def test_law(entry: Entry, law_name: str, record_property: pytest.RecordProperty) -> None:
    record_property("operator", entry.key)
    record_property("law", law_name)
    LAWS[law_name].check(Subject(entry))
