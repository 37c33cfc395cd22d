# make demo         see it work: a simulator of Workfront and a real Airflow, started and stopped for you
# make demo KEEP=1  the same, then leave the Airflow UI up until Ctrl-C
# make test         run every test, in two processes; make test ARGS='tests/api -q' WORKERS=0 a part, in one
# make test-fast    what needs no Airflow and no other process: about a minute
# make test-wheel   the wheel, installed by itself outside the checkout: what only that can show
# make test-clients three public Workfront clients against the simulator; installs Node with apt-get where it is missing
# make bench        ours beside its rivals: speed, memory, losses; QUICK=1 ONLY=extract,torn,memory,bulk,fleet,airflow RUNS=5
# make check        lint, format, types
# make docs         the documentation, in build/docs/html: open index.html, or serve the folder; make docs-links asks the network too
# make screenshots  the pictures in docs/images, from a real Airflow in Chromium
# make check-repository  spelling, and the files in .github
# make check-package  what would be uploaded to the package index; make release-check  the same, and ready to be released
# Nothing is needed beforehand but Python 3.11 or newer and a package index; without Chromium the browser tests are
# skipped, which is said at the end. `tests/README.md` is a map of the tests.

# compiled files are kept, wherever the environment says no: hundreds of processes import the same modules
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := build/bench/venv
CLIENTS := build/clients
TOOLS := build/tools/venv
DIST := build/dist
SPHINX := $(TOOLS)/bin/python -m sphinx --fail-on-warning --keep-going --quiet --doctree-dir build/docs/doctrees docs

.PHONY: demo test test-fast test-wheel test-clients bench check docs docs-links screenshots check-repository check-package
.PHONY: release-check build clean

demo: $(READY)
	$(BIN)/python scripts/demo.py $(if $(KEEP),--keep)

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

test-fast: $(READY)
	$(BIN)/python -m pytest -n 2 -q -m "not airflow and not process" $(ARGS)

test-wheel: $(READY)
	rm -rf build/wheel && mkdir -p build/wheel/outside
	$(BIN)/python -m build --wheel --outdir build/wheel . >build/wheel/build.log 2>&1 || { cat build/wheel/build.log; exit 1; }
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt \
		"$$(echo build/wheel/*.whl)[parquet,sql]"
	cp -r dags_examples scripts/check_wheel.py build/wheel/outside
	cd build/wheel/outside && ../venv/bin/python check_wheel.py dags_examples $(CURDIR)/airflow_provider_workfront

test-clients: $(READY)
	command -v npm >/dev/null || { apt-get update -qq && apt-get install -qq -y nodejs npm; }
	mkdir -p $(CLIENTS)
	cd $(CLIENTS) && npm install --silent --no-fund --no-audit --prefix . workfront-api@6.2.0
	$(PYTHON) -m venv $(CLIENTS)/venv
	$(CLIENTS)/venv/bin/python -m pip install -qq --disable-pip-version-check \
		setuptools==75.8.0 python-workfront==0.8.0 workfrontapi-plus==1.0.23
	$(BIN)/python scripts/check_clients.py $(CLIENTS)

bench: $(if $(QUICK),$(READY),$(BENCH)/.ready)
	$(if $(QUICK),$(BIN),$(BENCH)/bin)/python benchmarks/bench.py $(if $(QUICK),--quick) $(if $(PAGE),--page) \
		$(if $(ONLY),--only $(ONLY)) $(if $(RUNS),--runs $(RUNS)) $(if $(ROWS),--rows $(ROWS))

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(TOOLS)/.ready
	rm -rf build/docs
	$(SPHINX) build/docs/html
	$(TOOLS)/bin/python scripts/check_site.py build/docs/html

docs-links: $(TOOLS)/.ready
	$(SPHINX) --builder linkcheck build/docs/links

screenshots: $(READY)
	WORKFRONT_BROWSER=required WORKFRONT_SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/browser

check-repository: $(TOOLS)/.ready
	$(TOOLS)/bin/codespell
	$(TOOLS)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(TOOLS)/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(TOOLS)/bin/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[0-9]*.yml
	$(TOOLS)/bin/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(TOOLS)/bin/zizmor --offline --quiet --pedantic .github

check-package: $(TOOLS)/.ready
	rm -rf $(DIST) && mkdir -p $(DIST)
	$(TOOLS)/bin/python -m build --outdir $(DIST) . >$(DIST).log 2>&1 || { cat $(DIST).log; exit 1; }
	$(TOOLS)/bin/validate-pyproject pyproject.toml
	$(TOOLS)/bin/twine check --strict $(DIST)/*
	$(TOOLS)/bin/check-wheel-contents $(DIST)/*.whl
	$(TOOLS)/bin/pyroma --min 10 $(DIST)/*.tar.gz
	$(TOOLS)/bin/python scripts/check_package.py $(DIST) $(if $(RELEASE),--release)

release-check:
	$(MAKE) check-package RELEASE=1

build: $(READY)
	$(BIN)/python -m build

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say: make PYTHON=python3.12")'
	@echo "building $(VENV) (about a minute the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	@touch $(READY)

# checks of the package and the repository, and the documentation: an environment without Airflow, built in half a minute
$(TOOLS)/.ready: pyproject.toml constraints-tools.txt
	@echo "building $(TOOLS)"
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(TOOLS)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints-tools.txt --group release --group docs
	@touch $(TOOLS)/.ready

# the project once more, with what is measured beside it; what cannot be had here is left out, and said
$(BENCH)/.ready: pyproject.toml constraints.txt benchmarks/rivals.txt
	@echo "building $(BENCH) (about two minutes the first time)"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	@grep -v '^#' benchmarks/rivals.txt | while read -r rival; do \
		$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt "$$rival" \
		|| echo "$$rival cannot be installed here; the tables will say so"; done
	@touch $(BENCH)/.ready

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
