"""Where the samples of a resized axis lie on the axis they are taken from.

Positions count in pixel edges: sample i of an axis of length n covers [i, i + 1], its centre is i + 1/2, the axis is
[0, n]. They are rational numbers, and kept so until whole and broken part are apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

ALIGNMENTS = ("edges", "centers")


@dataclass(frozen=True)
class AxisGeometry:
    """A regular row of positions on an axis.

    Attributes
    ----------
    n, size
        Length of the axis, number of positions.
    first, step
        The first position, and the distance between two.
    """

    n: int
    size: int
    first: Fraction
    step: Fraction

    @classmethod
    def of(
        cls,
        n: int,
        size: int,
        scale: float | None,
        box: tuple[float, float] | None,
        shift: float,
        align: str,
    ) -> AxisGeometry:
        """The positions of a box cut into `size` parts, or into parts of length 1/`scale` from its start."""
        start, stop = (Fraction(b) for b in box) if box is not None else (Fraction(0), Fraction(n))
        if stop <= start:
            raise ValueError(f"resize: the box {box} is empty")
        length = stop - start if scale is None else size / Fraction(scale)
        if align == "centers":
            step = (length - 1) / (size - 1) if size > 1 else length
            first = start + (Fraction(1, 2) if size > 1 else length / 2)
        else:
            step = length / size
            first = start + step / 2
        return cls(n, size, first + Fraction(shift), step)

    def is_identity(self) -> bool:
        """Whether the positions are the centres of the axis."""
        return self.size == self.n and self.first == Fraction(1, 2) and self.step == 1

    def positions(self) -> tuple[Tensor, Tensor]:
        """The whole parts of the positions, and what they leave over, correctly rounded."""
        denominator = self.first.denominator * self.step.denominator
        first = self.first.numerator * self.step.denominator
        step = self.step.numerator * self.first.denominator
        parts = [divmod(first + j * step, denominator) for j in range(self.size)]
        whole = torch.tensor([w for w, _ in parts], dtype=torch.int64, device="cpu")
        broken = torch.tensor([r / denominator for _, r in parts], dtype=torch.float64, device="cpu")
        return whole, broken


def moving_positions(
    n: int, size: int, scale: Tensor | float | None, box: Tensor | None, shift: Tensor | float, align: str
) -> tuple[Tensor, Tensor]:
    """Positions ``(…, size)`` and their distance ``(…)``, where something of the geometry is a tensor.

    ``box`` has shape ``(…, 2)``.
    """
    tensors = [g for g in (scale, box, shift) if isinstance(g, Tensor)]
    device = tensors[0].device
    start: Tensor | float = 0.0
    length: Tensor | float = float(n)
    if box is not None:
        box = box.to(torch.float64)
        start, length = box[..., 0], box[..., 1] - box[..., 0]
    if scale is not None:
        length = size / (scale.to(torch.float64) if isinstance(scale, Tensor) else scale)
    if isinstance(shift, Tensor):
        shift = shift.to(torch.float64)
    if align == "centers" and size > 1:
        step, first = (length - 1) / (size - 1), start + 0.5
    else:
        step = length / size
        first = start + step / 2
    first = torch.as_tensor(first + shift, dtype=torch.float64, device=device)
    step = torch.as_tensor(step, dtype=torch.float64, device=device)
    places = torch.arange(size, dtype=torch.float64, device=device)
    return first[..., None] + step[..., None] * places, step
