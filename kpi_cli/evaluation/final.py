"""The year's result: weighted components, deduction, bonus, total, rank, grade (domain/evaluation.md §4). Pure."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi_cli.errors import LedgerError
from kpi_cli.evaluation.arithmetic import Step, exact, rounded, written
from kpi_cli.evaluation.components import bonus, component, deduction
from kpi_cli.evaluation.grades import Candidate, Grades, allocate
from kpi_cli.evaluation.scheme import HUNDRED, Scheme
from kpi_cli.evaluation.scores import Component, Scores, place_of
from kpi_cli.evaluation.vocabulary import CATEGORY, COMPONENT, word
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from kpi_cli.evaluation.records import Assignment, Result
    from kpi_cli.evaluation.scheme import EvaluationYear

ZERO = Fraction(0)


class Part(NamedTuple):
    """A component in a unit's total.

    Attributes:
      score: Score on a scale of 100, rounded.
      points: What it brings to the total, as printed.
      exact_points: The same before rounding.
      weight: Its weight.
      live: Sum of the weights that count for the unit.
    """

    score: Decimal
    points: Decimal
    exact_points: Fraction
    weight: Fraction
    live: Fraction


class UnitResult(NamedTuple):
    """The year's result of one unit; never typed in by hand.

    Attributes:
      evaluated_unit: Id.
      category: Its category.
      series: Its series.
      components: Component → part, in the order of the scheme.
      deduction: D as printed, capped.
      bonus: B as printed, capped.
      total: F as printed.
      rank: In its series, 1-2-2-4.
      grade: Name of the grade, "" where the scheme has none.
      decided_by: What decided a tie that crosses a quota line, or "".
      notes: What is to be printed with it.
    """

    evaluated_unit: str
    category: str
    series: str
    components: Mapping[str, Part]
    deduction: Decimal
    bonus: Decimal
    total: Decimal
    rank: int = 0
    grade: str = ""
    decided_by: str = ""
    notes: tuple[str, ...] = ()


class Final(NamedTuple):
    """Results of all units of a year, by category (in the order of the scheme), series, rank and id.

    Attributes:
      year: Evaluation year.
      units: The results.
      undecided: Ties that cross a quota line and need a meeting's decision; the grades of these units do not stand.
      problems: What stands in the way of the result; units that it is about are left out.
    """

    year: int
    units: tuple[UnitResult, ...]
    undecided: tuple[tuple[str, ...], ...] = ()
    problems: tuple[Problem, ...] = ()

    def of(self, unit: str) -> UnitResult | None:
        """Return the result of a unit."""
        return next((result for result in self.units if result.evaluated_unit == unit), None)


def compute_final(year: EvaluationYear) -> Final:
    """Compute totals, ranks and grades of all units.

    Args:
      year: Scheme and records; their order means nothing.
    Returns:
      Every unit, with no problems.
    Raises:
      LedgerError: No scheme, weights that do not add up, missing data without a policy, a tie across a quota line that
        nobody has decided: all of them at once, with file and line.
    """
    final = draft_final(year)
    if final.problems:
        raise LedgerError(final.problems)
    return final


def draft_final(year: EvaluationYear, scores: Scores | None = None) -> Final:
    """Compute what can be computed; what is in the way is in `problems`.

    Args:
      year: Scheme and records.
      scores: Scores already begun for the same year, whose work is used.
    """
    if year.scheme is None:
        return Final(year.year, (), problems=(Problem("eval-no-scheme", facts={"year": year.year}),))
    scheme = year.scheme
    problems = list(scheme_problems(scheme))
    if problems:
        return Final(year.year, (), problems=tuple(problems))
    scores = scores or Scores(year, scheme)
    problems += reference_problems(scores)
    results = [found for unit in scores.index.units if (found := unit_result(scores, unit))]
    results = _ranked(scheme, results)
    graded, undecided = _graded(scores, results)
    problems += scores.problems
    problems += _tie_problems(scores, undecided)
    unique = {(p.code, p.place, p.value, str(p.facts)): p for p in problems}
    order = sorted(unique.values(), key=lambda p: (p.place.file, p.place.line, p.code, p.value))
    return Final(year.year, tuple(graded), undecided, tuple(order))


def scheme_problems(scheme: Scheme) -> Iterator[Problem]:
    """Refuse weights that do not add up, exactly (V101, V103)."""
    place = place_of(scheme.source)
    groups = {f"weights.{name}": (weights, HUNDRED) for name, weights in scheme.weights.items()}
    total = scheme.public_review.group_total
    groups |= {f"group_weights.{name}": (weights, total) for name, weights in scheme.group_weights.items()}
    groups |= {"stage_weights": (scheme.stage_weights, HUNDRED), "tier_weights": (scheme.tier_weights, HUNDRED)}
    for key, (weights, whole) in groups.items():
        found = sum((exact(weight) for weight in weights.values()), ZERO)
        if weights and found != exact(whole):
            facts = {"key": key, "whole": written(whole)}
            yield Problem("eval-weights-sum", place, written(found), facts)
        for name, weight in weights.items():
            if weight < 0:
                yield Problem("eval-negative-weight", place, written(weight), {"key": f"{key}.{name}"})


def reference_problems(scores: Scores) -> Iterator[Problem]:
    """Refuse records that would otherwise be lost or counted twice without a word."""
    index, year = scores.index, scores.index.year
    for unit in year.units:
        if unit.category not in scores.scheme.weights:
            facts = {"category": word(CATEGORY, unit.category)}
            yield Problem("eval-no-weights", place_of(unit.source), unit.evaluated_unit, facts)
    for result in year.results:
        if (result.indicator, result.evaluated_unit) not in index.assignments:
            yield Problem("eval-not-assigned", place_of(result.source), _pair(result))
    clauses = {rule.id for rule in scores.scheme.deduction_rule}
    for item in year.inspections:
        if item.rule not in clauses:
            yield Problem("eval-unknown-clause", place_of(item.source), item.id, {"clause": item.rule})
    yield from _repeated(year.results)
    yield from _repeated(year.assignments)
    for records in (year.ballots, year.surveys, year.leader_ratings, year.inspections, year.bonuses, year.vetoes):
        yield from _unknown_units(records, index.units)
    yield from _unknown_units(year.component_scores, index.units)


def _pair(record: Result | Assignment) -> str:
    return f"{record.evaluated_unit} {record.indicator}"


def _repeated(records: Iterable[Result | Assignment]) -> Iterator[Problem]:
    """Refuse a second record about the same unit and indicator: which one counts must not depend on their order."""
    seen: dict[str, int] = {}
    for record in records:
        key = _pair(record)
        if key in seen:
            yield Problem("eval-twice", place_of(record.source), key, {"first": seen[key]})
        seen.setdefault(key, record.source.line)


def _unknown_units(records: Iterable[Any], units: Mapping[str, object]) -> Iterator[Problem]:
    for record in records:
        if record.evaluated_unit not in units:
            yield Problem("eval-unknown-unit", place_of(record.source), record.evaluated_unit)


def unit_result(scores: Scores, unit: str) -> UnitResult | None:
    """Compute a unit's total, without rank and grade; None where a part of it is not known."""
    record = scores.index.units[unit]
    weights = live_weights(scores.scheme, record.category, no_public_review=record.no_public_review)
    if not weights:
        return None
    found = {name: component(scores, unit, name) for name in weights}
    taken, given = deduction(scores, unit), bonus(scores, unit)
    known = {name: value for name, value in found.items() if value is not None}
    if len(known) < len(found) or taken is None or given is None:
        return None
    parts = _parts(scores.scheme, known, weights)
    notes = [note for value in (*known.values(), taken, given) for note in value.notes]
    if record.no_public_review and scores.scheme.weights[record.category].get("public_review"):
        weight = written(scores.scheme.weights[record.category]["public_review"])
        notes.insert(0, f"不参加公众评议，权重 {weight} 由其余部分分摊")
    total = _total(scores.scheme, parts, taken.score, given.score)
    return UnitResult(
        unit, record.category, record.series, parts, taken.score, given.score, total, notes=tuple(dict.fromkeys(notes))
    )


