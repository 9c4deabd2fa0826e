"""Exact arithmetic of scores: Decimal goes in, fractions in between, one rounding, Decimal comes out.

A third of a point has no last digit as a Decimal; cut off at 28 digits it can miss an exact half, and the printed
score is then wrong by one. So nothing between input and score is ever rounded. Both rounding modes live here.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.money import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kpi_cli.model.source import Source

Number = Decimal | Fraction | int

ROUNDING_WORDS = {"half_up": "四舍五入", "gb8170": "GB/T 8170 修约"}
MAGNITUDE = 30
"""Powers of ten that any number of an evaluation stays within."""

SHOWN_PLACES = 6
"""Decimals of an intermediate value in a step; what goes on behind them is shown as …."""


def exact(value: object) -> Fraction:
    """Turn a number of a record or a parameter into an exact fraction.

    Args:
      value: Decimal, int, Fraction, or the text of a decimal number (TOML and JSON parameters may be quoted).
    Raises:
      ValueError, TypeError, ArithmeticError: Not a number.
    """
    if isinstance(value, Decimal):
        return _of_decimal(value)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool):
        raise TypeError("not a number")
    if isinstance(value, int):
        return Fraction(value)
    return _of_decimal(Decimal(str(value).strip()))


@lru_cache(maxsize=1 << 16)
def _of_decimal(number: Decimal) -> Fraction:
    """Turn a Decimal into a fraction; the same few thousand points, targets and scores come again and again."""
    if abs(number.adjusted()) > MAGNITUDE:  # such a fraction would fill the memory
        raise ValueError("out of range")
    return Fraction(number)


@cache
def _power(places: int) -> int:
    return int(10**places)


def rounded(value: Number, places: int, mode: str) -> Decimal:
    """Round once, from the exact value.

    Args:
      value: Exact score.
      places: Decimals that are kept.
      mode: `half_up`: halves away from zero; `gb8170`: exact halves make the kept digit even. Negative numbers by
        absolute value, both.
    Returns:
      Decimal with exactly `places` decimals.
    Source:
      GB/T 8170-2008 §3; everyday 四舍五入 (domain/evaluation.md §3.0).
    """
    numerator, denominator = value.as_integer_ratio()
    kept, rest = divmod(abs(numerator) * _power(places), denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and (mode == "half_up" or kept % 2)):
        kept += 1
    return Decimal(-kept if numerator < 0 else kept).scaleb(-places)


def written(value: Number) -> str:
    """Write a number for a step: exact where it ends within six decimals, else cut there and marked with …."""
    numerator, denominator = value.as_integer_ratio()
    kept, rest = divmod(abs(numerator) * _power(SHOWN_PLACES), denominator)
    text = plain(Decimal(kept).scaleb(-SHOWN_PLACES)).rstrip("0").rstrip(".") if not rest else ""
    text = text or f"{plain(Decimal(kept).scaleb(-SHOWN_PLACES))}…" if rest else text
    return f"-{text}" if numerator < 0 else text


def written_sum(values: Iterable[Number]) -> str:
    """Write the terms of a sum: `8 + 4.64 - 0.5`."""
    text = " + ".join(written(value) for value in values)
    return text.replace("+ -", "- ") or "0"


class Step(NamedTuple):
    """One step of the arithmetic, as a sentence that is written only when somebody asks.

    Attributes:
      template: Chinese sentence with `{name}` for each value.
      values: Numbers (written exactly) and words.
      sources: Where the numbers of the step stand.
    """

    template: str
    values: Mapping[str, object] = {}
    sources: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The sentence."""
        return self.template.format_map({key: _word(value) for key, value in self.values.items()})

    def __str__(self) -> str:
        """Return the sentence, so that a step can be a word of another one."""
        return self.text


def _word(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)  # a printed score keeps its zeros: 10.00
    return written(value) if isinstance(value, (Fraction, int)) else str(value)


class Outcome(NamedTuple):
    """An exact score with its arithmetic.

    Attributes:
      score: Not rounded yet.
      steps: How it came about.
      notes: What is to be printed with it.
    """

    score: Fraction
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


def clip(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """Keep a value between two bounds."""
    return max(low, min(value, high))


def weighted_mean(values: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    """Give Σ weight · value ÷ Σ weight over the keys of `values`; the weights do not add up to zero."""
    total = sum((weights[key] for key in values), Fraction(0))
    return sum((weights[key] * value for key, value in values.items()), Fraction(0)) / total
