"""Operators, methods and derivatives have rows of their own, for the script's calls only."""

from scitorch.numpy import ndarray
from scitorch.optimize.traced_function import TracedFunction
from scitorch.run import Record, run_script


def test_rows_of_operators_and_methods(run):
    outcome = run("""
        import numpy as np

        x = np.linspace(0.0, 1.0, 5)
        y = 2 * x + x
        y += x
        y[0] = y[1:].sum()
        assert (y @ x > 0) and not np.allclose(x, y)
        print(sorted([3.0, np.float64(1.0)]), [a * a for a in (x, y)][0].shape)
    """)
    assert outcome.err == ""
    expected = {"__rmul__": 1, "__add__": 1, "__iadd__": 1, "__setitem__": 1, "__getitem__": 1, "sum": 1, "__mul__": 2}
    assert {name: outcome.calls(f"numpy.ndarray.{name}") for name in expected} == expected
    assert outcome.calls("numpy.ndarray.__matmul__") == outcome.calls("numpy.ndarray.__gt__") == 1
    # allclose computes with arrays, too, but that is not the script's
    assert outcome.calls("numpy.ndarray.__sub__") == outcome.calls("numpy.ndarray.__le__") == 0


def test_rows_of_derivatives(run):
    outcome = run("""
        import numpy as np
        from scipy.optimize import minimize

        result = minimize(lambda p: ((p - 1) ** 2).sum(), np.zeros(3))
        print(result.njev)
    """)
    # at least: whether the function can be differentiated is tried first
    assert outcome.calls("derivatives: gradient") >= int(outcome.out) > 0
    assert outcome.calls("numpy.ndarray.__pow__") == outcome.calls("numpy.ndarray.sum") > 0


def test_classes_are_as_before_afterwards(run, tmp_path):
    before = dict(vars(ndarray)), dict(vars(TracedFunction))
    run("import numpy as np\nnp.zeros(3) + undefined")
    assert (dict(vars(ndarray)), dict(vars(TracedFunction))) == before
    record = Record(methods=False)
    (tmp_path / "plain.py").write_text("import numpy as np\nnp.zeros(3) + 1")
    run_script(str(tmp_path / "plain.py"), (), record)
    assert [f.name for f in record.functions.values() if f.calls] == ["numpy.zeros"]
