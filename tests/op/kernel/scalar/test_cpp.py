"""The C++ text: g++ gives the bits of the CPU kernels, NVRTC compiles it for the GPUs, jiterator finds its entry."""

from __future__ import annotations

import ctypes
import glob
import importlib
import os
import pkgutil
import shutil
import subprocess

import pytest
import torch
from torch.cuda.jiterator import _CodeParser

import scitorch.special
from scitorch.op.kernel import scalar_kernels
from scitorch.op.kernel.gamma_functions import digamma, polygamma
from scitorch.op.kernel.scalar import ScalarKernel
from scitorch.op.kernel.scalar.cpp import cpp_source
from scitorch.op.kernel.scalar.unit import Unit

for _module in pkgutil.walk_packages(scitorch.special.__path__, "scitorch.special."):
    importlib.import_module(_module.name)

MODULES: dict[str, list[ScalarKernel]] = {}
for _kernel in scalar_kernels():
    if _kernel.__module__.startswith("scitorch."):
        MODULES.setdefault(_kernel.__module__, []).append(_kernel)
EXAMPLES = ["beta_fraction", "betainc", "gammainc", "gammainc_partial_x", "kv", "powers", "cubic", "calls_powers"]


def first_derivatives(kernel):
    """Return the derivatives of order 1 that exist."""
    found = []
    for position in range(len(kernel.parameters)):
        try:
            found.append(kernel.derivative(*(int(i == position) for i in range(len(kernel.parameters)))))
        except NotImplementedError:  # an integer, or a kernel that is not meant to be differentiated in it
            continue
    return found


def call(kernel, dtype, element):
    inputs = [f"x{i}[j]" for i in range(len(kernel.parameters))]
    if kernel.outputs == 1:
        return f"y0[j] = {element}<{dtype}>({', '.join(inputs)});"
    return f"{element}<{dtype}>({', '.join(inputs + [f'y{i}[j]' for i in range(kernel.outputs)])});"


def pointers(kernel, dtype):
    inputs = [f"const {dtype}* x{i}" for i in range(len(kernel.parameters))]
    return ", ".join(inputs + [f"{dtype}* y{i}" for i in range(kernel.outputs)])


def entry(kernel):
    return _CodeParser(kernel.cpp()).function_name


def through_gpp(kernel, folder, *tensors):
    """Run the C++ text of a kernel, compiled by g++ without fused multiply-add, as numbers are everywhere else."""
    loop = f"for (long j = 0; j < n; ++j) {{ {call(kernel, 'double', entry(kernel))} }}"
    text = f'#include <math.h>\n{kernel.cpp()}extern "C" void run(long n, {pointers(kernel, "double")}) {{ {loop} }}\n'
    source, library = folder / "kernel.cpp", folder / f"kernel_{len(os.listdir(folder))}.so"
    source.write_text(text)
    options = ["-O2", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run(["g++", *options, "-o", library, source], check=True)
    outs = [torch.empty_like(tensors[0]) for _ in range(kernel.outputs)]
    addresses = [ctypes.c_void_p(tensor.data_ptr()) for tensor in (*tensors, *outs)]
    ctypes.CDLL(str(library)).run(ctypes.c_long(tensors[0].numel()), *addresses)
    return outs


def arguments(kernel, generator):
    """Return points for the arguments of a kernel, with some at the ends of the range."""
    ends = torch.tensor([0.0, -0.0, 1.0, -1.0, -3.0, 1e-300, 1e3, float("inf"), float("nan")], dtype=torch.float64)
    result = []
    for parameter in kernel.program.parameters:
        values = 12 * torch.rand(3000, generator=generator, dtype=torch.float64)
        values[::3] /= 12
        values[::7] *= -1
        values[torch.randint(3000, (60,), generator=generator)] = ends.repeat(7)[:60]
        whole = torch.floor(values.clamp(0, 12)) if parameter.kind == "int" else values
        result.append(whole.nan_to_num(1.5) if parameter.kind == "int" else whole)
    return result


def assert_same_bits(kernel, folder):
    points = arguments(kernel, torch.Generator().manual_seed(3))
    ours = kernel(*points)
    for one, other in zip(through_gpp(kernel, folder, *points), ours if isinstance(ours, tuple) else (ours,)):
        different = ~((one == other) | (one.isnan() & other.isnan()))
        assert not different.any(), [points[i][different][:3] for i in range(len(points))]
        assert one.isfinite().float().mean() > 0.2


needs_gpp = pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")


@needs_gpp
@pytest.mark.parametrize("name", EXAMPLES)
def test_gpp_gives_the_same_bits(examples, tmp_path, name):
    kernel = getattr(examples, name)
    assert_same_bits(kernel, tmp_path)
    for derivative in first_derivatives(kernel):
        assert_same_bits(derivative, tmp_path)


@needs_gpp
def test_gpp_gives_the_same_bits_for_the_gamma_functions(tmp_path):
    assert_same_bits(digamma, tmp_path)
    assert_same_bits(polygamma, tmp_path)


@needs_gpp
def test_gpp_gives_the_same_bits_in_high_order(examples, tmp_path):
    assert_same_bits(examples.betainc.derivative(1, 1, 1), tmp_path)
    assert_same_bits(examples.kv.derivative(2, 1), tmp_path)


@pytest.fixture(scope="session")
def nvrtc():
    nvidia = pytest.importorskip("nvidia", reason="nvidia-cuda-nvrtc is not installed")
    found = [path for folder in nvidia.__path__ for path in glob.glob(f"{folder}/**/libnvrtc.so.*", recursive=True)]
    if not found:
        pytest.skip("nvidia-cuda-nvrtc is not installed")
    return ctypes.CDLL(found[0])


def compile_for(nvrtc, architecture, text, *more_options):
    """Compile CUDA text to machine code, as jiterator does; raise with the compiler's message."""
    program = ctypes.c_void_p()
    assert nvrtc.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"kernel.cu", 0, None, None) == 0
    options = [f"--gpu-architecture={architecture}".encode(), b"-default-device", b"--std=c++17", *more_options]
    failed = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    assert not failed, log.value.decode()[:3000]
    assert nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size)) == 0
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return size.value


