"""Checks for operators: every law that an operator must obey, from its declaration alone.

``check_operator("special.jv")`` or, from the shell, ``python -m scitorch.testing special.jv``. Users check the
operators they declare in the same way.
"""

from .check import Outcome, applicable_laws, check_operator, outcomes
from .compare import assert_close
from .law import LAWS, Law, law
from .subject import Case, Subject

__all__ = [
    "LAWS",
    "Case",
    "Law",
    "Outcome",
    "Subject",
    "applicable_laws",
    "assert_close",
    "check_operator",
    "law",
    "outcomes",
]
