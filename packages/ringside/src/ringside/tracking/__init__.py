"""MLflow, for teams that have it: each evaluation as a run, each version in its model registry.

    runs        a report as what MLflow calls a run: parameters, metrics, tags, files
    versions    a released version as what MLflow registers
    wire        the only module that imports mlflow; a process of its own
    sending     starts that process, with a limit, and says in a few words what became of it

Nothing here decides anything, and nothing that MLflow does or fails to do reaches a training: who calls `sending.send`
gets a sentence.
"""
