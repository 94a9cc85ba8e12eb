# Two commands matter: `make demo` and `make test`. `make help` lists the others.
# Every target first builds the Python environment in .venv if it is missing or out of date.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
ENV := $(VENV)/.installed
SITE_ENV := $(VENV)/.installed-site
# JupyterHub's proxy, the last series that runs on Debian 12's node.
HUB_PROXY := configurable-http-proxy@5.1.0
# Where the lab in the site takes its Python from: docs/site.md.
PYODIDE ?= npm
# nbgrader calls alembic by name, so the environment's programs must be found first.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Tests run side by side: a thread for each core in each of them would only wait.
test: export OPENBLAS_NUM_THREADS = 1

.PHONY: help
help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

$(ENV): pyproject.toml constraints.txt .ci/setup $(shell find jupyter-data -type f)
	@.ci/setup '$(PYTHON)' '$(VENV)' dev
	@touch $@

$(SITE_ENV): $(ENV)
	@.ci/setup '$(PYTHON)' '$(VENV)' dev,site
	@touch $@

.PHONY: env
env: $(ENV)

.PHONY: sandbox-programs
sandbox-programs:
	@.ci/need 'command -v bwrap' bubblewrap 'it runs the notebooks of students in a sandbox'

.PHONY: browser-programs
browser-programs:
	@.ci/need 'command -v chromium chromium-browser google-chrome' chromium 'the browser tests open notebooks and reports in it'

.PHONY: hub-programs
hub-programs: $(VENV)/.$(HUB_PROXY)

$(VENV)/.$(HUB_PROXY): $(ENV)
	@.ci/need 'command -v npm' npm "it installs JupyterHub's proxy, which a test runs"
	@npm install --silent --global --prefix '$(VENV)' '$(HUB_PROXY)' || { \
	    echo "setup: npm could not install $(HUB_PROXY), JupyterHub's proxy; is the network there?" >&2; exit 1; }
	@touch '$@'

.PHONY: demo
demo: $(ENV) sandbox-programs  ## set everything up and grade a sample class in build/demo
	@nncourse demo

.PHONY: test
test: $(ENV) sandbox-programs browser-programs hub-programs lint  ## run all tests, with the 20 slowest listed
	@echo 'test: notebooks are what content/ says'
	@nncourse build --check
	@echo 'test: library, autograder and sources'
	@python -m pytest tests --ignore tests/site -m 'not slow' -n 2 --dist loadscope --no-loadscope-reorder \
	    --durations 20 -q
	@echo 'test: every cell of every notebook (nbval)'
	@python -m pytest lectures solutions -p no:cacheprovider --nbval-lax --nbval-current-env \
	    --nbval-cell-timeout 120 -n 2 --dist loadfile --durations 5 -q

.PHONY: test-slow
test-slow: $(ENV) sandbox-programs  ## nbgrader's own test suite on the hardened course (20 minutes)
	@python -m pytest tests -m slow -n 2 --durations 5 -q

.PHONY: lint
lint: $(ENV)  ## style (ruff) and types (mypy)
	@ruff check . && ruff format --check . && mypy

.PHONY: lab
lab: $(ENV)  ## open the lectures in JupyterLab
	@nncourse lab

.PHONY: notebooks
notebooks: $(ENV)  ## build lectures/ and solutions/ from content/
	@nncourse build

.PHONY: check-notebooks
check-notebooks: $(ENV)  ## fail if lectures/ or solutions/ differ from content/
	@nncourse build --check

.PHONY: bench
bench: $(ENV) sandbox-programs  ## measure speed against PyTorch and stock nbgrader
	@for script in benchmarks/*.py; do echo "== $$script"; python "$$script"; done

.PHONY: site-programs
site-programs:
	@[ '$(PYODIDE)' != npm ] || .ci/need 'command -v npm' npm 'it fetches the Python of the lab in the site'

.PHONY: site
site: $(SITE_ENV) site-programs  ## build the course site, with its lab, in build/site
	@nncourse site --pyodide '$(PYODIDE)'

.PHONY: test-site
test-site: export OPENBLAS_NUM_THREADS = 1
test-site: $(SITE_ENV) site-programs browser-programs  ## build the site and look at every page of it in a browser
	@echo 'test-site: builds the site, then opens each page by day, by night and on a phone'
	@python -m pytest tests/site -n 2 --dist worksteal --durations 10 -q

.PHONY: clean
clean:  ## remove what is generated; never course/, which is yours
	@rm -rf build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis $(VENV)
	@find . -name __pycache__ -type d -not -path './course/*' -prune -exec rm -rf {} +
	@echo 'removed build/, $(VENV)/ and caches; course/ is untouched'
