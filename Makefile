# Everything is done through .venv, which is made from the lock file and remade when the lock file changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test test-all bench pictures lint clean

help:
	@echo "make run       play scenarios/quickstart.yaml, leave runs/quickstart.ocpirun, and open the window on it"
	@echo "make test      lint, types, import contracts and tests"
	@echo "make test-all  the same with the slow tests"
	@echo "make bench     print the measured ratios"
	@echo "make pictures  paint every view, light and dark, into runs/pictures"
	@echo "make clean     remove .venv and the caches"

$(READY): requirements.lock pyproject.toml .ci/make-venv .ci/qt-libraries
	@sh .ci/make-venv "$(PYTHON)" "$(VENV)"
	@touch $(READY)

setup: $(READY)

run: $(READY)
	@mkdir -p runs
	@$(BIN)/ocpi-sim run scenarios/quickstart.yaml --out runs/quickstart.ocpirun
	@sh .ci/show-window $(BIN)/ocpi-sim scenarios/quickstart.yaml runs/quickstart.ocpirun

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

test-all: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --dist loadfile

bench: $(READY)
	$(BIN)/python -m tests.bench

pictures: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.pictures

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
