"""Methods that remember a few vectors: conjugate gradients and the biconjugate family.

Each follows the recurrences of its source with the stopping rules and codes of SciPy, for all columns in lockstep.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .system import (
    Progress,
    Settings,
    Solution,
    System,
    add_scaled,
    first_residual,
    inner,
    norms,
    scale_and_add,
)

#: SciPy's codes: the first inner product of an iteration vanished, or one that is divided by.
RHO_VANISHED, DIVISOR_VANISHED = -10, -11


def _vanishing(x: Tensor) -> float:
    eps: float = torch.finfo(x.dtype).eps
    return eps**2


def cg(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Conjugate gradients (Hestenes & Stiefel 1952; Saad, "Iterative Methods for Sparse Linear Systems", 9.1)."""
    progress = Progress(b, settings)
    r, p, previous = first_residual(system, b, x), b, b
    for iteration in range(settings.maxiter):
        if not progress.check(norms(r)):
            break
        z = system.psolve(r)
        rho = inner(r, z)
        if iteration:
            p = p.clone() if p is z else p
            scale_and_add(p, progress.ratio(rho, previous), z)
        else:
            p = z.clone()
        q = system.matvec(p)
        curvature = inner(p, q)
        if not progress.retire(curvature == 0, DIVISOR_VANISHED):
            break
        alpha = progress.ratio(rho, curvature)
        add_scaled(x, alpha, p)
        add_scaled(r, -alpha, q)
        previous = rho
        progress.report(x)
    return progress.result(x)


def bicg(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Biconjugate gradients (Fletcher 1976; Saad, section 7.3.1)."""
    progress = Progress(b, settings)
    r = first_residual(system, b, x)
    shadow, previous = r.clone(), r
    p = q = r
    for iteration in range(settings.maxiter):
        if not progress.check(norms(r)):
            break
        z, shadow_z = system.psolve(r), system.rpsolve(shadow)
        rho = inner(shadow, z)
        if not progress.retire(rho.abs() < _vanishing(b), RHO_VANISHED):
            break
        if iteration:
            beta = progress.ratio(rho, previous)
            scale_and_add(p, beta, z)
            scale_and_add(q, beta.conj().resolve_conj(), shadow_z)
        else:
            p, q = z.clone(), shadow_z.clone()
        ap = system.matvec(p)
        divisor = inner(q, ap)
        if not progress.retire(divisor == 0, DIVISOR_VANISHED):
            break
        alpha = progress.ratio(rho, divisor)
        add_scaled(x, alpha, p)
        add_scaled(r, -alpha, ap)
        add_scaled(shadow, -alpha.conj().resolve_conj(), system.rmatvec(q))
        previous = rho
        progress.report(x)
    return progress.result(x)


def bicgstab(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Stabilised biconjugate gradients (van der Vorst 1992; Saad, section 7.4.2)."""
    progress = Progress(b, settings)
    tiny = _vanishing(b)
    r = first_residual(system, b, x)
    shadow, p, v = r.clone(), r, r
    previous = alpha = omega = torch.ones_like(inner(r, r))
    for iteration in range(settings.maxiter):
        if not progress.check(norms(r)):
            break
        rho = inner(shadow, r)
        if not progress.retire(rho.abs() < tiny, RHO_VANISHED):
            break
        if iteration:
            if not progress.retire(omega.abs() < tiny, DIVISOR_VANISHED):
                break
            beta = progress.ratio(rho * alpha, previous * omega)
            add_scaled(p, -omega, v)
            scale_and_add(p, beta, r)
        else:
            p = r.clone()
        direction = system.psolve(p)
        v = system.matvec(direction)
        divisor = inner(shadow, v)
        if not progress.retire(divisor == 0, DIVISOR_VANISHED):
            break
        alpha = progress.ratio(rho, divisor)
        add_scaled(r, -alpha, v)
        add_scaled(x, alpha, direction)
        if not progress.check(norms(r)):
            break
        second = system.psolve(r)
        t = system.matvec(second)
        omega = progress.ratio(inner(t, r), inner(t, t))
        add_scaled(x, omega, second)
        add_scaled(r, -omega, t)
        previous = rho
        progress.report(x)
    return progress.result(x)


def cgs(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Conjugate gradients squared (Sonneveld 1989; Saad, section 7.4.1), with the residual computed anew."""
    progress = Progress(b, settings)
    r = first_residual(system, b, x)
    shadow, previous = r.clone(), r
    p = u = q = r
    for iteration in range(settings.maxiter):
        if not progress.check(norms(r)):
            break
        rho = inner(shadow, r)
        if not progress.retire(rho.abs() < _vanishing(b), RHO_VANISHED):
            break
        if iteration:
            beta = progress.ratio(rho, previous)
            u = r + beta * q
            p = u + beta * (q + beta * p)
        else:
            p = u = r
        v = system.matvec(system.psolve(p))
        divisor = inner(shadow, v)
        if not progress.retire(divisor == 0, DIVISOR_VANISHED):
            break
        alpha = progress.ratio(rho, divisor)
        q = u - alpha * v
        add_scaled(x, alpha, system.psolve(u + q))
        r = b - system.matvec(x)
        previous = rho
        progress.report(x)
    return progress.result(x)


def tfqmr(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Transpose-free quasi-minimal residuals (Freund 1993; Saad, section 7.4.3), preconditioned from the right.

    SciPy 1.17 multiplies the preconditioner from the left into the residuals, but from the right into the solution,
    which then solves the system only where the two commute.
    """
    r = first_residual(system, b, x)
    progress = Progress(r, settings)
    progress.stop = torch.clamp(settings.rtol * norms(r), min=settings.atol)
    shadow, u, w = r.clone(), r, r.clone()
    v = system.matvec(system.psolve(r))
    au, d = v, torch.zeros_like(r)
    tau = norms(r)
    rho = previous = inner(shadow, r)
    theta, eta, alpha, following = torch.zeros_like(tau), torch.zeros_like(rho), torch.ones_like(rho), u
    for iteration in range(settings.maxiter):
        if not bool(progress.active.any()):
            break
        even = iteration % 2 == 0
        if even:
            divisor = inner(shadow, v)
            if not progress.retire(divisor == 0, -1):
                break
            alpha = progress.ratio(rho, divisor)
            following = u - alpha * v
        w = w - alpha * au
        d = u + progress.ratio(theta**2 * eta, alpha) * d
        theta = progress.ratio(norms(w), tau)
        cosine = 1 / torch.sqrt(1 + theta**2)
        tau = tau * theta * cosine
        eta = cosine**2 * alpha
        x += torch.where(progress.active, eta, 0) * system.psolve(d)
        progress.report(x)
        if settings.options.get("show"):
            print(f"TFQMR: iteration {iteration + 1}, residual at most {float((tau * (iteration + 1) ** 0.5).max()):g}")
        if not progress.check(tau * (iteration + 1) ** 0.5):
            break
        if even:
            au = system.matvec(system.psolve(following))
            u, previous = following, rho
        else:
            rho = inner(shadow, w)
            beta = progress.ratio(rho, previous)
            u = w + beta * u
            v = beta * au + beta**2 * v
            au = system.matvec(system.psolve(u))
            v = v + au
    return progress.result(x)
