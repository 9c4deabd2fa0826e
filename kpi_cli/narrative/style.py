"""The style of a set's sentences: numbering, amounts, percentages, the words of comparisons. Data of its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.narrative.phrases import AmountStyle, ComparisonWords

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPLAINED = ("income", "expenditure", "function", "economic")
"""Families of figure keys whose amounts have `places` decimals; all others have `other_places`."""

Option = str | bool | int


@dataclass(frozen=True)
class NarrativeStyle:
    """One set's style.

    Attributes:
      headings: Numbers of headings by level, as the first has it: `第一部分　`, `一、`, `（一）`, `1.`; "" for none.
      amounts: How amounts of income and expenditure are printed.
      others: How all other amounts (三公, 采购, 项目) are printed.
      than: In front of a change, with {previous_year}.
      level_with: In front of 持平, with {previous_year}.
      gives_rate: Changes are given with their rate.
      options: Choices that the set's template offers, by name.
      glossary: Term → explanation, with {government_level}.
      assets_day: Day of last year up to which assets are counted, where the ledger names none.
    """

    headings: tuple[str, ...]
    amounts: AmountStyle
    others: AmountStyle
    than: str
    level_with: str
    gives_rate: bool
    options: Mapping[str, Option]
    glossary: Mapping[str, str]
    assets_day: str

    def style_of(self, key: str) -> AmountStyle:
        """Return how a figure's amounts are printed."""
        return self.amounts if key.partition(":")[0].partition("@")[0] in EXPLAINED else self.others

    def words(self, previous_year: int) -> ComparisonWords:
        """Return the words of a comparison with last year's budget."""
        year = str(previous_year)
        than, level_with = (text.replace("{previous_year}", year) for text in (self.than, self.level_with))
        return ComparisonWords(than, level_with, gives_amount=True, gives_rate=self.gives_rate)

    @staticmethod
    def executed_words(previous_year: int) -> ComparisonWords:
        """Return the words of a comparison with last year's executed amount: its rate alone, as Shanghai has it."""
        base = f"{previous_year}年预算执行数"
        return ComparisonWords(f"比{base}", f"与{base}", gives_amount=False, gives_rate=True)
