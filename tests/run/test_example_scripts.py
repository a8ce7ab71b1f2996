"""Each script of examples/scripts in small, on NumPy and on scitorch: the same numbers, nothing falls back."""

import importlib
import importlib.util
import sys
from pathlib import Path

import numpy
import pytest

from scitorch.run import Record
from scitorch.run.import_hook import ImportHook
from scitorch.run.namespace import Namespaces

SCRIPTS = Path(__file__).resolve().parents[2] / "examples" / "scripts"


def _star_cluster(script):
    return script.simulate(60, 20)


def _turbulence(script):
    return script.simulate(32, 20)


def _deblur(script):
    return script.restore(96, 8)


def _co2_smoother(script):
    _, co2 = script.weekly_record(script.DATA, 120)
    return script.fit(co2, 2)


def _hare_and_lynx(script):
    return script.fit(*script.counts(script.DATA), steps=2, draws=30)


JOBS = {
    "star_cluster": _star_cluster,
    "turbulence": _turbulence,
    "deblur": _deblur,
    "co2_smoother": _co2_smoother,
    "hare_and_lynx": _hare_and_lynx,
}


def test_every_script_is_here_and_knows_nothing_of_us():
    scripts = {path.stem: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.py")}
    assert set(scripts) == set(JOBS)
    assert not [name for name, text in scripts.items() if "scitorch" in text]


def _plain(name):
    specification = importlib.util.spec_from_file_location(f"plain_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _hooked(name, record):
    sys.path.insert(0, str(SCRIPTS))
    try:
        hook = ImportHook(Namespaces(record), SCRIPTS)
        with hook:
            exec(f"import {name}", {"__builtins__": hook.builtins})
            return sys.modules[name]
    finally:
        sys.path.remove(str(SCRIPTS))
        sys.modules.pop(name, None)


def _arrays(result):
    return {
        f"{key} {inner}".strip(): numpy.asarray(array)
        for key, value in result.items()
        for inner, array in (value.items() if isinstance(value, dict) else [("", value)])
    }


@pytest.mark.parametrize("name", JOBS)
def test_both_ways(name):
    record = Record()
    hooked = _hooked(name, record)
    assert hooked.np is not numpy
    expected, found = _arrays(JOBS[name](_plain(name))), _arrays(JOBS[name](hooked))
    assert expected.keys() == found.keys()
    for key, array in expected.items():
        assert found[key].dtype == array.dtype, key
        # relative to the largest number of the array: fields pass through zero
        numpy.testing.assert_allclose(found[key], array, rtol=0, atol=1e-12 * numpy.abs(array).max(), err_msg=key)
    called = [f for f in record.functions.values() if f.calls]
    assert called
    assert not [f.name for f in called if not f.native]
