"""Label handwritten digits from one in twenty of their labels, on a graph whose edge weights are learned.

    python -m examples.digits_graph [FIGURE]

The 1797 digits of scikit-learn are the nodes of a graph of nearest neighbours. Labels spread from the few that are
known by the screened Poisson equation ``(L(w) + ε) x = known labels``, with ``L(w)`` the Laplacian of edge weights
``w = exp(-Σ_p θ_p d_p²)``: a length scale for each of the 64 pixels. The scales are learned through `spsolve`: labels
that are known are hidden in turn, and predicted from the others. The remaining labels are used for the score only.
"""

from __future__ import annotations

import sys

import numpy
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import kneighbors_graph
from torch import Tensor

from scitorch.sparse import coo_array, csr_array
from scitorch.sparse.csgraph import laplacian
from scitorch.sparse.linalg import splu

SHARE, NEIGHBOURS, SCREENING, STEPS = 0.05, 10, 1e-2, 40


def main(figure: str | None = None) -> tuple[float, float]:
    """Learn, print and draw; return the accuracies before and after."""
    torch.manual_seed(0)
    digits = load_digits()
    pixels = torch.from_numpy(digits.data / 16)
    labels = torch.from_numpy(digits.target).long()
    n = len(labels)
    known = torch.randperm(n)[: int(SHARE * n)]
    hidden = torch.ones(n, dtype=torch.bool)
    hidden[known] = False
    neighbours = kneighbors_graph(pixels.numpy(), NEIGHBOURS)
    pattern = coo_array(neighbours.maximum(neighbours.T).tocoo())
    rows, columns = (torch.from_numpy(numpy.asarray(c)).long() for c in pattern.coords)
    squares = (pixels[rows] - pixels[columns]) ** 2
    scales = torch.full((64,), 1.0, dtype=torch.float64).log().requires_grad_()
    mean = squares.sum(1).mean()

    def scores(scales: Tensor, sources: Tensor) -> Tensor:
        weights = torch.exp(-(squares @ scales.exp()) / mean)
        graph = csr_array((weights, (rows, columns)), shape=(n, n))
        diagonal = torch.arange(n)
        screen = csr_array((torch.full((n,), SCREENING, dtype=torch.float64), (diagonal, diagonal)), shape=(n, n))
        side = torch.zeros(n, 10, dtype=torch.float64)
        side[sources, labels[sources]] = 1.0
        found: Tensor = splu((laplacian(graph) + screen).tocsc()).solve(side)
        return found

    def accuracy(scales: Tensor) -> float:
        guess = scores(scales.detach(), known).argmax(1)
        return float((guess == labels)[hidden].double().mean())

    before = accuracy(scales)
    optimizer = torch.optim.Adam([scales], lr=0.1)
    losses = []
    for step in range(STEPS):
        shuffled = known[torch.randperm(len(known))]
        shown, asked = shuffled[len(known) // 3 :], shuffled[: len(known) // 3]
        likely = scores(scales, shown)[asked]
        likely = likely / likely.sum(1, keepdim=True)
        loss = -likely[torch.arange(len(asked)), labels[asked]].log().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % 10 == 0:
            print(f"step {step:3d}: loss {losses[-1]:.3f}, accuracy {accuracy(scales):.4f}")
    after = accuracy(scales)
    print(f"accuracy on {int(hidden.sum())} unlabelled digits: {before:.4f} with equal scales, {after:.4f} learned")
    if figure is not None:
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot

        fig, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.2))
        left.plot(losses)
        left.set(xlabel="step", ylabel="loss of hidden labels")
        shown_scales = right.imshow(scales.detach().exp().reshape(8, 8), cmap="viridis")
        right.set(title="weight of each pixel", xticks=[], yticks=[])
        fig.colorbar(shown_scales)
        fig.tight_layout()
        fig.savefig(figure, dpi=120)
    return before, after


if __name__ == "__main__":
    main(*sys.argv[1:2])
