# Everything a newcomer or a reviewer types.  Each target sets up `.venv` first; a second call is quick.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
WORKERS ?= 2
TEST_FLAGS ?=

.PHONY: demo test check bench coverage lint types security clean help

help:  ## Show this list.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.venv/core: setup.cfg pyproject.toml constraints.txt
	@echo "Setting up .venv (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -e .
	@touch $@

.venv/test: .venv/core
	@echo "Adding what the tests need (once) ..."
	@$(PIP) -e '.[test]'
	@touch $@

demo: .venv/core  ## Two players, ten seconds, as a video and a picture.
	@$(BIN)/mpgenie demo --output out/demo.mp4 --sheet docs/demo.png

test: .venv/test  ## Every test.
	$(BIN)/python -m pytest -n $(WORKERS) $(TEST_FLAGS)

bench: .venv/core  ## The whole table of budgets, measured.
	@$(BIN)/python -m mpgenie.benchmarks.run

lint: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/test
	$(BIN)/mypy

coverage: .venv/test  ## Branch coverage of the last `make test TEST_FLAGS='--cov --cov-report='`, kernels included.
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n $(WORKERS) -m laws --cov --cov-append --cov-report=
	$(BIN)/coverage report --fail-under=90

security: .venv/test
	$(BIN)/bandit -q -r mpgenie envs agents world_models -c pyproject.toml
	@.ci/audit $(BIN)

check: lint types  ## The gate for every patch: lint, types, tests, coverage, security.
	@$(MAKE) --no-print-directory test TEST_FLAGS='--cov --cov-report='
	@$(MAKE) --no-print-directory coverage security

clean:
	rm -rf .venv build dist out
