"""Functions for the tests of a task: its parameters, its parts, and the functions that the stages call.

A task imports `ringside.task`, its tests import this module; both keep their names from version to version.
"""

from ringside.common.loader import load_task
from ringside.common.params import train_params
from ringside.data.source_errors import out_of_reach
from ringside.errors import DataError, SourceError
from ringside.loader import load_model_builder, load_schema, load_source
from ringside.params import read_params
from ringside.pipeline.train.stage import train
from ringside.pipeline.validate.rows import REASON, Validated, validate

__all__ = [
    "REASON",
    "DataError",
    "SourceError",
    "Validated",
    "load_model_builder",
    "load_schema",
    "load_source",
    "load_task",
    "out_of_reach",
    "read_params",
    "train",
    "train_params",
    "validate",
]
