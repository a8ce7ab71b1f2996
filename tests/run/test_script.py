"""A script runs as `python script.py` runs it."""

import json
import subprocess
import sys
import warnings

import pytest

from scitorch.run.command_line import main


def test_main_semantics(run, tmp_path):
    outcome = run(
        """
        import __main__, sys, os
        assert __name__ == "__main__" and __main__.__dict__ is globals()
        assert __spec__ is None and __doc__ is None
        assert os.path.basename(__file__) == "script.py" and os.path.isabs(__file__)
        assert sys.path[0] == os.path.realpath(os.path.dirname(__file__))
        print(sys.argv[1:])
        """,
        "a",
        "--b",
    )
    assert outcome.err == ""
    assert outcome.out == "['a', '--b']\n"


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no data')", 1, "no data\n"),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt"),
    ],
)
def test_exit_codes(run, statement, code, message):
    outcome = run(f"import sys\n{statement}")
    assert outcome.exit_code == code
    assert message in outcome.err


BAD = {
    "error": "import numpy as np\n\ndef f(x):\n    return x['a']\n\nf(np.ones(3))\n",
    "division": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e\n",
    "syntax": "x = (1,\nprint(x\n",
    "import": "import does_not_exist\n",
    "name": "from scipy.special import nothing_of_that_name\n",
}


@pytest.mark.parametrize("kind", ["division", "syntax", "import"])
def test_tracebacks_are_pythons_own(run, tmp_path, kind):
    ours = run(BAD[kind])
    plain = subprocess.run([sys.executable, str(tmp_path / "script.py")], capture_output=True, text=True)
    assert ours.exit_code == plain.returncode == 1
    assert ours.err == plain.stderr


def test_our_frames_are_not_shown(run):
    for kind in ("error", "name"):
        outcome = run(BAD[kind])
        assert outcome.exit_code == 1
        assert "scitorch/run" not in outcome.err
        assert 'script.py", line ' in outcome.err


def test_command_line(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nimport numpy as np\nfrom scipy.ndimage import gaussian_filter\n"
        "print(sys.argv[1:], gaussian_filter(np.ones(3), 1.0))\nsys.exit(4)\n"
    )
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "scitorch", "run", "--json", str(report), str(script), "--quiet", "x"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stdout == "['--quiet', 'x'] [1. 1. 1.]\n"
    assert "FallbackWarning: scipy.ndimage.gaussian_filter is not in scitorch" in done.stderr
    assert "1 calls on scitorch, 1 fell back" in done.stderr
    data = json.loads(report.read_text())
    assert data["exit_code"] == 4
    assert data["fallback_calls"] == 1
    rows = {row["name"]: row for row in data["functions"]}
    assert rows["scipy.ndimage.gaussian_filter"]["runs"] == "fallback"
    assert rows["numpy.ones"] == rows["numpy.ones"] | {"runs": "native", "calls": 1, "devices": ["cpu"]}


def test_bad_commands(capsys):
    assert main(["run", "no_such_file.py"]) == 2
    assert "can't open file 'no_such_file.py'" in capsys.readouterr().err
    assert main(["run", "--device", "nonsense", "no_such_file.py"]) == 2
    assert "--device nonsense" in capsys.readouterr().err
    assert main(["run", "--device", "meta", "no_such_file.py"]) == 2
    with pytest.raises(SystemExit) as stop:
        main(["run", "--dtype", "int8", "x.py"])
    assert stop.value.code == 2


def test_profile_and_quiet(tmp_path, capsys):
    script = tmp_path / "script.py"
    script.write_text("import numpy as np\nprint(np.sum(np.ones(3)))\n")
    trace = tmp_path / "trace.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert main(["run", "--quiet", "--profile", str(trace), str(script)]) == 0
    captured = capsys.readouterr()
    assert captured.out == "3.0\n"
    assert "scitorch run" not in captured.err
    assert any("aten::sum" in str(event.get("name")) for event in json.loads(trace.read_text())["traceEvents"])
