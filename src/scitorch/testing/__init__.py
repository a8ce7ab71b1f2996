"""Checks of numbers and of functions: comparison, reproducible tensors, and the laws that operators must obey.

``check(function, samples)`` tries a law after law on any function and prints a table; ``check_operator("special.jv")``
or, from the shell, ``python -m scitorch.testing special.jv``, does so from a declaration. ``assert_close``,
``assert_gradients``, ``assert_batched`` and ``assert_compiles`` are for tests of one's own; `operators`, `devices` and
`dtypes` parametrise them, with ``-p scitorch.testing.plugin``; ``scitorch.testing.strategies`` is for hypothesis.
"""

from .assertions import assert_batched, assert_compiles, assert_gradients
from .check import applicable_laws, check, check_operator, outcomes
from .close import assert_close
from .difference import ulp_distance
from .drawing import LAYOUTS, make_tensor, special_values
from .law import LAWS, Law, law
from .report import Outcome, Report
from .selection import devices, dtypes, operators
from .subject import Case, Subject
from .tolerance import default_tolerance

__all__ = [
    "LAWS",
    "LAYOUTS",
    "Case",
    "Law",
    "Outcome",
    "Report",
    "Subject",
    "applicable_laws",
    "assert_batched",
    "assert_close",
    "assert_compiles",
    "assert_gradients",
    "check",
    "check_operator",
    "default_tolerance",
    "devices",
    "dtypes",
    "law",
    "make_tensor",
    "operators",
    "outcomes",
    "special_values",
    "ulp_distance",
]