def live_weights(scheme: Scheme, category: str, *, no_public_review: bool) -> dict[str, Fraction]:
    """Return the weights that count for a unit: none for a unit's public review where it is not subject to it."""
    return {
        name: exact(weight)
        for name, weight in scheme.weights.get(category, {}).items()
        if weight and not (no_public_review and name == "public_review")
    }


def _parts(scheme: Scheme, known: Mapping[str, Component], weights: Mapping[str, Fraction]) -> dict[str, Part]:
    """Give p_c = score × weight × 100 / Σ live weights / 100 for every component."""
    live = sum(weights.values(), ZERO)
    parts = {}
    for name, value in known.items():
        points = exact(value.score) * weights[name] / live
        printed = rounded(points, scheme.score_places, scheme.rounding)
        parts[name] = Part(value.score, printed, points, weights[name], live)
    return parts


def _total(scheme: Scheme, parts: Mapping[str, Part], taken: Decimal, given: Decimal) -> Decimal:
    """Give F = Σ parts - D + B: of the printed parts (`published`), or rounded once (`exact`)."""
    printed = scheme.carry == "published"
    total = sum((exact(part.points) if printed else part.exact_points for part in parts.values()), ZERO)
    total += exact(given) - exact(taken)
    if scheme.final_cap is not None:
        total = min(total, exact(scheme.final_cap))
    return rounded(total, scheme.score_places, scheme.rounding)


