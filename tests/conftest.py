"""Options of the test suite, and the record of which law held for which operator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-laws", action="store_true", help="check the slow laws on every operator, not on a sample")
    parser.addoption("--record", type=Path, help="write the outcome of every law to this JSON file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if torch.cuda.is_available():
        return
    skip = pytest.mark.skip(reason="no CUDA device")
    for item in items:
        if item.get_closest_marker("cuda"):
            item.add_marker(skip)


class LawRecorder:
    """Collects the outcome of the generated checks from their reports, across worker processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties = dict(report.user_properties)
        if "law" in properties and (report.when == "call" or report.failed):
            self.outcomes.setdefault(str(properties["operator"]), {})[str(properties["law"])] = report.outcome

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        record = {"torch": torch.__version__, "outcomes": dict(sorted(self.outcomes.items()))}
        self.path.write_text(json.dumps(record, indent=1))


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--record")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(LawRecorder(path), "law-recorder")
