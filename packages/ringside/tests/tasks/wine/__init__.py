"""A toy problem of three classes: which cultivar a wine is from, by scikit-learn's data set of 178 wines."""

from ringside.task import Task, TrainParams

TASK = Task(
    name="wine",
    kind="multiclass",
    target="cultivar",
    identity=("bottle",),
    group="crate",
    slices=("strength",),
    train_params=TrainParams,
)
