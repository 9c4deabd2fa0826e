"""The arithmetic behind a unit's result, as a clerk would re-add it, with the records behind each number."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation import methods
from kpi_cli.evaluation.arithmetic import Step, exact, written
from kpi_cli.evaluation.components import bonus, component, deduction
from kpi_cli.evaluation.final import draft_final, live_weights, total_steps
from kpi_cli.evaluation.scores import LeafScore, Scores
from kpi_cli.evaluation.vocabulary import COMPONENT, word
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.evaluation.final import UnitResult
    from kpi_cli.evaluation.records import Result
    from kpi_cli.evaluation.scheme import EvaluationYear
    from kpi_cli.evaluation.scores import Component
    from kpi_cli.model.source import Source

ZERO = Fraction(0)
STATED = {"claimed": "自评分", "assessed": "考核分", "rechecked": "复核分"}


class Line(NamedTuple):
    """One line of an explanation.

    Attributes:
      text: The sentence.
      level: 0 for a heading, 1 for a step below it, 2 below that.
      sources: Where the numbers stand.
    """

    text: str
    level: int = 1
    sources: tuple[Source, ...] = ()


class Explanation(NamedTuple):
    """Why a unit, or a unit's indicator, has its number.

    Attributes:
      evaluated_unit: Id of the unit.
      item: Id of the indicator, or "" for the whole result.
      title: What is explained.
      lines: The arithmetic, from the parts to the whole.
    """

    evaluated_unit: str
    item: str
    title: str
    lines: tuple[Line, ...]


def explain(year: EvaluationYear, unit: str, indicator: str = "") -> Explanation:
    """Explain a unit's result, or its score on an indicator.

    Args:
      year: Scheme and records.
      unit: Id or exact name of a unit.
      indicator: Id of an indicator, a leaf or a heading; "" for the unit's whole result.
    Raises:
      UsageError: No such unit, or the indicator is not assigned to it.
      LedgerError: There is no scheme, or what is asked for cannot be computed.
    """
    if year.scheme is None:
        raise LedgerError(Problem("eval-no-scheme", facts={"year": year.year}))
    scores = Scores(year, year.scheme)
    found = _find_unit(scores, unit)
    lines = tuple(_of_indicator(scores, found, indicator) if indicator else _of_unit(scores, found))
    if scores.problems:
        raise LedgerError(scores.problems)
    name = scores.index.units[found].name
    title = (
        f"{name} {indicator} {scores.index.indicators[indicator].name}"
        if indicator
        else f"{name} {year.year} 年考评结果"
    )
    return Explanation(found, indicator, title, lines)


def _find_unit(scores: Scores, text: str) -> str:
    units = scores.index.units
    by_name = [key for key, unit in units.items() if unit.name == text]
    if text in units or len(by_name) == 1:
        return text if text in units else by_name[0]
    known = [*units, *(unit.name for unit in units.values())]
    raise UsageError(Problem("eval-unknown-unit-name", value=text, facts={"hint": suggestion(text, known)}))


# one indicator


def _of_indicator(scores: Scores, unit: str, indicator: str) -> Iterator[Line]:
    index = scores.index
    below = [item for item in index.leaves_of.get(unit, []) if _is_below(scores, item.indicator, indicator)]
    if not below:
        known = [item.indicator for item in index.leaves_of.get(unit, [])]
        hint = suggestion(indicator, known)
        raise UsageError(Problem("eval-unknown-indicator", value=indicator, facts={"hint": hint}))
    leaves = [scores.leaf(item) for item in below]
    for leaf in leaves:
        yield from _leaf_lines(scores, leaf)
    if len(leaves) > 1:
        known_scores = [leaf.score for leaf in leaves if leaf.score is not None]
        total = sum((exact(score) for score in known_scores), ZERO)
        full = sum((leaf.points for leaf in leaves), ZERO)
        terms = " + ".join(written(score) for score in known_scores)
        yield Line(Step("小计 {terms} = {s}（满分 {w}）", {"terms": terms, "s": total, "w": full}).text, 0)


def _is_below(scores: Scores, leaf: str, indicator: str) -> bool:
    return leaf == indicator or any(each.indicator == indicator for each in scores.index.ancestors(leaf))


def _leaf_lines(scores: Scores, leaf: LeafScore) -> Iterator[Line]:
    """Tell everything about one leaf: what it is, which values count, the formula, the score."""
    record = scores.index.indicators[leaf.indicator]
    assignment = scores.index.assignments[leaf.indicator, leaf.evaluated_unit]
    score = "不计" if leaf.score is None else str(leaf.score)
    yield Line(f"{leaf.indicator} {record.name}：{score}（满分 {written(leaf.points)}）", 0, (record.source,))
    if record.method and leaf.basis == "method":
        yield Line(f"方法：{methods.find(record.method).title}（{record.method}）", 1, (record.source,))
    if assignment.target is not None:
        yield Line(f"目标值 {written(assignment.target)}{record.measure_unit}", 1, (assignment.source,))
    if assignment.baseline is not None:
        yield Line(f"基期值 {written(assignment.baseline)}{record.measure_unit}", 1, (assignment.source,))
    result = scores.index.results.get((leaf.indicator, leaf.evaluated_unit))
    if result is not None and result.actual is not None:
        yield Line(f"实际值 {written(result.actual)}{record.measure_unit}", 1, (result.source,))
    yield from (Line(step.text, 1, step.sources) for step in leaf.steps)
    if result is not None:
        yield from _unused_scores(leaf, result)
    yield from (Line(note, 1) for note in leaf.notes if note not in {step.text for step in leaf.steps})


def _unused_scores(leaf: LeafScore, result: Result) -> Iterator[Line]:
    """Name the scores of a result that do not count, and the reason that it gives."""
    for field, name in STATED.items():
        value = getattr(result, field)
        if value is not None and leaf.basis != field:
            yield Line(f"{name} {written(value)}，不作计分依据", 1, (result.source,))
    if result.reason:
        yield Line(f"说明：{result.reason}", 1, (result.source,))


# a unit


def _of_unit(scores: Scores, unit: str) -> Iterator[Line]:
    record = scores.index.units[unit]
    weights = live_weights(scores.scheme, record.category, no_public_review=record.no_public_review)
    for name in weights:
        found = component(scores, unit, name)
        if found is not None:
            yield from _component_lines(word(COMPONENT, name), found)
    for name, extra in (("扣分", deduction(scores, unit)), ("加分", bonus(scores, unit))):
        if extra is not None and (extra.score or extra.notes or extra.steps):
            yield from _component_lines(name, extra)
    final = draft_final(scores.index.year, scores)
    result = final.of(unit)
    if result is None:
        raise LedgerError(final.problems)
    scores.problems.clear()  # those of other units do not stand in the way of this one's arithmetic
    yield Line("总分", 0)
    yield from (Line(step.text) for step in total_steps(scores.scheme, result))
    yield from _place_lines(scores, result, undecided=any(unit in group for group in final.undecided))
    if final.problems:
        yield Line(f"全年结果还有 {len(final.problems)} 个问题没有解决，名次和等次暂定", 0)


def _component_lines(name: str, found: Component) -> Iterator[Line]:
    are_placed = any(step.sources for step in found.steps)
    yield Line(f"{name}：{found.score}", 0, () if are_placed else found.sources)
    yield from (Line(step.text, 1, step.sources) for step in found.steps)
    shown = {step.text for step in found.steps}
    yield from (Line(f"注：{note}") for note in found.notes if note not in shown)


def _place_lines(scores: Scores, result: UnitResult, *, undecided: bool) -> Iterator[Line]:
    group = scores.index.series_of(result.evaluated_unit)
    size = len(scores.index.series[group])
    yield Line(f"名次：第 {result.rank} 名（同系列 {size} 个单位，总分相同的并列）", 0)
    if result.grade:
        yield Line(f"等次：{'待定' if undecided else result.grade}", 0)
        for rule in scores.scheme.grade:
            if rule.name == result.grade and rule.min is not None:
                yield Line(f"{rule.name}须达到 {written(rule.min)} 分")
    if result.decided_by:
        names = {"tie_decision": "会议裁定", "deduction": "扣分较少", "bonus": "加分较多"}
        how = names.get(result.decided_by) or f"{word(COMPONENT, result.decided_by)}较高"
        yield Line(f"并列跨越名额线，依次比较后由{how}者在前")
    for veto in scores.index.vetoes.get(result.evaluated_unit, []):
        yield Line(f"{veto.basis}（{veto.doc_no}）", 1, (veto.source,))
    yield from (Line(f"注：{note}") for note in result.notes)


def records_behind(explanation: Explanation) -> list[Source]:
    """Return every place that an explanation names, in order."""
    return sorted({source for line in explanation.lines for source in line.sources if source.file})


def written_lines(explanation: Explanation) -> Iterable[str]:
    """Write an explanation as plain text, each line with the places of its numbers."""
    yield explanation.title
    for line in explanation.lines:
        places = "；".join(f"{file}:{'、'.join(map(str, lines))}" for file, lines in _places(line.sources).items())
        yield "  " * line.level + line.text + (f"  [{places}]" if places else "")


def _places(sources: Iterable[Source]) -> dict[str, list[int]]:
    """Return the lines of each file."""
    found: dict[str, list[int]] = {}
    for source in sources:
        if source.file and source.line not in found.setdefault(source.file, []):
            found[source.file].append(source.line)
    return found
