"""The rule of a loop: forward without a record, backward from checkpoints that were set while it ran.

How long a loop runs is not known before. Checkpoints are set at every step at first; when there is no more room every
second one is given up and the distance doubles, so that the kept ones are equally spaced at any time (in the manner
of P. Stumm and A. Walther, SIAM J. Sci. Comput. 32 (2010) 836). They are results of the rule: derivatives of any order
pass through them. Between two of them the loop is run again, with checkpoints of its own where the distance is long.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from scitorch.op.function_rule import Tangents, Tensors, apply_rule
from scitorch.op.torch_private import is_batched

__all__ = ["Loop", "fixed_loop"]

State = Sequence[Tensor]

#: Checkpoints of a loop, and the longest stretch of steps that is recorded as it is.
SLOTS = 64


@dataclass(frozen=True)
class Loop:
    """``while condition: state = body(state)``, or a number of steps.

    The primals are ``captured`` tensors, which stay, and then the state. The results are the last state and the
    number of steps; with ``slots`` followed by the positions of the checkpoints with the total of steps at their end,
    and the states there, stacked.

    Attributes
    ----------
    body
        ``body(captured, state) -> state``.
    condition
        ``condition(captured, state)``, of the shape of the batch; None for a loop of ``count`` steps.
    captured
        How many of the primals stay.
    count
        Number of steps, or their largest number if there is a condition; None for no limit.
    slots
        Number of checkpoints; 0 where nothing is differentiated.
    batch
        Number of leading dimensions of the state along which members stop on their own.
    """

    body: Callable[[Tensors, State], State]
    condition: Callable[[Tensors, State], Tensor] | None
    captured: int
    count: int | None
    slots: int
    batch: int = 0

    def value(self, *primals: Tensor) -> tuple[Tensor, ...]:
        """Run the loop."""
        captured = primals[: self.captured]
        state: State = primals[self.captured :]
        kept: list[tuple[int, State]] = [(0, state)] if self.slots else []
        interval, total = 1, 0
        device = state[0].device if state else None
        shape = state[0].shape[: self.batch] if state else ()
        steps = torch.zeros(shape, dtype=torch.int64, device=device)
        while self.count is None or total < self.count:
            active: Any = True
            if self.condition is not None:
                active = self.condition(captured, state)
                if not bool(active.any() if isinstance(active, Tensor) else active):
                    break
            state = _advanced(self.body(captured, state), state, active if self.batch else True)
            steps = steps + active if self.batch else steps
            total += 1
            # the end is no checkpoint of a stretch of known length: stretches must get shorter
            if self.slots and total % interval == 0 and (self.condition is not None or total != self.count):
                if len(kept) == self.slots:
                    kept, interval = kept[::2], 2 * interval
                if total % interval == 0:
                    kept.append((total, state))
        if not self.batch:
            steps = steps + total
        if not self.slots:
            return (*state, steps)
        positions = torch.tensor([*(p for p, _ in kept), total])
        stacks = [torch.stack([s[k] for _, s in kept]) for k in range(len(state))]
        return (*state, steps, positions, *stacks)

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """The loop over a whole batch, whose members stop on their own."""
        dims = tuple([0 if m else None for m in members[: self.captured]])

        def mapped(function: Any) -> Any:
            return torch.func.vmap(lambda c, s: function(c, s), (dims, 0), randomness=randomness)

        def body(captured: Tensors, state: State) -> State:
            return tuple(mapped(lambda c, s: tuple(self.body(c, s)))(tuple(captured), tuple(state)))

        def condition(captured: Tensors, state: State) -> Tensor:
            assert self.condition is not None
            return mapped(self.condition)(tuple(captured), tuple(state))

        spread = [
            x if m or k < self.captured else x.expand(size, *x.shape) for k, (x, m) in enumerate(zip(primals, members))
        ]
        whole = replace(self, body=body, condition=None if self.condition is None else condition, batch=self.batch + 1)
        if self.condition is None:  # all members take all steps
            whole = replace(whole, batch=0)
        count = len(primals) - self.captured
        out: list[int | None] = [0] * count
        out.append(None if self.condition is None else 0)
        if self.slots:
            out += [None, *[1] * count]
        return whole, spread, out

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """Push tangents from checkpoint to checkpoint."""
        captured, count = primals[: self.captured], len(primals) - self.captured
        moving = list(tangents[self.captured :])
        stacks: list[list[Tensor | None]] = []
        for start, length, state in self._segments(results, count):
            stacks.append(moving)
            if length:
                moving = self._pushed(results[count], start, length, captured, state, tangents, moving)
        stacked: list[Tensor | None] = []
        for k in range(count):
            parts = [s[k] for s in stacks]
            if all(p is None for p in parts):
                stacked.append(None)
            else:
                model = results[count + 2 + k][0]
                stacked.append(torch.stack([torch.zeros_like(model) if p is None else p for p in parts]))
        return [*moving, None, None, *stacked]

    def _pushed(
        self,
        steps: Tensor,
        start: int,
        length: int,
        captured: Tensors,
        state: State,
        tangents: Tangents,
        moving: Tangents,
    ) -> list[Tensor | None]:
        inputs = [*captured, *state]
        given = [*tangents[: self.captured], *moving]
        active = [k for k, t in enumerate(given) if t is not None and _is_smooth(inputs[k])]
        smooth = [k for k, s in enumerate(state) if _is_smooth(s)]
        if not active:
            return [None] * len(state)

        def segment(*chosen: Tensor) -> tuple[Tensor, ...]:
            full = list(inputs)
            for k, x in zip(active, chosen):
                full[k] = x
            end = self._between(steps, start, length, full[: self.captured], full[self.captured :])
            return tuple([end[k] for k in smooth])

        pushed = torch.func.jvp(segment, tuple([inputs[k] for k in active]), tuple([given[k] for k in active]))[1]
        result: list[Tensor | None] = [None] * len(state)
        for k, t in zip(smooth, pushed):
            result[k] = t
        return result

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """Pull cotangents from checkpoint to checkpoint, last to first."""
        captured, count = primals[: self.captured], len(primals) - self.captured
        smooth = [k for k in range(count) if _is_smooth(primals[self.captured + k])]
        wanted = [k for k in range(self.captured) if needed[k]]
        moving = {k: _or_zeros(given[k], results[k]) for k in smooth}
        sums: dict[int, Tensor] = {}
        for place, (start, length, state) in reversed(list(enumerate(self._segments(results, count)))):
            if length:
                pulled, moving = self._pulled(results[count], start, length, captured, state, wanted, smooth, moving)
                sums = {k: sums[k] + x if k in sums else x for k, x in pulled.items()}
            for k in smooth:
                at_checkpoint = given[count + 2 + k]
                if at_checkpoint is not None:
                    moving[k] = moving[k] + at_checkpoint[place]
        return [*[sums.get(k) for k in range(self.captured)], *[moving.get(k) for k in range(count)]]

    def _pulled(
        self,
        steps: Tensor,
        start: int,
        length: int,
        captured: Tensors,
        state: State,
        wanted: list[int],
        smooth: list[int],
        moving: dict[int, Tensor],
    ) -> tuple[dict[int, Tensor], dict[int, Tensor]]:
        def segment(*chosen: Tensor) -> tuple[Tensor, ...]:
            fixed, begun = list(captured), list(state)
            for k, x in zip(wanted, chosen):
                fixed[k] = x
            for k, x in zip(smooth, chosen[len(wanted) :]):
                begun[k] = x
            end = self._between(steps, start, length, fixed, begun)
            return tuple([end[k] for k in smooth])

        inputs = [*[captured[k] for k in wanted], *[state[k] for k in smooth]]
        pulled = torch.func.vjp(segment, *inputs)[1](tuple([moving[k] for k in smooth]))
        return dict(zip(wanted, pulled)), dict(zip(smooth, pulled[len(wanted) :]))

    def _segments(self, results: Tensors, count: int) -> Iterator[tuple[int, int, list[Tensor]]]:
        """Start, number of steps and first state of each stretch between checkpoints."""
        positions = [int(p) for p in results[count + 1]]
        stacks = results[count + 2 :]
        for k, (start, end) in enumerate(itertools.pairwise(positions)):
            yield start, end - start, [s[k] for s in stacks]

    def _between(self, steps: Tensor, start: int, length: int, captured: Tensors, state: State) -> State:
        """The state some steps later, for the members that take them."""
        if self.condition is None or not (steps.ndim or is_batched(steps)):
            return fixed_loop(self.body, captured, state, length, self.slots)

        def masked(given: Tensors, counted: State) -> State:
            step, *now = counted
            active = step < given[-1] if self.batch == 0 else step.expand(given[-1].shape) < given[-1]
            return step + 1, *_advanced(self.body(given[:-1], now), now, active)

        first = torch.full((), start, dtype=torch.int64, device=steps.device)
        return fixed_loop(masked, [*captured, steps], [first, *state], length, self.slots)[1:]


def fixed_loop(body: Any, captured: Tensors, state: State, length: int, slots: int = SLOTS) -> State:
    """The state after a number of steps; a long loop sets checkpoints of its own."""
    if length > slots:
        loop = Loop(body, None, len(captured), length, slots)
        return apply_rule(loop, *captured, *state)[: len(state)]
    for _ in range(length):
        state = body(captured, state)
    return state


def _advanced(new: State, old: State, active: Any) -> State:
    """The new state for active members of the batch."""
    if active is True:
        return tuple(new)
    return tuple(
        [torch.where(active.reshape(active.shape + (1,) * (n.ndim - active.ndim)), n, o) for n, o in zip(new, old)]
    )


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


def _or_zeros(x: Tensor | None, model: Tensor) -> Tensor:
    return torch.zeros_like(model) if x is None else x
