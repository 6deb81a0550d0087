"""The sections `policy` and `publish` of params.yaml, and parameters that are read from elsewhere."""

import pytest

from ringside.errors import UsageError
from ringside.params import parse_params, read_params, read_sections

TEXT = """\
task: toy
validate: {max_quarantined: 0.01}
split: {strategy: time, test: 1}
train: {seed: 0, anything: 0.5}
evaluate: {bins: 10}
"""


def policy_with(key: str, text: str) -> str:
    """A params.yaml with one key of the policy, dotted."""
    for name in reversed(key.split(".")):
        text = f"{{{name}: {text}}}"
    return f"{TEXT}policy: {text}\n"


def policy_refusal(text: str, *, where: str = "params.yaml") -> UsageError:
    """The error that a text gives."""
    with pytest.raises(UsageError) as caught:
        parse_params(text, where=where)
    return caught.value


class TestPolicy:
    """The `policy` section, which a project may leave out, in whole or in part."""

    def test_has_a_default_for_every_key(self):
        """A tenth of the rival's gain is the tolerance, and nothing is guarded."""
        policy = parse_params(TEXT, where="x").policy

        assert (policy.metric, policy.tolerance, policy.guardrails, policy.floors) == (None, "10%", {}, {})
        assert (policy.slices.tolerance, policy.anchor) == (None, None)

    @pytest.mark.parametrize(
        ("text", "value"), [("0.01", 0.01), ("2", 2.0), ("1e-3", 0.001), ("10%", "10%"), ("'2.5%'", "2.5%")]
    )
    def test_has_tolerances(self, text, value):
        """A number on the metric's scale, or a share of the gain."""
        policy = parse_params(f"{TEXT}policy: {{tolerance: {text}, guardrails: {{mae: {text}}}}}", where="x").policy

        assert (policy.tolerance, policy.guardrails) == (value, {"mae": value})

    @pytest.mark.parametrize(
        "text", ["0", "-1", "0%", "100%", "1000%", "much", "'10 %'", "true", "[1]", ".inf", ".nan", "1e16"]
    )
    @pytest.mark.parametrize("key", ["tolerance", "guardrails.mae", "slices.tolerance"])
    def test_refuses_what_is_no_tolerance(self, key, text):
        """The error names the key and what is allowed."""
        error = policy_refusal(policy_with(key, text))

        assert f"`policy.{key}` is" in error.found
        assert "a number above 0 on the metric's scale, or a share of the gain below 100%" in error.found

    @pytest.mark.parametrize(
        ("key", "text", "told"),
        [
            ("anchor", "1.0.0", "allowed is a version, as v1.2.0"),
            ("anchor", "v1", "allowed is a version, as v1.2.0"),
            ("anchor", "5", "allowed is a version, as v1.2.0"),
            ("floors.auc", "high", "number"),
            ("floors.auc", "1e16", "less than or equal to"),
            ("floors", "0.5", "dictionary"),
            ("slices.min_rows", "0", "greater than or equal to 1"),
            ("slices", "0.1", "SlicePolicyParams"),
            ("confidence", "95", "less than 1"),
            ("confidence", "0.4", "greater than or equal to 0.5"),
            ("uses", "0", "greater than or equal to 1"),
            ("uses", "2.5", "integer"),
            ("min_groups", "2", "greater than or equal to 3"),
            ("threshold", "1.1", "less than or equal to 1"),
            ("top", "0", "greater than 0"),
            ("inconclusive", "merge", "'merge_only' or 'block'"),
            ("metric", "5", "string"),
        ],
    )
    def test_refuses_what_cannot_be(self, key, text, told):
        """The error names the key and what is allowed."""
        error = policy_refusal(policy_with(key, text))

        assert f"`policy.{key}`" in error.found
        assert told in error.found

    @pytest.mark.parametrize(
        ("key", "close"),
        [("tolerances", "tolerance"), ("slices.minimum_rows", "min_rows"), ("slices.tolerence", "tolerance")],
    )
    def test_refuses_keys_that_it_does_not_know(self, key, close):
        """The error says what was meant, also in a section within the section."""
        assert f"unknown key `policy.{key}`, did you mean `{close}`?" in policy_refusal(policy_with(key, "1")).found


class TestPublish:
    """The `publish` section."""

    def test_keeps_rows_private_by_default(self):
        """No release carries a row unless the project says so."""
        assert parse_params(TEXT, where="x").publish.reference_rows == 0

    @pytest.mark.parametrize("text", ["-1", "1001", "1.5", "all"])
    def test_refuses_what_is_no_number_of_rows(self, text):
        """At most a thousand."""
        assert "`publish.reference_rows`" in policy_refusal(f"{TEXT}publish: {{reference_rows: {text}}}").found


class TestText:
    """Parameters that are no file here, such as those of a branch."""

    def test_are_those_of_a_file(self, tmp_path):
        """The same text gives the same."""
        (tmp_path / "params.yaml").write_text(TEXT, encoding="utf-8")

        assert parse_params(TEXT, where="main") == read_params(tmp_path / "params.yaml")

    @pytest.mark.parametrize("text", ["", "task: [", "- a", TEXT.replace("task", "tusk")])
    def test_that_are_none_are_named(self, text):
        """The error's place is what the caller says."""
        assert policy_refusal(text, where="params.yaml of main").where == "params.yaml of main"


class TestSections:
    """The sections as they stand."""

    def test_are_not_checked(self, tmp_path):
        """Whoever compares them with what DVC wrote wants no default."""
        (tmp_path / "params.yaml").write_text(TEXT, encoding="utf-8")

        assert read_sections(tmp_path / "params.yaml")["train"] == {"seed": 0, "anything": 0.5}

    def test_of_a_file_that_is_missing_are_an_error(self, tmp_path):
        """As when the parameters are read."""
        with pytest.raises(UsageError, match="it is missing"):
            read_sections(tmp_path / "params.yaml")
