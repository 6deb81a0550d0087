# Each target is a line or two that a person can type. `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(CURDIR)/$(VENV)/bin
# The tools of this folder first; and no bytecode flag from outside, which would make every start slow.
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

# Ringside itself: a package of its own, used from its folder.
PACKAGE := packages/ringside
RUN_LOCKS := requirements/model.txt requirements/tools.txt
TEST_LOCKS := $(RUN_LOCKS) requirements/dev.txt
REPORT_LOCKS := requirements/report.txt
# A lock is complete, so nothing is resolved. The package is installed from its folder, never from an index.
INSTALL = uv pip install --quiet --no-deps --require-hashes --compile-bytecode $(foreach lock,$(1),-r $(lock)) && uv pip install --quiet --no-deps -e $(PACKAGE)

.DEFAULT_GOAL := help
.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: $(VENV)/.run ## Ingest the data, run the pipeline, show the verdict
	@ringside ingest --frozen
	@dvc repro
	@ringside verdict --exit-zero

.PHONY: test
test: test-task ## Run the tests

.PHONY: test-task
test-task: $(VENV)/.test
	@pytest

.PHONY: lint
lint: lint-task ## Check style, docstrings and types

.PHONY: lint-task
lint-task: $(VENV)/.test
	@ruff check src tests
	@ruff format --check src tests
	@mypy

.PHONY: lock
lock: $(VENV)/.run ## Write dvc.lock again, from the run-cache and the code
	@rm -f dvc.lock
	@dvc repro

.PHONY: update
update: $(VENV)/.run ## Take the template's newest version, keep what is yours (FROM=address, TO=version)
	@ringside update $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)")

.PHONY: rulesets
rulesets: $(VENV)/.run ## Make the checks and the reviews compulsory on GitHub, by the files in .github/rulesets
	@ringside ci rulesets

# The locks. Comments that name where a package is needed would change a lock, and so retrain, for a renamed project.
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command 'make requirements'
OF_PACKAGE := $(PACKAGE)/pyproject.toml
# Beside other locks: the same versions, and only what they do not have. botocore asks for python-dateutil below 3 and
# works with the model's 4: what DVC's remotes need must never change what a model was trained with.
BESIDE = $(foreach lock,$(1),--override $(lock)) $$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package=\1/p' $(1))
SAME = $(foreach lock,$(1),-c $(lock))

.PHONY: requirements
requirements: task-requirements ## Write the locks (requirements/*.txt) from pyproject.toml

.PHONY: task-requirements
task-requirements: $(VENV)/.run
	@$(COMPILE) pyproject.toml $(OF_PACKAGE) --extra model -o requirements/model.txt
	@$(COMPILE) --group source $(OF_PACKAGE) --extra cli $(call BESIDE,requirements/model.txt) -o requirements/tools.txt
	@$(COMPILE) $(OF_PACKAGE) --extra report $(call SAME,$(RUN_LOCKS)) $(foreach name,numpy pyarrow scipy,--no-emit-package=$(name)) -o requirements/report.txt
	@$(COMPILE) --group dev $(call BESIDE,$(RUN_LOCKS)) -o requirements/dev.txt
	@$(foreach kind,s3 gs azure ssh,$(COMPILE) $(OF_PACKAGE) --extra $(kind) $(call BESIDE,$(RUN_LOCKS)) -o requirements/remote-$(kind).txt &&) true
	@$(COMPILE) $(OF_PACKAGE) --extra mlflow $(call SAME,$(RUN_LOCKS)) -o requirements/mlflow.txt
	@$(COMPILE) $(OF_PACKAGE) --extra postgresql $(call BESIDE,$(RUN_LOCKS)) -o requirements/database.txt
	@$(COMPILE) --group gh $(call BESIDE,$(RUN_LOCKS)) -o requirements/gh.txt
	@$(COMPILE) --group service $(call BESIDE,requirements/model.txt) -o examples/service/requirements.txt
	@$(COMPILE) --group batch $(call BESIDE,$(RUN_LOCKS)) -o examples/batch/requirements.txt

# Set-up: done once, and again only when a lock changed. uv comes from pip where there is none.
$(VENV)/bin/python:
	@echo "Setting up $(VENV) (once)" >&2
	@$(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || pip install --quiet --disable-pip-version-check uv

# What workflows install; the names are those of the input `for` of .github/actions/setup.
.PHONY: setup-model setup-report setup-test
setup-model: $(VENV)/.run ## Install what the pipeline needs
setup-report: $(VENV)/.report ## Install what reading results needs
setup-test: $(VENV)/.test ## Install what the tests need

.PHONY: setup-database
setup-database: $(VENV)/.run ## Install what reads a database, for `ringside init --from postgresql://...`
	@uv pip install --quiet --no-deps --require-hashes -r requirements/database.txt

.PHONY: setup-gh
setup-gh: $(VENV)/bin/python ## Install GitHub's command line, for a machine that has none
	@uv pip install --quiet --no-deps --require-hashes -r requirements/gh.txt

.PHONY: setup-mlflow
setup-mlflow: ## Install MLflow's client beside what is installed
	@uv pip install --quiet --require-hashes -r requirements/mlflow.txt

$(VENV)/.run: $(RUN_LOCKS) $(OF_PACKAGE) | $(VENV)/bin/python
	@$(call INSTALL,$(RUN_LOCKS))
	@touch $@

# A job that only reads results needs no more.
$(VENV)/.report: $(REPORT_LOCKS) $(OF_PACKAGE) | $(VENV)/bin/python
	@$(call INSTALL,$(REPORT_LOCKS))
	@touch $@

$(VENV)/.test: $(TEST_LOCKS) $(OF_PACKAGE) | $(VENV)/bin/python
	@$(call INSTALL,$(TEST_LOCKS))
	@touch $@ $(VENV)/.run

# Tests, benchmarks and releases of the package, in the template's own repository.
-include $(PACKAGE)/development.mk
