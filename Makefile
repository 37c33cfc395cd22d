# make demo         see it work: a simulator of Workfront and a real Airflow, started and stopped for you
# make demo KEEP=1  the same, then leave the Airflow UI up until Ctrl-C
# make test         run every test
# make test-wheel   the wheel, installed by itself and tested outside the checkout
# make check        lint, format, types
# Nothing is needed beforehand but Python 3.11 or newer and a package index; without Chromium the browser tests are
# skipped, which is said at the end.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-wheel check build clean

demo: $(READY)
	$(BIN)/python scripts/demo.py $(if $(KEEP),--keep)

test: $(READY)
	$(BIN)/python -m pytest $(ARGS)

test-wheel: $(READY)
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m build --wheel --outdir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt build/wheel/*.whl --group dev
	mkdir build/wheel/outside && cp -r tests scripts dags_examples docs *.md pyproject.toml build/wheel/outside
	cd build/wheel/outside && ../venv/bin/python -m pytest -q --ignore=tests/scheduler --ignore=tests/browser $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

build: $(READY)
	$(BIN)/python -m build

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say: make PYTHON=python3.12")'
	@echo "building $(VENV) (about a minute the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
