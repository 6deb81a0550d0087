# Each target is a line or two that a person can type. `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(CURDIR)/$(VENV)/bin
# The tools of this folder first; and no bytecode flag from outside, which would make every start slow.
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

RUN_LOCKS := requirements/model.txt requirements/tools.txt
TEST_LOCKS := $(RUN_LOCKS) requirements/dev.txt requirements/doubles.txt
REPORT_LOCKS := requirements/report.txt
# A lock is whole, so nothing is resolved: what the tests add for S3 asks for another python-dateutil than a model has.
INSTALL = uv pip install --quiet --no-deps --require-hashes --compile-bytecode $(foreach lock,$(1),-r $(lock)) && uv pip install --quiet --no-deps -e .

.DEFAULT_GOAL := help
.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: run
run: $(VENV)/.run ## Bring the data, run the pipeline, show the verdict
	@ringside ingest --frozen
	@dvc repro
	@ringside verdict --exit-zero

.PHONY: test
test: $(VENV)/.test ## Run the tests; in a copy of your own, those of the machinery where you changed it
	@pytest -m "not long"

.PHONY: test-fast
test-fast: $(VENV)/.test ## Run the tests that are not marked slow (about a minute)
	@pytest -m "not slow and not long"

.PHONY: test-all
test-all: $(VENV)/.test ## Run those that take long as well: each fault, servers, environments, every page's commands (half an hour)
	@pytest

.PHONY: test-task
test-task: $(VENV)/.test ## Run the task's own tests
	@pytest --ignore tests/machinery

.PHONY: test-machinery
test-machinery: $(VENV)/.test ## Run Ringside's own tests
	@pytest tests/machinery

# The same tests under another Python: make test-3.12
.PHONY: test-%
test-%: ## Run all tests under Python %, as in test-3.13
	@$(MAKE) --no-print-directory test PYTHON=python$* VENV=.venv-$*

.PHONY: rehearse
rehearse: $(VENV)/.test ## Play the workflows' main story on this machine and leave it as one page (about two minutes)
	@OMP_NUM_THREADS=1 PYTHONPATH=tests/machinery python tests/machinery/workflows/rehearse.py

.PHONY: lint
lint: $(VENV)/.test ## Check style, types and docstrings
	@ruff check .
	@ruff format --check .
	@mypy
	@interrogate
	@actionlint
	@zizmor --quiet --offline --persona pedantic .github

.PHONY: coverage
coverage: $(VENV)/.run ## Simulate how often the statistics are right, for docs/statistics.md (about a quarter of an hour)
	@python bench/coverage.py

.PHONY: windows
windows: $(VENV)/.run ## Simulate how often a champion's change is told right, for docs/retraining.md (two minutes)
	@python bench/windows.py

.PHONY: reference
reference: $(VENV)/.run ## Write docs/reference.md, metrics.md and report.schema.json from the code
	@python docs/reference.py > docs/reference.md
	@python docs/metrics.py > docs/metrics.md
	@python docs/schema.py > docs/report.schema.json

.PHONY: lock
lock: $(VENV)/.run ## Make dvc.lock anew from the run-cache and the code
	@rm -f dvc.lock
	@dvc repro

.PHONY: requirements
requirements: $(VENV)/.run ## Write requirements/*.txt from pyproject.toml
	@uv pip compile $(COMPILE) --extra pipeline pyproject.toml -o requirements/model.txt
	@uv pip compile $(COMPILE) --group tools --group sample -c requirements/model.txt -o requirements/tools.txt
	@uv pip compile $(COMPILE) --group report $(foreach lock,$(RUN_LOCKS),-c $(lock)) -o requirements/report.txt
	@uv pip compile $(COMPILE) --group dev $(foreach lock,$(RUN_LOCKS),-c $(lock)) -o requirements/dev.txt
	@uv pip compile $(COMPILE) --group doubles $(call BESIDE_ALL,$(RUN_LOCKS) requirements/dev.txt) -o requirements/doubles.txt
	@$(foreach kind,s3 gs azure ssh,uv pip compile $(COMPILE) --group remote-$(kind) $(BESIDE) -o requirements/remote-$(kind).txt &&) true
	@uv pip compile $(COMPILE) --group mlflow $(foreach lock,$(RUN_LOCKS),-c $(lock)) -o requirements/mlflow.txt
	@uv pip compile $(COMPILE) --group postgresql $(BESIDE) -o requirements/database.txt
	@uv pip compile $(COMPILE) --group datasets $(BESIDE) -o requirements/datasets.txt
	@uv pip compile $(COMPILE) --group service $(BESIDE_MODEL) -o examples/service/requirements.txt
	@uv pip compile $(COMPILE) --group batch $(BESIDE) -o examples/batch/requirements.txt

.PHONY: update
update: $(VENV)/.run ## Bring the template's newest machinery, keep what is yours (FROM=address, TO=version)
	@ringside update $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)")

.PHONY: rulesets
rulesets: $(VENV)/.run ## Make the checks and the reviews compulsory on GitHub, by the files in .github/rulesets
	@ringside ci rulesets

COMPILE := --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command 'make requirements'
# The locks of remotes list only what they add. botocore asks for python-dateutil below 3 and works with the model's 4:
# what DVC's remotes need must never change what a model was trained with.
BESIDE_ALL = $(foreach lock,$(1),--override $(lock)) $$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package=\1/p' $(1))
BESIDE = $(call BESIDE_ALL,$(RUN_LOCKS))

# A service has the packages of its release, which are those of model.txt.
BESIDE_MODEL = $(call BESIDE_ALL,requirements/model.txt)

# What is measured on the sample, where it is here.
-include bench/sample.mk

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
setup-database: $(VENV)/.run ## Install what asks a database, for `ringside init --from postgresql://...`
	@uv pip install --quiet --no-deps --require-hashes -r requirements/database.txt

.PHONY: setup-mlflow
setup-mlflow: ## Install the client that tells MLflow, beside what is installed
	@uv pip install --quiet --require-hashes -r requirements/mlflow.txt

$(VENV)/.run: $(RUN_LOCKS) pyproject.toml | $(VENV)/bin/python
	@$(call INSTALL,$(RUN_LOCKS))
	@touch $@

# A job that only reads results needs no more.
$(VENV)/.report: $(REPORT_LOCKS) pyproject.toml | $(VENV)/bin/python
	@$(call INSTALL,$(REPORT_LOCKS))
	@touch $@

$(VENV)/.test: $(TEST_LOCKS) pyproject.toml | $(VENV)/bin/python
	@$(call INSTALL,$(TEST_LOCKS))
	@touch $@ $(VENV)/.run
