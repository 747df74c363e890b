# Every command sets up what it needs: only Python 3.11 or newer, pip and make are assumed.
PYTHON ?= python3
VENV   ?= .venv
RUN     = $(VENV)/bin/python
STAMP   = $(VENV)/.installed-$(EXTRA)
EXTRA  ?= test

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench clean

help: ## Show this screen
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(RUN) -e '.[$(EXTRA)]'; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(RUN) -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRA)]'; \
	fi
	@touch $@

demo: $(STAMP) ## Make files of four modalities, fit, fuse, print scores
	$(RUN) -m mmsk demo

test: $(STAMP) ## Run the tests
	$(RUN) -m pytest $(ARGS) -m 'not slow and not real_data'

check: $(STAMP) ## Lint, layer and type checks
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/lint-imports
	$(RUN) -m mypy

format: $(STAMP) ## Format the code
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

docs: $(STAMP) ## Check the examples in the guide pages
	$(RUN) -m pytest --doctest-glob='*.md' README.md docs

bench: ## Run the benchmarks and write benchmarks/results
	$(MAKE) $(VENV)/.installed-test,bench EXTRA=test,bench
	$(RUN) -m benchmarks

clean: ## Remove the environment, caches and demo files
	rm -rf $(VENV) .hypothesis .mypy_cache .ruff_cache .import_linter_cache demo-files build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
