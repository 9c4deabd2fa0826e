"""等次: vetoes, thresholds, quotas and ties at a quota line (domain/evaluation.md §4.2, §4.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation.arithmetic import exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kpi_cli.evaluation.scheme import GradeRule

TIE_DECISION = "tie_decision"


class Candidate(NamedTuple):
    """One unit of a category as grades see it.

    Attributes:
      unit: Id.
      total: Printed total.
      chain: Parts of the tie-break chain, each so that higher is better; the last is the place a meeting gave.
      vetoes: Kinds of vetoes against it.
    """

    unit: str
    total: Decimal
    chain: tuple[Decimal | int, ...]
    vetoes: frozenset[str]


@dataclass(frozen=True)
class Grades:
    """What a category's units get.

    Attributes:
      grade: Unit → name of its grade.
      decided_by: Unit → what decided a tie that crosses a quota line: a part of the chain, or `tie_decision`.
      undecided: Groups of units whose tie crosses a quota line and that nothing tells apart.
      notes: Unit → what is to be printed with its grade.
      limits: Cumulative quota of each grade, in units; None is no limit.
    """

    grade: Mapping[str, str]
    decided_by: Mapping[str, str]
    undecided: tuple[tuple[str, ...], ...]
    notes: Mapping[str, tuple[str, ...]]
    limits: tuple[int | None, ...]


def quota_limits(rules: Sequence[GradeRule], count: int) -> tuple[int | None, ...]:
    """Give the most units that may reach each grade or a better one: rounded down, at least one for the first."""
    limits = [None if rule.quota is None else math.floor(exact(rule.quota) * count) for rule in rules]
    return tuple(max(1, limit) if place == 0 and limit is not None else limit for place, limit in enumerate(limits))


def allocate(
    candidates: Sequence[Candidate], rules: Sequence[GradeRule], tie_break: Sequence[str], *, veto_frees_slot: bool
) -> Grades:
    """Give every unit of a category its grade.

    Args:
      candidates: All evaluated units, vetoed ones included: quotas count them.
      rules: Grades, best first; at least one.
      tie_break: Names of the parts of `Candidate.chain` except the last, which is the meeting's order.
      veto_frees_slot: The place of a barred unit goes to the next.
    Source:
      domain/evaluation.md §4.3.
    """
    limits = quota_limits(rules, len(candidates))
    allocation = _Allocation(rules, limits, veto_frees_slot)
    ordered = sorted(candidates, key=lambda c: (_descending(c), c.unit))
    placed = allocation.place(ordered)
    undecided = _undecided(ordered, allocation, rules)
    after = {c.unit: _after_veto(c, placed[c.unit], rules) for c in candidates}
    return Grades(
        {unit: rules[place].name for unit, place in after.items()},
        _decided_by(ordered, placed, (*tie_break, TIE_DECISION)),
        undecided,
        {c.unit: _notes(c, placed[c.unit], rules, limits) for c in candidates},
        limits,
    )


def _undecided(
    ordered: Sequence[Candidate], allocation: _Allocation, rules: Sequence[GradeRule]
) -> tuple[tuple[str, ...], ...]:
    """Find the ties whose order among themselves changes a grade.

    A unit fares best as the first of its tie and worst as the last, and units with the same vetoes change places
    freely: so each kind of them is once put first, once last.
    """
    found: dict[tuple[str, ...], None] = {}
    for vetoes in {c.vetoes: None for c in ordered}:
        first = allocation.place(sorted(ordered, key=lambda c: (_descending(c), c.vetoes != vetoes)))
        last = allocation.place(sorted(ordered, key=lambda c: (_descending(c), c.vetoes == vetoes)))
        for _, equal in groupby(ordered, key=_descending):
            group = list(equal)
            own = [c for c in group if c.vetoes == vetoes]
            if own and min(_after_veto(c, first[c.unit], rules) for c in own) != max(
                _after_veto(c, last[c.unit], rules) for c in own
            ):
                found[tuple(c.unit for c in group)] = None
    return tuple(found)


def _descending(candidate: Candidate) -> tuple[Decimal | int, ...]:
    return (-candidate.total, *(-part for part in candidate.chain))


@dataclass
class _Allocation:
    """Places are handed out from the best candidate down; every grade at or below the one given loses a place."""

    rules: Sequence[GradeRule]
    limits: tuple[int | None, ...]
    veto_frees_slot: bool

    def place(self, ordered: Sequence[Candidate]) -> dict[str, int]:
        """Return unit → index of the grade, before the grade of a failed unit and demotions."""
        used = [0] * len(self.rules)
        placed: dict[str, int] = {}
        for candidate in ordered:
            freed = self.veto_frees_slot
            if "fail" in candidate.vetoes and freed:
                placed[candidate.unit] = len(self.rules) - 1
                continue
            best = 1 if "bar_top" in candidate.vetoes and freed and len(self.rules) > 1 else 0
            grade = self._first_open(candidate, best, used)
            for each in range(grade, len(used)):
                used[each] += 1
            placed[candidate.unit] = grade
        return placed

    def _first_open(self, candidate: Candidate, best: int, used: Sequence[int]) -> int:
        for grade in range(best, len(self.rules) - 1):
            lowest = self.rules[grade].min
            open_ = all(limit is None or used[at] < limit for at, limit in enumerate(self.limits) if at >= grade)
            if open_ and (lowest is None or candidate.total >= lowest):
                return grade
        return len(self.rules) - 1


def _after_veto(candidate: Candidate, place: int, rules: Sequence[GradeRule]) -> int:
    """Apply what a veto does after places are handed out."""
    last = len(rules) - 1
    if "fail" in candidate.vetoes:
        return last
    if "bar_top" in candidate.vetoes:
        place = max(place, min(1, last))
    return min(place + 1, last) if "demote" in candidate.vetoes else place


def _decided_by(ordered: Sequence[Candidate], placed: Mapping[str, int], names: Sequence[str]) -> dict[str, str]:
    """Say for each tie that crosses a quota line which part of the chain decided it."""
    found: dict[str, str] = {}
    for first, second in pairwise(c for c in ordered if not c.vetoes & {"fail", "bar_top"}):
        if first.total == second.total and placed[first.unit] != placed[second.unit]:
            name = next((n for n, a, b in zip(names, first.chain, second.chain, strict=True) if a != b), "")
            found[first.unit] = found.get(first.unit, name)
            found[second.unit] = name
    return found


def _notes(
    candidate: Candidate, place: int, rules: Sequence[GradeRule], limits: Sequence[int | None]
) -> tuple[str, ...]:
    """Say why a unit has another grade than its total alone would give."""
    words = {"fail": "一票否决，定为{last}", "bar_top": "一票否优，不得评为{first}", "demote": "降一等"}
    facts = {"last": rules[-1].name, "first": rules[0].name}
    notes = [words[kind].format_map(facts) for kind in ("fail", "bar_top", "demote") if kind in candidate.vetoes]
    if "fail" not in candidate.vetoes:
        reached = next((i for i, r in enumerate(rules) if r.min is None or candidate.total >= r.min), len(rules) - 1)
        if reached < place and not ("bar_top" in candidate.vetoes and place == 1):
            notes.append(f"达到{rules[reached].name}分数线，名额（{limits[reached]}）已满")
    return tuple(notes)
