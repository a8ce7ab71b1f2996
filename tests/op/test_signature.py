"""Shapes follow from the signature, and errors repeat it."""

from __future__ import annotations

import pytest

from scitorch.op.signature import Signature

NAMES = ("a", "b")


def shapes(text: str, *given: tuple[int, ...], **sizes: int) -> list[tuple[int, ...]]:
    rule = (lambda **bound: sizes) if sizes else None
    signature = Signature.parse(text, rule)
    return signature.result_shapes(given, "solve", NAMES[: len(given)], {})


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("(),()->()", [(4, 1), (3,)], [(4, 3)]),
        ("(n,n),(n,k)->(n,k)", [(3, 3), (5, 3, 2)], [(5, 3, 2)]),
        ("(n,m)->(n),(m)", [(7, 2, 3)], [(7, 2), (7, 3)]),
        ("(3),(3)->(3)", [(2, 3), (3,)], [(2, 3)]),
        ("(n)->()", [(0,)], [()]),
    ],
)
def test_result_shapes(text: str, given: list[tuple[int, ...]], expected: list[tuple[int, ...]]) -> None:
    assert shapes(text, *given) == expected


def test_sizes_rule_names_new_dimensions() -> None:
    assert shapes("(n)->(p)", (4,), p=9) == [(9,)]


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        (
            "(n,n),(n,k)->(n,k)",
            [(3, 3), (4, 2)],
            r"solve: dimension 'n' of .*\(n,n\).* is 3 in argument 'a' but 4 in .*'b'",
        ),
        ("(n,n)->()", [(3, 4)], r"dimension 'n' .* is 3 in argument 'a' but 4 in argument 'a' of shape \(3, 4\)"),
        ("(n,n)->()", [(3,)], r"argument 'a' has shape \(3,\), but \(n,n\)->\(\) wants at least 2 dimensions"),
        ("(n),(n)->()", [(2, 5), (3, 5)], r"batch dimensions .* do not broadcast under .*'a' \(2, 5\), 'b' \(3, 5\)"),
        ("(3)->(3)", [(4,)], r"argument 'a' has shape \(4,\), but \(3\)->\(3\) wants a dimension of size 3"),
    ],
)
def test_errors_name_argument_and_sizes(text: str, given: list[tuple[int, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shapes(text, *given)


@pytest.mark.parametrize("text", ["n->n", "(n)", "(n)->", "(n->(n)", "(n)(m)->()"])
def test_malformed_signature(text: str) -> None:
    with pytest.raises(ValueError, match="not a gufunc signature"):
        Signature.parse(text)


def test_unnamed_output_dimension() -> None:
    with pytest.raises(ValueError, match="output dimension p is named by no input"):
        Signature.parse("(n)->(p)")
