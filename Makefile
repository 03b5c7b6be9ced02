# Everything a newcomer needs: `make run` and `make test`. Both set themselves up with uv, or with plain pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export PROBITY_CHROMIUM ?= $(CHROMIUM)
# Tests start some hundred processes. Without kept bytecode each compiles 2,700 modules: 5 s of CPU instead of 2.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test lint e2e bench demo-data clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed-dev ## install everything for work on Probity

run: $(VENV)/.installed-run ## the portal with demo data on http://127.0.0.1:8000/ (PORT=…, HOST=…)
	@$(BIN)/python -m portal.run

test: $(VENV)/.installed-dev ## all tests but the browser ones, on private servers (ARGS=… goes to pytest)
	@$(BIN)/python -m pytest -m "not e2e" -n 2 --dist worksteal $(ARGS)

# mypy gives up (exit code 2) where a worker of its own needs more than three seconds to start: once more without.
lint: $(VENV)/.installed-dev ## style, types, import contracts, templates, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2 || { test $$? -eq 2 && $(BIN)/mypy; }
	$(BIN)/lint-imports
	$(BIN)/djhtml --check templates
	$(BIN)/python -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run

e2e: $(VENV)/.installed-dev ## browser tests in Chromium
	@test -x "$(PROBITY_CHROMIUM)" || { echo "The browser tests need Chromium: install it \
	(Debian: apt-get install chromium) or set PROBITY_CHROMIUM to its path." >&2; exit 2; }
	@$(BIN)/python -m pytest -m e2e -o testpaths=tests/e2e -n 2 --maxschedchunk 1 $(ARGS)

bench: $(VENV)/.installed-bench ## intake and page latency, audits and detection against other tools
	@$(BIN)/python -m bench $(ARGS)

demo-data: $(VENV)/.installed-run ## the demo company in the database of this installation
	@$(BIN)/python manage.py seed_demo

clean: ## remove what was installed or generated; var/ (data and keys) stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed is remembered beside it, so that a second `make` has nothing to do.
ifdef UV
sync = @UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --inexact --quiet $(foreach extra,$(1),--extra $(extra))
else
comma := ,
empty :=
joined = $(subst $(empty) $(empty),$(comma),$(strip $(1)))
define sync
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Probity needs Python 3.11 or newer, \
	$(PYTHON) is `$(PYTHON) --version 2>&1`: name another, as in \`make $(MAKECMDGOALS) PYTHON=python3.12\`." >&2; exit 2; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment \
	(Debian: apt-get install python3-venv), or install uv." >&2; exit 2; }
	@$(BIN)/python portal/run/constraints.py > $(VENV)/constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(VENV)/constraints.txt -e ".$(if $(1),[$(call joined,$(1))])"
endef
endif

$(VENV)/.installed-run: pyproject.toml uv.lock
	@echo "Installing Probity into $(VENV) …"
	$(call sync,)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml uv.lock
	@echo "Installing Probity and its development tools into $(VENV) …"
	$(call sync,test dev)
	@touch $(VENV)/.installed-run $@

$(VENV)/.installed-bench: pyproject.toml uv.lock
	@echo "Installing Probity and the tools it is measured against into $(VENV) …"
	$(call sync,test dev bench)
	@touch $(VENV)/.installed-run $(VENV)/.installed-dev $@
