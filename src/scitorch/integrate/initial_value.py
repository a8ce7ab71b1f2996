"""``solve_ivp`` and ``odeint``: initial value problems, differentiable in state, parameters and times."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.func.captures import closed, differentiation_active
from scitorch.func.implicit import solution_of
from scitorch.func.linear_solvers import Diagonal
from scitorch.op.function_rule import apply_rule
from scitorch.op.torch_private import is_batched, is_tracked

from .arrays import Kind
from .runge_kutta import METHODS
from .trajectory import Steps, Trajectory, march, retraced

__all__ = ["odeint", "solve_ivp"]

Function = Callable[..., Any]
_MESSAGES = {
    0: "The solver successfully reached the end of the integration interval.",
    1: "A termination event occurred.",
    -1: "Required step size is less than spacing between numbers.",
}


class Solution:
    """The state as a function of time, from the dense output of each step."""

    def __init__(self, kind: Kind, path: Trajectory, t0: Tensor, span: Tensor) -> None:
        self._kind, self._path, self._t0, self._span = kind, path, t0, span

    def __call__(self, t: Any) -> Any:
        """The state at one time, shape (n,), or at several, shape (n, k)."""
        times = self._kind.tensor(t, self._kind.real)
        return self._kind.result(self.states(times))

    def states(self, times: Tensor) -> Tensor:
        """The states as a tensor."""
        places = (times - self._t0) / self._span
        if places.ndim == 0:
            return self._path.at(places, self._path.step_of(float(places.detach())))
        found = [self._path.at(p, self._path.step_of(float(p.detach()))) for p in places.unbind(0)]
        return torch.stack(found, dim=-1)


def solve_ivp(
    fun: Function,
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    vectorized: bool = False,
    args: Any = None,
    *,
    rtol: float = 1e-3,
    atol: Any = 1e-6,
    first_step: float | None = None,
    max_step: float = float("inf"),
    jac: Any = None,
    jac_sparsity: Any = None,
    lband: Any = None,
    uband: Any = None,
    min_step: float = 0.0,
) -> Any:
    """Solve an initial value problem ``dy/dt = fun(t, y, *args)``.

    Parameters
    ----------
    fun : callable
        Of the time and a state of shape (n,).
    t_span : pair
        First and last time.
    y0 : array, shape (n,), or (..., n) for a batch
        The state at the first time, real or complex. A batch has common steps; it has no events, and not "Radau".
    method : {"RK45", "RK23", "Tsit5", "Radau"}
        Explicit pairs of orders 5(4), 3(2) and 5(4), and an implicit method of order 5 for stiff systems, which uses
        the exact Jacobian. "DOP853", "BDF" and "LSODA" run in SciPy on the host and have no derivatives.
    t_eval, dense_output, events, args, rtol, atol, first_step, max_step
        As in `scipy.integrate.solve_ivp`.
    vectorized, jac, jac_sparsity, lband, uband, min_step
        Accepted; the methods here have no use for them.

    Returns
    -------
    OptimizeResult
        ``t``, ``y`` of shape (n, k), ``sol``, ``t_events``, ``y_events``, ``nfev``, ``status``, ``message`` and
        ``success``. States are differentiable, forward and reverse to any order, in ``y0``, ``args``, ``t_span``,
        ``t_eval`` and everything that ``fun`` closes over; times of events as roots of the dense output.

    Notes
    -----
    Derivatives are those of the discretised system: exact for the computed numbers, with the steps held fixed. In
    reverse mode the states at the ends of steps are kept and their stages computed again.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad
    >>> from scitorch.integrate import solve_ivp
    >>> y0 = torch.ones(1, dtype=torch.float64)
    >>> end = lambda rate: solve_ivp(lambda t, y: -rate * y, (0.0, 2.0), y0, rtol=1e-8, atol=1e-10).y[0, -1]
    >>> grad(end)(torch.tensor(0.5, dtype=torch.float64))
    tensor(-0.7358, dtype=torch.float64)
    """
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    kind = Kind((y0, *t_span, *args))
    start = kind.tensor(y0)
    if not (start.is_floating_point() or start.is_complex()):
        start = start.to(kind.dtype)
    if start.ndim == 0:
        raise ValueError("`y0` must be 1-dimensional.")
    name = method if isinstance(method, str) else getattr(method, "__name__", str(method))
    system = _system(fun, args, kind, start.ndim - 1)
    t0, t1 = (kind.tensor(t, kind.real).to(kind.real) for t in t_span)
    if name.lower() not in METHODS:
        return _in_scipy(system, (t0, t1), start, kind, name, locals())
    stepper = METHODS[name.lower()]
    single = "solve_ivp: Radau has no batches; RK45, RK23 and Tsit5 have" if name.lower() == "radau" else ""
    if single and start.ndim > 1:
        raise NotImplementedError(single)
    if start.is_complex() and name.lower() == "radau":
        raise NotImplementedError("solve_ivp: Radau takes real states; stack real and imaginary parts")
    eps = torch.finfo(kind.real).eps
    if rtol < 100 * eps:
        warnings.warn(f"At least one element of `rtol` is too small. Setting `rtol = {100 * eps}`.", stacklevel=2)
        rtol = 100 * eps
    tolerance = kind.tensor(atol, kind.real) if not isinstance(atol, int | float) else atol
    watched = _events(events)

    def f(s: Tensor, y: Tensor, t0: Tensor, span: Tensor) -> Tensor:
        return span * system(t0 + s * span, y)

    held = closed(f, torch.zeros_like(t0.detach()), start.detach(), t0.detach(), (t1 - t0).detach())
    count = len(held.captured)

    def explicit(theta: Any, s: Tensor, y: Tensor) -> Tensor:
        return held(theta[:count], s, y, *theta[count:])

    span = t1 - t0
    length = float(_whole(span).abs().max()) if span.numel() else 0.0
    if length == 0:
        raise ValueError("solve_ivp: the times in t_span are the same")
    stops = _Watch(watched, args, kind, t0, span) if watched else None

    def choose(g: Function, y: Tensor) -> Trajectory:
        first = None if first_step is None else first_step / length
        return march(stepper, g, y, rtol, tolerance, first, max_step / length, stops)

    theta = held.inputs([t0, span])
    if watched and start.ndim > 1:
        raise NotImplementedError("solve_ivp: there are no events of a batch")
    dense = dense_output or bool(watched) or t_eval is not None
    if differentiation_active() and any(is_tracked(x) for x in (start, *theta)):
        if watched and any(is_batched(x) for x in (start, *theta)):
            raise NotImplementedError("solve_ivp: there are no events of a batch")
        grid, status, evaluations = apply_rule(Steps(explicit, choose, single), start, *theta)
        path = retraced(stepper, explicit, theta, start, grid, dense)
        path.status, path.evaluations = int(status), int(evaluations)
    else:
        with torch.no_grad():
            path = choose(lambda s, y: explicit(theta, s, y), start)
    return _result(path, kind, t0, span, t_eval, dense_output, watched, stops, args)


def _whole(x: Tensor) -> Tensor:
    from scitorch.op.torch_private import is_transformed

    while is_transformed(x):
        x = torch._C._functorch.get_unwrapped(x)
    return x.detach()


def _system(fun: Function, args: tuple[Any, ...], kind: Kind, batch: int) -> Function:
    def system(t: Tensor, y: Tensor) -> Tensor:
        found = kind.tensor(fun(kind.trace(t), kind.trace(y), *args))
        return found.reshape(y.shape).to(y.dtype)

    for _ in range(batch):
        system = torch.func.vmap(system, (None, 0))
    return system


def _events(events: Any) -> list[Function]:
    return [] if events is None else [events] if callable(events) else list(events)


class _Watch:
    """Look for the events of each new step; true where a terminal one is the last of its count."""

    def __init__(self, events: list[Function], args: tuple[Any, ...], kind: Kind, t0: Tensor, span: Tensor) -> None:
        self.events, self.args, self.kind = events, args, kind
        self.t0, self.span = _whole(t0), _whole(span)
        self.found: list[list[tuple[int, float]]] = [[] for _ in events]
        self.counts = [0 for _ in events]
        self.end: tuple[int, float] | None = None

    def value(self, event: Function, s: Tensor, y: Tensor) -> Tensor:
        """The event's function at a fraction of the interval."""
        found = event(self.kind.trace(self.t0 + s * self.span), self.kind.trace(y), *self.args)
        return self.kind.tensor(found, self.kind.real).reshape(())

    def __call__(self, path: Trajectory) -> bool:
        step = len(path.dense) - 1
        hits: list[tuple[float, int]] = []
        for k, event in enumerate(self.events):
            low = float(self.value(event, path.s[step], path.y[step]).detach())
            high = float(self.value(event, path.s[step + 1], path.y[step + 1]).detach())
            direction = getattr(event, "direction", 0)
            up, down = low <= 0 <= high and low != high, low >= 0 >= high and low != high
            if low == 0 or not ((up and direction >= 0) or (down and direction <= 0)):
                continue
            hits.append((self._root(event, path, step, low), k))
        for s, k in sorted(hits):
            self.counts[k] += 1
            self.found[k].append((step, s))
            terminal = getattr(self.events[k], "terminal", False)
            if terminal and self.counts[k] >= (1 if terminal is True else int(terminal)):
                self.end = (step, s)
                return True
        return False

    def _root(self, event: Function, path: Trajectory, step: int, low: float) -> float:
        from scipy.optimize import brentq

        def at(s: float) -> float:
            place = torch.tensor(s, dtype=path.s[0].dtype, device=path.s[0].device)
            return float(self.value(event, place, path.at(place, step)).detach())

        start, end = float(path.s[step]), float(path.s[step + 1])
        if at(start) * at(end) > 0:  # rounding of the dense output at the end
            return end
        return float(brentq(at, start, end, xtol=4 * torch.finfo(path.s[0].dtype).eps))


