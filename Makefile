# ObsidianList. `make help` lists every target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup lock lint test audit openapi events
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

# Where Python may not keep what it compiled, every process would compile all its libraries anew: a second of each start.
COMPILED := $(if $(PYTHONDONTWRITEBYTECODE),--compile-bytecode)
$(STAMP): requirements-dev.lock
	@echo "setup: creating $(VENV) from requirements-dev.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if ! $(BIN)/python -m uv --version >/dev/null 2>&1; then $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/uv.lock; fi
	@$(BIN)/python -m uv pip sync -q $(COMPILED) --python $(BIN)/python --require-hashes requirements-dev.lock
	@touch $@

setup: $(STAMP) ## install the Python environment into .venv

# UPGRADE=--upgrade takes the newest versions that pyproject.toml allows; without it the locked ones stay.
UPGRADE ?=
COMPILE = $(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url $(UPGRADE)
lock: ## write the lock files anew from pyproject.toml
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock
	@$(COMPILE) --group build -o requirements-build.lock
	@grep -A40 '^uv==' requirements-dev.lock | awk 'NR==1||/^ /{print;next}{exit}' > .ci/uv.lock

.PHONY: update lock-check
update: ## take the newest allowed versions into every lock file
	@$(MAKE) --no-print-directory lock bench-lock UPGRADE=--upgrade
	@cd frontend && npm update --package-lock-only --no-audit --no-fund

lock-check: $(STAMP) ## fail when a lock file does not say what pyproject.toml or package.json ask for
	@$(MAKE) --no-print-directory lock
	@git diff --exit-code --stat -- requirements.lock requirements-dev.lock requirements-build.lock .ci/uv.lock || { echo "lock-check: run make lock"; exit 1; }
	@cd frontend && npm ci --dry-run --no-audit --no-fund --ignore-scripts >/dev/null || { echo "lock-check: package-lock.json is behind package.json"; exit 1; }
	@echo "lock-check: the lock files are current"

lint: $(STAMP) ## ruff, mypy, the layers, and the web app's linters
	@echo "lint: ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@echo "lint: mypy" && $(BIN)/mypy --no-error-summary
	@echo "lint: layers" && $(BIN)/lint-imports --no-cache > .local-lint.txt 2>&1 || { cat .local-lint.txt; rm -f .local-lint.txt; exit 1; }; rm -f .local-lint.txt

# A file stays on one worker: its fixtures are its module's.
test: $(STAMP) ## unit, contract and integration tests on real PostgreSQL and the in-memory broker
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --ignore tests/integration/local
	@echo "test: the platform as processes of its own, killed part by part, beside nothing else"
	@$(BIN)/python -m pytest tests/integration/local

audit: $(STAMP) ## known vulnerabilities of the locked packages, Python and npm (AUDIT_DATABASE: a stored copy of OSV)
	@$(BIN)/python .ci/audit.py

.PHONY: licences
licences: $(STAMP) ## licences of everything shipped; refuses strong copyleft
	@$(BIN)/python .ci/licences.py

openapi: $(STAMP) ## write the merged OpenAPI document from the routers, and the web app's types from it
	@$(BIN)/python -m knative.local.openapi
	@if [ -x frontend/node_modules/.bin/openapi-typescript ]; then npm --prefix frontend run --silent api >/dev/null; else echo "openapi: run npm ci and npm run api in frontend/ as well: its types come from the document"; fi

events: $(STAMP) ## write AsyncAPI document and JSON Schemas of all events
	@$(BIN)/python -m knative.local.events

.PHONY: metrics
metrics: $(STAMP) ## write the operators' table of metrics, knative/metrics.md
	@$(BIN)/python -m knative.local.metrics_page

include $(wildcard .ci/make/*.mk)
