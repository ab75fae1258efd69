# Everything a fresh machine needs: Python 3.11 or newer, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PLUGINS := $(wildcard plugins/*/pyproject.toml)
EXTRAS_bulk := [duckdb,pyspark]
EXTRAS_industry_medical := [fhir]
EXTRAS_sql := [postgresql]

# Tests and demos start many processes: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo docs wheels test check torture bench clean

setup: $(STAMP)

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv

$(STAMP): pyproject.toml constraints.txt $(PLUGINS) | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --group dev --group docs \
		--editable . $(foreach plugin,$(PLUGINS),--editable "$(dir $(plugin))$(EXTRAS_$(notdir $(patsubst %/,%,$(dir $(plugin)))))")
	touch $@

demo: setup  ## import Northwind and CDNOW, classify, explain: everything in ./demo
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/northwind/demo.sh
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/cdnow/demo.sh

check: setup  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheels: setup  ## wheels of the core and of all bundled plugins, in dist
	for each in . $(dir $(PLUGINS)); do $(BIN)/uv build --quiet --wheel --out-dir dist $$each || exit 1; done

docs: setup  ## the documentation, in docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html

test: check docs  ## all of it, with branch coverage of the heart
	$(BIN)/pytest -n 2 --dist worksteal -m "not torture"

torture: setup  ## long campaigns: crashes, generated cases, mutants; figures in docs/torture.md
	$(BIN)/python tests/torture.py --report docs/torture.md
	HYPOTHESIS_PROFILE=torture $(BIN)/pytest -n 2 --dist worksteal

bench: setup  ## figures for benchmarks/README.md
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/cdnow.py
	$(BIN)/python benchmarks/bulk.py $(if $(OTHERS),--others $(OTHERS))
	$(BIN)/python benchmarks/bulk_changed.py
	$(BIN)/python benchmarks/schemes.py
	$(BIN)/python benchmarks/bulk_cluster.py

clean:
	rm -rf $(VENV) demo dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
