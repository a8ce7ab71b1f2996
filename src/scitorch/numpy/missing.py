"""The default of arguments for which None means something."""

import enum
from typing import Any

__all__ = ["NO_VALUE"]


class _Missing(enum.Enum):
    """One member; an enumeration because torch.compile takes its members as constants."""

    NO_VALUE = "not given"

    def __repr__(self) -> str:
        return "<no value>"


NO_VALUE: Any = _Missing.NO_VALUE
