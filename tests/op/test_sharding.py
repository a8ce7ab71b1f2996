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


def _names() -> list[str]:
    """The checks of the program, read from its text: importing it would need a process group."""
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return [f.name for f in functions if any(isinstance(d, ast.Name) and d.id == "check" for d in f.decorator_list)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What became of each check on each rank; the processes are started once."""
    report = tmp_path_factory.mktemp("sharding") / "report.json"
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
        *("--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1"),
        *(str(PROGRAM), str(report)),
    ]
    interface = "lo0" if sys.platform == "darwin" else "lo"
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": interface, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert report.exists(), f"torchrun ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return json.loads(report.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", _names())
def test_sharded_equals_whole(name: str, outcomes: list[dict[str, str]]) -> None:
    assert len(outcomes) == 2
    for rank, outcome in enumerate(outcomes):
        assert outcome[name] == "", f"on rank {rank}:\n{outcome[name]}"
