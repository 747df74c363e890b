# Every command sets up what it needs: only Python 3.11 or newer, pip and make are assumed.
PYTHON ?= python3
VENV   ?= .venv
EXTRA  ?= test
RUN     = $(VENV)/bin/python
STAMP   = $(VENV)/.installed-$(EXTRA)
# a process per core, so libraries keep to one thread each
PYTEST  = OMP_NUM_THREADS=1 $(RUN) -m pytest -q -n auto --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test slow check format docs bench clean

help: ## Show this screen
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# uv where it is on PATH, since it installs in seconds; pip does the same in a minute
$(STAMP): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(RUN) -e '.[$(EXTRA)]'; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(RUN) -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRA)]'; \
	fi
	@touch $@

demo: $(STAMP) ## Make files of four modalities, fit, fuse, print the scores
	@$(RUN) -m mmsk demo

test: $(STAMP) ## Run the tests; ARGS='-k word' picks some
	$(PYTEST) -m 'not slow and not real_data' $(ARGS)

slow: $(STAMP) ## Run the slow tests, and those on real data where it is there
	$(PYTEST) -m 'slow or real_data' $(ARGS)

check: $(STAMP) ## Check style, floors and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/lint-imports
	$(RUN) -m mypy

format: $(STAMP) ## Format the code
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

docs: $(STAMP) ## Run the examples of the README and the guide
	$(RUN) -m pytest -q --doctest-glob='*.md' README.md docs

bench: ## Run the benchmarks and write benchmarks/results
	@$(MAKE) --no-print-directory EXTRA=test,bench bench-installed

.PHONY: bench-installed
bench-installed: $(STAMP)
	$(RUN) -m benchmarks

clean: ## Remove the environments, caches and demo files
	rm -rf .venv .venv-* .hypothesis .mypy_cache .ruff_cache .import_linter_cache demo-files build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
