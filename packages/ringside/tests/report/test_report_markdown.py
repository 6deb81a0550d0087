"""The report as GitHub-flavoured Markdown."""

import re

import pytest

from examples import ALL, first_model, huge, inconclusive, passed
from report_parts import data, policy, report, result, rules
from ringside.report.model import ParamChangeRecord, RuleRecord
from ringside.report.number_format import difference, places, plain
from ringside.report.render import markdown
from ringside.report.render.markdown import LIMIT, SHORTEST, escape, to_markdown
from ringside.report.sections.order import IMPORTANCE, ORDER, sections
from ringside.report.sections.results import table_results


def summaries(text):
    """The titles of the folded sections."""
    return re.findall(r"<summary><b>(.*?)</b>", text)


class TestFirst:
    """What stands above the folds."""

    @pytest.mark.parametrize(
        ("name", "alert"), [("passed", "TIP"), ("inconclusive", "NOTE"), ("failed", "CAUTION"), ("unreachable", "NOTE")]
    )
    def test_is_an_alert_of_the_verdict(self, name, alert):
        """GitHub draws the first two lines as a block with a colour, a sign and a word."""
        first, second, *_ = to_markdown(ALL[name]()).splitlines()

        assert first == f"> [!{alert}]"
        assert re.fullmatch(r"> \*\*(Pass|Inconclusive|Fail): .*\.\*\*", second)

    def test_is_a_warning_where_inconclusive_blocks(self):
        """`policy.inconclusive: block` is louder than a note."""
        blocking = inconclusive().model_copy(update={"policy": policy(inconclusive="block")})

        assert to_markdown(blocking).startswith("> [!WARNING]")

    @pytest.mark.parametrize("name", ALL)
    def test_has_every_number_of_three_metrics(self, name):
        """The deciding metric and two more stand in the first table with both values and the difference."""
        shown = ALL[name]()
        first = to_markdown(shown).split("**What now:**")[0]

        for found in table_results(shown, 3):
            decimals = places(found)
            cells = [difference(found), plain(found.challenger, decimals), plain(found.rival, decimals)]
            assert all(escape(cell) in first for cell in cells)

    def test_has_each_number_under_its_head(self):
        """Outcome, difference, both values and tolerance, in this order."""
        _, header, _, row, *_ = [line for line in to_markdown(passed()).splitlines() if line.startswith(("|", ">"))][1:]

        assert header == "| metric | outcome | difference (+ is better) | challenger | v1.2.0 | tolerance |"
        assert row == "| **log loss (decides)** | better | +0.0042 (+0.0011 to +0.0064) | 0.5320 | 0.5362 | 0.01 |"

    def test_leads_with_the_deciding_metric_and_the_worst_guardrail(self):
        """A guardrail that is worse stands before one that is not, and both before what is only shown."""
        found = [r.metric for r in table_results(ALL["guardrail"](), 3)]

        assert found == ["log_loss", "roc_auc", "brier"]

    def test_counts_the_verdicts_of_the_window(self):
        """A worn window is said where everybody reads it."""
        assert "this test set: 2 releases and 3 pull requests. The policy allows 5 submissions." in to_markdown(
            passed()
        )


