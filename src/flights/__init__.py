"""The sample task: will a flight out of New York arrive more than 15 minutes late, known an hour before departure?

This folder is all that you replace to make the repository your own. `ringside.task` says what belongs in each file.
"""

from datetime import timedelta

from ringside.task import Field, Task, TrainParams


class FlightsParams(TrainParams):
    """The model's parameters: the keys of `train` in params.yaml."""

    max_iter: int = Field(ge=1, le=10_000, description="trees")
    learning_rate: float = Field(gt=0, le=1)
    max_leaf_nodes: int = Field(ge=2, le=1024)
    min_samples_leaf: int = Field(ge=1)
    l2_regularization: float = Field(ge=0)
    max_features: float = Field(gt=0, le=1, description="share of the features that each split may choose from")


TASK = Task(
    name="flights",
    kind="binary",
    target="late",
    identity=("departure_hour", "carrier", "flight"),
    time="departure_hour",
    # Flights of one day share its weather and its queues.
    group="day",
    slices=("origin", "carrier", "part_of_day"),
    label_delay=timedelta(days=1),
    train_params=FlightsParams,
)
