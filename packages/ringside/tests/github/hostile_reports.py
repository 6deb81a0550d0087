"""Reports that must be refused: (name, archive for a commit, words of the refusal)."""

import copy
import json

import archives as a

SCHEMA = "contradicts the schema"
JSON = "is not JSON"


def _holding(content):
    return lambda commit: a.zipped(
        ("status.json", a.status_of(commit)), ("report.json", content(json.loads(a.report_of(commit))))
    )


def _raw(content):
    return _holding(lambda _: content)


def _put(place, value):
    """A report with one value in its place; `place` is keys and positions with dots between."""

    def change(values):
        values = copy.deepcopy(values)
        *way, last = [int(key) if key.isdigit() else key for key in place.split(".")]
        holder = values
        for key in way:
            holder = holder[key]
        holder[last] = value
        return json.dumps(values).encode()

    return _holding(change)


def _text(old, new):
    """A report in which a piece of JSON is replaced by another, which need not be JSON."""

    def change(values):
        text = json.dumps(values)
        assert old in text
        return text.replace(old, new, 1).encode()

    return _holding(change)


# Each text stands in another place, so that all kinds of names have their turn.
NAMES = {
    "a link in Markdown": ("metrics.0.metric", "[roc](https://evil.example)"),
    "an image in Markdown": ("metrics.1.metric", "![x](https://evil.example/t.png)"),
    "a table in Markdown": ("slices.0.value", "a | b |\n|---|"),
    "a fence in Markdown": ("slices.0.column", "```"),
    "bold Markdown": ("challenger.first", "**Approved**"),
    "a task list": ("challenger.last", "- [x] reviewed"),
    "a script": ("task", "<script>alert(1)</script>"),
    "an image in HTML": ("rival.model.first", "<img src=//evil.example/t.png>"),
    "the end of a fold": ("data.columns.0.column", "</details>"),
    "a comment in HTML": ("data.partitions.0.partition", "<!--"),
    "an entity": ("data.labels.0.0", "&lt;b&gt;"),
    "a person's mention": ("groups.0.group", "@octocat"),
    "a team's mention": ("stages.0.stage", "@acme/owners"),
    "an issue's number": ("rules.0.name", "#1"),
    "another repository's issue": ("window.first", "acme/demo#1"),
    "an address": ("window.last", "https://evil.example"),
    "a mail address": ("policy.metric", "me@evil.example"),
    "a script's address": ("floors", [{"metric": "javascript:x", "value": 1.0, "limit": 0.5, "reached": True}]),
    "an error command": ("params.0.key", "::error::x"),
    "a command that sets a variable": ("params.0.after", "x\n::set-env name=PATH::/x"),
    "an old command": ("params.0.before", "##[set-output name=x]y"),
    "an expression": ("params.1.key", "${{ github.token }}"),
    "a shell's command": ("policy.changes", [{"key": "$(id)", "before": 1, "after": 2, "shown": True}]),
    "a shell's backticks": ("metrics.2.metric", "`id`"),
    "a path": ("anchor.result", {"metric": "../../etc/passwd", "better": "lower"}),
    "text from right to left": ("slices.1.value", "\u202eetanimreted"),
    "bidi isolates": ("slices.1.column", "\u2066x\u2069"),
    "a zero-width space": ("slices.2.value", "a\u200bb"),
    "a soft hyphen": ("slices.2.column", "a\u00adb"),
    "a NUL": ("slices.3.value", "a\x00b"),
    "an escape sequence": ("slices.3.column", "\x1b[31mred"),
    "a carriage return": ("slices.4.value", "a\rb"),
    "a line's end at its end": ("slices.4.column", "carrier\n"),
    "a paragraph separator": ("slices.5.value", "a\u2029b"),
    "look-alike letters": ("slices.5.column", "\u0441\u0430rrier"),
    "an emoji": ("slices.6.value", "\U0001f680"),
    "no character": ("slices.6.column", ""),
    "65 characters": ("slices.7.value", "x" * 65),
    "a million characters": ("slices.7.column", "x" * 1_000_000),
    "a Mermaid directive": ("groups.1.group", "%%{init: {}}%%"),
    "a space": ("groups.2.group", "June 1"),
}

