"""The main job in small: the example's likelihood on scitorch, against the same file on NumPy and SciPy."""

import importlib.util
import sys
from pathlib import Path

import numpy
import pytest

from scitorch.optimize.caller_arrays import kind_of
from scitorch.optimize.traced_function import TracedFunction
from scitorch.run import Record
from scitorch.run.import_hook import ImportHook
from scitorch.run.namespace import Namespaces

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OPTIMUM = numpy.log([44.6, 51.47, 2.65, 92.4, 1.487, 0.523, 0.978, 6.8, 0.26, 0.138, 0.381, 0.099])


@pytest.fixture(scope="module")
def plain():
    specification = importlib.util.spec_from_file_location("mauna_loa_plain", EXAMPLES / "mauna_loa.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hooked():
    record = Record()
    sys.path.insert(0, str(EXAMPLES))
    try:
        with ImportHook(Namespaces(record), EXAMPLES):
            import mauna_loa
    finally:
        sys.path.remove(str(EXAMPLES))
        sys.modules.pop("mauna_loa", None)
    return mauna_loa, record


def test_the_script_knows_nothing_of_us():
    assert "scitorch" not in (EXAMPLES / "mauna_loa.py").read_text(encoding="utf-8")


def test_data_and_likelihood_agree(plain, hooked):
    ours, record = hooked
    t, co2 = plain.monthly_means(plain.DATA)
    ours_t, ours_co2 = ours.monthly_means(ours.DATA)
    assert len(t) == 521
    numpy.testing.assert_array_equal(numpy.asarray(ours_t), t)
    numpy.testing.assert_allclose(numpy.asarray(ours_co2), co2, rtol=1e-15)
    wanted = plain.negative_log_likelihood(OPTIMUM, t[::6], co2[::6] - 340)
    found = ours.negative_log_likelihood(ours.np.asarray(OPTIMUM), ours_t[::6], ours_co2[::6] - 340)
    assert float(found) == pytest.approx(wanted, rel=1e-9)
    assert not [f.name for f in record.functions.values() if f.calls and not f.native]


def test_gradient_of_the_likelihood_in_every_hyperparameter(plain, hooked):
    ours, _ = hooked
    t, co2 = plain.monthly_means(plain.DATA)
    t, y = t[::6], co2[::6] - co2.mean()
    theta = ours.np.asarray(OPTIMUM)
    traced = TracedFunction(ours.negative_log_likelihood, (ours.np.asarray(t), ours.np.asarray(y)), kind_of(theta))
    gradient = traced.gradient(OPTIMUM)
    assert len(gradient) == 12
    h = 2e-3
    for i, found in enumerate(gradient):
        step = h * numpy.eye(12)[i]
        value = [plain.negative_log_likelihood(OPTIMUM + k * step, t, y) for k in (-3, -2, -1, 1, 2, 3)]
        # the sixth-order central difference
        wanted = numpy.dot([-1, 9, -45, 45, -9, 1], value) / (60 * h)
        assert found == pytest.approx(wanted, rel=1e-6, abs=2e-5), plain.HYPERPARAMETERS[i][0]