def total_steps(scheme: Scheme, result: UnitResult) -> tuple[Step, ...]:
    """Show how a total is added, part by part."""
    steps = []
    for name, part in result.components.items():
        values = {"name": word(COMPONENT, name), "s": part.score, "w": part.weight, "live": part.live}
        values |= {"exact": part.exact_points, "p": part.points}
        formula = "{name} {s} × {w} ÷ {live} = " + (
            "{p}" if exact(part.points) == part.exact_points else "{exact} → {p}"
        )
        steps.append(Step(formula, values))
    printed = scheme.carry == "published"
    terms = " + ".join(written(part.points if printed else part.exact_points) for part in result.components.values())
    values = {"terms": terms, "d": result.deduction, "b": result.bonus, "f": result.total}
    capped = f"，最高 {written(scheme.final_cap)}" if scheme.final_cap is not None else ""
    steps.append(Step("总分 {terms} - 扣分 {d} + 加分 {b} = {f}" + capped, values))
    return tuple(steps)


def _ranked(scheme: Scheme, results: list[UnitResult]) -> list[UnitResult]:
    """Rank by printed total within the series, 1-2-2-4; categories stand in the order of the scheme."""
    order = {category: place for place, category in enumerate(scheme.weights)}
    series: dict[tuple[str, str], list[UnitResult]] = {}
    for result in results:
        series.setdefault((result.category, result.series), []).append(result)
    ranked: list[UnitResult] = []
    for key in sorted(series, key=lambda key: (order[key[0]], key[1])):
        rank: dict[Decimal, int] = {}
        ordered = sorted(series[key], key=lambda result: (-result.total, result.evaluated_unit))
        for place, result in enumerate(ordered, 1):
            rank.setdefault(result.total, place)
            ranked.append(result._replace(rank=rank[result.total]))
    return ranked


def _graded(scores: Scores, results: list[UnitResult]) -> tuple[list[UnitResult], tuple[tuple[str, ...], ...]]:
    """Give every unit its grade, category by category."""
    if not scores.scheme.grade:
        return results, ()
    of_category: dict[str, Grades] = {}
    for category in {result.category: None for result in results}:
        candidates = [_candidate(scores, result) for result in results if result.category == category]
        of_category[category] = allocate(
            candidates,
            scores.scheme.grade,
            scores.scheme.tie_break,
            veto_frees_slot=scores.scheme.veto_frees_slot,
        )
    graded = []
    for result in results:
        grades, unit = of_category[result.category], result.evaluated_unit
        notes = dict.fromkeys((*result.notes, *grades.notes[unit]))
        decided = grades.decided_by.get(unit, "")
        graded.append(result._replace(grade=grades.grade[unit], decided_by=decided, notes=tuple(notes)))
    return graded, tuple(group for grades in of_category.values() for group in grades.undecided)


def _candidate(scores: Scores, result: UnitResult) -> Candidate:
    chain = [chain_value(result, name) for name in scores.scheme.tie_break]
    place = 0
    for decision in scores.index.year.tie_decisions:
        if decision.minutes in scores.index.minutes and result.evaluated_unit in decision.evaluated_units:
            place = len(decision.evaluated_units) - decision.evaluated_units.index(result.evaluated_unit)
    kinds = frozenset(veto.kind for veto in scores.index.vetoes.get(result.evaluated_unit, []))
    return Candidate(result.evaluated_unit, result.total, (*chain, place), kinds)


def chain_value(result: UnitResult, name: str) -> Decimal:
    """Return what a part of the tie-break chain compares, higher being better; a part that a unit lacks is lowest."""
    if name == "deduction":
        return -result.deduction
    if name == "bonus":
        return result.bonus
    return result.components[name].score if name in result.components else -HUNDRED


def _tie_problems(scores: Scores, undecided: tuple[tuple[str, ...], ...]) -> Iterator[Problem]:
    for group in undecided:
        names = "、".join(scores.index.units[unit].name for unit in group)
        yield Problem("eval-undecided-tie", Place(), names)
    for decision in scores.index.year.tie_decisions:
        if decision.minutes not in scores.index.minutes:
            yield Problem("eval-no-minutes", place_of(decision.source), decision.minutes)
