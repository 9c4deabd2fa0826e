"""What scores tell beside the ranks: indicators without spread, lost points, review against indicators, change.

Plain values for tables and bars; nothing here decides anything (task 33 of evaluation.md §8).
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.arithmetic import exact, rounded
from kpi_cli.evaluation.final import draft_final
from kpi_cli.evaluation.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kpi_cli.evaluation.final import Final
    from kpi_cli.evaluation.scheme import EvaluationYear

ZERO = Fraction(0)


class Spread(NamedTuple):
    """How far an indicator tells the units of a series apart, in percent of its points.

    Attributes:
      indicator: Id of the leaf.
      category: Category of the series.
      series: The series.
      units: Units with a score.
      lowest: Lowest share of the points that a unit earned, percent.
      highest: Highest share.
      mean: Mean share.
    """

    indicator: str
    category: str
    series: str
    units: int
    lowest: Fraction
    highest: Fraction
    mean: Fraction

    @property
    def has_none(self) -> bool:
        """Tell whether all units have the same score."""
        return self.lowest == self.highest


class Loss(NamedTuple):
    """Points that a unit did not get on an indicator, and what share of all its lost points that is (percent)."""

    evaluated_unit: str
    indicator: str
    lost: Fraction
    share: Fraction


class RankPair(NamedTuple):
    """A unit's rank by indicator score and by public review, in its category; equal scores share the mean rank."""

    evaluated_unit: str
    indicator_rank: Fraction
    review_rank: Fraction

    @property
    def gap(self) -> Fraction:
        """Review rank less indicator rank: positive where the public sees the unit worse than its figures."""
        return self.review_rank - self.indicator_rank


class Agreement(NamedTuple):
    """Public review against indicator score in a category; `spearman` is None where it says nothing."""

    category: str
    pairs: tuple[RankPair, ...]
    spearman: Decimal | None


class YearChange(NamedTuple):
    """A unit's total and rank this year and the year before."""

    evaluated_unit: str
    total_before: Decimal
    total: Decimal
    rank_before: int
    rank: int


class Analysis(NamedTuple):
    """Everything that `kpi eval analyse` shows.

    Attributes:
      spreads: Every leaf in every series with two scores or more, smallest spread first.
      losses: Every loss, largest first.
      agreements: By category.
      changes: By unit, largest fall of the rank first; empty without a year before.
    """

    spreads: tuple[Spread, ...]
    losses: tuple[Loss, ...]
    agreements: tuple[Agreement, ...]
    changes: tuple[YearChange, ...]


def analyse(year: EvaluationYear, before: EvaluationYear | None = None) -> Analysis:
    """Analyse a year, as far as its scores are known.

    Args:
      year: Scheme and records; without a scheme there is nothing to analyse.
      before: The year before, with the same ids of units.
    """
    if year.scheme is None:
        return Analysis((), (), (), ())
    scores = Scores(year, year.scheme)
    final = draft_final(year, scores)
    changes = _changes(draft_final(before), final) if before is not None else ()
    return Analysis(spreads(scores), _losses(scores), _agreements(final), changes)


def spreads(scores: Scores) -> tuple[Spread, ...]:
    """Return the spread of every leaf in every series with two scores or more, smallest first."""
    shares: dict[tuple[str, str, str], list[Fraction]] = {}
    for (indicator, unit), assignment in scores.index.assignments.items():
        leaf = scores.leaf(assignment) if unit in scores.index.units else None
        if leaf is not None and leaf.score is not None and leaf.points:
            key = (indicator, *scores.index.series_of(unit))
            shares.setdefault(key, []).append(exact(leaf.score) * 100 / leaf.points)
    found = [
        Spread(*key, len(own), min(own), max(own), sum(own, ZERO) / len(own))
        for key, own in shares.items()
        if len(own) > 1
    ]
    return tuple(sorted(found, key=lambda spread: (spread.highest - spread.lowest, spread[:3])))


def _losses(scores: Scores) -> tuple[Loss, ...]:
    found: list[Loss] = []
    for unit in scores.index.units:
        lost = {
            leaf.indicator: leaf.points - exact(leaf.score)
            for leaf in scores.leaves(unit)
            if leaf.score is not None and exact(leaf.score) < leaf.points
        }
        whole = sum(lost.values(), ZERO)
        found += [Loss(unit, indicator, points, points * 100 / whole) for indicator, points in lost.items()]
    return tuple(sorted(found, key=lambda loss: (-loss.lost, loss.evaluated_unit, loss.indicator)))


def mean_ranks(values: Mapping[str, Decimal]) -> dict[str, Fraction]:
    """Give the rank of each value, highest first; equal values share the mean of their places."""
    ordered = sorted(values.values(), reverse=True)
    places: dict[Decimal, list[int]] = {}
    for place, value in enumerate(ordered, 1):
        places.setdefault(value, []).append(place)
    return {key: Fraction(sum(places[value]), len(places[value])) for key, value in values.items()}


def spearman(first: Sequence[Fraction], second: Sequence[Fraction]) -> Decimal | None:
    """Give the rank correlation of two rankings with shared ranks: Pearson's coefficient of the ranks.

    Returns:
      -1 to 1 with four decimals; None for fewer than 3 units, or where one ranking does not tell them apart.
    """
    n = len(first)
    if n < 3:
        return None
    mean_a, mean_b = sum(first, ZERO) / n, sum(second, ZERO) / n
    a, b = [x - mean_a for x in first], [x - mean_b for x in second]
    both = sum((x * y for x, y in zip(a, b, strict=True)), ZERO)
    square = sum((x * x for x in a), ZERO) * sum((y * y for y in b), ZERO)
    if not square:
        return None
    scale = 10**12  # the root to twelve decimals, so that four are right
    root = Fraction(isqrt(int(square * scale * scale)), scale)
    return rounded(both / root, 4, "half_up")


def _agreements(final: Final) -> tuple[Agreement, ...]:
    categories: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
    for result in final.units:
        if {"indicator_score", "public_review"} <= result.components.keys():
            pair = result.components["indicator_score"].score, result.components["public_review"].score
            categories.setdefault(result.category, {})[result.evaluated_unit] = pair
    found = []
    for category, scores in categories.items():
        first = mean_ranks({unit: pair[0] for unit, pair in scores.items()})
        second = mean_ranks({unit: pair[1] for unit, pair in scores.items()})
        pairs = [RankPair(unit, first[unit], second[unit]) for unit in scores]
        ordered = tuple(sorted(pairs, key=lambda pair: (-abs(pair.gap), pair.evaluated_unit)))
        found.append(Agreement(category, ordered, spearman(list(first.values()), list(second.values()))))
    return tuple(found)


def _changes(before: Final, now: Final) -> tuple[YearChange, ...]:
    old = {result.evaluated_unit: result for result in before.units}
    found = [
        YearChange(new.evaluated_unit, past.total, new.total, past.rank, new.rank)
        for new in now.units
        if (past := old.get(new.evaluated_unit))
    ]
    return tuple(sorted(found, key=lambda change: (change.rank_before - change.rank, change.evaluated_unit)))
