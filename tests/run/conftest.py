"""Run a script's text as `scitorch run` does, in this process."""

import textwrap
import warnings
from dataclasses import dataclass

import pytest

from scitorch.run import Record, run_script


@dataclass
class Outcome:
    """What a script left behind."""

    exit_code: int
    out: str
    err: str
    record: Record
    warnings: list[str]

    def calls(self, name):
        """How often a function was called, natively or not."""
        return sum(f.calls for (named, _), f in self.record.functions.items() if named == name)

    @property
    def fallbacks(self):
        """Names of the functions that fell back."""
        return {f.name for f in self.record.functions.values() if f.calls and not f.native}


@pytest.fixture
def run(tmp_path, capsys):
    """A function that runs a script's text; further files may lie beside it."""

    def run_text(text, *arguments, dtype="float64", **beside):
        for name, content in beside.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(content))
        script = tmp_path / "script.py"
        script.write_text(textwrap.dedent(text))
        record = Record(dtype)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            code, _ = run_script(str(script), arguments, record)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err, record, [str(w.message) for w in caught])

    return run_text
