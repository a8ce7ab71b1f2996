"""Every function of the namespace declares what it is tried with; the generated tests try it."""

from __future__ import annotations

from scitorch.numpy.checked import declared_functions, public_functions

#: Classes that are reached through functions and arrays, and the two functions without a counterpart of their own.
REACHED_OTHERWISE = {"broadcast", "flatiter", "frompyfunc", "ndarray", "resize_with_zeros", "ufunc"}


def test_every_function_is_declared() -> None:
    missing = {name for name, _ in public_functions()} - set(declared_functions()) - REACHED_OTHERWISE
    assert not missing, f"neither expressions nor a reason: {sorted(missing)}"
