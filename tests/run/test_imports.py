"""Who gets scitorch and who keeps the real libraries."""

import sys

import numpy
import scipy.special


def test_every_form_of_import(run):
    outcome = run("""
        import numpy
        import numpy as np
        import numpy.linalg
        import numpy.linalg as la
        import scipy
        import scipy.special as sp
        from numpy import exp, pi
        from scipy import special
        from scipy.special import gamma as g
        import scitorch.numpy

        assert numpy is np
        assert np.ndarray is scitorch.numpy.ndarray
        assert la is numpy.linalg is np.linalg
        assert scipy.special is sp is special
        assert sp.gamma is g
        assert type(exp(np.array([1.0]))) is np.ndarray
        assert pi == 3.141592653589793
        assert np.__version__ and np.__name__ == "numpy"
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"


def test_star_import(run):
    outcome = run("""
        from scipy.special import *
        print(float(gamma(5.0)))
    """)
    assert outcome.out == "24.0\n"


def test_neighbours_get_scitorch_and_libraries_do_not(run, tmp_path):
    outcome = run(
        """
        import sys
        import model
        import matplotlib.cbook
        import scitorch.numpy
        import numpy as np

        assert model.np.ndarray is scitorch.numpy.ndarray
        assert model.total(np.ones(3)) == 3
        assert matplotlib.cbook.np is sys.modules["numpy"]
        assert sys.modules["numpy"].ndarray is not np.ndarray
        print("fine")
        """,
        model="""
        import numpy as np

        def total(x):
            return np.sum(x)
        """,
    )
    del sys.modules["model"]
    assert outcome.err == ""
    assert outcome.out == "fine\n"


def test_nothing_stays_behind(run):
    before = (list(sys.meta_path), sys.argv, list(sys.path), sys.modules["__main__"])
    run("import numpy as np; np.ones(3)")
    assert (list(sys.meta_path), sys.argv, list(sys.path), sys.modules["__main__"]) == before
    assert isinstance(scipy.special.gamma(5.0), numpy.float64)


def test_missing_names_are_reported_as_the_real_module_does(run):
    assert "cannot import name 'frobnicate' from 'scipy.special'" in run("from scipy.special import frobnicate").err
    assert "module 'numpy' has no attribute 'frobnicate'" in run("import numpy; numpy.frobnicate").err
    assert "No module named 'scipy.frobnicate'" in run("import scipy.frobnicate").err


def test_names_of_our_own_modules_do_not_leak(run):
    outcome = run("""
        import numpy, scipy.optimize
        for module, name in ((numpy, "promotion"), (numpy, "tensor_of"), (scipy.optimize, "UntraceableError")):
            assert not hasattr(module, name), name
        print("fine")
    """)
    assert outcome.out == "fine\n"


def test_annotations(run):
    outcome = run("""
        from dataclasses import dataclass
        import numpy as np
        import numpy.typing as npt
        from numpy.typing import ArrayLike, NDArray

        @dataclass
        class Data:
            x: NDArray[np.float64] | None
            y: "npt.NDArray[np.int64]"
            z: np.ndarray | None = None

        def f(a: ArrayLike | None, b: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.float64 | float:
            return np.float64(1)

        print(type(Data(np.ones(2), np.ones(2)).x).__name__)
    """)
    assert outcome.err == ""
    assert outcome.out == "ndarray\n"


def test_modules_inside_numpy(run):
    outcome = run("""
        import numpy as np
        from numpy.lib.stride_tricks import sliding_window_view
        from numpy.linalg import norm
        from numpy.random import default_rng

        x = default_rng(3).standard_normal(5)
        assert type(x) is type(sliding_window_view(x, 2)) is type(norm(x)) is np.ndarray
        np.testing.assert_allclose(np.linalg.norm(x) ** 2, x @ x)
    """)
    assert outcome.err == ""
    assert outcome.fallbacks == set()
