# Two commands do all set-up: `make demo` runs the main job, `make test` the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OLDEST := $(VENV)/oldest
UV := $(VENV)/uv/bin/uv
RESOLVE = $(UV) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --all-extras --custom-compile-command 'make lock'

.PHONY: demo test oldest lint types generate generated wheel bench offline lock audit clean

demo: $(VENV)/installed
	if [ -e kpi-demo/kpi.toml ]; then $(BIN)/kpi -C kpi-demo export --out kpi-demo/out; else $(BIN)/kpi demo kpi-demo; fi

test: $(VENV)/developed
	$(BIN)/python -m pytest -n auto

# The oldest versions that pyproject.toml allows, for Python 3.11: what touches other people's code; `ARGS=tests` for all.
LEDGER := edit importer spreadsheet transaction
ARGS ?= tests/exporters tests/narrative tests/cli $(addprefix tests/ledger/test_,$(addsuffix .py,$(LEDGER))) \
  tests/safety/test_access.py 'tests/safety/test_bombs.py::test_toml[headers]' \
  tests/test_batch.py::test_a_cluster_makes_the_same_bytes_and_survives_a_killed_worker
oldest: $(OLDEST)/developed
	$(OLDEST)/bin/python -m pytest -n auto $(ARGS)

lint: $(VENV)/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/developed
	$(BIN)/mypy

# Files that are made from others: the front door's tree, the CLI reference, the rule and problem catalogues.
generate: $(VENV)/developed
	$(BIN)/python .ci/generate.py

generated: $(VENV)/developed
	$(BIN)/python .ci/generate.py --check

bench: $(VENV)/developed
	$(BIN)/python bench/run.py

wheel: $(VENV)/developed
	$(BIN)/python -m hatchling build -t wheel

# A zip per platform for machines without a network: wheels, installer, documentation.
offline: $(VENV)/developed
	$(BIN)/python offline/build.py

# The locks, anew from pyproject.toml: the newest of everything, and the oldest that we allow. Needs a network.
lock: $(UV)
	$(RESOLVE) --resolution lowest-direct --no-deps --output-file $(VENV)/floors.txt
	$(RESOLVE) --generate-hashes --group dev --output-file requirements/dev.txt
	$(RESOLVE) --generate-hashes --group test --constraints - --output-file requirements/oldest.txt < $(VENV)/floors.txt

# Known vulnerabilities of what is locked. Needs a network, as whatever asks for news does.
audit: $(UV)
	$(UV) tool run pip-audit --strict --require-hashes --disable-pip --requirement requirements/dev.txt

$(VENV)/bin/python $(OLDEST)/bin/python $(VENV)/uv/bin/python: %/bin/python:
	$(PYTHON) -m venv $*

$(UV): %/uv: %/python
	$*/python -m pip install --quiet uv

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet .
	touch $@

$(VENV)/developed: requirements/dev.txt
$(OLDEST)/developed: requirements/oldest.txt
$(VENV)/developed $(OLDEST)/developed: %/developed: %/bin/python pyproject.toml
	$*/bin/python -m pip install --quiet --require-hashes --requirement $(filter requirements/%,$^)
	$*/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@ $*/installed

clean:
	rm -rf $(VENV) dist kpi-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
