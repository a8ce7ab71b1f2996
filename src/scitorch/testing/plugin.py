"""pytest: tests that run on operators, laws, devices and dtypes, and a record of which law held.

Asked for with ``-p scitorch.testing.plugin`` or ``pytest_plugins = ["scitorch.testing.plugin"]``; it is not loaded by
itself, since importing torch takes more time than many test suites.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from .law import Law
from .selection import MARK, Selection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("scitorch")
    group.addoption(
        "--scitorch-device",
        action="append",
        help="device for tests that take `device`: cpu, cuda, cuda:1, mps, or all that are there (repeatable)",
    )
    group.addoption("--scitorch-all-laws", action="store_true", help="check slow laws on every operator")
    group.addoption("--scitorch-record", type=Path, help="write the outcome of every law to this JSON file")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the record, in the process that collects the reports of all."""
    path = config.getoption("--scitorch-record")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(LawRecorder(path), "scitorch-law-recorder")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run marked tests on what they ask for."""
    selection = getattr(metafunc.function, MARK, None)
    if selection is None:
        return
    wanted = set(metafunc.fixturenames)
    if "operator" in wanted and "law" in wanted:
        metafunc.parametrize(("operator", "law"), _rows(selection, metafunc.config))
    elif "operator" in wanted:
        metafunc.parametrize("operator", [pytest.param(e, id=e.key) for e in selection.entries()])
    if "dtype" in wanted and selection.dtypes is not None:
        metafunc.parametrize("dtype", [pytest.param(d, id=str(d).removeprefix("torch.")) for d in selection.dtypes])
    if "device" in wanted and selection.devices:
        metafunc.parametrize("device", [torch.device(d) for d in available_devices(metafunc.config)], ids=str)


def _rows(selection: Selection, config: pytest.Config) -> list[object]:
    return [
        pytest.param(entry, law, id=f"{entry.key}-{law.name}", marks=[pytest.mark.slow] if law.slow else [])
        for entry, law in selection.rows(all_laws=config.getoption("--scitorch-all-laws"))
    ]


def available_devices(config: pytest.Config) -> list[str]:
    """The devices of the command line, the CPU by default.

    Raises
    ------
    pytest.UsageError
        If one of them is not there: a check that was asked for must not pass by not running.
    """
    asked = config.getoption("--scitorch-device") or ["cpu"]
    there = ["cpu"]
    if torch.cuda.is_available():
        there += ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        there.append("mps")
    if "all" in asked:
        return [d for d in there if ":" not in d]
    absent = [d for d in asked if d not in there]
    if absent:
        raise pytest.UsageError(f"--scitorch-device {' '.join(absent)}: there are only {', '.join(there)}")
    return list(dict.fromkeys(asked))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Name operator and law of a test in its report."""
    values = getattr(getattr(item, "callspec", None), "params", {})
    if isinstance(values.get("law"), Law) and "operator" in values:
        item.user_properties += [("operator", values["operator"].key), ("law", values["law"].name)]


class LawRecorder:
    """Collects the outcome of the generated checks from their reports, across worker processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a law."""
        properties = dict(report.user_properties)
        if "law" in properties and (report.when == "call" or report.failed):
            self.outcomes.setdefault(str(properties["operator"]), {})[str(properties["law"])] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write the record."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        record = {"torch": torch.__version__, "outcomes": dict(sorted(self.outcomes.items()))}
        self.path.write_text(json.dumps(record, indent=1))
