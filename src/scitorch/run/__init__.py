"""Run an unmodified NumPy and SciPy script on scitorch.

``scitorch run script.py`` gives the script, and the modules beside it, ``scitorch.numpy`` for ``numpy`` and
``scitorch.X`` for ``scipy.X``. What scitorch lacks is done by the real function, on real NumPy arrays. Installed
libraries keep the real NumPy and SciPy. In a notebook, ``%load_ext scitorch`` does the same for its cells.
"""

from .fallback import FallbackGradientError, FallbackWarning
from .notebook import load_ipython_extension, unload_ipython_extension
from .record import Record
from .script import run_script

__all__ = [
    "FallbackGradientError",
    "FallbackWarning",
    "Record",
    "load_ipython_extension",
    "run_script",
    "unload_ipython_extension",
]
