"""The one home of rounding and money units.

Amounts are `Decimal` yuan (元) everywhere. They turn into 万元, are rounded, or become text only here,
half up, in one step from the exact yuan (domain rule F-01); no other module calls `quantize` or `round`.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

WAN = Decimal(10000)
YUAN_PLACES, WAN_PLACES = 2, 6
LIMIT = Decimal(10) ** 13
"""Amounts stay below ten trillion yuan: 13 digits and two decimals are the 15 that a spreadsheet cell keeps exactly."""

_WAN_LIMIT = LIMIT / WAN
_WRITTEN = re.compile(
    r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+|inf(?:inity)?|s?nan)", re.ASCII | re.IGNORECASE
)
"""Numbers as people write them. No exponent: a spreadsheet that shows 1.23457E+11 has lost digits; `12,5` is a slip."""

_MOST_DIGITS, MOST_PLACES = 15, 10
_EXPONENTS = tuple(Decimal(1).scaleb(-places) for places in range(12))
_SCALES = {"元": Decimal(1), "万元": WAN, "千元": Decimal(1000), "亿元": WAN * WAN}
MONEY_UNITS = tuple(_SCALES)


class AmountError(ValueError):
    """An amount that is no amount; `code` names the problem in `problems.py`."""

    def __init__(self, code: str) -> None:
        """Remember which of the amount problems it is."""
        super().__init__(code)
        self.code = code


def parse_amount(value: object, *, wan: bool = False) -> Decimal:
    """Turn a TOML value or a cell's text into exact yuan.

    Args:
      value: int, Decimal, or text; text may carry thousands separators and full-width digits.
      wan: The value is in 万元 (at most 6 decimals) instead of 元 (at most 2).
    Returns:
      Yuan. A value in 元 keeps the decimals as written.
    Raises:
      AmountError: Not a number, not finite, too many decimals, or beyond LIMIT.
    """
    number = value if type(value) is Decimal else _number(value)
    if not number.is_finite():
        raise AmountError("amount-not-finite")
    limit, places = (_WAN_LIMIT, WAN_PLACES) if wan else (LIMIT, YUAN_PLACES)
    if not -limit < number < limit:  # a comparison is exact, whatever the exponent
        raise AmountError("amount-too-large")
    if number.quantize(_EXPONENTS[places]) != number:
        raise AmountError("amount-wan-places" if wan else "amount-places")
    return (number * WAN).quantize(_EXPONENTS[YUAN_PLACES]) if wan else number


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip().removeprefix("¥")
        if _WRITTEN.fullmatch(text):
            return Decimal(text.replace(",", ""))
    raise AmountError("amount-not-a-number")


def printed_places(value: object) -> int:
    """Count the decimals that a number was written with, trailing zeros included (`25.40` has 2)."""
    return max(0, -int(_number(value).as_tuple().exponent))


def is_exact(number: Decimal) -> bool:
    """Tell whether a number from elsewhere is one that rounding and adding keep exact: 15 digits, 10 decimals."""
    return number.is_finite() and number.adjusted() <= _MOST_DIGITS and printed_places(number) <= MOST_PLACES


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero (domain rule F-01)."""
    return value.quantize(_EXPONENTS[places], ROUND_HALF_UP)


def cut_off(value: Decimal, places: int) -> Decimal:
    """Drop what lies behind `places` decimals: never how we print, only to tell that somebody else did (TX-02)."""
    return value.quantize(_EXPONENTS[places], ROUND_DOWN)


def in_unit(yuan: Decimal, money_unit: str) -> Decimal:
    """Express yuan in `money_unit` (元, 千元, 万元, 亿元), exactly, without rounding."""
    return yuan if money_unit == "元" else yuan / _SCALES[money_unit]


def in_yuan(number: Decimal, money_unit: str) -> Decimal:
    """Turn a number of `money_unit` into yuan, exactly."""
    return number * _SCALES[money_unit]


def display(yuan: Decimal, money_unit: str, places: int) -> Decimal:
    """Give the number that is printed for `yuan`: in `money_unit`, rounded once to `places` decimals."""
    return round_half_up(in_unit(yuan, money_unit), places)


def percent(part: Decimal, whole: Decimal, places: int) -> Decimal:
    """Give `part` as a percentage of `whole`, from the exact amounts, rounded once; `whole` is not zero."""
    with localcontext(prec=60):  # more digits than two amounts have together, so that a half is recognised as one
        return round_half_up(part * 100 / whole, places)


def plain(number: Decimal, *, thousands: bool = False) -> str:
    """Write a number without exponent, `.` as the point, and `,` between thousands where asked; never `-0`."""
    if not number:
        number = abs(number)
    return f"{number:,f}" if thousands else f"{number:f}"
