"""Claims: what the sentences of a disclosure say in figures, each with the figure key that it is about.

A claim keeps the number as it is printed; its decimals are those of the page. The same shape serves sentences
that were made from a ledger and sentences read from a published document.
Source: CONTRACT.md, Figure keys and Disclosures from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

INCREASE, DECREASE, FLAT = "increase", "decrease", "flat"
DIRECTIONS = (INCREASE, DECREASE, FLAT)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a sentence says about the change of a figure.

    Attributes:
      base_year: The year compared with.
      basis: `budget` or `executed` (执行数).
      direction: `increase`, `decrease` or `flat`.
      amount: The change without sign, in the claim's unit, as printed; None where the sentence gives none.
      percent: The rate without sign, as printed; None where the sentence gives none.
      reason: The reason; "" where it was left blank, None where there is no reason clause.
    """

    base_year: int
    basis: str
    direction: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """“占…%”: the percentage as printed and the figure key of the whole."""

    figure: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of one sentence.

    Attributes:
      id: Unique in its disclosure, such as `C010`.
      section: Headings above the sentence, joined with `/`.
      sentence: The whole sentence as printed.
      figure: Figure key, or None where the number maps to none.
      value: The number as printed, without thousands separators.
      unit: 万元, 元, 亿元, %, or a counting word (名, 个, 辆); "" where none is printed.
      places: Decimals printed.
      comparison: What the sentence says about the change, if anything.
      share_of: What the sentence says about the share, if anything.
      paragraph: Number of the paragraph in the narrative, 1-based; 0 where read from elsewhere.
      exact: The exact figure (元 or a count) behind `value` where it was computed from a ledger.
    """

    id: str
    section: str
    sentence: str
    figure: str | None
    value: Decimal
    unit: str
    places: int
    comparison: Comparison | None = None
    share_of: Share | None = None
    paragraph: int = 0
    exact: Decimal | None = None