def _result(
    path: Trajectory,
    kind: Kind,
    t0: Tensor,
    span: Tensor,
    t_eval: Any,
    dense_output: bool,
    events: list[Function],
    stops: _Watch | None,
    args: tuple[Any, ...],
) -> Any:
    from scipy.optimize import OptimizeResult

    solution = Solution(kind, path, t0, span)
    places = torch.stack(path.s)
    times, states = t0 + places * span, torch.stack(path.y, dim=-1)
    t_events = y_events = None
    if stops is not None:
        moments = [
            [_moment(path, kind, e, step, s, t0, span, args) for step, s in f] for e, f in zip(events, stops.found)
        ]
        t_events = [kind.result(torch.stack([t for t, _ in m]) if m else times[:0]) for m in moments]
        y_events = [kind.result(torch.stack([y for _, y in m]) if m else states[..., :0].mT) for m in moments]
        if stops.end is not None:
            last = next(k for k, f in enumerate(stops.found) if f and f[-1] == stops.end)
            t, y = moments[last][-1]
            times = torch.cat([times[:-1], t[None]])
            states = torch.cat([states[..., :-1], y[..., None]], -1)
    if t_eval is not None:
        wanted = kind.tensor(t_eval, kind.real)
        final, sign = float(_whole(times[-1]).max()), 1 if float(_whole(span).max()) > 0 else -1
        low, high = sorted((float(_whole(t0).max()), float(_whole(t0 + span).max())))
        plain = _whole(wanted)
        if bool(((plain < low) | (plain > high)).any()):
            raise ValueError("Values in `t_eval` are not within `t_span`.")
        wanted = wanted[(sign * plain) <= sign * final]
        times, states = wanted, solution.states(wanted)
    return OptimizeResult(
        t=kind.result(times),
        y=kind.result(states),
        sol=solution if dense_output else None,
        t_events=t_events,
        y_events=y_events,
        nfev=path.evaluations,
        njev=0,
        nlu=0,
        status=path.status,
        message=_MESSAGES[path.status],
        success=path.status >= 0,
    )


