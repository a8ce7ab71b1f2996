"""Imports of the script and of the modules beside it, without touching anyone else's.

Every module has its own ``__builtins__``, and the ``import`` statement calls the ``__import__`` it finds there. The
script and its neighbours get one that answers ``numpy`` and ``scipy`` with namespaces; ``sys.modules`` keeps the
real libraries, so that installed packages never see scitorch.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from .namespace import Namespaces

_REPLACED = frozenset({"numpy", "scipy"})
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class ImportHook:
    """The imports of one run.

    Parameters
    ----------
    namespaces
        What stands in for NumPy and SciPy.
    folder
        The script's folder; modules under it are the script's neighbours. None for no neighbours.
    """

    def __init__(self, namespaces: Namespaces, folder: Path | None) -> None:
        self.namespaces = namespaces
        self.folder = None if folder is None else folder.resolve()
        self.builtins = dict(vars(builtins))
        self._import = builtins.__import__
        self.builtins["__import__"] = self.import_module
        self._importlib = _Importlib(self)
        namespaces.record.builtins = self.builtins

    def import_module(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Do the work of the ``import`` statement."""
        top = name.partition(".")[0]
        if top == "importlib" and not level and (name == top or not fromlist):
            self._import(name, globals, locals, fromlist or (), 0)
            return self._importlib
        if level or top not in _REPLACED:
            return self._import(name, globals, locals, fromlist or (), level)
        real = importlib.import_module(name)
        if not fromlist:
            return self.namespaces.of(top)
        for item in fromlist:
            if item != "*" and not hasattr(real, item) and hasattr(real, "__path__"):
                self._import(name, globals, locals, (item,), 0)
        return self.namespaces.of(name)

    # the interface of a meta path finder
    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Find a neighbour of the script; None for every other module."""
        if self.folder is None or fullname.partition(".")[0] in (*_REPLACED, "scitorch", "torch"):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return None
        origin = Path(spec.origin).resolve()
        if not origin.is_relative_to(self.folder):
            return None
        inside = origin.relative_to(self.folder).parts
        if _INSTALLED & set(inside) or origin.is_relative_to(Path(__file__).resolve().parents[1]):
            return None
        spec.loader = _NeighbourLoader(fullname, spec.origin, self.builtins)
        return spec

    def __enter__(self) -> ImportHook:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.meta_path.remove(self)


class _Importlib(ModuleType):
    """``importlib`` as the script sees it: its ``import_module`` knows the namespaces, the rest is Python's."""

    def __init__(self, hook: ImportHook) -> None:
        super().__init__(importlib.__name__, importlib.__doc__)
        self.__dict__.update(__path__=importlib.__path__, __spec__=importlib.__spec__)
        self._hook = hook

    def import_module(self, name: str, package: str | None = None) -> ModuleType:
        """Import a module, or give the namespace in its place."""
        if name.partition(".")[0] in _REPLACED:
            importlib.import_module(name)
            return self._hook.namespaces.of(name)
        return importlib.import_module(name, package)

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib, name)


class _NeighbourLoader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, module_builtins: dict[str, Any]) -> None:
        super().__init__(fullname, path)
        self._builtins = module_builtins

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self._builtins
        super().exec_module(module)
