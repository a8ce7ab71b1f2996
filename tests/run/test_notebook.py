"""%load_ext scitorch."""

import scitorch
import scitorch.numpy
from scitorch.run import unload_ipython_extension


class Shell:
    """The part of an IPython shell that an extension touches."""

    def __init__(self):
        self.user_ns = {}
        self.magics = {}

    def register_magic_function(self, function, magic_kind, magic_name):
        self.magics[magic_name] = function

    def run_cell(self, text):
        exec(compile(text, "<cell>", "exec"), self.user_ns)


def test_cells_get_scitorch(capsys):
    shell = Shell()
    scitorch.load_ipython_extension(shell)
    scitorch.load_ipython_extension(shell)
    shell.run_cell("import numpy as np\nx = np.ones(3)")
    assert type(shell.user_ns["x"]) is scitorch.numpy.ndarray
    shell.magics["scitorch_report"]()
    assert "numpy.ones" in capsys.readouterr().out
    unload_ipython_extension(shell)
    unload_ipython_extension(shell)
    shell.run_cell("import numpy as np\nx = np.ones(3)")
    assert type(shell.user_ns["x"]) is not scitorch.numpy.ndarray
