"""A large batch of operator calls and their gradients, sharded over processes with torch.distributed.

Each of many independent gamma-distributed samples has its own scale; the shape parameter is shared. Its
log-likelihood needs ``gammaln``, the roughness of its fitted distribution function ``gammainc``, with derivatives in
the shape. The batch is a ``DTensor`` sharded over the ranks: every operator runs on the local rows only,
and the gradient of the shared parameter is summed over the ranks by torch. Nothing in the mathematics knows of it.

Run it in one process, or in several, on one machine or on many::

    python examples/distributed_batch.py
    torchrun --nproc-per-node 2 examples/distributed_batch.py

Both print the same numbers.
"""

from __future__ import annotations

import argparse
import os
import time

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor, init_device_mesh

from scitorch import fft, special


def negative_log_likelihood(shape: Tensor, log_scale: Tensor, data: Tensor) -> Tensor:
    """Mean over all observations; ``data`` is (samples, observations), ``log_scale`` (samples, 1)."""
    scaled = data / torch.exp(log_scale)
    return (special.gammaln(shape) + log_scale - special.xlogy(shape - 1, scaled) + scaled).mean()


def roughness(shape: Tensor, log_scale: Tensor, data: Tensor) -> Tensor:
    """Mean squared high cosine coefficients of the sorted probabilities, which lie on a line if the fit is good."""
    probabilities = special.gammainc(shape, data / torch.exp(log_scale))
    return (fft.dct(probabilities, norm="ortho")[:, 16:] ** 2).mean()


def fit(shape: Tensor, log_scale: Tensor, data: Tensor, steps: int) -> float:
    """Gradient descent on both parameters; returns the last loss."""
    optimizer = torch.optim.Adam([shape, log_scale], lr=0.1)
    loss = torch.zeros(())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = negative_log_likelihood(shape, log_scale, data) + roughness(shape, log_scale, data)
        loss.backward()
        optimizer.step()
    return loss.full_tensor().item() if isinstance(loss, DTensor) else loss.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--observations", type=int, default=200)
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()

    under_torchrun = "RANK" in os.environ
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if under_torchrun:
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
    ranks = dist.get_world_size() if under_torchrun else 1

    generator = torch.Generator().manual_seed(0)
    size = (options.samples, options.observations)
    true_scale = 0.5 + torch.rand(options.samples, 1, dtype=torch.float64, generator=generator)
    # A sum of three exponential variables is gamma-distributed with shape 3.
    uniform = torch.rand(3, *size, dtype=torch.float64, generator=generator)
    data = (-torch.log1p(-uniform).sum(0) * true_scale).sort(-1).values.to(device)
    shape = torch.tensor([1.0], dtype=torch.float64, device=device)
    log_scale = torch.zeros(options.samples, 1, dtype=torch.float64, device=device)

    if under_torchrun:
        mesh = init_device_mesh(device, (ranks,))
        data = distribute_tensor(data, mesh, [Shard(0)])
        log_scale = distribute_tensor(log_scale, mesh, [Shard(0)])
        shape = distribute_tensor(shape, mesh, [Replicate()])
    shape.requires_grad_()
    log_scale.requires_grad_()

    started = time.perf_counter()
    loss = fit(shape, log_scale, data, options.steps)
    seconds = time.perf_counter() - started
    fitted = shape.full_tensor() if isinstance(shape, DTensor) else shape
    if not under_torchrun or dist.get_rank() == 0:
        local = data.to_local() if isinstance(data, DTensor) else data
        print(f"processes          {ranks}")
        print(
            f"batch              {size[0]} x {size[1]}, of which this process holds {local.shape[0]} x {local.shape[1]}"
        )
        print(f"loss               {loss:.12f}")
        print(f"shape parameter    {fitted.item():.12f}")
        print(f"seconds            {seconds:.2f} for {options.steps} steps with gradients")
    if under_torchrun:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
