"""Compilation of LLVM assembly for the CPU this process runs on, with the machine code kept on disk.

This is numba's compiler, llvmlite, without numba's type inference: a program of the scalar language is typed already,
and compiles here in some tens of milliseconds where numba takes one to several seconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]

from .mathematics import FUNCTIONS

__all__ = ["CACHE_VARIABLE", "compile_loops"]

#: The environment variable that says in which folder machine code is kept; empty for nowhere.
CACHE_VARIABLE = "SCITORCH_CACHE_DIR"

_engines: list[Any] = []  # the code lives as long as its engine


def compile_loops(assembly: str, names: tuple[str, ...], arguments: int) -> tuple[Callable[..., None], ...]:
    """
    Compile a module and return some of its functions.

    Parameters
    ----------
    assembly : str
        The module, as `llvm_text.llvm_module` writes it.
    names : tuple of str
        The functions wanted. They take `arguments` 64-bit integers and return nothing.
    arguments : int
        How many arguments they have.

    Returns
    -------
    tuple of callable
        The functions. They release the GIL while they run.
    """
    machine = _target_machine()
    stored = _Stored(assembly)
    code = stored.read()
    if code is None:
        module = llvm.parse_assembly(assembly)
        module.verify()
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
        builder.getModulePassManager().run(module, builder)
        code = machine.emit_object(module)
        stored.write(code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)
    return tuple(prototype(engine.get_function_address(name)) for name in names)


@cache
def _target_machine() -> Any:
    with contextlib.suppress(RuntimeError):  # deprecated and needless in newer versions
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    library = _c_library()
    for function in FUNCTIONS.values():
        address = ctypes.cast(getattr(library, function.cpp), ctypes.c_void_p).value
        llvm.add_symbol(function.cpp, address)
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=3, jit=True)


def _c_library() -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    return ctypes.CDLL(ctypes.util.find_library("m"))


class _Stored:
    """The machine code of one module on disk, in a file named by what it was made of and led by its own hash."""

    def __init__(self, assembly: str) -> None:
        made_of = (
            assembly,
            llvmlite.__version__,
            llvm.get_host_cpu_name(),
            llvm.get_host_cpu_features().flatten(),
            llvm.get_default_triple(),
        )
        digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()
        self.path: Path | None = None
        setting = os.environ.get(CACHE_VARIABLE)
        with contextlib.suppress(RuntimeError):  # there is no home folder
            folder = Path(setting) if setting else _user_cache() / "scitorch" / "kernels"
            self.path = None if setting == "" else folder / f"{digest[:40]}.o"

    def read(self) -> bytes | None:
        """
        Return the code, None if it is not there, not whole or not ours.

        LLVM would end the process on a damaged file, and another user's file is another user's program.
        """
        if self.path is None:
            return None
        try:
            if hasattr(os, "getuid") and self.path.stat().st_uid != os.getuid():
                return None
            data = self.path.read_bytes()
        except OSError:
            return None
        code = data[32:]
        return code if hashlib.sha256(code).digest() == data[:32] else None

    def write(self, code: bytes) -> None:
        if self.path is None:
            return
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(file.name, self.path)


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
