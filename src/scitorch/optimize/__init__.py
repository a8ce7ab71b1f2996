"""SciPy's optimizers with exact derivatives.

The functions here have SciPy's interface and run SciPy's algorithms. Where the caller gives no derivative they supply
the exact one by differentiating the function, and say so in a warning where the function cannot be differentiated.
"""

from .curve_fit import curve_fit
from .least_squares import least_squares
from .minimize import minimize
from .root import fsolve, root
from .tracing_watch import UntraceableError

__all__ = ["UntraceableError", "curve_fit", "fsolve", "least_squares", "minimize", "root"]
