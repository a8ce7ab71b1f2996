"""A script that uses scipy.sparse runs on scitorch's arrays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import numpy as np
import scipy.sparse as sp

n = 30
e = np.ones(n)
second = sp.diags_array([-e[1:], 2 * e, -e[1:]], offsets=[-1, 0, 1], format="csr")
plane = sp.kronsum(second, sp.eye_array(n, format="csr") * 0.5)
assert type(plane).__module__.startswith("scitorch"), type(plane)
built = sp.csr_array([[1.0, 0.0], [0.0, 2.0]])
lists = sp.lil_array((3, 3))
lists[0, 1] = 5
print((plane @ np.ones(n * n)).sum(), built.sum(), lists.tocsr().max(), built.dtype)
print(type(built.data).__name__, type(plane @ np.ones(n * n)).__module__)
"""


def test_sparse_script(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    plain = subprocess.run([sys.executable, "-c", SCRIPT.replace("assert", "#")], capture_output=True, text=True)
    command = [sys.executable, "-m", "scitorch", "run", str(path)]
    ours = subprocess.run(command, capture_output=True, text=True)
    assert ours.returncode == 0, ours.stderr
    wanted, found = plain.stdout.splitlines(), ours.stdout.splitlines()
    assert found[0] == wanted[0]
    assert found[1] == "ndarray scitorch.numpy.array"
