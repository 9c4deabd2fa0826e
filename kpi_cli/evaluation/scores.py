"""Scores of leaves and components of one unit, each with its arithmetic and the records behind it.

What cannot be scored is noted as a problem with file and line, all of them in one run; the score is then None.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.evaluation import methods
from kpi_cli.evaluation.arithmetic import ROUNDING_WORDS, Outcome, Step, exact, rounded
from kpi_cli.evaluation.index import OUTSIDE, Index
from kpi_cli.evaluation.methods.method import Case, MethodError, NotApplicableScoreError, number
from kpi_cli.evaluation.scheme import MOST_PLACES
from kpi_cli.evaluation.vocabulary import NA_POLICY, word
from kpi_cli.problems import Place, Problem

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.evaluation import records as r
    from kpi_cli.evaluation.scheme import EvaluationYear, Scheme
    from kpi_cli.model.source import Source

ZERO, HUNDRED = Fraction(0), Fraction(100)


class LeafScore(NamedTuple):
    """The score of a unit on a leaf indicator.

    Attributes:
      indicator: Id of the leaf.
      evaluated_unit: Id of the unit.
      points: Full points.
      score: Rounded; None where the points are spread over the other leaves, or the score is unknown.
      basis: `appeal`, `rechecked`, `assessed`, `method`, a key of NA_POLICY, or "" where unknown.
      steps: The arithmetic.
      notes: What is to be printed with it.
      sources: The records behind it.
    """

    indicator: str
    evaluated_unit: str
    points: Fraction
    score: Decimal | None
    basis: str
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


class Component(NamedTuple):
    """The score of a component, rounded, with its arithmetic and the records behind it."""

    score: Decimal
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


def place_of(source: Source) -> Place:
    """Return a record's place as problems show it."""
    return Place(source.file, source.line)


