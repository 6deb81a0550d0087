"""Reading what anybody may have written."""

import json

import pytest

from examples import ALL, passed
from ringside.errors import ReportError
from ringside.report.model import MAX_BYTES, Report
from ringside.report.read import MAX_DEPTH, dump_report, read_report


@pytest.fixture(scope="module")
def written():
    """A report's bytes."""
    return dump_report(passed())


def changed(content, **given):
    """The bytes with other values."""
    return json.dumps(json.loads(content) | given).encode()


class TestOurs:
    """Reports that the machinery wrote."""

    @pytest.mark.parametrize("name", ALL)
    def test_come_back_as_they_were(self, name):
        """Each example is read as the report that was written."""
        report = ALL[name]()

        assert read_report(dump_report(report)) == report

    def test_are_canonical(self, written):
        """Keys stand in order, indented by two spaces, with one newline at the end."""
        expected = json.dumps(json.loads(written), indent=2, sort_keys=True) + "\n"

        assert written.decode() == expected

    def test_are_far_from_the_depth_that_is_refused(self, written):
        """The deepest report has fewer brackets within brackets than a reader takes."""

        def depth(value):
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
            return 0 if inner is None else 1 + max(map(depth, inner), default=0)

        assert depth(json.loads(written)) < MAX_DEPTH


class TestRefusal:
    """Everything else."""

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (b"", "not JSON"),
            (b"\xff\xfe{}", "not UTF-8"),
            (b"[]", "not a JSON object"),
            (b"{", "not JSON"),
            (b'{"a": "' + b"\\" * 9, "not JSON"),
            (b'{"format": 1, "format": 1}', "a key occurs twice"),
            (b'{"format": NaN}', "NaN is not a number"),
            (b'{"format": -Infinity}', "-Infinity is not a number"),
            (b'{"format": 1, "task": "\\ud800"}', "surrogate"),
            (b'{"format": 1, "\\udfff": 1}', "surrogate"),
            (b'{"format": ' + b"[" * 500 + b"]" * 500 + b"}", "nested"),
            (b"[" * 900_000, "nested"),
            (b'{"format": 2}', "its format is not 1"),
            (b'{"format": true}', "its format is not 1"),
            (b'{"format": 1.0}', "its format is not 1"),
            (b'{"format": 1' + b"0" * 5000 + b"}", "not JSON"),
            (b" " * (MAX_BYTES + 1), "bytes"),
            (b'{"format": 1}', "contradicts the schema"),
        ],
        ids=lambda value: value[:24] if isinstance(value, str) else "",
    )
    def test_is_one_error_with_a_remedy(self, content, found):
        """The error says what was found in one line, where, and what to do."""
        with pytest.raises(ReportError) as caught:
            read_report(content)

        assert found in caught.value.found
        assert "\n" not in caught.value.found
        assert (caught.value.where, bool(caught.value.remedy)) == ("report.json", True)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("task", "<script>"),
            ("task", "a b"),
            ("task", "x" * 65),
            ("task", "flights\n"),
            ("task", ""),
            ("task", 7),
            ("verdict", "passed"),
            ("challenger_version", "v1.2"),
            ("slices_left_out", "3"),
            ("slices_left_out", 3.0),
            ("slices_left_out", -1),
            ("calibration_error", 1.5),
            ("latency_ms", True),
            ("latency_ms", 1e16),
            ("rules", {}),
            ("params", [{"key": "a", "before": [1], "after": 2}]),
            ("groups", [{"group": "d", "rows": 1, "challenger": 1, "rival": 1}] * 401),
            ("unheard_of", 1),
        ],
    )
    def test_is_for_each_value_that_the_schema_has_not(self, written, key, value):
        """A hostile name, a wrong type, a number out of range, a list too long and an unknown field are refused."""
        with pytest.raises(ReportError, match="contradicts the schema"):
            read_report(changed(written, **{key: value}))

    def test_is_for_a_number_that_overflows(self, written):
        """1e999 is JSON, and infinite."""
        content = written.replace(b'"latency_ms": 11.2', b'"latency_ms": 1e999')

        assert content != written
        with pytest.raises(ReportError, match="latency_ms"):
            read_report(content)

    def test_quotes_nothing_but_names(self, written):
        """A field's name may be anybody's text, so the message holds its harmless characters alone."""
        with pytest.raises(ReportError) as caught:
            read_report(changed(written, **{"<img src=x>\n@all": 1}))

        assert "`_img_src_x___all`" in caught.value.found

    def test_is_for_a_missing_field(self, written):
        """Nothing that has no default can be left out."""
        values = {key: value for key, value in json.loads(written).items() if key != "verdict"}

        with pytest.raises(ReportError, match="verdict"):
            read_report(json.dumps(values).encode())


class TestModel:
    """The model itself."""

    def test_lets_no_part_take_unknown_fields(self):
        """Every object of the schema is closed."""
        parts = Report.model_json_schema()["$defs"].values()

        assert all(part["additionalProperties"] is False for part in parts)

    def test_bounds_every_list_and_every_text(self):
        """Each array has a largest size and each text a pattern or a list of words."""

        def nodes(value):
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            return [value, *(node for part in inner for node in nodes(part))]

        found = [node for node in nodes(Report.model_json_schema()) if isinstance(node, dict)]
        arrays = [node for node in found if node.get("type") == "array"]
        texts = [node for node in found if node.get("type") == "string"]

        assert [node for node in arrays if "maxItems" not in node] == []
        assert [node for node in texts if not {"pattern", "enum", "const"} & set(node)] == []
