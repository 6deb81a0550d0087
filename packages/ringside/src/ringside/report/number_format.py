"""Formatting of numbers, with as many decimals as their uncertainty supports."""

import math

from ringside.report.model import ResultRecord

MOST_DECIMALS = 8
_WHOLE = 1e12
NONE = "none"


def plain(value: float | None, decimals: int | None = None) -> str:
    """Format a number; without `decimals` with four significant digits, more for large whole numbers.

    None gives `none`.
    """
    if value is None:
        return NONE
    places = decimals_of(value, digits=4) if decimals is None else decimals
    if places > MOST_DECIMALS:
        return f"{value:.2e}"
    return _unsigned_zero(f"{value:,.{places}f}")


def signed(value: float | None, decimals: int) -> str:
    """Format a difference with its sign: `+0.0010`."""
    if value is None:
        return NONE
    if decimals > MOST_DECIMALS:
        return f"{value:+.2e}"
    text = f"{value:+,.{decimals}f}"
    return text if any(digit in text for digit in "123456789") else f"{0:.{decimals}f}"


def exact(value: float | None) -> str:
    """Format a number of the configuration as written: `0.01`, `2,500`."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if value == int(value) and abs(value) < _WHOLE else f"{value:.6g}"


def percent(value: float | None, decimals: int = 1) -> str:
    """Format a share: `4.2 %`; without decimals if they are zero: `95 %`."""
    if value is None:
        return NONE
    text = f"{100 * value:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def count(value: int | None, noun: str = "", plural: str = "") -> str:
    """Format a count with its noun: `1 row`, `27,075 rows`."""
    if value is None:
        return NONE
    if not noun:
        return f"{value:,}"
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def decimals_of(value: float, *, digits: int) -> int:
    """Return the decimals for `digits` significant digits of a number, at least 0."""
    if value == 0 or not math.isfinite(value):
        return digits
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def places(result: ResultRecord) -> int:
    """Return the decimals for a metric and its difference.

    Two significant digits of the smaller of standard error and tolerance; more if a rounded bound would equal the limit
    that it is compared with.
    """
    scales = [abs(x) for x in (result.standard_error, result.tolerance) if x]
    if scales:
        decimals = decimals_of(min(scales), digits=2)
    else:
        known = [abs(x) for x in (result.challenger, result.rival) if x]
        decimals = decimals_of(max(known), digits=4) if known else 4
    while decimals < MOST_DECIMALS - 2 and _ambiguous(result, decimals):
        decimals += 1
    return decimals


def difference(result: ResultRecord) -> str:
    """Format a difference with its bounds, if any: `+0.0010 (-0.0030 to +0.0050)`."""
    if result.difference is None:
        return NONE
    decimals = places(result)
    text = signed(result.difference, decimals)
    if result.lower is None or result.upper is None:
        return text
    return f"{text} ({signed(result.lower, decimals)} to {signed(result.upper, decimals)})"


def _ambiguous(result: ResultRecord, decimals: int) -> bool:
    borders = [0.0] if result.tolerance is None else [0.0, -result.tolerance]
    bounds = [bound for bound in (result.lower, result.upper) if bound is not None]
    return any(b != border and round(b, decimals) == round(border, decimals) for b in bounds for border in borders)


def _unsigned_zero(text: str) -> str:
    return text.lstrip("-") if not any(digit in text for digit in "123456789") else text
