# Two commands on a fresh machine: `make demo` and `make test`. Python 3.11 or newer is all they need.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz serve lint bench docs

help:
	@echo "make demo    start everything, run three processes for an example PCN, show what happens"
	@echo "make test    the whole suite"
	@echo "make fuzz    hostile texts, many more of them; EXAMPLES=3000 a test unless said"
	@echo "make serve   start Baton, and leave it running"
	@echo "make setup   only make the environment; leaves $(BIN)/baton"
	@echo "make lint    format, style, types, and the order of the rooms"
	@echo "make bench   how fast, beside other engines"
	@echo "make docs    write the reference and the JSON Schemas again from the code"

setup: .venv/.made

demo: setup
	@$(BIN)/python -m cli.demo.__main__

serve: setup
	@$(BIN)/baton serve

test: .venv/.made-dev
	@scripts/install-test-tools.sh
	@$(BIN)/python scripts/run_tests.py $(TESTS)

fuzz: .venv/.made-dev
	@$(BIN)/python -m pytest -m fuzz --hypothesis-profile=fuzz -n 2 $(TESTS)

lint: .venv/.made-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: .venv/.made
	@$(BIN)/python -m definitions.loading.schema
	@$(BIN)/python scripts/write_reference.py

bench: .venv/.made-bench
	@$(BIN)/python -m benchmarks

# The stamps are older than these two files only when there is something to install.
.venv/.made: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" scripts/make-environment.sh . $@

.venv/.made-dev: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" scripts/make-environment.sh .[dev] $@ .venv/.made

.venv/.made-bench: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" scripts/make-environment.sh .[dev,bench] $@ .venv/.made .venv/.made-dev