def cuda_text(*kernels):
    """Return a program that runs every kernel for both number types; what several of them call is there once."""
    unit = Unit(*kernels)
    parts = [cpp_source(unit)]
    for number, kernel in enumerate(kernels):
        for dtype in ("double", "float"):
            index = "long long j = blockIdx.x * blockDim.x + threadIdx.x;"
            head = f'extern "C" __global__ void run_{number}_{dtype}({pointers(kernel, dtype)})'
            parts.append(f"{head} {{ {index} {call(kernel, dtype, unit.entry_name(kernel))} }}\n")
    return "".join(parts)


def with_first_derivatives(kernels):
    return list(dict.fromkeys(one for kernel in kernels for one in (kernel, *first_derivatives(kernel))))


ARCHITECTURES = ["sm_80", "sm_90"]


# Without optimization (-G), which takes NVRTC minutes for so many functions and refuses nothing more.
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("module", MODULES)
def test_nvrtc_compiles_every_kernel_and_its_first_derivatives(nvrtc, module, architecture, record_property):
    record_property("operator", f"module {module}")
    record_property("law", f"compiles for {architecture}")
    text = cuda_text(*with_first_derivatives(MODULES[module]))
    assert compile_for(nvrtc, architecture, text, b"-G") > 1000


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_nvrtc_optimizes_the_examples(nvrtc, examples, architecture):
    text = cuda_text(*with_first_derivatives([getattr(examples, name) for name in EXAMPLES]))
    assert compile_for(nvrtc, architecture, text) > 1000


def test_nvrtc_refuses_what_is_no_cuda(nvrtc):
    with pytest.raises(AssertionError, match="undefined"):
        compile_for(nvrtc, "sm_80", "template <typename T> T f(T x) { return NAN; } __global__ void g() { f(1.0); }")


def test_jiterator_finds_the_entry(examples):
    for name in EXAMPLES:
        kernel = getattr(examples, name)
        assert entry(kernel) == f"{name}_entry"
        assert kernel.cpp().startswith("template")


@pytest.mark.cuda
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", EXAMPLES)
def test_cuda_gives_the_numbers_of_the_cpu(examples, name, dtype):
    kernel = getattr(examples, name)
    points = [point.to(dtype) for point in arguments(kernel, torch.Generator().manual_seed(3))]
    ours, theirs = kernel(*points), kernel(*(point.cuda() for point in points))
    for one, other in zip(*(results if isinstance(results, tuple) else (results,) for results in (ours, theirs))):
        assert other.is_cuda
        torch.testing.assert_close(
            other.cpu(), one, rtol=1e-5 if dtype == torch.float32 else 1e-10, atol=1e-30, equal_nan=True
        )


@pytest.mark.cuda
def test_cuda_broadcasts_and_refuses_a_mixture(examples):
    nu, x = torch.rand(3, 1, dtype=torch.float64).cuda(), torch.rand(1, 4, dtype=torch.float64).cuda()
    result = examples.kv(nu, x)
    assert result.is_contiguous()
    torch.testing.assert_close(result.cpu(), examples.kv(nu.cpu(), x.cpu()))
    with pytest.raises(RuntimeError, match="wanted one device for all"):
        examples.kv(nu, x.cpu())
