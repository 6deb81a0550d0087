"""Numbers as text."""

import pytest

from report_parts import result
from ringside.report import number_format as figures


class TestFormats:
    """One number."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.532026, "0.5320"),
            (41234.0, "41,234"),
            (-0.00001, "-0.00001000"),
            (0.0, "0.0000"),
            (-0.0, "0.0000"),
            (None, "none"),
        ],
    )
    def test_plain_has_four_significant_digits(self, value, text):
        """A value by itself."""
        assert figures.plain(value) == text

    @pytest.mark.parametrize(
        ("value", "decimals", "text"),
        [
            (0.001, 4, "+0.0010"),
            (-0.003, 4, "-0.0030"),
            (0.00001, 3, "0.000"),
            (-0.00001, 3, "0.000"),
            (812, 0, "+812"),
        ],
    )
    def test_signed_has_a_sign_but_for_nothing(self, value, decimals, text):
        """A difference; what is rounded to nothing has no sign."""
        assert figures.signed(value, decimals) == text

    @pytest.mark.parametrize(("value", "text"), [(0.95, "95 %"), (0.042, "4.2 %"), (0.0, "0 %"), (1.0, "100 %")])
    def test_percent_has_no_empty_decimals(self, value, text):
        """A share."""
        assert figures.percent(value) == text

    @pytest.mark.parametrize(("number", "text"), [(0, "0 rows"), (1, "1 row"), (27_075, "27,075 rows")])
    def test_count_has_its_plural(self, number, text):
        """A number of things."""
        assert figures.count(number, "row") == text

    @pytest.mark.parametrize(("value", "text"), [(0.01, "0.01"), (2500.0, "2,500"), (1e-9, "1e-09")])
    def test_exact_is_what_a_person_wrote(self, value, text):
        """A tolerance or a limit."""
        assert figures.exact(value) == text


class TestDecimals:
    """How many a metric has."""

    def test_come_from_the_uncertainty(self):
        """Two significant digits of the standard error or the tolerance, whichever is smaller."""
        assert figures.places(result(tolerance=0.002, half=0.1)) == 4
        assert figures.places(result(tolerance=0.5, half=0.1)) == 3

    def test_never_put_a_bound_on_a_border_that_it_is_beside(self):
        """A lower bound of -0.00998 is not shown as the tolerance of 0.01."""
        near = result(difference=0.0, lower=-0.00998, upper=0.01, tolerance=0.01, half=0.01)

        assert "-0.00998 to" in figures.difference(near)
