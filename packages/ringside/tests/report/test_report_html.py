"""The report as a page."""

import re

import pytest

from examples import ALL, huge, inconclusive, passed
from html_parsing import parsed
from report_parts import days, report
from ringside.report.render.html import CSS, POLICY, to_html
from ringside.report.render.svg import WIDTH, scale
from ringside.report.sections.order import sections


def luminance(colour):
    """The relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


class TestPage:
    """The whole."""

    @pytest.mark.parametrize("name", ALL)
    def test_has_every_section_unfolded(self, name):
        """A heading for each section, and nothing to open."""
        page, found = to_html(ALL[name]()), sections(ALL[name]())

        assert re.findall(r'<section id="(\w+)"', page) == [section.key for section in found]
        assert "<details" not in page

    def test_forbids_all_that_it_does_not_need(self):
        """The policy for the browser allows inline style and nothing else."""
        assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in to_html(passed())

    def test_has_one_heading_of_the_first_rank(self):
        """The verdict; the sections are of the second."""
        tags = parsed(to_html(passed())).tags

        assert tags.count("h1") == 1
        assert tags.count("h2") == len(sections(passed()))

    def test_has_captions_and_scopes_in_every_table(self):
        """A screen reader hears what a table is, and to which row and column a cell belongs."""
        page = to_html(passed())
        tables = re.findall(r"<table>.*?</table>", page)

        assert tables
        assert all("<caption>" in table and 'scope="col"' in table and 'scope="row"' in table for table in tables)

    def test_is_smaller_than_two_megabytes_at_its_largest(self):
        """500 slices and 300 parameters are all there."""
        page = to_html(huge())

        assert len(page) < 2_000_000
        assert page.count("<code>column_") == 500

    def test_shows_a_changed_policy_first(self):
        """The loud section stands before all others."""
        assert re.search(r'<section id="(\w+)"( class="loud")?', to_html(inconclusive())).group(0).endswith('"loud"')

    def test_names_two_versions(self):
        """Side by side, no column is called challenger."""
        page = to_html(ALL["released"]())

        assert '<th scope="col" class="number">v1.3.0</th>' in page
        assert ">challenger<" not in page


class TestColours:
    """Contrast, by the formula of WCAG 2.2."""

    @pytest.mark.parametrize("part", [0, 1], ids=["light", "dark"])
    @pytest.mark.parametrize("name", ["ink", "soft", "ours", "theirs", "good", "open", "bad"])
    @pytest.mark.parametrize("behind", ["page", "band"])
    def test_stand_out_from_the_page(self, part, name, behind):
        """Text and marks have at least 4.5 to 1 in both themes."""
        colours = dict(re.findall(r"--(\w+): (#\w{6})", CSS.split("@media")[part]))
        low, high = sorted(luminance(colours[key]) for key in (name, behind))

        assert (high + 0.05) / (low + 0.05) >= 4.5


class TestCharts:
    """The drawings."""

    def test_are_all_there(self):
        """The metric by group, calibration, ROC, predictions, and the slices."""
        titles = re.findall(r"<title id=[^>]*>([^<]*)<", to_html(passed()))

        assert titles == ["Log loss by slice", "Log loss by group", "Calibration", "ROC", "Predictions"]

    def test_have_a_role_a_title_and_a_description(self):
        """Each names both by its ids, and both exist."""
        page = to_html(passed())
        labels = re.findall(r'<svg role="img" viewBox="[^"]*" aria-labelledby="([^"]*)">', page)

        assert len(labels) == page.count("<svg")
        assert all(f'id="{part}"' in page for label in labels for part in label.split())

    def test_differ_by_more_than_colour(self):
        """The rival's line is dashed and its marks are squares."""
        page = to_html(passed())

        assert "stroke-dasharray: 5 3" in re.search(r"svg \.theirs \{[^}]*\}", page).group()
        assert 'class="ours-mark" cx' in page
        assert '<rect class="theirs-mark"' in page

    @pytest.mark.parametrize("name", ALL)
    def test_stay_within_their_frame(self, name):
        """No mark stands outside of the drawing."""
        places = [float(x) for x in re.findall(r'<(?:circle|rect)[^>]* c?x="([-\d.]+)"', to_html(ALL[name]()))]

        assert all(0 <= x <= WIDTH for x in places)

    def test_draw_four_hundred_groups_without_marks(self):
        """A long line is a line."""
        page = to_html(report(groups=days(400)))
        drawing = page.split("Log loss by group</title>")[1].split("</svg>")[0]

        assert drawing.count("<circle") == 1

    @pytest.mark.parametrize(("low", "high"), [(0, 1), (-1e15, 1e15), (0.531, 0.532), (7, 7), (0, 5e-324)])
    def test_have_a_few_round_ticks(self, low, high):
        """Any range has between two and seven, all of them within."""
        found = scale([low, high], 0, 100)

        assert 2 <= len(found.ticks()) <= 7
        assert all(found.low <= tick <= found.high * (1 + 1e-9) + 1e-9 for tick in found.ticks())
