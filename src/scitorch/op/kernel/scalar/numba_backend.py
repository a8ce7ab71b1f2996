"""Compilation of scalar kernels for the CPU by numba."""

from __future__ import annotations

import hashlib
import linecache
import os
import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
from numba.core import types
from numba.extending import intrinsic

__all__ = ["CACHE_VARIABLE", "compile_module", "float32_array", "float64_array", "scalar_function"]

#: The environment variable that says where generated modules and their machine code are kept; empty for nowhere.
CACHE_VARIABLE = "SCITORCH_CACHE_DIR"

# IEEE arithmetic throughout: no reordering, no exception on division by zero. The GIL is released.
_OPTIONS = {"nogil": True, "fastmath": False, "error_model": "numpy"}

scalar_function = numba.njit(**_OPTIONS)


def _array_at(element: types.Type) -> Any:
    """Return the function from the address of an array to a pointer that can be indexed."""

    @intrinsic  # type: ignore[untyped-decorator]
    def array_at(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(element)(address), generate

    return array_at


float64_array = _array_at(types.float64)
float32_array = _array_at(types.float32)


def compile_module(text: str, name: str, loop: str, arguments: int) -> Callable[..., None]:
    """
    Compile one loop of a generated module.

    Parameters
    ----------
    text : str
        The module, as `python_text.python_module` writes it.
    name : str
        What the kernel is called, for file names.
    loop : str
        The function of the module to compile; all its arguments are integers.
    arguments : int
        How many arguments it has.

    Returns
    -------
    callable
        The compiled function.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    path = _stored(text, f"{name[:60]}_{digest}.py")
    module = _module(text, f"_scitorch_kernel_{digest}", path)
    signature = types.void(*[types.int64] * arguments)
    function = getattr(module, loop)
    if path is not None:
        try:
            return numba.njit(signature, cache=True, **_OPTIONS)(function)  # type: ignore[no-any-return]
        except (OSError, ImportError, EOFError, pickle.UnpicklingError, RuntimeError) as error:
            # The stored machine code is unreadable or the folder is: compile as if there were none.
            warnings.warn(f"the cache of compiled kernels in {path.parent} is not used: {error}", stacklevel=2)
    return numba.njit(signature, **_OPTIONS)(function)  # type: ignore[no-any-return]


def _module(text: str, name: str, path: Path | None) -> ModuleType:
    """Return the module, known to `sys.modules` because numba's stored code looks its environment up there."""
    if name not in sys.modules:
        file = str(path) if path else f"<{name}>"
        module = ModuleType(name)
        module.__file__ = file
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        sys.modules[name] = module
        exec(compile(text, file, "exec"), module.__dict__)
    return sys.modules[name]


def _stored(text: str, file_name: str) -> Path | None:
    """Write the module where numba can keep its machine code beside it; None if there is no such place."""
    setting = os.environ.get(CACHE_VARIABLE)
    if setting == "":
        return None
    # The name contains the hash of the content, so that a file never changes and numba's index stays valid.
    try:
        folder = Path(setting) if setting else _user_cache() / "scitorch" / "kernels"
        path = folder / file_name
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
                file.write(text)
            os.replace(file.name, path)
        if not os.access(folder, os.W_OK):
            return None
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        return None
    return path


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
