# Two commands matter: `make demo` and `make test`. Both set themselves up with only Python, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
CORPORA ?=
ONCE ?=

.PHONY: setup test demo check bench lint types laws corpora large lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

test: $(STAMP)
	$(BIN)/python -m pytest $(if $(CORPORA),--corpora=$(CORPORA))

demo: $(STAMP)
	$(BIN)/python -m demo $(if $(ONCE),--once)

check: $(STAMP) lint types laws corpora large

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/mypy --package demo

laws: $(STAMP)
	$(BIN)/lint-imports

corpora: $(STAMP)
ifdef CORPORA
	$(BIN)/python -m pytest -m corpus --corpora=$(CORPORA)
else
	@echo "corpora: no third-party data; run with CORPORA=DIR"
endif

# `make test` seals and opens 128 MB in bounded memory; here the 1 GB that is promised.
large: $(STAMP)
	SENX_LARGE=1 $(BIN)/python -m pytest tests/journeys/test_memory.py

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

lock:
	uv pip compile --universal --generate-hashes --all-extras --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