class TestFolds:
    """Everything else."""

    def test_hold_each_section_once_in_order(self):
        """A report with everything in it has ten folded sections."""
        assert summaries(to_markdown(passed())) == [
            "All metrics",
            "Slices",
            "Parameters",
            "Data",
            "Curves",
            "Rules",
            "Models and rows",
            "Time and cost",
            "Reproduce",
            "Not applicable, and why",
        ]

    def test_leave_out_what_a_report_does_not_have(self):
        """A first model has no slices, parameters or data to compare."""
        assert not {"Slices", "Parameters", "Data"} & set(summaries(to_markdown(first_model())))

    def test_never_hide_a_change_of_the_policy(self):
        """It stands unfolded, with the old and the new value and whose policy judged."""
        text = to_markdown(inconclusive())
        shown = text.split("<details>")[0]

        assert "This change alters the policy." in shown
        assert "The policy of the base branch judged it." in shown
        assert "| `policy.tolerance` | 0.002 | 0.02 |" in shown

    def test_say_when_a_value_is_not_shown(self):
        """A parameter that is no short name or number is named without its value, an absent one called so."""
        text = to_markdown(passed())

        assert "| `train.comment` | (not shown) | (not shown) |" in text
        assert "| `train.early_stopping` | absent | `false` |" in text

    def test_sort_the_slices_by_harm(self):
        """The one that lost most comes first, and the ones that did not move are counted."""
        text = to_markdown(ALL["failed"]())

        assert text.index("`carrier=9E`") < text.index("`carrier=VX`")
        assert "10 other slices did not move beyond chance." in text

    def test_show_a_slice_like_a_metric(self):
        """Each number of a slice stands under its head too."""
        text = to_markdown(passed())

        assert "| slice | outcome | difference (+ is better) | challenger | v1.2.0 | rows |" in text
        assert "| `carrier=9E` | no worse | -0.0164 (-0.0254 to -0.0101) | 0.5700 | 0.5536 | 1,450 |" in text

    def test_name_shifts_of_the_data_by_their_effect(self):
        """A column's stability index and effect size come with the usual words."""
        text = to_markdown(passed())

        assert "| `temp` | 0.312 shifted | d 0.610 medium |" in text
        assert "| `dest` | 0.021 stable | V 0.050 negligible |" in text

    def test_say_mean_and_deviation_for_regression(self):
        """Labels of a regression are no shares."""
        assert "| `mean` | 240,100 | 241,873 |" in to_markdown(ALL["regression"]())

    def test_say_each_change_of_the_schema(self):
        """Columns that came, went or changed their type."""
        diff = data().model_copy(update={"columns_added": ["gust"], "columns_retyped": ["hour"]})

        assert "| `gust` | added |\n| `hour` | other type |" in to_markdown(report(data=diff))

    def test_say_at_once_that_callers_will_notice_it(self):
        """Published, it is a major version; nothing is said where no column is another one, nor of a released one."""
        diff = data().model_copy(update={"columns_added": ["gust"], "columns_removed": list("abcdef")})
        changed = report(data=diff)
        above = to_markdown(changed).split("<details>")[0]

        assert "gust (added), a (removed), b (removed), c (removed), d (removed) and 2 others. Callers" in above
        assert "major version" in above
        assert "major version" not in to_markdown(report(data=data()))
        assert "major version" not in to_markdown(changed.model_copy(update={"challenger_version": "v9.0.0"}))

    def test_price_the_stages_that_ran(self):
        """Only minutes that were begun cost; what was cached cost none, and shows what its last run took."""
        text = to_markdown(passed())

        assert "1 started minute of a Linux runner with two cores: USD 0.006" in text
        assert "| `validate` | cached (1.9) | 2.1 | 310 MiB |" in text

    def test_tell_how_to_make_it_again(self):
        """Two lines to type, the commit in full."""
        assert "git checkout 0123456789abcdef0123456789abcdef01234567\nmake run\n```" in to_markdown(passed())

    @pytest.mark.parametrize(
        ("changes", "said"), [({"dirty": True}, "cannot be reproduced"), ({"commit": None}, "No commit")]
    )
    def test_say_when_it_cannot_be_made_again(self, changes, said):
        """Work that no commit has is said to be lost."""
        facts = report().reproduce.model_copy(update=changes)

        assert said in to_markdown(report(reproduce=facts))

    def test_call_no_note_failed(self):
        """Size or latency that grew is said with both figures and decides nothing."""
        bigger = ("failed", None, {"value": 3 * 2.0**20, "limit": 2.0**20})
        text = to_markdown(report(rules=rules(RS105=bigger)))

        assert "| `RS105` | Rebuild | **clearly more** | note | metrics differ by" in text
        assert "<b>Rules</b> (0 failed, 0 undecided, of 7)" in text

    @pytest.mark.parametrize(
        ("code", "value", "rival", "said"),
        [
            ("RS101", 0.0112, 0.0143, "1.12 %, rival 1.43 %"),
            ("RS102", 11.2, 12.9, "11.2 ms for 1,000 rows, rival 12.9 ms for 1,000 rows"),
            ("RS103", 3 * 2.0**20, 2.0**20, "3.00 MiB, rival 1.00 MiB"),
            ("RS104", 0.34, None, "0.34 minutes"),
            ("RS105", 2e-9, None, "metrics differ by 2e-09 at most"),
        ],
    )
    def test_give_each_note_its_unit(self, code, value, rival, said):
        """Shares, milliseconds, mebibytes, minutes."""
        note = RuleRecord(code=code, name="x", severity="note", state="passed", value=value, limit=rival)

        assert f"| note | {said} |" in to_markdown(report(rules=[note]))

    def test_give_a_reason_for_each_rule_that_did_not_apply(self):
        """The code, the title and the reason."""
        text = to_markdown(passed())

        assert "| `RS004` | Floors | the policy has none |" in text
        assert "| `RS007` | Anchor | the anchor is the champion |" in text


