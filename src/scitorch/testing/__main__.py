"""``python -m scitorch.testing [--fast] [--law NAME] special.jv linalg …``: check operators from the shell."""

from __future__ import annotations

import argparse
import sys

from scitorch.op.registry import Entry, entries, load

from . import LAWS, outcomes


def main() -> int:
    """Check the named operators or families; the exit code is the number of broken laws, at most 100."""
    parser = argparse.ArgumentParser(prog="python -m scitorch.testing", description=main.__doc__)
    parser.add_argument("names", nargs="+", help="family (special), operator (special.jv), or a module to import first")
    parser.add_argument("--fast", action="store_true", help="leave out the slow laws")
    parser.add_argument("--law", action="append", choices=sorted(LAWS), help="check only this law (repeatable)")
    arguments = parser.parse_args()
    broken = 0
    for entry in _select(arguments.names):
        for outcome in outcomes(entry, laws=arguments.law, slow=not arguments.fast):
            mark = "broken" if outcome.error else "holds"
            print(f"{outcome.operator:32} {outcome.law:36} {mark:7} {outcome.seconds:7.2f} s", flush=True)
            if outcome.error:
                broken += 1
                print("    " + outcome.error.strip().replace("\n", "\n    "), flush=True)
    print(f"{broken} broken")
    return min(broken, 100)


def _select(names: list[str]) -> list[Entry]:
    selected: list[Entry] = []
    for name in names:
        family, _, operator = name.partition(".")
        load(f"scitorch.{family}")
        found = [e for e in entries(family) if not operator or e.declared.name == operator]
        if not found:
            sys.exit(f"no operator is declared under {name!r}")
        selected.extend(found)
    return selected


if __name__ == "__main__":
    sys.exit(main())
