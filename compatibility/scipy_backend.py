"""A pytest plugin that runs SciPy's own array-API tests on scitorch, beside the backends SciPy knows.

SciPy's tests take the array library from a fixture ``xp``, whose parameters SciPy's configuration lists. The plugin
adds ``scitorch.numpy`` to that list; no file of SciPy is changed. A test that SciPy limits to NumPy and torch runs on
scitorch too: what torch can do there, scitorch is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import scitorch.numpy

BACKEND = "scitorch"


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Add the namespace to the parameters of the fixture before pytest turns them into tests."""
    for fixture in metafunc._arg2fixturedefs.get("xp", ()):
        if not fixture.params or any(param.id == BACKEND for param in fixture.params):
            continue
        ours = pytest.param(scitorch.numpy, id=BACKEND, marks=pytest.mark.array_api_backends)
        fixture.params = (*fixture.params, ours)
        _extend_skips(fixture.func)


def _extend_skips(fixture: Callable[..., Any]) -> None:
    """Let SciPy's marks that name kinds of backends hold for scitorch as they hold for torch."""
    configuration = fixture.__globals__
    known = configuration["_backends_kwargs_from_request"]
    if getattr(known, "knows_scitorch", False):
        return

    def reasons(request: pytest.FixtureRequest, skip_or_xfail: str) -> dict[str, str]:
        found: dict[str, str] = known(request, skip_or_xfail=skip_or_xfail)
        for marker in request.node.iter_markers(f"{skip_or_xfail}_xp_backends"):
            if marker.kwargs.get("np_only") and "torch" not in marker.kwargs.get("exceptions", ()):
                found[scitorch.numpy.__name__] = marker.kwargs.get("reason") or "NumPy only"
        return found

    reasons.knows_scitorch = True  # type: ignore[attr-defined]
    configuration["_backends_kwargs_from_request"] = reasons
