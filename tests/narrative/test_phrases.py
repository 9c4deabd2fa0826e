"""Comparison phrases: every row of domain/narrative.md §2.4, its boundaries, and what holds for any two amounts."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli.narrative.phrases import AmountStyle, ComparisonWords, Phrase, change, compare

WAN = AmountStyle("万元", 2, thousands=False, percent_places=2)
YUAN = AmountStyle("元", 2, thousands=True, percent_places=1)
PLAIN = ComparisonWords("比2024年预算", "与2024年预算")
EXECUTED = ComparisonWords("比2024年预算执行数", "与2024年预算执行数", gives_amount=False)
AMOUNT_ONLY = ComparisonWords("比2024年预算", "与2024年预算", gives_rate=False)


def said(current: str, previous: str, style: AmountStyle = WAN, words: ComparisonWords = PLAIN) -> str:
    return compare(Decimal(current), Decimal(previous), style, words).text


@pytest.mark.parametrize(
    ("current", "previous", "text"),
    [
        # both zero, both the same
        ("0", "0", "与2024年预算持平"),
        ("500000", "500000.00", "与2024年预算持平"),
        # a zero base has no rate
        ("12345.67", "0", "比2024年预算增加1.23万元"),
        ("12345.67", "49.99", "比2024年预算增加1.23万元"),  # a base that prints as 0.00
        ("12345.67", "50", "比2024年预算增加1.22万元，增长24591.34%"),  # … and one that prints as 0.01
        ("12345.67", "-5000", "比2024年预算增加1.73万元"),  # a rate on a negative base says nothing
        # to zero
        ("0", "26400", "比2024年预算减少2.64万元，下降100%"),
        ("49.99", "26400", "比2024年预算减少2.64万元，下降99.81%"),
        # up and down
        ("531449", "959321", "比2024年预算减少42.79万元，下降44.60%"),
        ("351449", "289321", "比2024年预算增加6.21万元，增长21.47%"),
        ("-10000", "10000", "比2024年预算减少2.00万元，下降200.00%"),
        # too small to be seen
        ("500049.99", "500000", "与2024年预算基本持平"),
        ("500050", "500000", "比2024年预算增加0.01万元，增长0.01%"),
        ("900000000", "900000049.99", "与2024年预算基本持平"),
        # a rate that would print as 0.00
        ("900000100", "900000000", "比2024年预算增加0.01万元"),
    ],
)
def test_each_form(current: str, previous: str, text: str) -> None:
    assert said(current, previous) == text


def test_the_difference_is_that_of_the_printed_figures() -> None:
    """15,050 and 4,949 print as 1.51 and 0.49; their difference 10,101 alone would print as 1.01."""
    assert said("15050", "4949") == "比2024年预算增加1.02万元，增长204.10%"


def test_a_rate_is_rounded_once_from_the_exact_figures() -> None:
    """1005 to 1000 is 0.5 %, exactly; a half goes up."""
    style = AmountStyle("元", 2, thousands=False, percent_places=0)
    assert said("1005", "1000", style) == "比2024年预算增加5.00元，增长1%"
    assert said("1004.99", "1000", style) == "比2024年预算增加4.99元"


def test_thousands_and_other_units() -> None:
    assert said("1234567.8", "0.8", YUAN) == "比2024年预算增加1,234,567.00元，增长154320875.0%"


def test_amount_only() -> None:
    assert said("531449", "959321", words=AMOUNT_ONLY) == "比2024年预算减少42.79万元"
    assert compare(Decimal(2), Decimal(1), YUAN, AMOUNT_ONLY).percent is None


def test_an_executed_base_gives_the_rate_alone() -> None:
    assert said("531449", "959321", words=EXECUTED) == "比2024年预算执行数下降44.60%"
    assert said("531449", "0", words=EXECUTED) == "比2024年预算执行数增加53.14万元"
    assert said("1", "1", words=EXECUTED) == "与2024年预算执行数持平"
    assert compare(Decimal(531449), Decimal(959321), WAN, EXECUTED).amount is None


def test_same_period_words() -> None:
    words = ComparisonWords("同比", "与上年")
    assert (
        said("18", "67", AmountStyle("元", 4, thousands=False, percent_places=1), words)
        == "同比减少49.0000元，下降73.1%"
    )
    assert said("18", "18", words=words) == "与上年持平"


AMOUNTS = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False)
STYLES = st.builds(
    AmountStyle,
    st.sampled_from(["万元", "元"]),
    st.integers(0, 4),
    thousands=st.booleans(),
    percent_places=st.integers(0, 2),
)


@given(AMOUNTS, AMOUNTS, STYLES)
def test_what_a_reader_can_check(current: Decimal, previous: Decimal, style: AmountStyle) -> None:
    phrase = compare(current, previous, style, PLAIN)
    now, then = style.number(current), style.number(previous)
    if now == then:
        assert phrase == Phrase(f"与2024年预算{'' if current == previous else '基本'}持平", "flat")
        return
    up = now > then
    assert phrase.direction == ("increase" if up else "decrease")
    assert phrase.amount == abs(now - then)
    assert ("增加" in phrase.text, "减少" in phrase.text) == (up, not up)
    assert not ("增长" in phrase.text and not up)
    assert not ("下降" in phrase.text and up)
    if phrase.percent is None:
        assert "%" not in phrase.text
        exact = abs(Fraction(current) - Fraction(previous)) * 100 / Fraction(previous) if previous else 0
        assert not then or exact < Fraction(1, 2 * 10**style.percent_places)
    else:
        exact = abs(Fraction(current) - Fraction(previous)) * 100 / Fraction(previous)
        step = Fraction(1, 10**style.percent_places)
        assert -step / 2 <= exact - Fraction(phrase.percent) < step / 2  # a half goes up
    numbers = [
        Decimal(n.replace(",", "")) for n in re.findall(r"[\d,]+(?:\.\d+)?", phrase.text.removeprefix("比2024年预算"))
    ]
    assert numbers == [n for n in (phrase.amount, phrase.percent) if n is not None]


@given(AMOUNTS, AMOUNTS, STYLES)
def test_the_numbers_of_a_change(current: Decimal, previous: Decimal, style: AmountStyle) -> None:
    found = change("income", "budget", 2024, current, previous, style)
    phrase = compare(current, previous, style, PLAIN)
    assert found.current - found.previous == found.difference
    assert abs(found.difference) == (phrase.amount or 0)
    assert (found.percent is None) == (phrase.percent is None)
    if found.percent is not None:
        assert abs(found.percent) == phrase.percent
        assert (found.percent < 0) == (found.difference < 0)
