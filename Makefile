# The same verbs for a laptop and for .ci/run. `make help` lists them.
#
# Package-index mirrors set in the environment (PIP_INDEX_URL, UV_INDEX_URL, UV_DEFAULT_INDEX, npm_config_registry) are honoured.

PYTHON ?= python3
# A house is a dozen processes, and tests are hundreds of files: none of them compiles what another has compiled.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)

NODE := $(shell node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && npm --version 2>/dev/null)
CONSOLE := console/client
CONSOLE_BUILT := $(CONSOLE)/dist/index.html
CONSOLE_CHECKED := $(CONSOLE)/node_modules/.checked
CONSOLE_SOURCES := $(shell find $(CONSOLE)/src $(CONSOLE)/tests -type f 2>/dev/null) $(wildcard $(CONSOLE)/*.ts $(CONSOLE)/*.js $(CONSOLE)/*.json $(CONSOLE)/index.html)

MINI := miniprogram/client
MINI_BUILT := $(MINI)/preview/dist/phone.js
MINI_CHECKED := $(MINI)/node_modules/.checked
MINI_SOURCES := $(shell find $(MINI) -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null)

.PHONY: help setup run test check bench soak lock clean console preview

help:            ## list what can be made
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

setup: $(STAMP)  ## make .venv with everything pinned

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Teahouse needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
ifeq ($(UV),uv)
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $@

# The console's pages need Node. Without it everything else works, and /console/ says how to get them.
ifneq ($(NODE),)
setup run test: $(CONSOLE_BUILT)
check: $(CONSOLE_CHECKED)
endif

console: $(CONSOLE_BUILT)  ## build the console's pages (needs Node 20 or newer)

$(CONSOLE)/node_modules/.stamp: $(CONSOLE)/package.json $(CONSOLE)/package-lock.json
	cd $(CONSOLE) && npm ci --silent
	@touch $@

$(CONSOLE)/src/api/schema.ts: $(STAMP) $(CONSOLE)/node_modules/.stamp $(wildcard console/*.py)
	$(BIN)/python -m console.publish > $(CONSOLE)/openapi.json
	cd $(CONSOLE) && npm run --silent types

$(CONSOLE_BUILT): $(CONSOLE)/src/api/schema.ts $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run --silent build

$(CONSOLE_CHECKED): $(CONSOLE)/src/api/schema.ts $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run --silent check
	@touch $@

# The mini-program itself needs no build: WeChat DevTools opens it as it is. Its preview in a browser needs Node.
ifneq ($(NODE),)
setup run test: $(MINI_BUILT)
check: $(MINI_CHECKED)
endif

preview: $(MINI_BUILT)     ## build the mini-program for the browser (needs Node 20 or newer)

$(MINI)/node_modules/.stamp: $(MINI)/package.json $(MINI)/package-lock.json
	cd $(MINI) && npm ci --silent
	@touch $@

$(MINI_BUILT): $(MINI)/node_modules/.stamp $(MINI_SOURCES)
	cd $(MINI) && npm run --silent build

$(MINI_CHECKED): $(MINI)/node_modules/.stamp $(MINI_SOURCES)
	cd $(MINI) && npm run --silent check
	@touch $@

run: $(STAMP)    ## bring up everything, with the sandbox playing WeChat
	@$(BIN)/teahouse init --demo --quiet
	@exec $(BIN)/teahouse up --sandbox

# How much of the code they reach takes a third more time: `make test COVERAGE=1` counts it.
COVERED := $(if $(COVERAGE),--cov --cov-report term:skip-covered)

# Much of a test is waiting for servers, so there are two processes more than cores; tests/sharing.py says which tests stay
# together. They begin in the order of their names: those that bring up whole houses are among the first, and nothing
# long is left for the end.
TESTERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, 2 + len(os.sched_getaffinity(0))))' 2>/dev/null || echo 4)

test: $(STAMP)   ## the tests
	$(BIN)/pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder $(COVERED)
ifneq ($(NODE),)
	cd $(CONSOLE) && npm test --silent
endif

check: $(STAMP)  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## measure; results are kept under bench/results/
	$(BIN)/python -m bench

soak: $(STAMP)   ## the long tests
	$(BIN)/pytest tests/soak

lock:            ## compile requirements/*.txt from *.in (needs uv)
	@for set in base dev extras; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	    requirements/$$set.in -o requirements/$$set.txt; \
	done

clean:           ## remove what was made (not var/, which holds data)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
