"""What the builders of forms share: the year, its scores, names, and the rows of whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation.arithmetic import ROUNDING_WORDS, exact
from kpi_cli.evaluation.final import draft_final
from kpi_cli.evaluation.forms.form import Paper
from kpi_cli.evaluation.index import Index
from kpi_cli.evaluation.methods.method import MethodError
from kpi_cli.evaluation.scheme import Scheme
from kpi_cli.evaluation.scores import Scores
from kpi_cli.evaluation.vocabulary import COMPONENT, TIER, word
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from fractions import Fraction

    from kpi_cli.evaluation.arithmetic import Outcome
    from kpi_cli.evaluation.final import Final
    from kpi_cli.evaluation.records import Assignment, Indicator, Rectification
    from kpi_cli.evaluation.scheme import EvaluationYear


@dataclass(frozen=True)
class Book:
    """An evaluation year as forms see it.

    Attributes:
      year: Scheme and records.
      department: Who prints the forms.
      unit: Only this unit's rows, or "" for all.
    """

    year: EvaluationYear
    department: str = ""
    unit: str = ""

    @cached_property
    def scheme(self) -> Scheme:
        """The scheme, or an empty one where there is none yet."""
        return self.year.scheme or Scheme(self.year.year)

    @cached_property
    def scores(self) -> Scores:
        """Scores under the scheme."""
        if self.year.scheme is None:
            raise LedgerError(Problem("eval-no-scheme", facts={"year": self.year.year}))
        return Scores(self.year, self.year.scheme)

    @cached_property
    def index(self) -> Index:
        """Look-ups over the records."""
        return self.scores.index if self.year.scheme is not None else Index(self.year)

    @cached_property
    def final(self) -> Final:
        """The year's result; raises LedgerError where something stands in its way."""
        final = draft_final(self.year, self.scores)
        if final.problems:
            raise LedgerError(final.problems)
        return final

    @cached_property
    def paper(self) -> Paper:
        """What every form has in common."""
        scheme = self.scheme
        rounding = f"得分保留 {scheme.score_places} 位小数，{ROUNDING_WORDS[scheme.rounding]}。"
        signers = "制表：　　　审核：　　　签发："
        document = f"依据：{scheme.doc_no}。" if scheme.doc_no else ""
        names = list(dict.fromkeys(name for weights in scheme.weights.values() for name in weights))
        repeated = {
            "option": [(name, name) for name in scheme.options],
            "component": [(name, word(COMPONENT, name)) for name in names],
            "tier": [(tier, word(TIER, tier)) for tier in scheme.tier_weights],
        }
        return Paper(
            self.year.year,
            self.department,
            scheme.doc_no,
            scheme.score_places,
            scheme.rounding,
            f"{document}{rounding}\n{signers}",
            repeated,
        )

    @cached_property
    def rectifications(self) -> dict[str, Rectification]:
        """Rectifications by inspection."""
        return {item.inspection: item for item in self.year.rectifications}

    def shows(self, unit: str) -> bool:
        """Tell whether a unit's rows are printed."""
        return not self.unit or self.unit == unit

    def name(self, unit: str) -> str:
        """Return a unit's name, or its id where it is unknown."""
        return self.index.units[unit].name if unit in self.index.units else unit

    def label(self, indicator: str) -> str:
        """Return an indicator's id and name."""
        item = self.index.indicators.get(indicator)
        return f"{indicator} {item.name}" if item else indicator

    def leaf(self, indicator: Indicator) -> bool:
        """Tell whether an indicator has no children."""
        return self.index.is_leaf(indicator.indicator)

    def assignment(self, indicator: str, unit: str) -> Assignment | None:
        """Return the assignment of an indicator to a unit."""
        return self.index.assignments.get((indicator, unit))

    def assigned(self, indicator: str) -> list[Assignment]:
        """Return the assignments of an indicator, in order of units."""
        return self._by_indicator.get(indicator, [])

    @cached_property
    def _by_indicator(self) -> dict[str, list[Assignment]]:
        found: dict[str, list[Assignment]] = {}
        for unit in self.index.units:
            for item in self.index.leaves_of.get(unit, []):
                found.setdefault(item.indicator, []).append(item)
        return found


def rate(actual: Decimal | None, target: Decimal | None) -> Fraction | None:
    """Return actual ÷ target in percent, where that means something."""
    if actual is None or target is None or target <= 0:
        return None
    return exact(actual) / exact(target) * 100


def tried(compute: Callable[[], Outcome]) -> Fraction | None:
    """Return a score, or None where it cannot be computed."""
    try:
        return compute().score
    except MethodError:
        return None
