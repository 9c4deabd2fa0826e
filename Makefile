# Two commands do all set-up: `make demo` runs the main job, `make test` the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types generate generated wheel bench offline clean

demo: $(VENV)/installed
	if [ -e kpi-demo/kpi.toml ]; then $(BIN)/kpi -C kpi-demo export --out kpi-demo/out; else $(BIN)/kpi demo kpi-demo; fi

test: $(VENV)/developed
	$(BIN)/python -m pytest -n auto

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

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet .
	touch $@

$(VENV)/developed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --group dev --editable .
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) dist kpi-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
