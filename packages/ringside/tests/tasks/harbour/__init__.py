"""A toy problem in time: will a ship dock late? Months arrive as CSV files in a folder that the environment names."""

from ringside.task import Field, Task, TrainParams


class HarbourParams(TrainParams):
    """The model's parameters: the keys of `train` in params.yaml."""

    max_iter: int = Field(ge=1, le=1000)
    learning_rate: float = Field(gt=0, le=1)


TASK = Task(
    name="harbour",
    kind="binary",
    target="late",
    identity=("call",),
    time="day",
    # Ships of one day meet the same sea.
    group="day",
    slices=("pier",),
    train_params=HarbourParams,
)