VALUES = {
    "a verdict that there is not": ("verdict", "approved"),
    "a verdict with a line's end": ("verdict", "pass\n"),
    "a champion that is a list": ("champion", ["compared"]),
    "a version with a text behind": ("challenger_version", "v1.2.0-please-merge"),
    "a version of a hundred digits": ("challenger_version", f"v{'9' * 100}.0.0"),
    "a rule's code of four digits": ("rules.0.code", "RS0010"),
    "a rule's reason in free text": ("rules.0.reason", "all is well"),
    "a rule with three subjects in one": ("rules.0.subjects", [["a", "b", "c"]]),
    "a number that is a text": ("metrics.0.challenger", "0.5"),
    "a number that is true": ("metrics.0.rival", True),
    "a number that is a list": ("metrics.0.lower", [0.5]),
    "a number of 1e16": ("metrics.0.upper", 1e16),
    "a share above one": ("calibration_error", 1.01),
    "a share below zero": ("policy.confidence", -0.1),
    "a count below zero": ("window.rows", -1),
    "a count with a fraction": ("window.groups", 30.5),
    "a count that is a text": ("challenger.rows", "133603"),
    "a count of 2^63": ("challenger.bytes", 2**63),
    "a count of 4,000 digits": ("challenger.bytes", 10**4000),
    "a truth that is a number": ("reproduce.dirty", 0),
    "a hash in capitals": ("challenger.sha256", "A" * 64),
    "a hash of 63 digits": ("window.sha256", "a" * 63),
    "a date with a time": ("rival.published", "2026-10-30T00:00:00Z"),
    "a Python that is a text": ("reproduce.python", "3.11.9 <b>"),
    "an object for a list": ("metrics", {"0": {}}),
    "a list for an object": ("window", []),
    "null for an object": ("policy", None),
    "a text for the whole of the rules": ("rules", "passed"),
    "101 metrics": ("metrics", [{"metric": "a", "better": "lower", "challenger": 1.0, "rival": 1.0}] * 101),
    "401 groups": ("groups", [{"group": "d", "rows": 1, "challenger": 1.0, "rival": 1.0}] * 401),
    "an unknown field": ("comment", "LGTM"),
    "an unknown field within": ("window.note", "see https://evil.example"),
    "an unknown field of markup": ("<img src=x>", 1),
    "a prototype": ("__proto__", {"verdict": "pass"}),
    "20,000 unknown fields": ("window", {f"k{i}": i for i in range(20_000)}),
}

TEXTS = [
    ("report with NaN", _text('"latency_ms": 11.2', '"latency_ms": NaN'), "NaN is not a number"),
    ("report with infinity", _text('"latency_ms": 11.2', '"latency_ms": Infinity'), "Infinity is not a number"),
    ("report with minus infinity", _text('"latency_ms": 11.2', '"latency_ms": -Infinity'), "not a number"),
    ("report with a number that overflows", _text('"latency_ms": 11.2', '"latency_ms": 1e999'), SCHEMA),
    ("report with a number of 100,000 digits", _text("11.2", "1" * 100_000), JSON),
    ("report with a key twice", _text('"task":', '"verdict": "pass", "task":'), "a key occurs twice"),
    ("report with a key twice within", _text('"rows":', '"rows": 1, "rows":'), "a key occurs twice"),
    ("report with an escaped key twice", _text('"task":', '"t\\u0061sk": "x", "task":'), "a key occurs twice"),
    ("report with a comment", _text('"task":', '/* x */ "task":'), JSON),
    ("report with a comma at its end", _text('"task": "flights"', '"task": "flights",,'), JSON),
    ("report in single quotes", _text('"task"', "'task'"), JSON),
    ("report with a lone surrogate", _text('"flights"', '"\\ud800"'), "surrogate"),
    ("report with a line's end in a text", _text('"flights"', '"fli\nghts"'), JSON),
    ("report is empty", _raw(b""), JSON),
    ("report is white space", _raw(b" \n" * 5000), JSON),
    ("report is a list", _raw(b"[]"), "not a JSON object"),
    ("report is null", _raw(b"null"), "not a JSON object"),
    ("report is a number", _raw(b"1"), "not a JSON object"),
    ("report is a list, 900,000 deep", _raw(b"[" * 900_000), "nested"),
    ("report is objects, 5,000 deep", _raw(b'{"a":' * 5000 + b"1" + b"}" * 5000), "nested"),
    ("report of another format", _text('"format": 1', '"format": 2'), "its format is not 1"),
    ("report of no format", _text('"format": 1, ', ""), "its format is not 1"),
    (
        "report in Latin 1",
        _holding(lambda v: json.dumps(v | {"task": "flüge"}, ensure_ascii=False).encode("latin-1")),
        "not UTF-8",
    ),
    ("report in UTF-16", _holding(lambda v: json.dumps(v).encode("utf-16")), "not UTF-8"),
    ("report in UTF-32", _holding(lambda v: json.dumps(v).encode("utf-32")), "not"),
    ("report of bytes that are no text", _raw(bytes(range(256)) * 40), "not UTF-8"),
    ("report in YAML", _raw(b"format: 1\nverdict: pass\n"), JSON),
    ("report as a pickle", _raw(b"\x80\x04\x95\x1f\x00cposix\nsystem\n"), "not UTF-8"),
    ("two reports", _holding(lambda v: (json.dumps(v) * 2).encode()), JSON),
]

REPORTS = [
    *((f"name: {what}", _put(*put), SCHEMA) for what, put in NAMES.items()),
    *((f"value: {what}", _put(*put), SCHEMA) for what, put in VALUES.items()),
    *TEXTS,
]
