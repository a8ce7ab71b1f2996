"""Every function of the namespace declares what it is tried with, and its values are NumPy's there."""

from __future__ import annotations

import pytest

from scitorch.numpy.checked import declared_functions, public_functions
from scitorch.op import Entry, entries
from scitorch.testing import LAWS, Subject

#: Classes that are reached through functions and arrays, and the two functions without a counterpart of their own.
REACHED_OTHERWISE = {"broadcast", "flatiter", "frompyfunc", "ndarray", "resize_with_zeros", "ufunc"}


def test_every_function_is_declared() -> None:
    missing = {name for name, _ in public_functions()} - set(declared_functions()) - REACHED_OTHERWISE
    assert not missing, f"neither expressions nor a reason: {sorted(missing)}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", [pytest.param(e, id=e.key) for e in entries("numpy")])
@pytest.mark.parametrize("law_name", ["value_equals_reference", "no_gradient_is_lost"])
def test_law(entry: Entry, law_name: str) -> None:
    law = LAWS[law_name]
    if law.applies(Subject(entry)):
        law.check(Subject(entry))
