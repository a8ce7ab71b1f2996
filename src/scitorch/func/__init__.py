"""Function transforms on arrays and tensors: derivatives and batches of functions.

These are `torch.func`'s transforms, for functions of tensors as well as of `scitorch.numpy` arrays: torch's own `grad`,
`jacrev`, `jacfwd` and `hessian` insist on functions that return tensors. A derivative has the type of the argument
that it is taken in. `jvp`, `vjp` and `vmap` are torch's as they are, which take arrays already.
"""

from torch.func import jvp, vjp, vmap

from scitorch.func.derivatives import grad, hessian, jacfwd, jacrev, value_and_grad

__all__ = ["grad", "hessian", "jacfwd", "jacrev", "jvp", "value_and_grad", "vjp", "vmap"]