def _moment(
    path: Trajectory, kind: Kind, event: Function, step: int, s: float, t0: Tensor, span: Tensor, args: tuple[Any, ...]
) -> tuple[Tensor, Tensor]:
    """Time and state of an event, differentiable as a root of the event's function along the dense output."""
    place = torch.tensor(s, dtype=path.s[0].dtype, device=path.s[0].device)

    def residual(s: Tensor) -> Tensor:
        found = event(kind.trace(t0 + s * span), kind.trace(path.at(s, step)), *args)
        return kind.tensor(found, kind.real).reshape(())

    if differentiation_active():
        place = solution_of(residual, lambda g, x: (x, True, 0), place, (), Diagonal())[0]
    return t0 + place * span, path.at(place, step)


def _in_scipy(system: Function, t_span: Any, start: Tensor, kind: Kind, name: str, given: dict[str, Any]) -> Any:
    import scipy.integrate

    if name not in ("DOP853", "BDF", "LSODA"):
        raise ValueError(
            f"solve_ivp: there is no method {name!r}; there are RK45, RK23, Tsit5, Radau, DOP853, BDF, LSODA"
        )
    if start.ndim > 1:
        raise NotImplementedError(f"solve_ivp: {name} runs in SciPy and takes no batch")
    held = closed(system, t_span[0].detach(), start.detach()) if differentiation_active() else None
    if held is not None and any(is_tracked(x) for x in (*t_span, start, *held.captured)):
        raise NotImplementedError(
            f"solve_ivp: {name} runs in SciPy and has no derivatives; RK45, RK23, Tsit5 and Radau have them"
        )

    def fun(t: float, y: Any) -> Any:
        with torch.no_grad():
            point = torch.tensor(y, dtype=start.dtype, device=start.device)
            return system(torch.tensor(t, dtype=kind.real, device=start.device), point).numpy(force=True)

    keywords = {k: given[k] for k in ("dense_output", "rtol", "atol", "first_step", "max_step")}
    watched = _events(given["events"])
    if watched:
        raise NotImplementedError(f"solve_ivp: {name} runs in SciPy and takes no events here")
    t_eval = given["t_eval"]
    keywords["t_eval"] = None if t_eval is None else kind.tensor(t_eval, kind.real).numpy(force=True)
    span = [float(t.detach()) for t in t_span]
    result = scipy.integrate.solve_ivp(fun, span, start.numpy(force=True), method=name, **keywords)
    result.t, result.y = (kind.result(torch.as_tensor(v, device=start.device)) for v in (result.t, result.y))
    return result


