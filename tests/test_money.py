"""Amounts: exact from text to yuan, refused where they are no amount, rounded once and half up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_cli import money
from kpi_cli.money import AmountError, display, in_unit, parse_amount, plain, printed_places, round_half_up

YUAN = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda cents: Decimal(cents).scaleb(-2))


@pytest.mark.parametrize(
    ("given_", "yuan"),
    [
        (0, "0"),
        (12, "12"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1e5"), "1E+5"),
        ("12", "12"),
        (" 1,234.50 ", "1234.50"),
        ("1,234,567", "1234567"),
        ("１２３４．５０", "1234.50"),
        ("１，２３４．５", "1234.5"),
        ("－５", "-5"),
        ("¥1,000", "1000"),
        ("￥1000.00", "1000.00"),
        ("-1,000.01", "-1000.01"),
        (".5", "0.5"),
        ("+3", "3"),
        ("9999999999999.99", "9999999999999.99"),
    ],
)
def test_amounts_are_read_as_written(given_: object, yuan: str) -> None:
    assert str(parse_amount(given_)) == yuan


@pytest.mark.parametrize(
    ("wan", "yuan"),
    [
        ("1", "10000.00"),
        ("1.234567", "12345.67"),
        ("25.40", "254000.00"),
        ("0", "0.00"),
        (Decimal("-0.000001"), "-0.01"),
    ],
)
def test_wan_becomes_exact_yuan(wan: object, yuan: str) -> None:
    assert str(parse_amount(wan, wan=True)) == yuan


@pytest.mark.parametrize(
    ("value", "wan", "code"),
    [
        ("", False, "amount-not-a-number"),
        ("abc", False, "amount-not-a-number"),
        ("一百", False, "amount-not-a-number"),
        ("12元", False, "amount-not-a-number"),
        ("1 000", False, "amount-not-a-number"),
        ("1_000", False, "amount-not-a-number"),
        ("12,5", False, "amount-not-a-number"),
        ("1,23,456", False, "amount-not-a-number"),
        ("1.23457E+11", False, "amount-not-a-number"),
        ("--5", False, "amount-not-a-number"),
        ("1.2.3", False, "amount-not-a-number"),
        (True, False, "amount-not-a-number"),
        (None, False, "amount-not-a-number"),
        (1.5, False, "amount-not-a-number"),
        ([1], False, "amount-not-a-number"),
        ("nan", False, "amount-not-finite"),
        ("NaN", True, "amount-not-finite"),
        ("-Infinity", False, "amount-not-finite"),
        ("inf", False, "amount-not-finite"),
        (Decimal("NaN"), False, "amount-not-finite"),
        (Decimal("sNaN"), False, "amount-not-finite"),
        (Decimal("inf"), True, "amount-not-finite"),
        ("1.005", False, "amount-places"),
        (Decimal("0.001"), False, "amount-places"),
        (Decimal("1.0000000000000000000000000000000001"), False, "amount-places"),
        (Decimal("1e-999999"), False, "amount-places"),
        ("0.1234567", True, "amount-wan-places"),
        (Decimal("1e-30"), True, "amount-wan-places"),
        ("10000000000000", False, "amount-too-large"),
        ("-10000000000000", False, "amount-too-large"),
        ("1000000000", True, "amount-too-large"),
        (Decimal("1e999999"), False, "amount-too-large"),
        (Decimal("1e999999"), True, "amount-too-large"),
        ("9" * 5000, True, "amount-too-large"),
        (10**400, False, "amount-too-large"),
    ],
)
def test_what_is_no_amount_is_refused(value: object, wan: bool, code: str) -> None:
    with pytest.raises(AmountError) as error:
        parse_amount(value, wan=wan)
    assert error.value.code == code


@given(YUAN)
def test_yuan_text_yuan_is_identity(yuan: Decimal) -> None:
    assert parse_amount(plain(yuan)) == yuan
    assert parse_amount(plain(yuan, thousands=True)) == yuan


@given(YUAN)
def test_yuan_wan_yuan_is_identity(yuan: Decimal) -> None:
    assert parse_amount(plain(in_unit(yuan, "万元")), wan=True) == yuan


@given(YUAN, st.sampled_from(money.MONEY_UNITS), st.integers(0, 6))
def test_what_is_printed_is_within_half_a_place(yuan: Decimal, unit: str, places: int) -> None:
    shown = display(yuan, unit, places)
    assert abs(shown - in_unit(yuan, unit)) <= Decimal(5).scaleb(-places - 1)
    assert -shown.as_tuple().exponent == places


@pytest.mark.parametrize(
    ("yuan", "unit", "places", "shown"),
    [
        ("0.005", "元", 2, "0.01"),
        ("-0.005", "元", 2, "-0.01"),
        ("2.5", "元", 0, "3"),
        ("3.5", "元", 0, "4"),
        ("254000", "万元", 2, "25.40"),
        ("50", "万元", 2, "0.01"),  # one step from the yuan: 0.0050 → 0.01
        ("49.99", "万元", 2, "0.00"),  # never 0.0050 by way of 0.004999
        ("123456789", "亿元", 2, "1.23"),
        ("1500", "千元", 0, "2"),
    ],
)
def test_rounding_is_half_up_and_once(yuan: str, unit: str, places: int, shown: str) -> None:
    assert str(display(Decimal(yuan), unit, places)) == shown


@pytest.mark.parametrize(
    ("number", "thousands", "text"),
    [
        ("-0.00", False, "0.00"),
        ("1E+5", False, "100000"),
        ("1234567.80", True, "1,234,567.80"),
        ("-1234.5", True, "-1,234.5"),
        ("0.0000001", False, "0.0000001"),
    ],
)
def test_plain_has_no_exponent_and_no_minus_zero(number: str, thousands: bool, text: str) -> None:
    assert plain(Decimal(number), thousands=thousands) == text


@pytest.mark.parametrize(
    ("written", "places"), [("25.40", 2), ("25", 0), (Decimal("0.9500"), 4), (7, 0), ("1,000.0", 1)]
)
def test_printed_places_counts_trailing_zeros(written: object, places: int) -> None:
    assert printed_places(written) == places


def test_round_half_up_differs_from_the_bankers_rule() -> None:
    assert [str(round_half_up(Decimal(n) / 2, 0)) for n in (1, 3, 5)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("part", "whole", "places", "text"),
    [
        ("1", "3", 2, "33.33"),
        ("2", "3", 2, "66.67"),
        ("0.125", "100", 2, "0.13"),
        ("-1", "8", 0, "-13"),
        ("5", "5", 1, "100.0"),
    ],
)
def test_a_percentage_is_rounded_once_half_up(part: str, whole: str, places: int, text: str) -> None:
    assert str(money.percent(Decimal(part), Decimal(whole), places)) == text


def test_a_percentage_just_below_a_half_is_not_rounded_up() -> None:
    """0.004999… % of the largest amounts: more digits than a plain division keeps would be needed to see it."""
    whole = money.LIMIT - Decimal("0.01")
    half = whole / 20000
    assert money.percent(half - Decimal("0.01"), whole, 2) == 0
    assert str(money.percent(half + Decimal("0.01"), whole, 2)) == "0.01"
