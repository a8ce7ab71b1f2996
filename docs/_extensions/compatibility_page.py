"""The page on NumPy compatibility, made from recorded runs in ``docs/compatibility`` and from the namespace itself.

A run that has no record is named as not recorded, with the command that records it; no figure is written by hand.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
from sphinx.application import Sphinx

import scitorch.numpy

Record = dict[str, Any]

SUBMODULES = ("", "linalg", "fft", "random", "emath", "polynomial")
NOT_RECORDED = "Not recorded; `{command}` records it."


def generate(app: Sphinx) -> None:
    """Write the page into ``docs/reference/generated``."""
    target = Path(app.srcdir, "reference", "generated")
    target.mkdir(parents=True, exist_ok=True)
    (target / "numpy_compatibility.md").write_text("\n".join(page(Path(app.srcdir, "compatibility"))))


def page(records: Path) -> Iterator[str]:
    """Yield the lines of the page."""
    yield "# NumPy compatibility"
    yield ""
    yield "How far `scitorch.numpy` behaves as NumPy and the Array API standard say, by the suites of others."
    yield from _array_api(_read(records / "array_api.json"))
    yield from _numpy_tests(_read(records / "numpy_tests.json"))
    yield from _names()
    yield from _other(
        "Array-API tests of SciPy", _read(records / "scipy_clients.json"), "python -m compatibility scipy"
    )
    yield from _other(
        "Array-API tests of scikit-learn", _read(records / "sklearn_clients.json"), "python -m compatibility sklearn"
    )
    yield from _other("xarray and dask", _read(records / "array_users.json"), "python -m compatibility.array_users")
    yield from _other("Speed", _read(records / "numpy_speed.json"), "python -m benchmarks numpy --threads 1")


def _read(path: Path) -> Record | None:
    return json.loads(path.read_text()) if path.exists() else None


def _table(rows: Iterable[Iterable[Any]], headings: list[str], *, numbers: bool = True) -> Iterator[str]:
    yield ""
    yield "| " + " | ".join(headings) + " |"
    yield "| --- |" + (" ---: |" if numbers else " --- |") * (len(headings) - 1)
    for row in rows:
        yield "| " + " | ".join(_cell(value) for value in row) + " |"
    yield ""


def _cell(value: Any) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _measured(record: Record) -> str:
    """Say when and with what a record was made."""
    measured = dict(record.get("measured", {}))
    date = measured.pop("date", None)
    versions = ", ".join(f"{name} {value}" for name, value in measured.items())
    return f"Measured{f' on {date}' if date else ''}{f' with {versions}' if versions else ''}." if record else ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""


def _array_api(record: Record | None) -> Iterator[str]:
    yield ""
    yield "## Array API standard"
    yield ""
    if record is None:
        yield NOT_RECORDED.format(command="make array-api TESTS=<clone>")
        return
    yield (
        "The standard's own suite, [array-api-tests](https://github.com/data-apis/array-api-tests), run raw: no file "
        "of tests to skip or to expect failing, all dtypes, both extensions. The namespace is "
        '`array.__array_namespace__(api_version="…")`.'
    )
    versions = record["versions"]
    keys = ("examples", "passed", "failed", "skipped")
    yield from _table(((v, *(run[k] for k in keys)) for v, run in versions.items()), ["version", *keys])
    for run in list(versions.values())[-1:]:
        yield _measured(run) + " The skipped tests are skipped by the suite itself, for every library."
    yield ""
    infinite = [t for run in versions.values() for t in run["failures"] if _is_floor_division(t)]
    if infinite:
        yield (
            "Floor division with infinities fails by choice: the standard prefers `floor(x1 / x2)` and allows what "
            "Python answers; NumPy answers as Python does, and so do we; the suite accepts the preferred answer only."
        )
        yield ""
    for version, run in versions.items():
        if run["failures"]:
            rows = ((_code(test), _code(error)) for test, error in run["failures"].items())
            yield from _folded(f"{version}: the tests that fail", _table(rows, ["test", "error"], numbers=False))


def _is_floor_division(test: str) -> bool:
    return "floor_divide" in test or "floordiv__" in test


def _numpy_tests(record: Record | None) -> Iterator[str]:
    yield ""
    yield "## NumPy's own tests"
    yield ""
    if record is None:
        yield NOT_RECORDED.format(command="make numpy-tests HARNESS=<folder>")
        return
    yield (
        "The test files that come with NumPy, with this namespace in NumPy's place. In scope are the test functions "
        "that pass on NumPy itself and are not about object, text, date or long double dtypes, the C interface, "
        "pickles and memory maps, or subclasses of `numpy.ndarray`. A function passes if it does with all its "
        "parameters."
    )
    rows = [(_code(file), counts["passed"], counts["in scope"]) for file, counts in record["files"].items()]
    rows.append(("**all**", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    yield from _table(
        ((*row, f"{100 * row[1] / max(1, row[2]):.1f} %") for row in rows), ["file", "passed", "in scope", ""]
    )
    yield _measured(record)
    yield ""
    yield "What does not pass, by cause:"
    yield ""
    for title, tests in record["causes"].items():
        rows = ((_code(test), _code(error)) for test, error in tests.items())
        yield from _folded(f"{title} ({len(tests)})", _table(rows, ["test function", "first error"], numbers=False))


def _names() -> Iterator[str]:
    yield ""
    yield "## Names"
    yield ""
    yield (
        "Every public name of NumPy is in one of three lists: native (it is written here, on tensors), re-exported "
        "(NumPy's own object: dtypes, constants, settings, and what acts on host data), refused (`AttributeError`, "
        "with what to use instead)."
    )
    found = [(_label(module), classify(module)) for module in SUBMODULES]
    counts = (
        (_code(label), *(len(lists[kind]) for kind in ("native", "re-exported", "refused"))) for label, lists in found
    )
    yield from _table(counts, ["module", "native", "re-exported", "refused"])
    for label, lists in found:
        for kind in ("native", "re-exported"):
            if lists[kind]:
                yield from _folded(f"{_code_html(label)}: {kind}", [", ".join(_code(name) for name in lists[kind])])
        if lists["refused"]:
            rows = ((_code(name), message) for name, message in lists["refused"].items())
            yield from _folded(f"{_code_html(label)}: refused", _table(rows, ["name", "message"], numbers=False))


def _label(module: str) -> str:
    return f"numpy.{module}" if module else "numpy"


def _code_html(text: str) -> str:
    return f"<code>{text}</code>"


def classify(module: str) -> dict[str, dict[str, str]]:
    """Sort the public names of a module of NumPy by what this package does with them."""
    theirs: ModuleType = importlib.import_module(_label(module)) if module != "emath" else numpy.emath
    ours: Any = getattr(scitorch.numpy, module) if module else scitorch.numpy
    lists: dict[str, dict[str, str]] = {"native": {}, "re-exported": {}, "refused": {}}
    for name in sorted(theirs.__all__, key=str.lower):
        try:
            value = getattr(ours, name)
        except AttributeError as error:
            lists["refused"][name] = str(error).split("is not provided here")[-1].lstrip(": ") or str(error)
            continue
        lists["re-exported" if value is getattr(theirs, name) else "native"][name] = ""
    return lists


def _other(title: str, record: Record | None, command: str) -> Iterator[str]:
    """Show a record of another suite as far as its fields are known."""
    yield ""
    yield f"## {title}"
    yield ""
    if record is None:
        yield NOT_RECORDED.format(command=command)
        return
    for note in record.get("notes", ()):
        yield f"{note}"
        yield ""
    rows = [row for row in record.get("rows", ()) if isinstance(row, dict)]
    if rows:
        headings = list(dict.fromkeys(key for row in rows for key in row))
        yield from _table(((row.get(key, "") for key in headings) for row in rows), headings)
    yield _measured(record) + (f" Recorded by `{record['command']}`." if "command" in record else "")
    yield ""
    remaining = [entry for entry in record.get("remaining", ()) if isinstance(entry, dict)]
    for entry in remaining:
        tests = entry.get("tests", ())
        count = entry.get("count", len(tests))
        lines = [f"- {_code(str(test))}" for test in tests]
        cause = str(entry.get("cause", "no cause given"))
        yield from _folded(f"{cause} ({count})", lines) if lines else (f"- {cause} ({count})",)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True}
