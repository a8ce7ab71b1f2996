"""What Dynamo does not look into. Apart from the rest, because this module imports Dynamo."""

from __future__ import annotations

import torch

from .object_operator import apply_in_place

apply_outside = torch._dynamo.disable(apply_in_place)  # type: ignore[attr-defined,no-untyped-call]
