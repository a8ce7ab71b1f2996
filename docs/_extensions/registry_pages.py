"""Reference pages and the coverage matrix, made from the registry of operators.

A cell of the matrix is marked as holding only if the generated check ran and passed in the test run whose record,
``docs/_build/laws.json``, is beside the build. Without a record all cells say that nothing was run.
"""

from __future__ import annotations

import html
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from scitorch.op import Entry, Operator, entries, load
from scitorch.op.kernel.scalar import ScalarKernel

FAMILIES = {
    "special": "Special functions",
    "linalg": "Linear algebra",
    "fft": "Fourier, cosine and sine transforms",
    "interpolate": "Resizing",
}

#: The rows of the NumPy namespace; its functions are described where NumPy's are.
ARRAYS = {"numpy": "The NumPy namespace"}


@dataclass(frozen=True)
class Column:
    """One column: the laws that must all have held."""

    title: str
    laws: tuple[str, ...]


COLUMNS = (
    Column("value", ("value_equals_reference", "value_at_hard_points", "value_at_extremes", "value_equals_mpmath")),
    Column("dtypes", ("single_precision", "half_precision", "integers_and_numbers", "dtypes_are_numpys")),
    Column("shapes, views", ("broadcasting", "memory_layouts")),
    Column("forward", ("derivative_equals_differences", "derivative_equals_mpmath")),
    Column("reverse", ("forward_is_adjoint_of_reverse", "handwritten_vjp_is_the_transpose", "gradcheck")),
    Column("2nd, four orders", ("second_derivatives_agree", "second_derivatives_under_autograd")),
    Column("3rd", ("third_derivatives_agree",)),
    Column("vmap", ("vmap_is_a_loop", "nested_vmap_is_a_nested_loop", "vmap_of_derivatives")),
    Column("fake, opcheck", ("fake_is_eager", "opcheck")),
    Column("compile", ("compile_forward_and_backward",)),
    Column("compiled transforms", ("compile_of_transforms",)),
    Column("Inductor", ("compile_with_inductor",)),
    Column("export", ("export_with_dynamic_batch",)),
    Column("DTensor", ("sharding_rule_holds",)),
)


def generate(app: Sphinx) -> None:
    """Write the pages into ``docs/reference/generated``."""
    root = Path(app.srcdir)
    target = root / "reference" / "generated"
    target.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        load(f"scitorch.{family}")
    importlib.import_module("scitorch.numpy.checked")
    for family, title in FAMILIES.items():
        (target / f"{family}.md").write_text(_reference_page(family, title))
    record = root / "_build" / "laws.json"
    (target / "coverage.md").write_text(_coverage_page(json.loads(record.read_text()) if record.exists() else None))


def _public(family: str) -> list[Entry]:
    return sorted((e for e in entries(family) if e.declared.public), key=lambda e: e.declared.name.lower())


def _reference_page(family: str, title: str) -> str:
    lines = [f"# {title}", "", f"`scitorch.{family}`", ""]
    for entry in _public(family):
        name = entry.declared.name
        lines += ["```{eval-rst}", f".. autofunction:: scitorch.{family}.{name}", "```", "", *_facts(entry), ""]
    return "\n".join(lines)


def _facts(entry: Entry) -> list[str]:
    """What the declaration says beyond the docstring."""
    declared = entry.declared
    facts = []
    if isinstance(declared, Operator):
        if not declared.signature.is_elementwise:
            facts.append(f"Shapes `{declared.signature.text}`, leading dimensions broadcast.")
        undefined = getattr(declared.derivative, "undefined", None)
        reasons = dict(undefined.reasons) if undefined else {}
    else:
        reasons = dict(declared.undefined)
    for argument, reason in reasons.items():
        facts.append(f"No derivative with respect to `{argument}`: {reason}.")
    for argument, domain in declared.domain.real.items():
        facts.append(f"`{argument}`: {domain}.")
    return [f"*{' '.join(facts)}*"] if facts else []


