"""Objects of the real library: converted and counted for the script, themselves for everyone else."""

import pytest


def test_objects_give_our_arrays_and_are_counted(run):
    outcome = run("""
        import numpy as np
        from scipy import sparse, stats
        from scipy.interpolate import CubicSpline
        from scipy.spatial import KDTree
        from scipy.spatial.transform import Rotation

        x = np.linspace(0.0, 3.0, 31)
        spline = CubicSpline(x, np.sin(x))
        assert isinstance(spline, CubicSpline)
        assert type(spline(x)) is np.ndarray
        slope = spline.derivative()
        assert type(slope(x)) is np.ndarray and np.allclose(slope(x), np.cos(x), atol=1e-3)
        distance, place = KDTree(x[:, None]).query(np.array([[1.01]]))
        assert type(distance) is np.ndarray and int(place[0]) == 10
        frozen = stats.gamma(2.0)
        assert type(frozen.pdf(x)) is np.ndarray
        matrix = sparse.csr_array(np.diag(x))
        assert type(matrix @ x) is np.ndarray and np.allclose(matrix @ x, x**2)
        assert type((2 * matrix.T).toarray()) is np.ndarray
        turn = Rotation.from_rotvec(np.array([0.0, 0.0, np.pi / 2]))
        assert np.allclose((turn * turn).apply(np.array([1.0, 0.0, 0.0])), np.array([-1.0, 0.0, 0.0]))
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"
    assert outcome.calls("scipy.interpolate.CubicSpline.__call__") == 3
    assert "scipy.stats.rv_continuous_frozen.pdf" in outcome.fallbacks


def test_other_libraries_take_them(run):
    outcome = run("""
        import pickle
        import numpy as np
        from scipy import sparse
        from scipy.interpolate import PchipInterpolator
        from scipy.sparse.linalg import spsolve

        matrix = sparse.csc_array(2 * np.eye(3))
        assert sparse.issparse(matrix)
        assert np.allclose(spsolve(matrix, np.ones(3)), 0.5)
        again = pickle.loads(pickle.dumps(PchipInterpolator(np.arange(4.0), np.arange(4.0))))
        assert float(again(1.5)) == 1.5
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"


@pytest.mark.parametrize(
    ("make", "use", "name"),
    [
        ("CubicSpline(np.arange(4.0), np.arange(4.0) ** 2)", "tool(x)", "CubicSpline.__call__"),
        ("sparse.csr_matrix(np.eye(4))", "tool @ x", "csr_matrix.__matmul__"),
        ("KDTree(np.eye(4))", "tool.query(x)", "KDTree.query"),
        ("stats.norm()", "tool.logpdf(x)", "logpdf"),
    ],
)
def test_a_gradient_into_one_raises_and_names_the_method(run, make, use, name):
    outcome = run(f"""
        import numpy as np
        from scipy import sparse, stats
        from scipy.interpolate import CubicSpline
        from scipy.spatial import KDTree

        tool = {make}
        x = np.ones(4)
        x.tensor.requires_grad_()
        {use}
    """)
    assert outcome.exit_code == 1
    assert f"{name} is not in scitorch" in outcome.err
    assert "FallbackGradientError" in outcome.err


def test_sparse_arrays_cross_to_the_real_library_and_back(run):
    outcome = run("""
        import io
        import numpy as np
        from scipy import sparse
        from scipy.io import mmread, mmwrite

        file = io.BytesIO()
        mmwrite(file, sparse.csr_array(np.diag(np.arange(3.0))))
        file.seek(0)
        found = mmread(file, spmatrix=False)
        assert isinstance(found, sparse.coo_array)
        assert type(found @ np.ones(3)) is np.ndarray
        assert (found @ np.ones(3)).tolist() == [0.0, 1.0, 2.0]
        lost = sparse.csr_array(np.eye(3))
        lost.data.tensor.requires_grad_()
        mmwrite(io.BytesIO(), lost)
    """)
    assert outcome.exit_code == 1 and "mmwrite is not in scitorch" in outcome.err


def test_importlib_gives_the_namespaces(run):
    outcome = run("""
        import importlib
        import importlib.util
        from importlib import import_module
        import numpy as np
        import scitorch.numpy

        assert importlib.import_module("numpy") is np
        assert import_module("scipy.special").gamma(np.array([5.0]))[0] == 24
        assert import_module("json").loads("1") == 1
        assert importlib.util.find_spec("json") is not None
        assert importlib.reload
        assert import_module("numpy").ndarray is scitorch.numpy.ndarray
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"
