# make run    set up and put samples/ through the desk        make test   set up and run the tests
# make check  formatting, lint, types, layers, locks, secrets     make lock   renew the lock files from pyproject.toml
# make docs   renew docs/api.md, docs/cli.md and docs/settings.md from the code
# make torch  the extra that engines of the hub need (docs/engines.md)
# make bench  the project's own measurements (SHORT=1: quick)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" pyproject.toml
export COPYDESK_DATA ?= $(CURDIR)/.data

.PHONY: run up test faults fuzz soak check docs lock torch bench bench-setup clean

run: $(VENV)/.installed
	$(BIN)/copydesk run --redo samples

up: $(VENV)/.installed
	$(BIN)/copydesk up

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Each kind of fault with 500 articles in flight, services away for a minute; what came of it as JSON (docs/faults.md).
faults: $(VENV)/.installed-test
	FAULT_ARTICLES=500 FAULT_SWEEP=10 FAULT_AWAY=60 $(BIN)/python -m pytest tests/faults --timeout=1800

# Half an hour of mixed load with random kills, and what must hold at the end (MINUTES=2: a quick look).
soak: $(VENV)/.installed-test
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),30)

# 120,000 hostile inputs for what reads files, by atheris and hypothesis; prints one JSON object. INPUTS=1000: quick
fuzz: $(VENV)/.installed-test
	$(BIN)/python tests/fuzz/run.py $(INPUTS)

check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/docs.py check
	$(BIN)/python .ci/locks.py check $(LOCK)
	$(BIN)/python .ci/leaks.py check
	$(BIN)/python .ci/audit.py requirements.lock requirements-test.lock

docs: $(VENV)/.installed
	$(BIN)/python .ci/docs.py write

lock: $(VENV)/.installed-test
	$(BIN)/python .ci/locks.py write $(LOCK)

$(VENV)/.pip:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14) and "Copydesk needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) pip==26.1
	touch $@

$(VENV)/.installed: $(VENV)/.pip requirements.lock pyproject.toml
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	$(PIP) --require-hashes --requirement requirements-test.lock
	touch $@

torch: $(VENV)/.installed-torch

# PyPI's torch brings CUDA on Linux. A CPU build: make torch TORCH_INDEX=https://download.pytorch.org/whl/cpu
$(VENV)/.installed-torch: $(VENV)/.installed requirements-torch.lock
	$(PIP) --require-hashes --requirement requirements-torch.lock
	$(PIP) torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	touch $@

bench-setup: $(VENV)/.installed-bench

$(VENV)/.installed-bench: $(VENV)/.installed-test $(VENV)/.installed-torch requirements-bench.lock
	$(PIP) --require-hashes --requirement requirements-bench.lock
	touch $@

# Each prints one JSON object; SHORT=1 for a minute each. What they compare with comes with make bench-setup.
bench: $(VENV)/.installed-test
	for name in entities aliases kernels extraction feeds summary duplicates neighbours stories throughput latency overhead scale \
			batching growth memory lanes; do \
		$(BIN)/python -m bench.$$name $(if $(SHORT),--short) || echo "bench.$$name did not run" >&2; \
	done

clean:
	rm -rf $(VENV) .data
