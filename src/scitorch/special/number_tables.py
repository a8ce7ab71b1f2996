"""Zeros of the error function, Fresnel's integrals and Airy functions; Bernoulli's and Euler's numbers."""

from __future__ import annotations

from .tables import first_zeros, numbers_up_to

_QUADRANT = "Tensor, shape (nt,)\n    The zeros in the first quadrant, by absolute value; complex."

erf_zeros = first_zeros("erf_zeros", "Zeros of the error function", _QUADRANT, "tensor([1.4506+1.8809j])")
fresnelc_zeros = first_zeros(
    "fresnelc_zeros", "Zeros of Fresnel's cosine integral", _QUADRANT, "tensor([1.7437+0.3057j])"
)
fresnels_zeros = first_zeros(
    "fresnels_zeros", "Zeros of Fresnel's sine integral", _QUADRANT, "tensor([2.0093+0.2885j])"
)
fresnel_zeros = first_zeros(
    "fresnel_zeros",
    "Zeros of Fresnel's integrals",
    "tuple of Tensor, each of shape (nt,)\n"
    "    The zeros of the sine and of the cosine integral in the first quadrant; complex.",
    "(tensor([2.0093+0.2885j]), tensor([1.7437+0.3057j]))",
)
ai_zeros = first_zeros(
    "ai_zeros",
    "Zeros of the Airy function Ai and of its derivative",
    "tuple of Tensor, each of shape (nt,)\n"
    "    The zeros of Ai and of Ai', Ai at those of Ai', and Ai' at those of Ai; the zeros are negative.",
    "(tensor([-2.3381]), tensor([-1.0188]), tensor([0.5357]), tensor([0.7012]))",
)
bi_zeros = first_zeros(
    "bi_zeros",
    "Zeros of the Airy function Bi and of its derivative",
    "tuple of Tensor, each of shape (nt,)\n"
    "    The zeros of Bi and of Bi', Bi at those of Bi', and Bi' at those of Bi; the zeros are negative.",
    "(tensor([-1.1737]), tensor([-2.2944]), tensor([-0.4549]), tensor([0.6020]))",
)
bernoulli = numbers_up_to(
    "bernoulli",
    "Bernoulli numbers B_0 … B_n",
    "Tensor, shape (n + 1,)\n    The numbers, with B_1 = -1/2.",
    "tensor([ 1.0000, -0.5000,  0.1667,  0.0000, -0.0333])",
)
euler = numbers_up_to(
    "euler",
    "Euler numbers E_0 … E_n",
    "Tensor, shape (n + 1,)\n    The numbers, signed; those of odd index are 0.",
    "tensor([ 1.,  0., -1.,  0.,  5.])",
)
