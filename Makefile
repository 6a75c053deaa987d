# Everything runs from here. `make demo` needs Python 3.11, pip, git and make, nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet
# What the lock files hold, checked by hash; first what builds the packages that come as source.
INSTALL = $(PIP) --require-hashes -r requirements/build.txt \
	&& $(PIP) --require-hashes --no-build-isolation -r $(1) \
	&& $(PIP) --no-deps --no-build-isolation --editable .
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.PHONY: help setup setup-dev setup-bench demo demo-reset lock bench check check-format check-lint \
	check-types check-imports check-security check-templates check-migrations check-guards test \
	test-system test-default test-postgres

help:
	@echo "make setup       the environment in $(VENV)"
	@echo "make demo        a plant to try, at 127.0.0.1:$(PORT) (PORT=… for another)"
	@echo "make demo-reset  start the demo over"
	@echo "make check       format, lint, types, imports, templates, guards; changes nothing"
	@echo "make test        the whole suite, browser, PostgreSQL and Redis included"
	@echo "make bench       speed of the engine beside other tools (QUICK=1 for a smoke run)"
	@echo "make lock        new lock files from pyproject.toml (UPGRADE=1 for newer versions)"

setup: $(VENV)/.setup
setup-dev: $(VENV)/.setup-dev
setup-bench: $(VENV)/.setup-bench

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: $(VENV)/bin/pip requirements/build.txt requirements/portal.txt
	$(call INSTALL,requirements/portal.txt)
	touch $@

$(VENV)/.setup-bench: $(VENV)/.setup-dev requirements/bench.txt
	$(call INSTALL,requirements/bench.txt)
	touch $@

$(VENV)/.setup-dev: $(VENV)/.setup requirements/dev.txt
	$(call INSTALL,requirements/dev.txt)
	touch $@

demo: setup
	@SITEWRIGHT_DEMO=1 exec $(BIN)/python -m demo --port $(PORT)

demo-reset: setup
	@SITEWRIGHT_DEMO=1 $(BIN)/python -m demo --reset

# Parts, so that `make --keep-going check` finds everything at once.
check: check-format check-lint check-types check-imports check-security check-templates check-migrations check-guards

check-format: setup-dev
	$(BIN)/ruff format --check --quiet .

check-lint: setup-dev
	$(BIN)/ruff check --quiet .

check-types: setup-dev
	$(BIN)/mypy

check-imports: setup-dev
	$(BIN)/lint-imports --no-cache --no-logo

check-security: setup-dev
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml agent cli demo orchestration portal rbac

check-templates: setup-dev
	git ls-files -z 'templates/*.html' | xargs -0 --no-run-if-empty $(BIN)/djade --check --target-version 5.2
	git ls-files -z 'templates/*.html' | xargs -0 --no-run-if-empty $(BIN)/djhtml --check --tabwidth 2

check-migrations: setup-dev
	SITEWRIGHT_DEMO=1 $(BIN)/python manage.py makemigrations --check --dry-run

check-guards: setup-dev
	$(BIN)/pytest --quiet tests/guards

test: setup-dev test-system test-default test-postgres

test-system:
	$(BIN)/python -m tests.system

# Files go to workers whole: some share a plant among their tests. Browsers apart from the rest:
# their driver keeps an event loop running in the thread of the tests.
test-default:
	$(BIN)/pytest --numprocesses 2 --dist loadfile tests/unit tests/guards tests/integration
	$(BIN)/pytest --numprocesses 2 --dist loadfile tests/e2e

# The agent's own tests use no database of ours; once is enough. The matrix of rights is asked on
# SQLite (tests/integration/rbac asks for lists on both), and so are most of the made-up calls.
test-postgres:
	$(BIN)/python -m tests.servers \
		$(BIN)/pytest --numprocesses 2 --dist loadfile --ignore tests/integration/agent \
		--ignore tests/integration/matrix \
		--ignore tests/integration/api/test_description_holds_everywhere.py tests/integration

# Some minutes on a quiet machine. Writes docs/benchmarks.md.
bench: setup-bench
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

lock: $(VENV)/.setup-dev
	$(LOCK) $(if $(UPGRADE),--upgrade) --group build --output-file requirements/build.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra portal --extra cli --group build --output-file requirements/portal.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra portal --extra cli --group build --group dev \
		--constraint requirements/portal.txt --output-file requirements/dev.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra portal --extra cli --group build --group dev \
		--group bench --constraint requirements/dev.txt --output-file requirements/bench.txt
