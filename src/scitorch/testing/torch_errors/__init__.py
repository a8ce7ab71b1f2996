"""Where torch is wrong and scitorch is not: records of calls, each with the truth.

``python -m scitorch.testing.torch_errors`` prints what the torch at hand answers.
"""

from . import derivatives, detached, missing, values
from .page import page
from .record import Record

#: The records by the kind of error.
SECTIONS: dict[str, tuple[Record, ...]] = {
    "Silently zero": detached.RECORDS,
    "Wrong derivatives": derivatives.RECORDS,
    "Missing derivatives": missing.RECORDS,
    "Inaccurate values": values.RECORDS,
}

__all__ = ["SECTIONS", "Record", "page"]
