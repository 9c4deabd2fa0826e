"""What rules look at, how they speak, and the one registry of their functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from kpi_cli.checks.finding import Finding, NotApplicableError, NotCheckableError
from kpi_cli.evaluation.final import draft_final
from kpi_cli.evaluation.index import Index
from kpi_cli.evaluation.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.final import Final
    from kpi_cli.evaluation.scheme import EvaluationYear, Scheme
    from kpi_cli.model.source import Source

    Check = Callable[[TieOutRule, "Subject"], Iterator[Finding]]

T = TypeVar("T")

FUNCTIONS: dict[str, Check] = {}
"""Every rule's function by its name in rules.toml."""


def rule(function: Check) -> Check:
    """Add a rule's function to the registry under its own name."""
    FUNCTIONS[function.__name__] = function
    return function


@dataclass(frozen=True)
class Subject:
    """An evaluation year as rules see it.

    Attributes:
      year: Scheme and records.
      as_of: ISO date, for deadlines; "" is unknown.
    """

    year: EvaluationYear
    as_of: str = ""

    @property
    def scheme(self) -> Scheme:
        """The scheme; without one a rule about it cannot be checked."""
        if self.year.scheme is None:
            raise NotCheckableError("还没有考评方案")
        return self.year.scheme

    @cached_property
    def index(self) -> Index:
        """Look-ups over the records."""
        return self.scores.index if self.year.scheme is not None else Index(self.year)

    @cached_property
    def scores(self) -> Scores:
        """Scores under the scheme."""
        return Scores(self.year, self.scheme)

    @cached_property
    def final(self) -> Final:
        """The year's result as far as it can be computed."""
        return draft_final(self.year, self.scores)

    def name(self, unit: str) -> str:
        """Return a unit's name, or its id where it is unknown."""
        return self.index.units[unit].name if unit in self.index.units else unit


def some(records: Sequence[T], what: str) -> Sequence[T]:
    """Return the records; without any, the rule has nothing to say."""
    if not records:
        raise NotApplicableError(f"没有{what}")
    return records


def finding(
    rule: TieOutRule, source: Source, message: str, expected: object = "", actual: object = "", detail: str = ""
) -> Finding:
    """Make a finding about a record: its place is file and line, `detail` tells findings of one record apart."""
    where = f"{source.file}:{source.line}" if source.file else ""
    about = ":".join(part for part in (rule.id, where, detail) if part)
    return Finding(rule.id, rule.severity, where, message, str(expected), str(actual), about, about)
