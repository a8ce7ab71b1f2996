"""All universal functions of the namespace, from the modules of their families."""

from scitorch.numpy.arithmetic import *  # noqa: F403
from scitorch.numpy.arithmetic import __all__ as _arithmetic
from scitorch.numpy.bitwise import *  # noqa: F403
from scitorch.numpy.bitwise import __all__ as _bitwise
from scitorch.numpy.comparison import *  # noqa: F403
from scitorch.numpy.comparison import __all__ as _comparison
from scitorch.numpy.elementary import *  # noqa: F403
from scitorch.numpy.elementary import __all__ as _elementary
from scitorch.numpy.floating import *  # noqa: F403
from scitorch.numpy.floating import __all__ as _floating
from scitorch.numpy.products import *  # noqa: F403
from scitorch.numpy.products import __all__ as _products

__all__ = [*_arithmetic, *_bitwise, *_comparison, *_elementary, *_floating, *_products]
