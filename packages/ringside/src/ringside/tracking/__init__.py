"""MLflow integration: each evaluation as a run, each version in its model registry.

runs               an evaluation as an MLflow run: parameters, metrics, tags, files
registered_models  released versions in MLflow's model registry
wire               the only module that imports mlflow; a separate process
sending            starts that process with a time limit, and reports the result in a few words

This package decides nothing, and no failure of MLflow can stop a training: `sending.send` returns a sentence instead
of raising.
"""
