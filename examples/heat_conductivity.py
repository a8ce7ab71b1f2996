"""Recover the conductivity of a plate from its temperatures, by gradients through preconditioned conjugate gradients.

    python -m examples.heat_conductivity [FIGURE]

On a 200 x 200 grid with cold borders, ``A(κ) u = f`` for several heat sources ``f``; temperatures ``u`` are measured
with noise of 1 percent. Each step solves with `cg` and a cycle of algebraic multigrid, forward and for the gradient,
and moves the logarithm of the 40 000 conductivities by L-BFGS; a penalty on its differences keeps the noise out.
"""

from __future__ import annotations

import sys
import time

import torch
from torch import Tensor

from scitorch.sparse import coo_array
from scitorch.sparse.linalg import cg
from scitorch.sparse.linalg.preconditioners import multigrid

SIDE, NOISE, PENALTY, STEPS = 200, 0.01, 2e-5, 25


class Plate:
    """The five-point equations of a plate, whose entries are linear in the conductivities of the edges."""

    def __init__(self, side: int) -> None:
        self.side = side
        number = torch.arange(side * side).reshape(side, side)
        pairs = [(number[:, :-1], number[:, 1:]), (number[:-1], number[1:])]
        self.first = torch.cat([a.reshape(-1) for a, _ in pairs])
        self.second = torch.cat([b.reshape(-1) for _, b in pairs])
        border = torch.zeros(side, side, dtype=torch.float64)
        border[0] += 1
        border[-1] += 1
        border[:, 0] += 1
        border[:, -1] += 1
        self.border = border.reshape(-1)
        diagonal = number.reshape(-1)
        rows = torch.cat([self.first, self.second, self.first, self.second, diagonal])
        columns = torch.cat([self.second, self.first, self.first, self.second, diagonal])
        self._places = (rows, columns)

    def matrix(self, conductivity: Tensor) -> object:
        """The sparse matrix of harmonic means along the edges."""
        a, b = conductivity[self.first], conductivity[self.second]
        edge = 2 * a * b / (a + b)
        values = torch.cat([-edge, -edge, edge, edge, 2 * conductivity * self.border])
        n = self.side**2
        return coo_array((values, self._places), shape=(n, n)).tocsr()


def main(figure: str | None = None, side: int = SIDE, steps: int = STEPS) -> tuple[float, float]:
    """Recover, print and draw; return the relative errors of the start and of what was recovered."""
    torch.manual_seed(0)
    plate = Plate(side)
    axis = torch.linspace(0, 1, side, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    truth = (
        1
        + 2 * torch.exp(-((x - 0.3) ** 2 + (y - 0.6) ** 2) / 0.02)
        - 0.6 * torch.exp(-((x - 0.7) ** 2 + (y - 0.35) ** 2) / 0.03)
    )
    centres = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75), (0.5, 0.5)]
    sources = torch.stack([torch.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.03) for a, b in centres], -1)
    sources = sources.reshape(-1, len(centres))

    def temperatures(logarithm: Tensor) -> Tensor:
        A = plate.matrix(logarithm.exp())
        u, info = cg(A, sources, rtol=1e-8, M=multigrid(A))
        assert not info.any(), "the iteration did not converge"
        return u

    began = time.perf_counter()
    measured = temperatures(truth.reshape(-1).log())
    measured = measured * (1 + NOISE * torch.randn_like(measured))
    scale = measured.pow(2).mean()
    logarithm = torch.zeros(side**2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logarithm], lr=1, max_iter=steps, line_search_fn="strong_wolfe", history_size=20)
    losses: list[float] = []

    def loss() -> Tensor:
        optimizer.zero_grad()
        misfit = (temperatures(logarithm) - measured).pow(2).mean() / scale
        field = logarithm.reshape(side, side)
        rough = field.diff(dim=0).pow(2).sum() + field.diff(dim=1).pow(2).sum()
        total = misfit + PENALTY * rough
        total.backward()
        losses.append(float(total.detach()))
        return total

    optimizer.step(loss)

    def error(logarithm: Tensor) -> float:
        return float((logarithm.exp() - truth.reshape(-1)).norm() / truth.norm())

    before, after = error(torch.zeros(side**2, dtype=torch.float64)), error(logarithm.detach())
    seconds = time.perf_counter() - began
    print(f"{len(losses)} solutions with gradients in {seconds:.0f} s: loss {losses[0]:.2e} to {losses[-1]:.2e}")
    print(f"relative error of {side**2} conductivities: {before:.3f} at the start, {after:.3f} recovered")
    if figure is not None:
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot

        fig, axes = pyplot.subplots(1, 3, figsize=(10, 3))
        for ax, values, title in (
            (axes[0], truth, "true conductivity"),
            (axes[1], logarithm.detach().exp().reshape(side, side), "recovered"),
        ):
            shown = ax.imshow(values, vmin=float(truth.min()), vmax=float(truth.max()))
            ax.set(title=title, xticks=[], yticks=[])
        fig.colorbar(shown, ax=list(axes[:2]))
        axes[2].semilogy(losses)
        axes[2].set(xlabel="solution", title="loss")
        fig.savefig(figure, dpi=120, bbox_inches="tight")
    return before, after


if __name__ == "__main__":
    main(*sys.argv[1:2])
