"""The public face of the package is its registry."""

from __future__ import annotations

from scitorch import special
from scitorch.op import load, public_names


def test_all_lists_what_is_declared() -> None:
    load("scitorch.special")
    assert special.__all__ == public_names("scitorch.special")


def test_every_name_is_there() -> None:
    for name in special.__all__:
        assert callable(getattr(special, name))