def _coverage_page(record: dict[str, Any] | None) -> str:
    torch_version = record["torch"] if record else None
    head = [
        "---",
        "hide-toc: true",
        "---",
        "",
        "# Coverage",
        "",
        "Each row is a declared function, each column a set of generated checks. ✓: every check of the column ran and "
        "passed in this build"
        + (f" (torch {torch_version})" if torch_version else "")
        + ". ✗: a check failed. ·: not checked in this build (slow checks run on a sample of each family, and in full "
        "by `make test-all`). –: the column does not apply. *Gradients* lists the arguments with a derivative. "
        "*On CUDA* says what computes there: *C++* a scalar kernel (✓: NVRTC compiled it and its first derivatives in "
        "this build), *device* functions of tensors that stay on the device, *host copy* SciPy, with a copy there and "
        "back.",
        "",
    ]
    if record is None:
        head += ["**No record of a test run was found beside this build: run `make test` first.**", ""]
    outcomes = record["outcomes"] if record else {}
    body = []
    for family, title in {**FAMILIES, **ARRAYS}.items():
        header = "".join(
            f"<th>{html.escape(c)}</th>"
            for c in ("function", "gradients", "complex", "on CUDA", *(c.title for c in COLUMNS))
        )
        rows = "".join(_row(entry, outcomes) for entry in _public(family))
        body += [
            f"## {title}",
            "",
            "```{raw} html",
            f'<div class="coverage"><table class="coverage"><tr>{header}</tr>{rows}</table></div>',
            "```",
            "",
        ]
    return "\n".join(head + body)


def _row(entry: Entry, outcomes: dict[str, dict[str, str]]) -> str:
    from scitorch.testing import Subject, applicable_laws

    subject = Subject(entry)
    applicable = {law.name for law in applicable_laws(entry)}
    cells = [
        f"<td><code>{html.escape(entry.declared.name)}</code></td>",
        f"<td>{html.escape(_gradients(subject))}</td>",
    ]
    cells.append(f"<td>{'✓' if subject.takes_complex else '–'}</td>")
    cells.append(f"<td>{_on_cuda(entry, outcomes)}</td>")
    found = outcomes.get(entry.key, {})
    for column in COLUMNS:
        cells.append(_cell([law for law in column.laws if law in applicable], found))
    return f"<tr>{''.join(cells)}</tr>"


def _on_cuda(entry: Entry, outcomes: dict[str, dict[str, str]]) -> str:
    """What computes the values of CUDA tensors: a scalar kernel as C++, a function of tensors, SciPy on the host."""
    if not isinstance(entry.declared, Operator):
        return "its parts"
    kernels = entry.declared.kernels
    kernel = kernels.get("cuda") or kernels.get("cuda real") or kernels.get("any")
    if kernel is None:
        return "host copy"
    if not isinstance(kernel, ScalarKernel):
        return "device"
    compiled = outcomes.get(f"module {kernel.__module__}", {})
    return "C++ ✓" if compiled and all(o == "passed" for o in compiled.values()) else "C++"


def _gradients(subject: Any) -> str:
    if subject.declared.family == "numpy":
        return "no result has one" if subject.declared.undefined else "every float argument"
    moving = {i for case in subject.cases(1) for i in case.moving}
    return ", ".join(a for i, a in enumerate(subject.arguments) if i in moving) or "–"


def _cell(laws: list[str], found: dict[str, str]) -> str:
    if not laws:
        return '<td class="absent">–</td>'
    outcomes = [found.get(law) for law in laws]
    title = html.escape(", ".join(laws))
    if "failed" in outcomes:
        return f'<td class="broken" title="{title}">✗</td>'
    if all(o == "passed" for o in outcomes):
        return f'<td class="holds" title="{title}">✓</td>'
    return f'<td class="absent" title="{title}">·</td>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    connect: Callable[..., Any] = app.connect
    connect("builder-inited", generate)
    return {"parallel_read_safe": True}
