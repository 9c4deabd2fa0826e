"""V101–V106: weights, points, ids, references, series, number of units."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kpi_cli.checks.finding import NotApplicableError
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.index import OUTSIDE
from kpi_cli.evaluation.rules.subject import finding, rule, some
from kpi_cli.evaluation.scheme import HUNDRED
from kpi_cli.evaluation.vocabulary import CATEGORY, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.rules.subject import Subject

ZERO = Fraction(0)


def _sum(weights: Mapping[str, Decimal | Fraction]) -> Fraction:
    return sum((exact(weight) for weight in weights.values()), ZERO)


@rule
def component_weights(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V101: component weights sum to 100 per category, exactly."""
    scheme = subject.scheme
    for category, weights in some([*scheme.weights.items()], "权重"):
        if _sum(weights) != HUNDRED:
            message = f"{word(CATEGORY, category)}各部分权重合计不是 100"
            yield finding(rule, scheme.source, message, "100", written(_sum(weights)), category)
    for category in subject.index.categories:
        if category not in scheme.weights:
            yield finding(rule, scheme.source, f"类别“{word(CATEGORY, category)}”没有权重", detail=category)


@rule
def leaf_points(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V102: a unit's leaves add up to the scheme's total, a heading to its children."""
    index, whole = subject.index, exact(subject.scheme.total_points)
    some(subject.year.indicators, "指标")
    for unit, leaves in index.leaves_of.items():
        own = [leaf for leaf in leaves if index.indicators[leaf.indicator].kind not in OUTSIDE]
        total = sum((index.points(leaf) for leaf in own), ZERO)
        if own and total != whole:
            message = f"{subject.name(unit)}的指标分值合计不对"
            yield finding(rule, own[0].source, message, written(whole), written(total), unit)
    for heading, children in index.children.items():
        record = index.indicators.get(heading)
        if record is None or record.points is None or any(child.points is None for child in children):
            continue
        total = sum((exact(child.points) for child in children), ZERO)
        if total != exact(record.points):
            message = f"{heading} {record.name}的分值不等于下级指标之和"
            yield finding(rule, record.source, message, written(total), written(record.points), heading)


@rule
def group_weights(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V103: group weights, stage weights and tier weights sum to 100."""
    scheme = subject.scheme
    groups = [
        (f"{word(CATEGORY, key)}代表类别", w, scheme.public_review.group_total)
        for key, w in scheme.group_weights.items()
    ]
    groups += [("评议阶段", scheme.stage_weights, HUNDRED), ("领导层级", scheme.tier_weights, HUNDRED)]
    for name, weights, whole in some([group for group in groups if group[1]], "代表类别、阶段或层级的权重"):
        if _sum(weights) != exact(whole):
            message = f"{name}权重合计不是 {written(whole)}"
            yield finding(rule, scheme.source, message, written(whole), written(_sum(weights)), name)


_IDS = (
    ("units", "evaluated_unit", "单位编号"),
    ("indicators", "indicator", "指标编号"),
    ("inspections", "id", "核验编号"),
    ("bonuses", "id", "加分编号"),
    ("appeals", "id", "申诉编号"),
    ("evidence", "id", "佐证编号"),
    ("minutes", "id", "纪要编号"),
    ("opinions", "id", "意见编号"),
    ("upper_indicators", "id", "上级指标编号"),
)
_OF_UNITS = (
    *("assignments", "progress", "results", "evidence", "ballots", "votes", "surveys", "opinions", "leader_ratings"),
    *("inspections", "bonuses", "vetoes", "component_scores", "appeals"),
)
_OF_INDICATORS = ("assignments", "progress", "results", "indicator_sheets")


@rule
def ids_and_references(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V104: ids are unique, references resolve."""
    year = subject.year
    some((*year.units, *year.indicators), "单位和指标")
    for name, field, label in _IDS:
        yield from _repeated(rule, getattr(year, name), (field,), label)
    for name in ("assignments", "results"):
        yield from _repeated(rule, getattr(year, name), ("indicator", "evaluated_unit"), "单位和指标")
    for name in _OF_UNITS:
        yield from _unresolved(rule, getattr(year, name), "evaluated_unit", subject.index.units, "单位")
    for name in _OF_INDICATORS:
        yield from _unresolved(rule, getattr(year, name), "indicator", subject.index.indicators, "指标")
    yield from _indicator_references(rule, subject)
    yield from _other_references(rule, subject)


def _repeated(rule: TieOutRule, records: Iterable[Any], fields: tuple[str, ...], label: str) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    for record in records:
        key = tuple(getattr(record, field) for field in fields)
        if key in seen:
            message = f"{label}重复，第一次出现在第 {seen[key]} 行"
            yield finding(rule, record.source, message, actual=" ".join(key), detail=" ".join(key))
        seen.setdefault(key, record.source.line)


def _unresolved(
    rule: TieOutRule, records: Iterable[Any], field: str, known: Iterable[str], label: str
) -> Iterator[Finding]:
    names = known if isinstance(known, (dict, set)) else set(known)
    for record in records:
        value = getattr(record, field)
        if value and value not in names:
            yield finding(rule, record.source, f"{label}不存在", actual=value, detail=f"{field}:{value}")


def _indicator_references(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    index = subject.index
    yield from _unresolved(rule, subject.year.indicators, "parent", index.indicators, "上级指标")
    for item in subject.year.assignments:
        if item.indicator in index.indicators and not index.is_leaf(item.indicator):
            yield finding(rule, item.source, "分配的不是末级指标", actual=item.indicator, detail=item.evaluated_unit)
    assigned = index.assignments
    for result in subject.year.results:
        if result.indicator in index.indicators and (result.indicator, result.evaluated_unit) not in assigned:
            message = f"{subject.name(result.evaluated_unit)}没有这项指标，结果不会计入"
            yield finding(rule, result.source, message, actual=result.indicator)


def _other_references(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    year = subject.year
    inspections = {item.id for item in year.inspections}
    yield from _unresolved(rule, year.rectifications, "inspection", inspections, "核验记录")
    yield from _unresolved(rule, year.tie_decisions, "minutes", subject.index.minutes, "会议纪要")
    if year.scheme is not None:
        yield from _unresolved(
            rule, year.inspections, "rule", {each.id for each in year.scheme.deduction_rule}, "扣分条款"
        )
    if year.projects:
        projects = {each.id for each in year.projects}
        for name in ("goal_indicators", "project_funds", "project_goals", "monitor_entries"):
            yield from _unresolved(rule, getattr(year, name), "project", projects, "项目")


@rule
def one_series(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V105: a unit is in exactly one series of a year."""
    seen: dict[str, tuple[str, str]] = {}
    for unit in some(subject.year.units, "单位"):
        series = unit.category, unit.series
        if seen.setdefault(unit.evaluated_unit, series) != series:
            message = f"{unit.name}同时列入两个系列"
            yield finding(
                rule, unit.source, message, "/".join(seen[unit.evaluated_unit]), "/".join(series), unit.evaluated_unit
            )


@rule
def unit_count(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V106: the number of units is that of the scheme and of the year before."""
    count, scheme = len(some([*subject.index.units.values()], "单位")), subject.year.scheme
    stated = scheme.unit_count if scheme else None
    expected = [("方案写明", stated), ("上年", subject.year.previous_unit_count)]
    if all(number is None for _, number in expected):
        raise NotApplicableError("方案没有写明单位数，也没有上年名册")
    for what, number in expected:
        if number is not None and number != count:
            source = subject.year.units[0].source
            yield finding(rule, source, f"单位数与{what}的不同", number, count, what)
