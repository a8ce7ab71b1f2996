"""Methods that make the residual smallest over a Krylov space: GMRES and MINRES."""

from __future__ import annotations

import torch
from torch import Tensor

from .system import Progress, Settings, Solution, System, first_residual, inner, norms


def _rotation(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cosine (real), sine and length of the rotation that turns ``(a, b)`` into ``(length, 0)``, b real."""
    length = torch.sqrt(a.abs() ** 2 + b.abs() ** 2)
    regular = length != 0
    safe = torch.where(regular, length, 1)
    cosine = torch.where(regular, a.abs() / safe, 1)
    phase = torch.where(a == 0, torch.ones_like(a), torch.sgn(a))
    sine = torch.where(regular, phase * b / safe, 0)
    return cosine, sine, phase * length


def _projections(basis: Tensor, w: Tensor) -> Tensor:
    """Coefficients ``(j, ..., 1, k)`` of ``w`` along a basis ``(j, ..., n, k)``."""
    if w.numel() == w.shape[-2]:
        rows = basis.reshape(basis.shape[0], -1)
        return (rows.conj() @ w.reshape(-1)).reshape(-1, *(1,) * w.ndim)
    return torch.einsum("j...nk,...nk->j...k", basis.conj(), w).unsqueeze(-2)


def _combination(basis: Tensor, h: Tensor) -> Tensor:
    """The sum of basis vectors with coefficients ``h``."""
    if basis[0].numel() == basis.shape[-2]:
        rows = basis.reshape(basis.shape[0], -1)
        return (h.reshape(-1).to(rows.dtype) @ rows).reshape(basis.shape[1:])
    return torch.einsum("j...nk,j...k->...nk", basis, h.squeeze(-2).to(basis.dtype))


def gmres(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Restarted GMRES, preconditioned from the left (Saad & Schultz 1986; Saad, sections 6.5 and 9.3.1).

    The basis is made orthogonal by two passes of the classical Gram-Schmidt process, which is as good as the modified
    one (Giraud, Langou, Rozložník & van den Eshof 2005) and made of products with the whole basis.
    """
    progress = Progress(b, settings)
    told, callback = settings.options.get("callback_type"), settings.callback
    eps = torch.finfo(b.dtype).eps
    restart = min(settings.options.get("restart") or 20, b.shape[-2])
    size = norms(b)
    r = first_residual(system, b, x)
    norm = norms(r)
    if not progress.check(norm):
        return progress.result(x)
    preconditioned = norms(system.psolve(b))
    factor = torch.ones_like(size)
    wanted = progress.ratio(preconditioned * torch.minimum(factor, progress.ratio(progress.stop, size)), factor)
    total = 0
    basis = b.new_empty((restart + 1, *b.shape))
    for _ in range(settings.maxiter):
        z = system.psolve(r)
        beta = norms(z)
        basis[0] = z / torch.where(beta == 0, 1, beta)
        top = beta.to(b.dtype)
        tops: list[Tensor] = []
        columns: list[Tensor] = []
        rotations: list[tuple[Tensor, Tensor]] = []
        stuck = torch.zeros_like(progress.active)
        ended = ~progress.active
        estimate = beta
        for j in range(restart):
            w = system.psolve(system.matvec(basis[j]))
            before = norms(w)
            h = _projections(basis[: j + 1], w)
            w = w - _combination(basis[: j + 1], h)
            again = _projections(basis[: j + 1], w)
            w = w - _combination(basis[: j + 1], again)
            h = h + again
            below = norms(w)
            stuck = stuck | (below <= eps * before)
            below = torch.where(below <= eps * before, 0, below)
            basis[j + 1] = w / torch.where(below == 0, 1, below)
            column = list(h.unbind(0))
            for i, (c, s) in enumerate(rotations):
                upper = column[i]
                following = column[i + 1]
                column[i] = c * upper + s * following
                column[i + 1] = -s.conj() * upper + c * following
            c, s, length = _rotation(column[j], below)
            rotations.append((c, s))
            column[j] = length
            # columns that have ended take no further part: identity in the triangle, zero in the right-hand side
            column = [torch.where(ended, 0, v) for v in column[:j]] + [torch.where(ended, 1, column[j])]
            columns.append(torch.stack(column + [torch.zeros_like(column[0])] * (restart - 1 - j), 0))
            tops.append(torch.where(ended, 0, c * top))
            top = torch.where(ended, top, -s.conj() * top)
            estimate = torch.where(ended, estimate, top.abs())
            total += 1
            if callback is not None and told in ("legacy", "pr_norm"):
                relative = progress.ratio(estimate, size)
                callback(float(relative) if relative.numel() == 1 else relative.squeeze(-2))
            if told == "legacy" and total == settings.maxiter:
                break
            ended = ended | (estimate <= wanted) | stuck
            if bool(ended.all()):
                break
        count = len(columns)
        triangle = torch.stack(columns, 1)[:count]  # (row, column, ..., 1, k)
        triangle = triangle.movedim((0, 1), (-2, -1))
        side = torch.stack(tops, -1)
        regular = torch.diagonal(triangle, dim1=-2, dim2=-1) != 0
        side = torch.where(regular, side, 0)
        triangle = triangle + torch.diag_embed(torch.where(regular, 0, 1).to(triangle.dtype))
        y = torch.linalg.solve_triangular(triangle, side.unsqueeze(-1), upper=True).squeeze(-1)
        x += torch.where(progress.active, _combination(basis[:count], y.movedim(-1, 0)), 0)
        r = b - system.matvec(x)
        norm = norms(r)
        if callback is not None and told == "x":
            progress.report(x)
        reached = progress.active & (norm <= progress.stop)
        progress.info = torch.where(reached, 0, progress.info)
        progress.active = progress.active & ~reached & ~stuck & torch.isfinite(norm)
        if (told == "legacy" and total == settings.maxiter) or not bool(progress.active.any()):
            break
        # as far below the wanted residual as the last estimate was from the true one
        within = estimate <= wanted
        factor = torch.where(within, (0.25 * factor).clamp(min=eps), (1.5 * factor).clamp(max=1.0))
        wanted = estimate * torch.minimum(factor, progress.ratio(progress.stop, norm))
    return progress.result(x)


def minres(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """MINRES for Hermitian systems (Paige & Saunders 1975), with the stopping rules of their program."""
    shift, check = settings.options.get("shift", 0.0), settings.options.get("check", False)
    eps = torch.finfo(b.dtype).eps
    r1 = first_residual(system, b, x)
    y = system.psolve(r1)
    beta = inner(r1, y).real
    if bool((beta < 0).any()):
        raise ValueError("minres: indefinite preconditioner")
    progress = Progress(b, settings)
    x *= torch.where(progress.active, 1, 0)  # the solution for b = 0 is 0
    progress.info = torch.where(beta == 0, 0, progress.info)
    progress.active = progress.active & (beta > 0)
    if check:
        _require_symmetry(system, y, r1, eps)
    beta1 = beta = beta.sqrt()
    zero = torch.zeros_like(beta)
    previous_beta, dbar, epsln, phibar, norm2 = zero, zero, zero, beta1, zero
    largest, smallest = zero, torch.full_like(beta, torch.finfo(beta.dtype).max)
    cs, sn = zero - 1, zero
    w = w2 = torch.zeros_like(x)
    r2 = r1
    constant = torch.zeros_like(progress.active)  # the operator is a multiple of the identity on this space
    for iteration in range(1, settings.maxiter + 1):
        if not bool(progress.active.any()):
            break
        v = progress.ratio(zero + 1, beta) * y
        y = system.matvec(v) - shift * v
        if iteration > 1:
            y = y - progress.ratio(beta, previous_beta) * r1
        alpha = inner(v, y).real
        y = y - progress.ratio(alpha, beta) * r2
        r1, r2 = r2, y
        y = system.psolve(r2)
        previous_beta, beta = beta, inner(r2, y).real
        if bool(((beta < 0) & progress.active).any()):
            raise ValueError("minres: non-symmetric matrix")
        beta = torch.where(progress.active, beta, 0).sqrt()
        norm2 = norm2 + alpha**2 + previous_beta**2 + beta**2
        if iteration == 1:
            constant = beta <= 10 * eps * beta1
        oldeps = epsln
        delta, gbar = cs * dbar + sn * alpha, sn * dbar - cs * alpha
        epsln, dbar = sn * beta, -cs * beta
        root = torch.hypot(gbar, dbar)
        gamma = torch.hypot(gbar, beta).clamp(min=eps)
        cs, sn = gbar / gamma, beta / gamma
        phi, phibar = cs * phibar, sn * phibar
        w, w2 = (v - oldeps * w2 - delta * w) / gamma, w
        x += torch.where(progress.active, phi, 0) * w
        largest, smallest = torch.maximum(largest, gamma), torch.minimum(smallest, gamma)
        norm_a, norm_x = norm2.sqrt(), norms(x)
        test1 = torch.where(norm_a * norm_x == 0, torch.inf, phibar / (norm_a * norm_x))
        test2 = torch.where(norm_a == 0, torch.inf, root / norm_a)
        good = (1 + test1 <= 1) | (1 + test2 <= 1) | (test1 <= settings.rtol) | (test2 <= settings.rtol)
        ended = good | (largest / smallest >= 0.1 / eps) | (norm_a * norm_x * eps >= beta1)
        ended = ended | constant
        if settings.options.get("show"):
            print(f"minres: iteration {iteration}, residual {float(phibar.max()):g}")
        progress.report(x)
        progress.info = torch.where(progress.active & ended, 0, progress.info)
        progress.active = progress.active & ~ended
    return progress.result(x)


def _require_symmetry(system: System, y: Tensor, r1: Tensor, eps: float) -> None:
    w = system.matvec(y)
    bound = (inner(w, w).abs() + eps) * eps ** (1 / 3)
    if bool(((inner(w, w) - inner(y, system.matvec(w))).abs() > bound).any()):
        raise ValueError("minres: non-symmetric matrix")
    r2 = system.psolve(y)
    bound = (inner(y, y).abs() + eps) * eps ** (1 / 3)
    if bool(((inner(y, y) - inner(r1, r2)).abs() > bound).any()):
        raise ValueError("minres: non-symmetric preconditioner")
