"""The parameters of the sample's model."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from ringside.task import TrainParams

from flights import FlightsParams

ROOT = Path(__file__).parents[2]


class TestFlightsParams:
    """The `train` section of params.yaml."""

    def test_are_all_written_down(self):
        """params.yaml has every parameter of the model, so that nobody has to look for a default."""
        written = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["train"]

        assert set(written) == set(FlightsParams.model_fields)

    def test_are_all_documented(self):
        """docs/params.md names every one of them that is the sample's own."""
        documented = (ROOT / "docs" / "params.md").read_text(encoding="utf-8")
        own = FlightsParams.model_fields.keys() - TrainParams.model_fields.keys()

        assert {key for key in own if f"`{key}`" not in documented} == set()

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("max_iter", 0),
            ("learning_rate", 0.0),
            ("learning_rate", 1.5),
            ("max_leaf_nodes", 1),
            ("min_samples_leaf", 0),
            ("l2_regularization", -1.0),
            ("l2_regularization", float("inf")),
            ("max_features", 0.0),
            ("max_features", 1.1),
            ("depth", 3),
        ],
    )
    def test_refuse_what_the_estimator_would(self, params, key, value):
        """A value that HistGradientBoosting cannot take is refused before any data are read."""
        with pytest.raises(ValidationError, match=key):
            FlightsParams.model_validate(params.model_dump() | {key: value})
