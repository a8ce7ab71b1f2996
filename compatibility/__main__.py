"""Run the array-API tests of SciPy or scikit-learn on scitorch and on torch, and record where they differ.

    python -m compatibility scipy
    python -m compatibility scipy stats signal
    python -m compatibility sklearn

Modules that are not named keep their rows in the record.
"""

from __future__ import annotations

import argparse

from .client_tests import Client, run_all

SCIPY = Client(
    package="scipy",
    title="SciPy's own tests",
    plugin="compatibility.scipy_backend",
    label=r"\bscitorch\b",
    parts=(
        *("cluster", "constants", "differentiate", "fft", "integrate", "interpolate", "linalg"),
        *("ndimage", "optimize", "signal", "spatial", "special", "stats"),
    ),
    options=("-m", "array_api_backends", "-k", "torch"),
    notes=(
        "The tests of the installed SciPy that take their array library from a fixture, under `SCIPY_ARRAY_API=1` "
        "and with SciPy's own functions: `scitorch.numpy` is one more parameter of the fixture. A test counts for a "
        "backend as pytest says; one that SciPy restricts to NumPy and torch runs on scitorch, too.",
    ),
)

SKLEARN = Client(
    package="sklearn",
    title="scikit-learn's own tests",
    plugin="compatibility.sklearn_backend",
    label=r"\bscitorch\.numpy\b",
    parts=(
        *("_loss", "decomposition", "linear_model", "metrics", "mixture", "model_selection", "preprocessing"),
        *("tests", "utils"),
    ),
    options=("-k", "torch"),
    notes=(
        "The tests of the installed scikit-learn that take their array library by name, with "
        "`array_api_dispatch=True`: `scitorch.numpy` stands where NumPy and others stood.",
    ),
    measured=("scikit-learn",),
)

CLIENTS = {client.package: client for client in (SCIPY, SKLEARN)}


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m compatibility", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("parts", nargs="*", metavar="module", help="all of them if none is named")
    parser.add_argument("--timeout", type=int, default=300, help="seconds for a test")
    options = parser.parse_args()
    client = CLIENTS[options.client]
    unknown = set(options.parts) - set(client.parts)
    if unknown:
        parser.error(f"{client.package} has no {', '.join(sorted(unknown))}; there are {', '.join(client.parts)}")
    run_all(client, options.parts or client.parts, timeout=options.timeout)


if __name__ == "__main__":
    main()
