# make run    set up and put samples/ through the desk        make test   set up and run the tests
# make check  formatting, lint, types, layers, lock files     make lock   renew the lock files from pyproject.toml
# make bench  the project's own measurements (SHORT=1: quick)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" pyproject.toml
export COPYDESK_DATA ?= $(CURDIR)/.data

.PHONY: run up test faults check lock bench clean

run: $(VENV)/.installed
	$(BIN)/copydesk run --redo samples

up: $(VENV)/.installed
	$(BIN)/copydesk up

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest

check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/lock_is_current.py $(LOCK)

lock: $(VENV)/.installed-test
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra test --output-file requirements-test.lock

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

# Each prints one JSON object; SHORT=1 for a minute each. Those that compare with other libraries say what to install.
bench: $(VENV)/.installed-test
	for name in entities extraction summary neighbours duplicates throughput latency overhead scale batching growth memory; do \
		$(BIN)/python -m bench.$$name $(if $(SHORT),--short) || echo "bench.$$name did not run" >&2; \
	done

clean:
	rm -rf $(VENV) .data
