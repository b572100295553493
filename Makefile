# The one door to the repository: `make` lists what there is.

PYTHON ?= python3
SEEDS ?= 2000
INPUTS ?= 1000000
FIRST ?= 0
ON ?= sqlite
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
UV_VERSION := 0.13.9

# Or else each of the hundreds of processes that tests start compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE

MEMBERS := core gateway plugins/apple plugins/google plugins/outlook simulators
MEMBER_FILES := $(MEMBERS:%=%/pyproject.toml)

# A stamp is named after what it stands for, so a changed file, interpreter or folder (a venv cannot move) asks for a new one.
key = $(shell { echo "$(CURDIR)"; $(PYTHON) -V; cat $(1); } 2>&1 | cksum | cut -d ' ' -f 1)
RUN := $(VENV)/.run-$(call key,requirements.txt)
DEV := $(VENV)/.dev-$(call key,requirements.txt requirements-dev.txt)
PEERS := .peers/.made-$(call key,bench/requirements.txt)
EDITABLE := $(VENV)/.members-$(call key,requirements.txt $(MEMBER_FILES))

# Files in the order of tests/conftest.py, and not by how many tests they have.
TOGETHER := -n 2 --dist loadfile --no-loadscope-reorder

# What touches the store most, as `make test` runs it once more on a server; `make test-postgres` runs all of it.
ON_POSTGRES := tests/gateway/store tests/simulation/test_side_by_side.py \
	$(addprefix tests/gateway/jobs/test_,leases.py claiming.py taking_over.py drawing.py) \
	$(addprefix tests/gateway/graphql/test_,conflicts.py resolving.py undoing.py upserts.py)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-reset test test-postgres check fix smoke simulate fuzz chaos bench schema pins clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

demo: $(EDITABLE) ## Run Metonic with example calendars (options: make demo ARGS="...")
	@$(BIN)/metonic demo $(ARGS)

demo-reset: $(EDITABLE) ## Forget what the demo has stored
	@$(BIN)/metonic demo --reset $(ARGS)

test: check ## Check, which runs those of the house, then run every other test
	$(BIN)/pytest $(TOGETHER) --ignore tests/house
	METONIC_TEST_DATABASE=postgres $(BIN)/pytest $(TOGETHER) $(ON_POSTGRES)

test-postgres: $(EDITABLE) $(DEV) ## Run all that opens a database on PostgreSQL (METONIC_TEST_POSTGRES=postgresql://...)
	METONIC_TEST_DATABASE=postgres $(BIN)/pytest $(TOGETHER) tests/gateway tests/specification tests/pains tests/walks tests/simulation/test_side_by_side.py

check: $(EDITABLE) $(DEV) ## Lint, formatting, types, import contracts and the rules of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

fix: $(EDITABLE) $(DEV) ## Repair what ruff can, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

smoke: $(EDITABLE) $(DEV) ## Drive the service from outside, with people, a platform and kills
	$(BIN)/python -m tests.e2e.smoke $(ARGS)

simulate: $(EDITABLE) $(DEV) ## Live random histories of the whole engine (make simulate SEEDS=20000, FIRST=..., REPLAY=..., ON=postgres)
	@$(BIN)/python -m tests.simulation --on $(ON) $(if $(REPLAY),--replay $(REPLAY),--seeds $(SEEDS) --first $(FIRST))

fuzz: $(EDITABLE) $(DEV) ## Hostile events and answers for the parsers (make fuzz INPUTS=100000, OF=google, FIRST=..., REPLAY=...)
	@$(BIN)/python -m tests.fuzz $(if $(REPLAY),--replay $(REPLAY),--inputs $(INPUTS) --first $(FIRST) $(if $(OF),--of $(OF)))

chaos: $(EDITABLE) $(DEV) ## Kill processes, broker and connections while calendars are edited (make chaos ARGS="--broker rabbitmq")
	@$(BIN)/python -m tests.chaos $(ARGS)

bench: $(EDITABLE) $(DEV) $(if $(findstring caldav,$(or $(ARGS),caldav)),$(PEERS)) ## Measure against floors and peers, and print the table
	@$(BIN)/python -m bench $(ARGS)

schema: $(EDITABLE) ## Write schema.graphql from the code
	@$(BIN)/metonic schema > schema.graphql.new || { rm -f schema.graphql.new; exit 1; }
	@mv schema.graphql.new schema.graphql

pins: .bootstrap/bin/uv ## Pin the requirements anew (make pins ARGS=--upgrade raises the versions)
	$(COMPILE) $(MEMBER_PINS) --output-file requirements.txt
	$(COMPILE) $(MEMBER_PINS) --group pyproject.toml:dev --constraints requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group pyproject.toml:peers --output-file bench/requirements.txt

clean: ## Remove environments and caches
	rm -rf $(VENV) .bootstrap .peers .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find core gateway plugins simulators tests -name __pycache__ -prune -exec rm -rf {} +

# Debian packages venv and ensurepip apart from the interpreter.
define require_python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo 'Metonic needs Python 3.11 or newer and "$(PYTHON)" is not: install one and name it, as in: make PYTHON=python3.12' >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo '"$(PYTHON)" cannot make virtual environments: install its venv package (Debian and Ubuntu: apt install python3-venv).' >&2; exit 1; }
endef

$(RUN):
	$(require_python)
	@echo "Setting up $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(DEV): | $(RUN)
	@echo "Adding the development tools to $(VENV)"
	@rm -f $(VENV)/.dev-*
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(EDITABLE): | $(RUN)
	@rm -f $(VENV)/.members-*
	@$(PIP) install --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

$(PEERS):
	$(require_python)
	@echo "Setting up .peers"
	@$(PYTHON) -m venv --clear .peers
	@.peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r bench/requirements.txt
	@touch $@

.bootstrap/bin/uv:
	$(require_python)
	@$(PYTHON) -m venv --clear .bootstrap
	@.bootstrap/bin/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)

COMPILE = .bootstrap/bin/uv pip compile --quiet $(ARGS) --no-strip-extras --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make pins"
MEMBER_PINS = --no-emit-package metonic-core --no-emit-package metonic-gateway --no-emit-package metonic-apple \
	--no-emit-package metonic-google --no-emit-package metonic-outlook --no-emit-package metonic-simulators $(MEMBER_FILES) --extra demo --extra traces --group pyproject.toml:build