def odeint(
    func: Function,
    y0: Any,
    t: Any,
    args: Any = (),
    Dfun: Any = None,
    col_deriv: int = 0,
    full_output: int = 0,
    ml: Any = None,
    mu: Any = None,
    rtol: float | None = None,
    atol: Any = None,
    tcrit: Any = None,
    h0: float = 0.0,
    hmax: float = 0.0,
    hmin: float = 0.0,
    ixpr: int = 0,
    mxstep: int = 0,
    mxhnil: int = 0,
    mxordn: int = 12,
    mxords: int = 5,
    printmessg: int = 0,
    tfirst: bool = False,
) -> Any:
    """Integrate ``dy/dt = func(y, t, *args)`` and return the states at given times, shape (k, n).

    Parameters are those of `scipy.integrate.odeint`; the method is that of Dormand and Prince of `solve_ivp`, with its
    derivatives, and ``rtol`` and ``atol`` are 1.49e-8 by default. Stiff systems are for ``solve_ivp(method="Radau")``.
    """
    args = args if isinstance(args, tuple) else (args,)
    kind = Kind((y0, t, *args))
    times = kind.tensor(t, kind.real)
    if times.ndim != 1 or len(times) < 2:
        raise ValueError("odeint: t is a sequence of two times or more")
    fun = func if tfirst else lambda s, y, *rest: func(y, s, *rest)
    tight = 1.49e-8
    start = kind.tensor(y0)
    start = start.reshape(-1) if start.ndim == 0 else start
    result = solve_ivp(
        fun, (times[0], times[-1]), kind.trace(start), t_eval=kind.trace(times), args=args,
        rtol=tight if rtol is None else rtol, atol=tight if atol is None else atol,
        first_step=h0 or None, max_step=hmax or float("inf"),
    )  # fmt: skip
    if not result.success:
        warnings.warn(f"odeint: {result.message}", RuntimeWarning, stacklevel=2)
    states = kind.result(kind.tensor(result.y).mT)
    return (states, {"nfe": result.nfev, "message": result.message}) if full_output else states
