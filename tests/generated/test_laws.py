"""Every declared operator through every law that applies to it."""

from __future__ import annotations

import pytest

from scitorch.op import Entry
from scitorch.testing import Law, Subject, operators


@operators(sample_slow=6)
@pytest.mark.filterwarnings("ignore")
def test_law(operator: Entry, law: Law) -> None:
    law.check(Subject(operator))
