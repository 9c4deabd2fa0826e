"""Comparison phrases: how a sentence says that a figure changed against last year. Pure.

Source: domain/narrative.md §2.4. Difference and direction come from the printed figures, so that a reader can re-add
them; a rate comes from the exact ones and is rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.model.claims import DECREASE, FLAT, INCREASE
from kpi_cli.money import display, percent, plain
from kpi_cli.narrative.document import Change

if TYPE_CHECKING:
    from decimal import Decimal

_VERBS = {INCREASE: ("增加", "增长"), DECREASE: ("减少", "下降")}


@dataclass(frozen=True, slots=True)
class AmountStyle:
    """How amounts and rates are printed.

    Attributes:
      money_unit: 万元 or 元.
      places: Decimals of amounts.
      thousands: Separators between thousands.
      percent_places: Decimals of percentages.
    """

    money_unit: str
    places: int
    thousands: bool
    percent_places: int

    def number(self, yuan: Decimal) -> Decimal:
        """Give the number that is printed for an amount."""
        return display(yuan, self.money_unit, self.places)

    def text(self, number: Decimal) -> str:
        """Write a printed number with its unit."""
        return plain(number, thousands=self.thousands) + self.money_unit


@dataclass(frozen=True, slots=True)
class ComparisonWords:
    """The words around a change.

    Attributes:
      than: In front of a change: `比2024年预算`, `同比`.
      level_with: In front of 持平: `与2024年预算`.
      gives_amount: The amount of the change is written.
      gives_rate: The rate of the change is written.
    """

    than: str
    level_with: str
    gives_amount: bool = True
    gives_rate: bool = True


@dataclass(frozen=True, slots=True)
class Phrase:
    """One comparison in words and figures.

    Attributes:
      text: `比2024年预算增加3.00万元，增长1.20%`.
      direction: One of DIRECTIONS.
      amount: The printed change without sign; None where none is printed.
      percent: The printed rate without sign; None where none is printed.
    """

    text: str
    direction: str
    amount: Decimal | None = None
    percent: Decimal | None = None


def compare(current: Decimal, previous: Decimal, style: AmountStyle, words: ComparisonWords) -> Phrase:
    """Say how `current` changed against `previous`.

    Args:
      current: This year's exact figure in 元.
      previous: Last year's exact figure in 元.
      style: How figures are printed.
      words: The words around the change.
    """
    now, then = style.number(current), style.number(previous)
    if now == then:
        nearly = "" if current == previous else "基本"
        return Phrase(f"{words.level_with}{nearly}持平", FLAT)
    direction = INCREASE if now > then else DECREASE
    amount_verb, rate_verb = _VERBS[direction]
    rate = rate_of_change(current, previous, style)
    parts, amount = [], None
    if words.gives_amount or rate is None:
        amount = abs(now - then)
        parts.append(f"{amount_verb}{style.text(amount)}")
    if words.gives_rate and rate is not None:
        parts.append(f"{rate_verb}{plain(rate)}%")
    return Phrase(words.than + "，".join(parts), direction, amount, rate if words.gives_rate else None)


def change(figure: str, basis: str, base_year: int, current: Decimal, previous: Decimal, style: AmountStyle) -> Change:
    """Give the numbers of a comparison with their signs; arguments as in `compare` and `Change`."""
    now, then = style.number(current), style.number(previous)
    rate = None if now == then else rate_of_change(current, previous, style)
    signed = -rate if rate is not None and now < then else rate
    return Change(figure, base_year, basis, style.money_unit, now, then, now - then, signed)


def rate_of_change(current: Decimal, previous: Decimal, style: AmountStyle) -> Decimal | None:
    """Give the rate of a change without sign, as printed.

    Returns:
      None on a base that is not positive, or prints as 0, and for a rate that would print as 0.
    """
    if previous <= 0 or not style.number(previous):
        return None
    if not current:
        return percent(previous, previous, 0)  # 下降100%, whatever the places of other rates
    return percent(abs(current - previous), previous, style.percent_places) or None
