# Everything that a developer or CI runs. `make` or `make help` lists it.
# Needs Python 3.11 or newer (PYTHON=...), make and a package index. Everything else is set up here, in three
# environments: .venv for the code, and below .marksheet one for what checks and deploys the template, and one for
# the clients of others that the end-to-end tests drive.

PYTHON ?= python3
BIN := .venv/bin
INFRASTRUCTURE := .marksheet/infrastructure
CLIENTS := .marksheet/clients

export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up down invoke status clients format check lint types document validate test test-unit test-emulator bench build deploy openapi lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/installed ## Make the development environment

demo: .venv/installed ## Start a stack, mark two recorded models on the example benchmark, show the marks, stop
	$(BIN)/python examples/demo.py

up: .venv/installed ## Start a stack on this machine that stays, and write .marksheet/local.env
	$(BIN)/marksheet local up

down: .venv/installed ## Stop it; what is stored stays
	$(BIN)/marksheet local down

invoke: .venv/installed ## Run a handler on an event against that stack (FUNCTION=ScoreShard EVENT=events/...)
	@$(BIN)/marksheet local invoke $(FUNCTION) $(EVENT)

status: .venv/installed ## Say whether it runs, and where
	@$(BIN)/marksheet local status || test $$? -eq 3 # 3: it does not run, which is an answer

clients: $(CLIENTS)/installed ## Make .marksheet/clients, an environment with pydo and weave, for the scripts in docs

format: .venv/installed ## Format the code and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

check: lint types document validate ## Everything that needs no running: format, lint, types, OpenAPI document, template

lint: .venv/installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: .venv/installed
	$(BIN)/mypy

document: .venv/installed ## Check that the OpenAPI document is what the code says
	PYTHONPATH=layers/core:functions:openapi $(BIN)/python -m marksheet_openapi --check

validate: $(INFRASTRUCTURE)/installed ## Check the template, the state machine and their security
	AWS_DEFAULT_REGION=us-east-1 $(INFRASTRUCTURE)/bin/sam validate --lint
	$(INFRASTRUCTURE)/bin/python .ci/wrap_definition.py statemachine/evaluation.asl.yaml \
		> .marksheet/definition.json
	$(INFRASTRUCTURE)/bin/cfn-lint .marksheet/definition.json
	$(INFRASTRUCTURE)/bin/checkov --config-file .checkov.yaml

test: test-unit test-emulator ## Run all tests


test-unit: .venv/installed ## Run the tests that need no emulator, a process for every core
	$(BIN)/pytest -m "not emulator" --numprocesses auto

test-emulator: .venv/installed $(CLIENTS)/installed ## Run the end-to-end tests, on three stacks of their own: much of their time is waiting
	$(BIN)/pytest -m emulator --numprocesses 3 --dist loadfile

bench: .venv/installed ## Measure time, memory and money (BENCH="worker bill" QUICK=1 JSON=FILE)
	$(BIN)/python -m bench $(BENCH) $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON))

openapi: .venv/installed ## Write the OpenAPI document anew
	PYTHONPATH=layers/core:functions:openapi $(BIN)/python -m marksheet_openapi

build: .venv/installed $(INFRASTRUCTURE)/installed ## Build for AWS (MARKSHEET_RUNTIME=python3.13 MARKSHEET_ARCH=arm64)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(INFRASTRUCTURE)/bin/sam build

deploy: build ## Deploy to the AWS account of your credentials, asking for every parameter
	$(INFRASTRUCTURE)/bin/sam deploy --guided

lock: .venv/installed ## Resolve all dependencies anew and write the lock files
	$(COMPILE) layers/core/requirements.txt --output-file layers/core/requirements.lock
	$(COMPILE) layers/extraction/requirements.txt --constraints layers/core/requirements.lock \
		--output-file layers/extraction/requirements.lock
	$(COMPILE) pyproject.toml --group dev --constraints layers/core/requirements.lock \
		--constraints layers/extraction/requirements.lock --output-file requirements/dev.lock
	$(COMPILE) --group emulator --output-file requirements/emulator.lock
	$(COMPILE) --group infrastructure --output-file requirements/infrastructure.lock
	$(COMPILE) --group clients --output-file requirements/clients.lock

clean: ## Delete what is built and installed; a stack's stored data in .marksheet goes too
	test ! -x $(BIN)/marksheet || $(BIN)/marksheet local down
	rm -rf .venv .marksheet .aws-sam

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

# uv installs in seconds what takes pip a minute. Where there is no uv for the platform, pip does it.
.venv/installed: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Marksheet needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet "uv>=0.5,<1" || echo "no uv here, going on with pip"
	$(call install,.venv,--require-hashes --requirement requirements/dev.lock)
	$(call install,.venv,--no-deps --editable .)
	@touch $@

# Apart from the above, because these tools pin what they share with it.
$(INFRASTRUCTURE)/installed: requirements/infrastructure.lock | .venv/installed
	$(PYTHON) -m venv $(INFRASTRUCTURE)
	$(call install,$(INFRASTRUCTURE),--require-hashes --requirement requirements/infrastructure.lock)
	@touch $@

# Apart too: what other people's programs have, and nothing of ours.
$(CLIENTS)/installed: requirements/clients.lock | .venv/installed
	$(PYTHON) -m venv $(CLIENTS)
	$(call install,$(CLIENTS),--require-hashes --requirement requirements/clients.lock)
	@touch $@

install = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(1)/bin/python $(2); \
	else $(1)/bin/python -m pip install --quiet $(2); fi
