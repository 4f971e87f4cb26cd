# Two commands matter: `make demo` and `make test`. Both set themselves up with only Python, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
CORPORA ?=
ONCE ?=
AGAIN ?=
# How many processes run the tests; a file of tests stays with one of them.
JOBS ?= 2
# The processes that tests and the demo start would else compile all modules anew, each of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup assets test browser attack demo check bench lint types laws corpora large lock clean

setup: $(STAMP) assets

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

# The pages' style sheet and scripts; nothing to do when their sources are unchanged.
assets: $(STAMP)
	$(BIN)/python -m exchange.web.assets.build

test: assets
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not browser and not attack" $(if $(CORPORA),--corpora=$(CORPORA))

# A real Chromium walks the pages; skipped aloud without one. AGAIN=1: the files in which one failed.
browser: assets
	$(BIN)/python -m pytest -m browser -p tests.browser.again $(if $(AGAIN),--again) tests/browser

# sqlmap and wapiti try the pages; skipped aloud where one is missing.
attack: assets
	$(BIN)/python -m pytest -m attack tests/browser

demo: assets
	$(BIN)/python -m demo $(if $(ONCE),--once)

check: assets lint types laws corpora large

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
