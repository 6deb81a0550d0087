"""What the team asks of a challenger."""

import pytest

from judging import policy_of
from ringside.errors import UsageError
from ringside.verdict.metrics import METRICS, metrics_of
from ringside.verdict.policy import Tolerance, default_metric

BINARY = metrics_of("binary")


class TestSliceColumns:
    """The slices that a policy names."""

    def test_that_there_are_not_are_an_error(self):
        """The error names the key, the slice and those that there are."""
        policy = policy_of(slice_columns=("planet",))

        with pytest.raises(UsageError, match=r"`slices.columns` names the slice 'planet'.*\n.*carrier, origin"):
            policy.check(BINARY, ("carrier", "origin"))

    def test_are_not_asked_for_where_no_slice_is_known(self):
        """Floors alone know no slice."""
        policy_of(slice_columns=("planet",)).check(BINARY)

    def test_can_lack_on_fewer_rows(self):
        """Rows of one partition have no slice by partition; the others stay."""
        policy = policy_of(slice_columns=("carrier", "partition"))

        assert policy.on_slices(("carrier",)).slice_columns == ("carrier",)
        assert policy_of().on_slices(()).slice_columns is None


class TestTolerance:
    """The loss that is accepted."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0.01", Tolerance(0.01)),
            (2, Tolerance(2.0)),
            ("1e-3", Tolerance(0.001)),
            ("10%", Tolerance(0.1, relative=True)),
            (" 2.5 % ", Tolerance(0.025, relative=True)),
        ],
    )
    def test_is_a_number_or_a_share(self, text, expected):
        """On the metric's scale, or of the rival's gain over the baseline."""
        assert Tolerance.parse(text) == expected

    @pytest.mark.parametrize("text", ["some", "%", "", "1O%"])
    def test_refuses_other_text(self, text):
        """The error shows both forms."""
        with pytest.raises(UsageError, match=r"is no tolerance.\n.*0\.01.*10%"):
            Tolerance.parse(text)

    @pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "100%", "0%"])
    def test_refuses_what_tolerates_nothing_or_all(self, text):
        """Above 0, and below the whole gain."""
        with pytest.raises(UsageError, match="a tolerance of"):
            Tolerance.parse(text)

    @pytest.mark.parametrize("text", ["0.01", "12.5% of the gain"])
    def test_is_shown_as_it_was_written(self, text):
        """Without digits that nobody wrote."""
        assert str(Tolerance.parse(text.removesuffix(" of the gain"))) == text


class TestPolicy:
    """The policy by itself."""

    @pytest.mark.parametrize(
        ("key", "value", "allowed"),
        [
            ("confidence", 1, "from 0.5 to below 1"),
            ("confidence", 0.4, "from 0.5 to below 1"),
            ("uses", 0, "1 or more"),
            ("min_groups", 1, "2 or more"),
            ("slice_rows", 0, "1 or more"),
            ("threshold", 1.5, "from 0 to 1"),
            ("top", 0, "between 0 and 1"),
            ("floors", {"f1": float("nan")}, "a finite number"),
        ],
    )
    def test_refuses_what_is_not_allowed(self, key, value, allowed):
        """The error names the key, the value and what is allowed."""
        with pytest.raises(UsageError, match=rf"`{key}` is .*\n.*{allowed}"):
            policy_of(**{key: value})

    def test_has_the_error_rate_of_its_confidence(self):
        """95 % leave 5."""
        assert policy_of(confidence=0.95).alpha == pytest.approx(0.05)


class TestCheck:
    """The policy against the metrics that there are."""

    @pytest.mark.parametrize(
        ("key", "changes"),
        [
            ("metric", {"metric": "auc"}),
            ("guardrails", {"guardrails": {"auc": Tolerance(0.1)}}),
            ("floors", {"floors": {"auc": 0.7}}),
        ],
    )
    def test_refuses_a_metric_that_does_not_exist(self, key, changes):
        """The error names the key, the metric, and those that there are."""
        with pytest.raises(UsageError, match=rf"`{key}` names the metric 'auc'.*\n.*log_loss, brier, roc_auc"):
            policy_of(**changes).check(BINARY)

    def test_refuses_a_metric_that_only_guards(self):
        """Calibration is no aim, and the error names those that are."""
        with pytest.raises(UsageError, match=r"`metric` is 'calibration', which cannot decide.\n.*log_loss"):
            policy_of(metric="calibration").check(BINARY)

    def test_refuses_two_tolerances_for_one_metric(self):
        """The metric that decides is no guardrail."""
        with pytest.raises(UsageError, match="'log_loss' is the deciding metric and a guardrail"):
            policy_of(guardrails={"log_loss": Tolerance(0.1)}).check(BINARY)

    @pytest.mark.parametrize("kind", METRICS)
    def test_allows_the_default(self, kind):
        """Log loss, and for a regression MAE."""
        policy_of(metric=default_metric(kind)).check(metrics_of(kind))

        assert default_metric(kind) == ("mae" if kind == "regression" else "log_loss")
