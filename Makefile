# Every target sets itself up: Python 3.11 or newer and make are all that a machine needs.
#
#   make demo         what the program does, on the example company
#   make test         the quick tests
#   make check        lint, format, types
#   make test-crash   kill at every fault point and restart          make test-long   property and generator runs
#   make mutants      would the tests notice a mistake in how VAT is decided? (docs/mutants.md)
#   make bench        10,000 and 100,000 orders against the floor    make bench-full  and a million

WORKS = -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p $(WORKS) >/dev/null 2>&1 && echo $$p && break; done)
VENV ?= .venv
RUN = $(VENV)/bin/python
READY = $(VENV)/.ready
PYTEST = $(RUN) -m pytest $(PYTEST_FLAGS)

.PHONY: setup demo test check test-crash test-long mutants bench bench-full clean

setup: $(READY)

# Made anew when the dependencies change; -e, so that the code itself may change freely.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module is needed; name it with make PYTHON=..."; exit 2; }
	@echo "setting up $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# A fresh copy of the example each time.
demo: $(READY)
	@rm -rf demo
	@$(VENV)/bin/etl demo demo

test: $(READY)
	$(PYTEST) -n auto

check: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

test-crash: $(READY)
	$(PYTEST) -m crash -n auto

test-long: $(READY)
	ETL_PROFILE=long $(PYTEST) -m long -n auto

# Both, even where the first one finds too many.
mutants: $(VENV)/.mutants
	PYTHONPATH=tests $(RUN) -m mutation $(MUTANTS); found=$$?; $(VENV)/bin/mutmut run --max-children 2 && exit $$found
	$(VENV)/bin/mutmut results

$(VENV)/.mutants: $(READY)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,mutants]'
	@touch $@

bench: $(READY)
	$(RUN) bench/run.py

bench-full: $(READY)
	$(RUN) bench/run.py --full

clean:
	rm -rf $(VENV) demo bench/out dist mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis
