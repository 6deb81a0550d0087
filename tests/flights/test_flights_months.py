"""What the model of January to June is worth in each month from July to December."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

from flights import source

LATER = source.partitions()[6:]


@pytest.fixture(scope="module")
def plain(model, training) -> dict[str, HistGradientBoostingClassifier]:
    """Plain gradient boosting on the model's own columns: with its categories as such, and as mere numbers."""
    columns = model[:-1].transform(training)
    categories = model[-1].categorical_features
    boosters = {
        "categories": HistGradientBoostingClassifier(categorical_features=categories, random_state=0),
        "numbers": HistGradientBoostingClassifier(random_state=0),
    }
    return {encoding: booster.fit(columns, training["late"]) for encoding, booster in boosters.items()}


@pytest.fixture(scope="module")
def predicted(model, plain, valid) -> dict[str, dict[str, np.ndarray]]:
    """By month, the probabilities of the model (`ours`) and of each plain one."""
    boosters = {"ours": model[-1], **plain}
    columns = {month: model[:-1].transform(valid[month]) for month in LATER}
    return {
        month: {name: booster.predict_proba(columns[month])[:, 1] for name, booster in boosters.items()}
        for month in LATER
    }


@pytest.mark.parametrize("month", LATER)
class TestMonth:
    """A month that the model was not trained on."""

    def test_has_a_lower_log_loss_than_the_base_rate(self, month, predicted, valid, training):
        """The model tells more than the share of late flights in its training rows does."""
        actual = valid[month]["late"]

        assert log_loss(actual, predicted[month]["ours"]) < log_loss(
            actual, np.full(len(actual), training["late"].mean())
        )

    @pytest.mark.parametrize("encoding", ["categories", "numbers"])
    def test_is_ranked_at_least_as_well_as_by_plain_boosting(self, month, predicted, valid, encoding):
        """The ROC AUC is at least that of HistGradientBoostingClassifier as it comes, on the same columns."""
        ours, theirs = (roc_auc_score(valid[month]["late"], predicted[month][name]) for name in ("ours", encoding))

        assert ours >= theirs

    def test_is_ranked_far_better_than_by_chance(self, month, predicted, valid):
        """The ROC AUC is what docs/first-hour.md states: between 0.66 and 0.76 in every month."""
        assert 0.66 < roc_auc_score(valid[month]["late"], predicted[month]["ours"]) < 0.76
