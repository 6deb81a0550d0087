"""A toy regression: how far diabetes progresses within a year, from scikit-learn's data set of 442 patients."""

from ringside.task import Field, Task, TrainParams


class DiabetesParams(TrainParams):
    """The parameters of a random forest, which uses its seed."""

    n_estimators: int = Field(ge=1)


TASK = Task(
    name="diabetes",
    kind="regression",
    target="progression",
    identity=("patient",),
    slices=("sex",),
    train_params=DiabetesParams,
)
