"""Every record of an evaluation year by what it is asked for: built once, so that nothing is searched twice.

Lists are sorted by id, so that the order of records in the files means nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from kpi_cli.evaluation.arithmetic import exact
from kpi_cli.evaluation.methods.method import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kpi_cli.evaluation import records as r
    from kpi_cli.evaluation.scheme import EvaluationYear

T = TypeVar("T")
K = TypeVar("K")
SeriesKey = tuple[str, str]
OUTSIDE = ("bonus", "deduction")
"""Kinds of indicators outside the 100 points."""


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts `1.2.10` behind `1.2.9`."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D+", text))


def grouped(records: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return the records by key."""
    found: dict[K, list[T]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


class Index:
    """Look-ups over one evaluation year; where ids repeat, the one first in the file is kept (rule V104 speaks)."""

    def __init__(self, year: EvaluationYear) -> None:
        """Index nothing yet: each look-up is built when it is first needed."""
        self.year = year

    @cached_property
    def units(self) -> dict[str, r.Unit]:
        """Units by id, in order of id."""
        found: dict[str, r.Unit] = {}
        for unit in sorted(self.year.units, key=lambda unit: (natural(unit.evaluated_unit), unit.source)):
            found.setdefault(unit.evaluated_unit, unit)
        return found

    @cached_property
    def indicators(self) -> dict[str, r.Indicator]:
        """Indicators by id, in the order of the tree."""
        found: dict[str, r.Indicator] = {}
        for item in sorted(self.year.indicators, key=lambda item: (natural(item.indicator), item.source)):
            found.setdefault(item.indicator, item)
        return found

    @cached_property
    def children(self) -> dict[str, list[r.Indicator]]:
        """Indicators by the id of their parent."""
        found: dict[str, list[r.Indicator]] = {}
        for item in self.indicators.values():
            found.setdefault(item.parent, []).append(item)
        return found

    def is_leaf(self, indicator: str) -> bool:
        """Tell whether an indicator has no children."""
        return indicator not in self.children

    def ancestors(self, indicator: str) -> list[r.Indicator]:
        """Return the headings above an indicator, from the top down."""
        found: list[r.Indicator] = []
        parent = self.indicators[indicator].parent
        while parent in self.indicators and len(found) < len(self.indicators):
            found.insert(0, self.indicators[parent])
            parent = self.indicators[parent].parent
        return found

    @cached_property
    def series(self) -> dict[SeriesKey, list[str]]:
        """Units by (category, series): what is ranked and compared together."""
        found: dict[SeriesKey, list[str]] = {}
        for unit in self.units.values():
            found.setdefault((unit.category, unit.series), []).append(unit.evaluated_unit)
        return dict(sorted(found.items()))

    @cached_property
    def categories(self) -> dict[str, list[str]]:
        """Units by category: what shares weights and quotas."""
        found: dict[str, list[str]] = {}
        for unit in self.units.values():
            found.setdefault(unit.category, []).append(unit.evaluated_unit)
        return found

    def series_of(self, unit: str) -> SeriesKey:
        """Return the key of a unit's series."""
        record = self.units[unit]
        return record.category, record.series

    @cached_property
    def _order(self) -> dict[str, int]:
        return {indicator: place for place, indicator in enumerate(self.indicators)}

    @cached_property
    def assignments(self) -> dict[tuple[str, str], r.Assignment]:
        """Assignments by (indicator, unit), of leaves only."""
        found: dict[tuple[str, str], r.Assignment] = {}
        for item in self.year.assignments:
            if item.indicator in self.indicators and self.is_leaf(item.indicator):
                found.setdefault((item.indicator, item.evaluated_unit), item)
        return found

    @cached_property
    def leaves_of(self) -> dict[str, list[r.Assignment]]:
        """Assignments by unit, in the order of the tree."""
        found: dict[str, list[r.Assignment]] = {}
        for item in sorted(self.assignments.values(), key=lambda item: self._order[item.indicator]):
            found.setdefault(item.evaluated_unit, []).append(item)
        return found

    def points(self, assignment: r.Assignment) -> Fraction:
        """Return the full points of a leaf for a unit."""
        own = self.indicators[assignment.indicator].points if assignment.points is None else assignment.points
        return Fraction(0) if own is None else exact(own)

    @cached_property
    def results(self) -> dict[tuple[str, str], r.Result]:
        """Results by (indicator, unit)."""
        return {(item.indicator, item.evaluated_unit): item for item in reversed(self.year.results)}

    @cached_property
    def _actuals(self) -> dict[tuple[str, SeriesKey], dict[str, Fraction]]:
        found: dict[tuple[str, SeriesKey], dict[str, Fraction]] = {}
        for (indicator, unit), result in self.results.items():
            if result.actual is not None and unit in self.units and (indicator, unit) in self.assignments:
                found.setdefault((indicator, self.series_of(unit)), {})[unit] = exact(result.actual)
        return found

    @cached_property
    def _groups(self) -> dict[tuple[str, SeriesKey], Group]:
        return {}

    def group(self, indicator: str, series: SeriesKey) -> Group:
        """Return the known values of a series on an indicator."""
        key = indicator, series
        if key not in self._groups:
            self._groups[key] = Group(self._actuals.get(key, {}))
        return self._groups[key]

    @cached_property
    def appeals(self) -> dict[tuple[str, str], r.Appeal]:
        """The last decided appeal by (unit, item), where it sets a number."""
        decided = [item for item in self.year.appeals if item.decided is not None and item.decided_on]
        return {(a.evaluated_unit, a.item): a for a in sorted(decided, key=lambda a: (a.decided_on, natural(a.id)))}

    @cached_property
    def ballots(self) -> dict[tuple[str, str], dict[str, dict[str, Counter[str]]]]:
        """Counted ballots by (round, unit), then stage, then group."""
        found: dict[tuple[str, str], dict[str, dict[str, Counter[str]]]] = {}
        for item in self.year.ballots:
            stages = found.setdefault((item.round, item.evaluated_unit), {})
            groups = stages.setdefault(item.stage, {})
            groups[item.group] = groups.get(item.group, Counter()) + Counter(item.counts)
        return found

    @cached_property
    def ballot_records(self) -> dict[tuple[str, str], list[r.Ballot]]:
        """Ballot records by (round, unit)."""
        ordered = sorted(self.year.ballots, key=lambda b: (b.stage, b.group, b.source))
        return grouped(ordered, lambda b: (b.round, b.evaluated_unit))

    @cached_property
    def surveys(self) -> dict[tuple[str, str], list[r.Survey]]:
        """Surveys by (round, unit)."""
        ordered = sorted(self.year.surveys, key=lambda s: (s.group, s.data_source, s.source))
        return grouped(ordered, lambda s: (s.round, s.evaluated_unit))

    @cached_property
    def ratings(self) -> dict[str, list[r.LeaderRating]]:
        """Ratings that count by unit."""
        ordered = sorted(self.year.leader_ratings, key=lambda item: (natural(item.leader_no), item.source))
        return grouped((item for item in ordered if not item.recused), lambda item: item.evaluated_unit)

    @cached_property
    def inspections(self) -> dict[str, list[r.Inspection]]:
        """Inspections by unit."""
        ordered = sorted(self.year.inspections, key=lambda item: natural(item.id))
        return grouped(ordered, lambda item: item.evaluated_unit)

    @cached_property
    def bonuses(self) -> dict[str, list[tuple[r.Bonus, Fraction]]]:
        """Bonuses by unit with the unit's share: partners of a shared award get what the scheme gives them."""
        scheme = self.year.scheme
        share = exact(scheme.bonus_partner_share) if scheme else Fraction(0)
        found: dict[str, list[tuple[r.Bonus, Fraction]]] = {}
        for item in sorted(self.year.bonuses, key=lambda item: natural(item.id)):
            found.setdefault(item.evaluated_unit, []).append((item, Fraction(1)))
            for partner in item.shared_with if share else ():
                found.setdefault(partner, []).append((item, share))
        return found

    @cached_property
    def vetoes(self) -> dict[str, list[r.Veto]]:
        """Vetoes by unit."""
        ordered = sorted(self.year.vetoes, key=lambda item: (item.kind, item.date, item.doc_no))
        return grouped(ordered, lambda item: item.evaluated_unit)

    @cached_property
    def component_scores(self) -> dict[tuple[str, str], r.ComponentScore]:
        """Stated scores by (unit, component)."""
        return {(item.evaluated_unit, item.component): item for item in reversed(self.year.component_scores)}

    @cached_property
    def minutes(self) -> dict[str, r.Minutes]:
        """Minutes by id."""
        return {item.id: item for item in self.year.minutes}
