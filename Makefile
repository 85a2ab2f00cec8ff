# Each target is one plain line (the README shows them for machines without make); `.venv` is made once.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test lint bench

.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q --require-hashes -r requirements-dev.lock && $(BIN)/pip install -q --no-deps --no-build-isolation -e . && touch .venv/ready

demo: .venv/ready
	$(BIN)/akhbar demo

test: .venv/ready
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks
