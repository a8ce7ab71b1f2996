"""Operators on distributed tensors, in two processes that talk over the loopback interface."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("sharding_checks.py")
EXAMPLE = Path(__file__).parents[2] / "examples" / "distributed_batch.py"


def _names() -> list[str]:
    """The checks of the program, read from its text: importing it would need a process group."""
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return [f.name for f in functions if any(isinstance(d, ast.Name) and d.id == "check" for d in f.decorator_list)]


def _torchrun(*program: object) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
        *("--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1"),
        *map(str, program),
    ]
    interface = "lo0" if sys.platform == "darwin" else "lo"
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": interface, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What became of each check on each rank; the processes are started once."""
    report = tmp_path_factory.mktemp("sharding") / "report.json"
    done = _torchrun(PROGRAM, report)
    assert report.exists(), f"torchrun ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return json.loads(report.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", _names())
def test_sharded_equals_whole(name: str, outcomes: list[dict[str, str]]) -> None:
    assert len(outcomes) == 2
    for rank, outcome in enumerate(outcomes):
        assert outcome[name] == "", f"on rank {rank}:\n{outcome[name]}"


def test_example_gives_the_same_numbers_in_one_and_two_processes() -> None:
    options = ["--samples", "21", "--observations", "40", "--steps", "3"]
    alone = subprocess.run(
        [sys.executable, str(EXAMPLE), *options], capture_output=True, text=True, timeout=240, check=True
    ).stdout
    done = _torchrun(EXAMPLE, *options)
    assert done.returncode == 0, done.stderr

    def numbers(printed: str) -> list[float]:
        lines = dict(line.split(maxsplit=1) for line in printed.splitlines() if line.startswith("loss"))
        lines["shape"] = next(line.split()[-1] for line in printed.splitlines() if line.startswith("shape parameter"))
        return [float(value) for value in lines.values()]

    assert "holds 11 x 40" in done.stdout
    assert numbers(done.stdout) == pytest.approx(numbers(alone), rel=1e-10)