class Scores:
    """Scores of a year under its scheme, each computed once and kept.

    Attributes:
      index: Look-ups over the records.
      scheme: The scheme.
      problems: What could not be scored so far, in no particular order.
    """

    def __init__(self, year: EvaluationYear, scheme: Scheme) -> None:
        self.index = Index(year)
        self.scheme = scheme
        self.problems: list[Problem] = []
        self._leaves: dict[tuple[str, str], LeafScore] = {}

    def settle(self, value: Fraction, places: int | None = None) -> tuple[Decimal, tuple[Step, ...]]:
        """Round once, as the scheme says; the step says so where it changes the value."""
        kept = self.scheme.score_places if places is None else places
        score = rounded(value, kept, self.scheme.rounding)
        if exact(score) == value:
            return score, ()
        facts = {"n": kept, "mode": ROUNDING_WORDS[self.scheme.rounding], "v": value, "s": score}
        return score, (Step("保留 {n} 位小数（{mode}）：{v} → {s}", facts),)

    def component(self, outcome: Outcome, *sources: Source) -> Component:
        """Round an outcome to a component's score."""
        score, step = self.settle(outcome.score)
        return Component(score, (*outcome.steps, *step), outcome.notes, sources)

    def fail(self, code: str, source: Source, value: str = "", **facts: object) -> None:
        """Note what cannot be scored."""
        self.problems.append(Problem(code, place_of(source), value, facts))

    def leaf(self, assignment: r.Assignment) -> LeafScore:
        """Return the score of a leaf: of a decided appeal, else rechecked, else assessed, else by the method."""
        key = assignment.indicator, assignment.evaluated_unit
        if key not in self._leaves:
            self._leaves[key] = self._leaf(assignment)
        return self._leaves[key]

    def _leaf(self, assignment: r.Assignment) -> LeafScore:
        indicator, unit = assignment.indicator, assignment.evaluated_unit
        result = self.index.results.get((indicator, unit))
        appeal = self.index.appeals.get((unit, indicator))
        if appeal is not None and appeal.decided is not None:
            return self._stated(assignment, "appeal", appeal.decided, "申诉裁定 {s}", appeal.source)
        if result is not None:
            if result.rechecked is not None:
                return self._stated(assignment, "rechecked", result.rechecked, "复核分 {s}", result.source)
            if result.assessed is not None:
                return self._stated(assignment, "assessed", result.assessed, "考核分 {s}", result.source)
        return self._by_method(assignment, result)

    def _stated(self, assignment: r.Assignment, basis: str, value: Decimal, text: str, source: Source) -> LeafScore:
        score, steps = self.settle(exact(value), self._places(assignment))
        first = Step(text, {"s": value}, (source,))
        points = self.index.points(assignment)
        return LeafScore(
            assignment.indicator, assignment.evaluated_unit, points, score, basis, (first, *steps), (), (source,)
        )

    def _places(self, assignment: r.Assignment) -> int | None:
        """Return the decimals that an indicator keeps, or None for those of the scheme."""
        indicator = self.index.indicators[assignment.indicator]
        if "places" not in indicator.params:
            return None
        try:
            places = number(indicator.params, "places")
        except MethodError:
            places = Fraction(-1)
        if places.denominator == 1 and 0 <= places <= MOST_PLACES:
            return int(places)
        self.fail("eval-method-params", indicator.source, indicator.indicator, name="places")
        return None

    def _by_method(self, assignment: r.Assignment, result: r.Result | None) -> LeafScore:
        record = self.index.indicators[assignment.indicator]
        policy = (result.na_policy if result else "") or record.na_policy
        known = result is not None and (result.actual is not None or bool(result.inputs))
        unit, points = assignment.evaluated_unit, self.index.points(assignment)
        source = result.source if result else assignment.source
        if known and record.method and result is not None:
            try:
                outcome = self.method_outcome(assignment, result)
            except NotApplicableScoreError:
                return self._without_data(assignment, policy or "redistribute", source)
            except MethodError as error:
                self.fail(error.code, source, f"{unit} {record.indicator}", **error.facts)
                return LeafScore(record.indicator, unit, points, None, "")
            score, steps = self.settle(outcome.score, self._places(assignment))
            sources = tuple(dict.fromkeys((result.source, assignment.source, record.source)))
            return LeafScore(
                record.indicator, unit, points, score, "method", (*outcome.steps, *steps), outcome.notes, sources
            )
        return self._without_data(assignment, policy, source)

    def method_outcome(self, assignment: r.Assignment, result: r.Result) -> Outcome:
        """Give what the indicator's method makes of a result, not rounded.

        Raises:
          MethodError: Why it gives no score.
          NotApplicableScoreError: Its rule says that there is nothing to score.
        """
        record = self.index.indicators[assignment.indicator]
        method = methods.find(record.method)
        case = Case(
            self.index.points(assignment),
            record.params,
            _fraction(result.actual),
            _fraction(assignment.target),
            _fraction(assignment.baseline),
            result.inputs,
            record.direction or method.directions[0],
            self.index.group(record.indicator, self.index.series_of(assignment.evaluated_unit)),
        )
        for name in method.needs:
            case.given(name)
        return method.compute(case)

    def _without_data(self, assignment: r.Assignment, policy: str, source: Source) -> LeafScore:
        """Score a leaf without data as its policy says; without a policy it is a problem, never silently 0."""
        indicator, unit, points = assignment.indicator, assignment.evaluated_unit, self.index.points(assignment)
        note = (f"{indicator} 无数据，按“{word(NA_POLICY, policy)}”处理",)
        if policy not in NA_POLICY.keys:
            self.fail("eval-missing-result", source, f"{unit} {indicator}")
            return LeafScore(indicator, unit, points, None, "")
        if policy == "redistribute":
            return LeafScore(indicator, unit, points, None, policy, (Step(note[0]),), note, (source,))
        shares = {"full": Fraction(1), "zero": ZERO}
        share = shares[policy] if policy in shares else self._group_mean(assignment)
        if share is None:
            self.fail("eval-no-group", source, f"{unit} {indicator}")
            return LeafScore(indicator, unit, points, None, "")
        score, steps = self.settle(points * share, self._places(assignment))
        values = {"w": points, "share": share, "s": points * share}
        mean = (Step("同组其他单位平均得分率 {share}，{w} × {share} = {s}", values),) if policy == "group_mean" else ()
        return LeafScore(indicator, unit, points, score, policy, (Step(note[0]), *mean, *steps), note, (source,))

    def _group_mean(self, assignment: r.Assignment) -> Fraction | None:
        """Give the mean share of the points that the other units of the series have earned on the indicator."""
        key = assignment.indicator, self.index.series_of(assignment.evaluated_unit)
        shares = [
            exact(leaf.score) / leaf.points
            for other in self.index.series[key[1]]
            if (each := self.index.assignments.get((key[0], other))) and self._has_data(each)
            for leaf in [self.leaf(each)]
            if leaf.score is not None and leaf.points and leaf.basis in ("appeal", "rechecked", "assessed", "method")
        ]
        return sum(shares, ZERO) / len(shares) if shares else None

    def _has_data(self, assignment: r.Assignment) -> bool:
        """Tell whether a leaf has a score of its own: a mean may not ask for one that is itself a mean."""
        result = self.index.results.get((assignment.indicator, assignment.evaluated_unit))
        if (assignment.evaluated_unit, assignment.indicator) in self.index.appeals:
            return True
        return result is not None and (
            result.actual is not None
            or bool(result.inputs)
            or result.rechecked is not None
            or result.assessed is not None
        )

    def leaves(self, unit: str, *, outside: str = "") -> list[LeafScore]:
        """Return a unit's leaf scores inside the 100 points, or those of kind `bonus` or `deduction`."""
        kinds = self.index.indicators
        return [
            self.leaf(item)
            for item in self.index.leaves_of.get(unit, [])
            if (kinds[item.indicator].kind == outside if outside else kinds[item.indicator].kind not in OUTSIDE)
        ]

    def indicator_score(self, unit: str) -> Component | None:
        """Give the component 指标考评: the sum of the leaves, points without data spread over the others.

        Returns:
          Score on a scale of 100; None where a leaf has no score or the unit has no indicators.
        Source:
          domain/evaluation.md §3.5, §4.
        """
        leaves = self.leaves(unit)
        if not leaves or any(not leaf.basis for leaf in leaves):
            return None
        scored = [leaf for leaf in leaves if leaf.score is not None]
        live, full = (sum((leaf.points for leaf in group), ZERO) for group in (scored, leaves))
        total = sum((exact(leaf.score) for leaf in scored if leaf.score is not None), ZERO)
        steps = [self._leaf_step(leaf) for leaf in leaves]
        steps.append(Step("各项指标得分合计 {s}（满分 {w}）", {"s": total, "w": live}))
        if live != full:
            if not live:
                self.fail("eval-nothing-scored", self.index.units[unit].source, unit)
                return None
            values = {"s": total, "live": live, "full": full, "r": total / live * full}
            steps.append(Step("不适用指标的分值由其余指标分摊：{s} ÷ {live} × {full} = {r}", values))
            total = values["r"]
        whole = exact(self.scheme.total_points)
        if whole != HUNDRED:
            steps.append(
                Step("折算为百分制：{s} ÷ {w} × 100 = {r}", {"s": total, "w": whole, "r": total / whole * 100})
            )
            total = total / whole * 100
        notes = tuple(note for leaf in leaves for note in leaf.notes)
        sources = tuple(source for leaf in leaves for source in leaf.sources[:1])
        return self.component(Outcome(total, tuple(steps), notes), *sources)

    def _leaf_step(self, leaf: LeafScore) -> Step:
        name = self.index.indicators[leaf.indicator].name
        values = {
            "id": leaf.indicator,
            "name": name,
            "w": leaf.points,
            "s": "不计" if leaf.score is None else leaf.score,
        }
        return Step("{id} {name}：{s}（满分 {w}）", values, leaf.sources)


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else exact(value)
