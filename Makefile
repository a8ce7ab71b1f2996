# The newcomer's door: `make demo` and `make test` need nothing but Python 3.11+ and make.

PYTHON ?= python3
TORCH ?= 2.15.0
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
EXAMPLES ?= 500
# One numerical thread per test process: the processes are the parallelism.
QUIET_THREADS := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-torch lint docs bench array-api numpy-tests scipy-clients gpu-check clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@# torch first and alone: any other route to it may fetch several gigabytes
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(VENV)/installed  ## an unmodified NumPy/SciPy script on real data, plain and on scitorch, side by side
	$(BIN)/python -m examples.compare_runs

test: $(VENV)/installed  ## the tests; slow laws on a sample of every family
	$(QUIET_THREADS) $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal --scitorch-record docs/_build/laws.json

test-all: $(VENV)/installed  ## the tests, with every law on every operator
	$(QUIET_THREADS) $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal --scitorch-all-laws --scitorch-record docs/_build/laws.json

test-torch:  ## the composition battery and the laws on another torch: make test-torch TORCH=2.15.0
	$(PYTHON) -m venv .venv-torch-$(TORCH)
	.venv-torch-$(TORCH)/bin/python -m pip install --quiet "torch==$(TORCH)"
	.venv-torch-$(TORCH)/bin/python -m pip install --quiet --editable ".[test]"
	$(QUIET_THREADS) .venv-torch-$(TORCH)/bin/python -m pytest --numprocesses $(JOBS) tests/op tests/generated

lint: $(VENV)/installed  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/installed  ## the HTML documentation, in docs/_build/html
	$(BIN)/sphinx-build -W --keep-going -q docs docs/_build/html
	@echo "documentation: docs/_build/html/index.html"

bench: $(VENV)/installed  ## every function against its peers, in benchmarks/results
	$(BIN)/python -m benchmarks

array-api: $(VENV)/installed  ## the Array API's suite, kept in docs/compatibility: make array-api TESTS=<clone> (EXAMPLES=500)
	@test -d "$(TESTS)" || { echo "give TESTS=<a clone of data-apis/array-api-tests with its submodule>"; exit 2; }
	$(BIN)/python -m pip install --quiet --requirement $(TESTS)/requirements.txt
	$(QUIET_THREADS) $(BIN)/python -m compatibility.array_api $(TESTS) --examples $(EXAMPLES) --jobs $(JOBS)

numpy-tests: $(VENV)/installed  ## NumPy's own tests, kept in docs/compatibility: make numpy-tests HARNESS=<folder>
	@test -f "$(HARNESS)/run.py" || { echo "give HARNESS=<a folder whose run.py runs NumPy's tests on a namespace>"; exit 2; }
	$(BIN)/python -m pip install --quiet pytest-json-report
	$(QUIET_THREADS) $(BIN)/python -m compatibility.numpy_tests $(HARNESS) --jobs $(JOBS)

scipy-clients: $(VENV)/installed  ## SciPy's and scikit-learn's array-API tests, kept in docs/compatibility (half an hour)
	$(BIN)/python -m pip install --quiet pytest-timeout scikit-learn
	$(QUIET_THREADS) $(BIN)/python -m compatibility scipy
	$(QUIET_THREADS) $(BIN)/python -m compatibility sklearn

gpu-check:  ## everything that needs a CUDA device, with the python that has torch for it (PYTHON=…)
	@if $(PYTHON) -c "import sys, torch; sys.exit(not torch.cuda.is_available())"; then \
	  PYTHONPATH=src $(PYTHON) -m pytest -m cuda; \
	else \
	  echo "*** NO CUDA DEVICE: the GPU checks were skipped, nothing was tested ***"; \
	fi

clean:  ## remove what the targets made
	rm -rf $(VENV) .venv-torch-* docs/_build docs/reference/generated benchmarks/results demo-output
