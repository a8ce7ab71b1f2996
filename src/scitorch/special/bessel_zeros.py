"""Zeros of Bessel and Kelvin functions."""

from __future__ import annotations

from .tables import first_zeros, zeros_of_order, zeros_of_the_plane

_ASCENDING = "Tensor, shape (nt,)\n    The positive zeros in ascending order."

jn_zeros = zeros_of_order("jn_zeros", "Zeros of the Bessel function J_n", _ASCENDING, "tensor([2.4048, 5.5201])")
jnp_zeros = zeros_of_order(
    "jnp_zeros", "Zeros of the derivative of the Bessel function J_n", _ASCENDING, "tensor([3.8317, 7.0156])"
)
yn_zeros = zeros_of_order("yn_zeros", "Zeros of the Bessel function Y_n", _ASCENDING, "tensor([0.8936, 3.9577])")
ynp_zeros = zeros_of_order(
    "ynp_zeros", "Zeros of the derivative of the Bessel function Y_n", _ASCENDING, "tensor([2.1971, 5.4297])"
)
jnyn_zeros = zeros_of_order(
    "jnyn_zeros",
    "Zeros of J_n, J_n', Y_n and Y_n'",
    "tuple of Tensor, each of shape (nt,)\n    The positive zeros of the four functions in ascending order.",
    "(tensor([2.4048, 5.5201]),\n tensor([3.8317, 7.0156]),\n tensor([0.8936, 3.9577]),\n tensor([2.1971, 5.4297]))",
)
jnjnp_zeros = first_zeros(
    "jnjnp_zeros",
    "Zeros of all Bessel functions J_n of whole order and of their derivatives, in ascending order",
    "zo, n, m, t : Tensor, shape (nt,)\n"
    "    The zeros, the order of the function that each belongs to, its number there, "
    "and 0 for J_n or 1 for J_n'.",
    "(tensor([0.]), tensor([0]), tensor([0]), tensor([1]))",
    most=1200,
)
y0_zeros = zeros_of_the_plane(
    "y0_zeros",
    "Zeros of the Bessel function Y_0",
    "tuple of Tensor, each of shape (nt,)\n    The zeros, complex, and Y_1 = -Y_0' there.",
    "(tensor([0.8936+0.j]), tensor([-0.8794+0.j]))",
)
y1_zeros = zeros_of_the_plane(
    "y1_zeros",
    "Zeros of the Bessel function Y_1",
    "tuple of Tensor, each of shape (nt,)\n    The zeros, complex, and Y_1' there.",
    "(tensor([2.1971+0.j]), tensor([0.5208+0.j]))",
)
y1p_zeros = zeros_of_the_plane(
    "y1p_zeros",
    "Zeros of the derivative of the Bessel function Y_1",
    "tuple of Tensor, each of shape (nt,)\n    The zeros, complex, and Y_1 there.",
    "(tensor([3.6830+0.j]), tensor([0.4167+0.j]))",
)
ber_zeros = first_zeros("ber_zeros", "Zeros of the Kelvin function ber", _ASCENDING, "tensor([2.8489])")
berp_zeros = first_zeros(
    "berp_zeros", "Zeros of the derivative of the Kelvin function ber", _ASCENDING, "tensor([6.0387])"
)
bei_zeros = first_zeros("bei_zeros", "Zeros of the Kelvin function bei", _ASCENDING, "tensor([5.0262])")
beip_zeros = first_zeros(
    "beip_zeros", "Zeros of the derivative of the Kelvin function bei", _ASCENDING, "tensor([3.7727])"
)
ker_zeros = first_zeros("ker_zeros", "Zeros of the Kelvin function ker", _ASCENDING, "tensor([1.7185])")
kerp_zeros = first_zeros(
    "kerp_zeros", "Zeros of the derivative of the Kelvin function ker", _ASCENDING, "tensor([2.6658])"
)
kei_zeros = first_zeros("kei_zeros", "Zeros of the Kelvin function kei", _ASCENDING, "tensor([3.9147])")
keip_zeros = first_zeros(
    "keip_zeros", "Zeros of the derivative of the Kelvin function kei", _ASCENDING, "tensor([4.9318])"
)
kelvin_zeros = first_zeros(
    "kelvin_zeros",
    "Zeros of all Kelvin functions and of their derivatives",
    "tuple of Tensor, each of shape (nt,)\n"
    "    The zeros of ber, bei, ker, kei, ber', bei', ker' and kei' in ascending order.",
    "(tensor([2.8489]),\n"
    " tensor([5.0262]),\n"
    " tensor([1.7185]),\n"
    " tensor([3.9147]),\n"
    " tensor([6.0387]),\n"
    " tensor([3.7727]),\n"
    " tensor([2.6658]),\n"
    " tensor([4.9318]))",
)
