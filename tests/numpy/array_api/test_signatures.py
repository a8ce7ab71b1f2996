"""Names and signatures of the standard: every call it allows binds, with the same defaults."""

import inspect
import math
from types import ModuleType
from typing import Any

import array_api_strict
import pytest

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
CONSTANTS = ("e", "inf", "nan", "newaxis", "pi")
OF_THE_LIBRARY = {"ArrayAPIStrictFlags", "Device", "__array_namespace_info__"}  # and its flags
# defaults that NumPy spells differently and that mean the same
SAME_DEFAULT = {"norm": (None, "backward"), "dtype": (float, None), "stable": (None, True)}


def _functions() -> list[str]:
    found = []
    for prefix, module in (
        ("", array_api_strict),
        ("linalg.", array_api_strict.linalg),
        ("fft.", array_api_strict.fft),
    ):
        for name in sorted({*module.__all__, *(("eig", "eigvals") if prefix == "linalg." else ())}):
            plain = callable(getattr(module, name)) and not name.endswith("strict_flags")
            if plain and name not in OF_THE_LIBRARY and name not in DTYPES:
                found.append(prefix + name)
    return found


FUNCTIONS = _functions()


def _named(namespace: Any, path: str) -> Any:
    for part in path.split("."):
        namespace = getattr(namespace, part)
    return namespace


def _check_binds(ours: inspect.Signature, theirs: inspect.Signature) -> None:
    positional, required, keywords = [], [], {}
    for parameter in theirs.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += [object(), object()]
        elif parameter.kind is parameter.KEYWORD_ONLY:
            keywords[parameter.name] = object()
            assert parameter.default is not parameter.empty
        elif parameter.kind is not parameter.VAR_KEYWORD:
            positional.append(object())
            if parameter.default is parameter.empty:
                required.append(object())
    ours.bind(*positional, **keywords)
    ours.bind(*required)
    ours.bind(*required, **keywords)
    for parameter in theirs.parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name not in ours.parameters:
            raise AssertionError(f"{parameter.name} is no keyword")
        mine = ours.parameters.get(parameter.name)
        if mine is not None and parameter.default is not parameter.empty and not _is_sentinel(mine, parameter):
            same = SAME_DEFAULT.get(parameter.name) == (mine.default, parameter.default)
            assert same or mine.default == parameter.default, parameter.name


def _is_sentinel(*parameters: inspect.Parameter) -> bool:
    return any(type(p.default).__name__ in ("_Missing", "_NoValueType", "Undef") for p in parameters)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_function(xp: ModuleType, strict: ModuleType, path: str) -> None:
    _check_binds(inspect.signature(_named(xp, path)), inspect.signature(_named(strict, path)))


METHODS = [
    name
    for name, value in inspect.getmembers(type(array_api_strict.ones(1)))
    if inspect.isfunction(value) and (not name.startswith("_") or name.startswith("__"))
    if name
    not in (
        "__init__",
        "__new__",
        "__buffer__",
        "__hash__",
        "__repr__",
        "__str__",
        "__array__",
        "__iter__",
        "__reduce__",
        "to_device",
    )
]
ATTRIBUTES = ("T", "device", "dtype", "mT", "ndim", "shape", "size")


@pytest.mark.parametrize("name", METHODS)
def test_method(xp: ModuleType, strict: ModuleType, name: str) -> None:
    ours = inspect.signature(getattr(type(xp.ones(1)), name))
    _check_binds(ours, inspect.signature(getattr(type(strict.ones(1)), name)))


def test_attributes(xp: ModuleType, strict: ModuleType) -> None:
    mine, oracle = xp.ones((2, 3)), strict.ones((2, 3))
    for name in ATTRIBUTES:
        assert hasattr(mine, name) and hasattr(oracle, name)
    for name in ("ndim", "shape", "size"):
        assert getattr(mine, name) == getattr(oracle, name)
    assert mine.to_device(mine.device, stream=None).shape == mine.shape  # strict's own signature is not the standard's
    assert mine.T.shape == mine.mT.shape == (3, 2)


def test_constants(xp: ModuleType) -> None:
    assert (xp.e, xp.inf, xp.pi, xp.newaxis) == (math.e, math.inf, math.pi, None)
    assert math.isnan(xp.nan)


def test_the_list_is_the_standards() -> None:
    """2025.12 has 135 functions beside `__array_namespace_info__`, which is tested with inspection."""
    parts = [len([f for f in FUNCTIONS if f.startswith(prefix)]) for prefix in ("linalg.", "fft.")]
    assert (len(FUNCTIONS) - sum(parts), *parts) == (135, 25, 14)
    assert len(METHODS) == 59
