"""Sums of exponentials at their edges, against SciPy."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import scipy.special
import torch

from scitorch import special

INF = float("inf")


@pytest.mark.parametrize(
    ("a", "keywords"),
    [
        ([[0.0, 1000.0], [-1000.0, 3.0]], {"axis": 0}),
        ([[0.0, -INF], [-INF, -INF]], {"axis": 1}),
        ([1.0, INF], {}),
        ([[1.0 + 2.0j, 3.0]], {"axis": 1}),
        ([[1.0, 2.0], [3.0, 4.0]], {"axis": (0, 1), "keepdims": True}),
        ([1.0, 2.0], {"b": [1.0, -1.0], "return_sign": True}),
        ([1.0, INF], {"b": [1.0, 0.0]}),
        (numpy.zeros((0, 3)), {"axis": 0}),
        (2.5, {}),
    ],
)
def test_logsumexp(a: Any, keywords: dict[str, Any]) -> None:
    found = special.logsumexp(numpy.asarray(a), **{k: numpy.asarray(v) if k == "b" else v for k, v in keywords.items()})
    with numpy.errstate(all="ignore"):
        wanted = scipy.special.logsumexp(numpy.asarray(a), **keywords)
    numpy.testing.assert_allclose(found, wanted, rtol=1e-13)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_softmax(name: str, axis: Any) -> None:
    x = numpy.array([[0.0, 1000.0, -3.0], [-INF, 3.0, 2.0]])
    found = getattr(special, name)(x, axis=axis)
    numpy.testing.assert_allclose(found, getattr(scipy.special, name)(x, axis=axis), rtol=1e-13)


def test_derivatives_beside_an_infinite_exponent() -> None:
    x = torch.tensor([0.3, -INF, 1.2], dtype=torch.float64)
    p = special.softmax(x)
    wanted = torch.diag(p) - torch.outer(p, p)
    for outer in (torch.func.jacfwd, torch.func.jacrev):
        for inner in (torch.func.jacfwd, torch.func.jacrev):
            torch.testing.assert_close(outer(inner(special.logsumexp))(x), wanted)
