"""What scitorch lacks is done by the real libraries: right, counted, warned once, never silently without gradient."""

import warnings

import pytest

from scitorch.run import Record, run_script


def test_functions_convert_both_ways_and_warn_once(run):
    outcome = run("""
        import numpy as np
        from scipy.ndimage import gaussian_filter, sum_labels

        for _ in range(3):
            smooth = gaussian_filter(np.eye(5), 1.0)
        assert type(smooth) is np.ndarray and smooth.shape == (5, 5)
        out = np.zeros((5, 5))
        gaussian_filter(np.eye(5), 1.0, output=out)
        assert np.allclose(out, smooth)
    """)
    assert outcome.err == ""
    assert outcome.calls("scipy.ndimage.gaussian_filter") == 4
    assert len([w for w in outcome.warnings if "gaussian_filter" in w]) == 1
    assert outcome.fallbacks == {"scipy.ndimage.gaussian_filter"}


def test_callbacks_of_real_functions_see_our_arrays(run):
    outcome = run("""
        import numpy as np
        from scipy.integrate import nquad, quad, solve_ivp
        from scipy.optimize import brentq, minimize_scalar
        from scipy.special import erf

        def oscillator(t, y, k):
            assert type(y) is np.ndarray
            return np.array([y[1], -k * y[0]])

        solution = solve_ivp(oscillator, (0, np.pi), [1.0, 0.0], args=(1.0,), rtol=1e-8, atol=1e-10)
        assert abs(solution.y[0, -1] + 1) < 1e-6
        assert abs(quad(lambda t: np.exp(-t**2), 0, np.inf)[0] - np.sqrt(np.pi) / 2) < 1e-8
        assert abs(brentq(lambda t: np.cos(t) - t, 0, 1) - 0.7390851332151607) < 1e-10
        assert abs(minimize_scalar(lambda t: (t - 2) ** 2).x - 2) < 1e-6
        assert abs(quad(np.sin, 0, np.pi)[0] - 2) < 1e-12
        assert abs(nquad(np.sin, [(0, np.pi)])[0] - 2) < 1e-12
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"
    assert "scipy.integrate.nquad" in outcome.fallbacks
    assert "scipy.integrate.quad" not in outcome.fallbacks


def test_classes_instances_and_distributions(run):
    outcome = run("""
        import numpy as np
        from scipy import stats
        from scipy.interpolate import CubicSpline
        from scipy.spatial import KDTree

        x = np.linspace(0.0, 3.0, 31)
        spline = CubicSpline(x, np.sin(x))
        assert isinstance(spline, CubicSpline)
        assert np.allclose(spline(x + 0.05)[:-1], np.sin(x + 0.05)[:-1], atol=1e-5)
        assert np.allclose(stats.norm.pdf(x), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
        assert type(stats.norm.pdf(x)) is np.ndarray
        assert KDTree(x[:, None]).query([1.01])[1] == 10

        class Mine(CubicSpline):
            pass

        assert issubclass(Mine, CubicSpline)
        try:
            np.linalg.cholesky(-np.eye(2))
        except np.linalg.LinAlgError:
            print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"


def test_a_gradient_through_a_fallback_raises_and_names_it(run):
    outcome = run("""
        import numpy as np
        from scipy.ndimage import gaussian_filter

        x = np.ones(3)
        x.tensor.requires_grad_()
        gaussian_filter(2 * x, 1.0)
    """)
    assert outcome.exit_code == 1
    assert "FallbackGradientError: scipy.ndimage.gaussian_filter is not in scitorch" in outcome.err


def test_an_objective_through_a_fallback_is_minimised_by_differences(run):
    outcome = run("""
        import numpy as np
        from scipy.ndimage import gaussian_filter
        from scipy.optimize import minimize

        target = np.array([1.0, 2.0, 3.0])
        result = minimize(lambda p: np.sum((gaussian_filter(p, 0.2) - target) ** 2), np.zeros(3))
        assert type(result.x) is np.ndarray
        assert np.allclose(gaussian_filter(result.x, 0.2), target, atol=1e-4)
        print(result.nfev)
    """)
    assert outcome.err == ""
    assert int(outcome.out) > 8
    assert any("no exact derivative" in w and "scipy.ndimage.gaussian_filter" in w for w in outcome.warnings)


def test_exact_derivatives_in_a_script(run):
    outcome = run("""
        import numpy as np
        from scipy.optimize import Bounds, minimize

        def rosen(x):
            return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)

        bounds = Bounds(np.zeros(5), 3 * np.ones(5))
        result = minimize(rosen, [1.3, 0.7, 0.8, 1.9, 1.2], method="L-BFGS-B", bounds=bounds)
        assert np.allclose(result.x, 1.0, atol=1e-4)
        print(result.nfev)
    """)
    assert outcome.err == ""
    assert outcome.warnings == []
    assert int(outcome.out) < 60
    assert outcome.fallbacks == set()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_default_dtype(run, dtype):
    outcome = run(
        """
        import numpy as np
        open_ = (np.array([1.0, 2.0]), np.linspace(0, 1, 3), np.zeros(2) + np.pi, np.ones(3) * 1j)
        for array in (*open_, np.zeros(2, float)):
            print(array.dtype, end=" ")
        """,
        dtype=dtype,
    )
    wide = "float64 float64 float64 complex128 float64 "
    assert outcome.out == (wide if dtype == "float64" else "float32 float32 float32 complex64 float64 ")


def test_arguments_that_arrays_cannot_hold_go_to_the_real_function(run):
    outcome = run("""
        import numpy as np

        words = np.array(["a", "b", "a"])
        assert np.array([1.0, 2.0, 3.0])[words == "a"].sum() == 4.0
        table = np.array([(1, 2.0)], dtype=[("i", int), ("f", float)])
        assert table["f"][0] == 2.0
        assert str(np.datetime64("2020-01-01") + np.timedelta64(3, "D")) == "2020-01-04"
        assert len(np.arange("2020-01", "2020-03", dtype="datetime64[D]")) == 60
        np.linspace(0, 1, 3) + np.array(1)
    """)
    assert outcome.err == ""
    assert outcome.fallbacks == {"numpy.array", "numpy.arange"}
    assert any("numpy.array does not take these arguments" in w for w in outcome.warnings)


def test_errors_in_both_are_the_real_ones(run):
    outcome = run("""
        import numpy as np
        np.ones(3, no_such_keyword=1)
    """)
    assert "TypeError: ones() got an unexpected keyword argument 'no_such_keyword'" in outcome.err.splitlines()[-1]


def test_warnings_point_to_the_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np\nfrom scipy.ndimage import label\nfrom scipy.optimize import minimize\n"
        "label(np.eye(2))\nminimize(lambda x: float(x[0]) ** 2, [1.0])\n"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_script(str(script), [], Record())
    assert [(w.filename, w.lineno) for w in caught] == [(str(script), 4), (str(script), 5)]


def test_creation_functions_of_scipy_make_float64_arrays(run):
    outcome = run("""
        import numpy as np
        from scipy.fft import fftfreq
        assert type(fftfreq(3)) is np.ndarray and fftfreq(3).dtype == np.float64
        assert fftfreq(3)[1] == 1 / 3
    """)
    assert outcome.err == ""
