"""Functions of scipy.special and scipy.linalg take numbers and lists in a script as SciPy does."""


def test_numbers_and_lists_become_float64_arrays(run):
    outcome = run("""
        import numpy as np
        from scipy.linalg import solve
        from scipy.special import gamma, gammainc

        for value in (gamma(5), gamma(5.0), gamma([1, 2, 3.5]), gammainc(2, [1.0, 2.0]), gammainc(2.0, 1)):
            assert type(value) is np.ndarray and value.dtype == np.float64, (type(value), value)
        assert gamma(5) == 24.0 and f"{gamma(5):.1f}" == "24.0"
        assert gamma(np.ones(2, np.float32)).dtype == np.float32
        assert np.allclose(solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]), [0.5, 0.25])
        assert type(solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0])) is np.ndarray
        print("fine")
    """)
    assert outcome.err == ""
    assert outcome.out == "fine\n"
    assert outcome.fallbacks == set()


def test_real_arrays_and_matplotlib(run, tmp_path):
    outcome = run(
        """
        import sys
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        import numpy as np

        x = np.linspace(0, 1, 11)
        figure, axis = plt.subplots()
        axis.fill_between(x, x - 1, x + 1)
        line, = axis.plot(x, np.sin(x), label=f"{x[3]:.1f}")
        axis.axvline(x[-1])
        axis.set_xlim(x[0] - 0.1, x[-1])
        axis.imshow(np.eye(3))
        figure.savefig(sys.argv[1])
        assert type(line.get_ydata(orig=False)) is sys.modules["numpy"].ndarray
        """,
        str(tmp_path / "figure.png"),
    )
    assert outcome.err == ""
    assert (tmp_path / "figure.png").stat().st_size > 1000