class TestLength:
    """What has no room."""

    def test_of_the_largest_report_is_within_the_limit(self):
        """500 slices and 300 parameters with the longest names fit, and the page says what is missing."""
        text = to_markdown(huge())

        assert 40_000 < len(text) <= LIMIT
        assert re.search(r"\d+ more rows are in report.html", text)

    def test_is_kept_by_leaving_out_the_least_important_first(self):
        """At the shortest limit the verdict, its table and the rules stay, and the end names what went."""
        text = to_markdown(huge(), limit=SHORTEST)
        gone = text.splitlines()[-1]

        assert len(text) <= SHORTEST
        assert text.startswith(to_markdown(huge()).split("<details>")[0])
        assert "Rules" in summaries(text)
        assert gone.startswith("Left out for length (see report.html): ")
        assert "Curves" in gone

    def test_is_kept_for_a_hundred_changes_of_the_policy(self):
        """A loud section loses rows but never goes."""
        changes = [ParamChangeRecord(key="k" * 125 + f"{i:03}", before="b" * 64, after="a" * 64) for i in range(100)]
        text = to_markdown(huge().model_copy(update={"policy": policy(changes=changes)}), limit=SHORTEST)

        assert len(text) <= SHORTEST
        assert "This change alters the policy." in text
        assert "90 more rows are in report.html." in text

    def test_is_not_asked_to_be_shorter_than_the_verdict(self):
        """A limit that could cut the verdict is refused."""
        with pytest.raises(ValueError, match="limit is at least"):
            to_markdown(passed(), limit=SHORTEST - 1)

    def test_ranks_every_section(self):
        """Each section that a page can have has its place in the order of importance."""
        keys = {section.key for make in ALL.values() for section in sections(make())}

        assert keys == set(IMPORTANCE)
        assert len(ORDER) == len(IMPORTANCE)


class TestEscape:
    """Names are harmless by the model, and escaped all the same."""

    @pytest.mark.parametrize(
        ("text", "escaped"),
        [
            ("a_b_c", r"a\_b\_c"),
            ("**x** [y](z) `q` |", r"\*\*x\*\* \[y\](z) \`q\` \|"),
            ("<script>&", "&lt;script&gt;&amp;"),
            ("@all #12", r"\@all \#12"),
            ("see www.example.com now", "see `www.example.com` now"),
            ("GH-12 or deadbeef00", "`GH-12` or `deadbeef00`"),
            ("0.5320 -0.0030", "0.5320 -0.0030"),
        ],
    )
    def test_leaves_text_as_text(self, text, escaped):
        """No emphasis, no tag, no table cell, no mention, and no link that GitHub makes by itself."""
        assert escape(text) == escaped

    def test_holds_for_a_metric_of_the_task(self):
        """A metric that is called like a host is code wherever it stands."""
        named = report(metrics=[result("www.example.com", tolerance=0.1, outcome="no_worse")])
        text = to_markdown(named.model_copy(update={"policy": policy(metric="www.example.com")}))

        assert "www.example.com" in text
        assert re.search(r"(?<![`A-Za-z.])www\.", text.replace("```mermaid", "").split("<summary><b>Curves")[0]) is None

    def test_of_code_lets_no_backtick_through(self):
        """What is no name is text, whatever called it code."""
        assert markdown._code("a`b") == r"a\`b"
