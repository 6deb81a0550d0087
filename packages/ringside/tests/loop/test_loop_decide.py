"""Whether a new model is trained, and what people have to hear of."""

import pytest

from ringside.monitoring.triggers import alarms_of, decide
from ringside.params import RetrainParams
from watched import found

ALL = RetrainParams()
NEW = ["2025-04"]


class TestDecide:
    """The policy against what was found."""

    def test_nothing_new_and_nothing_wrong_is_nothing(self):
        """No reason, no model."""
        assert decide(ALL, found(), []).decided == "nothing"

    def test_new_data_are_a_reason(self):
        """A partition came in, and nothing else is the matter."""
        decision = decide(ALL, found(), NEW)

        assert (decision.decided, decision.reasons) == ("retrain", ["new_data"])

    def test_each_reason_is_named(self):
        """All that hold, in the order of the policy's words."""
        assert decide(ALL, found(lost=True, drifted=True), NEW).reasons == ["new_data", "drift", "performance"]

    @pytest.mark.parametrize("alarm", [(), ("below_floor",)])
    def test_a_floor_that_is_missed_is_lost_performance(self, alarm):
        """A champion below its floor asks for a new model, whatever the change to its release is."""
        policy = RetrainParams(when=["performance"])

        assert decide(policy, found(alarms=alarm), NEW).decided == ("retrain" if alarm else "nothing")

    def test_what_the_policy_does_not_name_is_no_reason(self):
        """New data alone train nothing where only drift does."""
        assert decide(RetrainParams(when=["drift"]), found(lost=True), NEW).decided == "nothing"
        assert decide(RetrainParams(when=[]), found(lost=True, drifted=True), NEW).decided == "nothing"

    def test_without_new_data_nothing_can_be_learnt(self):
        """The same data make the same model, so drift is for people."""
        decision = decide(ALL, found(drifted=True), [])

        assert (decision.decided, decision.reasons) == ("nothing_to_learn", ["drift"])

    def test_new_data_without_a_champion_are_trained_on(self):
        """A first model has nothing to be measured by, and is made all the same."""
        empty = found(state="no_champion").model_copy(update={"metrics": [], "drift": []})

        assert decide(ALL, empty, NEW).reasons == ["new_data"]


class TestAlarms:
    """What people have to hear of."""

    def test_of_drift_is_raised_where_no_model_can_answer_it(self):
        """With new data the pull request is the answer, without them an issue is."""
        for brought, expected in ((NEW, []), ([], ["drift"])):
            monitor = found(drifted=True)
            assert alarms_of(decide(ALL, monitor, brought), monitor, data_problem=False) == expected

    def test_of_the_floor_says_more_than_of_performance(self):
        """One matter has one issue."""
        monitor = found(lost=True, alarms=["below_floor"])

        assert alarms_of(decide(ALL, monitor, []), monitor, data_problem=False) == ["below_floor"]
        assert alarms_of(decide(ALL, found(lost=True), []), found(lost=True), data_problem=False) == ["performance"]

    def test_of_bad_data_is_its_own(self):
        """Data that are not in order are told whatever the champion does."""
        assert alarms_of(decide(ALL, found(), []), found(), data_problem=True) == ["data"]
