"""V206–V211, V213, V214, V221–V223: results, their evidence, and the quarterly reports."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.evaluation.arithmetic import exact, rounded, written
from kpi_cli.evaluation.index import grouped
from kpi_cli.evaluation.methods.method import MethodError, NotApplicableScoreError
from kpi_cli.evaluation.methods.project import goal
from kpi_cli.evaluation.methods.qualitative import bands_of, is_in_band
from kpi_cli.evaluation.progress import paces
from kpi_cli.evaluation.rules.indicator_rules import with_methods
from kpi_cli.evaluation.rules.subject import finding, rule, some
from kpi_cli.evaluation.vocabulary import BAND, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.records import Result
    from kpi_cli.evaluation.rules.subject import Subject

OVER = exact("1.3")
"""Completion from which a target may have been too low (财预〔2020〕10号 asks for reasons)."""

INFLATED = exact("0.05")
"""Share of the points by which a claimed score may exceed the assessed one."""


def _label(subject: Subject, result: Result) -> str:
    return f"{subject.name(result.evaluated_unit)} {result.indicator}"


@rule
def evidence_present(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V206: claimed values have evidence where it is required, and every number is in the register."""
    index, register = subject.index, {item.id for item in subject.year.evidence}
    unknown = False
    records: tuple[Any, ...] = (*subject.year.results, *subject.year.progress)
    for record in some(records, "考评结果和季度自评"):
        item = index.indicators.get(record.indicator)
        stated = record.claimed is not None or getattr(record, "actual", None) is not None
        if item is not None and item.evidence_required and stated and not record.evidence:
            message = f"{subject.name(record.evaluated_unit)} {record.indicator} 没有佐证材料"
            yield finding(rule, record.source, message)
        for each in record.evidence:
            unknown = unknown or not register
            if register and each not in register:
                yield finding(rule, record.source, "佐证编号不在佐证登记里", actual=each, detail=each)
    if unknown:
        raise NotCheckableError("没有佐证登记，不能核对编号")


@rule
def data_sources(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V207: a final value comes from the named data source, or a reason is given."""
    stated = [item for item in subject.year.results if item.data_source]
    for result in some(stated, "写明数据来源的结果"):
        item = subject.index.indicators.get(result.indicator)
        if item and item.data_source and item.data_source != result.data_source and not result.reason:
            message = f"{_label(subject, result)} 的数据来源与指标规定的不同，没有说明理由"
            yield finding(rule, result.source, message, item.data_source, result.data_source)


@rule
def inflated_claims(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V208: a claimed score does not exceed the assessed one by more than 5 % of the points."""
    index = subject.index
    both = [item for item in subject.year.results if item.claimed is not None and item.assessed is not None]
    for result in some(both, "自评分和考核分"):
        assignment = index.assignments.get((result.indicator, result.evaluated_unit))
        if assignment is None or result.claimed is None or result.assessed is None:
            continue
        if exact(result.claimed) - exact(result.assessed) > INFLATED * index.points(assignment):
            message = f"{_label(subject, result)} 自评分偏高，超过分值的 5%"
            yield finding(rule, result.source, message, result.assessed, result.claimed)


@rule
def recheck_reasons(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V209: a rechecked score that differs from the assessed one has a reason."""
    both = [item for item in subject.year.results if item.rechecked is not None and item.assessed is not None]
    for result in some(both, "复核分"):
        if result.rechecked != result.assessed and not result.reason:
            message = f"{_label(subject, result)} 复核分与考核分不同，没有说明理由"
            yield finding(rule, result.source, message, result.assessed, result.rechecked)


@rule
def over_completion(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V210: completion stays below 130 %, else the target may have been too low."""
    index = subject.index
    higher = {item.indicator for item, method in with_methods(subject) if _is_higher(item.direction, method.directions)}
    compared = [item for item in subject.year.results if item.indicator in higher and item.actual is not None]
    for result in some(compared, "带目标值的正向指标结果"):
        assignment = index.assignments.get((result.indicator, result.evaluated_unit))
        target = assignment.target if assignment else None
        if target and target > 0 and result.actual is not None and exact(result.actual) >= OVER * exact(target):
            rate = written(rounded(exact(result.actual) / exact(target) * 100, 2, "half_up"))
            yield finding(
                rule, result.source, f"{_label(subject, result)} 完成率过高，目标值是否偏低", "<130%", f"{rate}%"
            )


def _is_higher(direction: str, allowed: tuple[str, ...]) -> bool:
    return (direction or allowed[0]) == "higher"


@rule
def missing_results(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V211: a leaf without a result has a policy."""
    index = subject.index
    some(list(index.assignments), "指标分配")
    if not subject.year.results:
        raise NotApplicableError("还没有考评结果")
    for (indicator, unit), assignment in index.assignments.items():
        result = index.results.get((indicator, unit))
        policy = (result.na_policy if result else "") or index.indicators[indicator].na_policy
        known = result is not None and (
            any(value is not None for value in (result.actual, result.assessed, result.rechecked)) or result.inputs
        )
        if not known and not policy and (unit, indicator) not in index.appeals:
            source = result.source if result else assignment.source
            yield finding(rule, source, f"{subject.name(unit)} {indicator} 没有结果，也没有写明 na_policy", detail=unit)


@rule
def recomputed_scores(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V213: a printed score equals the recomputed one, without tolerance."""
    year, scheme = subject.year, subject.scheme
    known = {item.indicator for item, _ in with_methods(subject)}
    scored = [item for item in year.results if item.assessed is not None and item.indicator in known]
    scored = [item for item in scored if item.actual is not None or item.inputs]
    printed = [line for line in year.goal_indicators if line.score is not None]
    some((*scored, *printed), "既有实际值又有考核分的结果")
    for result in scored:
        assignment = subject.index.assignments.get((result.indicator, result.evaluated_unit))
        if assignment is None or result.evaluated_unit not in subject.index.units:
            continue
        try:
            expected = subject.scores.settle(subject.scores.method_outcome(assignment, result).score)[0]
        except (MethodError, NotApplicableScoreError):
            continue  # V202, V203 and V214 say what is wrong
        if result.assessed is not None and expected != result.assessed:
            message = f"{_label(subject, result)} 的考核分与按方法重新计算的不同"
            yield finding(rule, result.source, message, expected, result.assessed)
    for line in printed:
        try:
            expected = rounded(goal(line).score, scheme.score_places, scheme.rounding)
        except MethodError:
            continue
        if expected != line.score:
            message = f"项目 {line.project} {line.level3}的得分与重新计算的不同"
            yield finding(rule, line.source, message, expected, line.score)


@rule
def bands(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V214: a qualitative share lies in its band."""
    qualitative = {item.indicator: item for item, method in with_methods(subject) if method.name == "qual3"}
    judged = [item for item in subject.year.results if item.indicator in qualitative and item.inputs]
    goals = [line for line in subject.year.goal_indicators if line.op == "qual" and line.band]
    some((*judged, *goals), "定性指标的结果")
    for result in judged:
        stated = str(result.inputs.get("band", ""))
        band = BAND.key(stated) or stated
        try:
            share = exact(result.inputs.get("share"))
            fits = is_in_band(band, share, bands_of(qualitative[result.indicator].params))
        except (ValueError, TypeError, ArithmeticError):
            fits = False
        if not fits:
            shown = f"{word(BAND, band)} {result.inputs.get('share', '')}"
            yield finding(rule, result.source, f"{_label(subject, result)} 的比例不在所选档次内", actual=shown)
    for line in goals:
        if line.share is None or not is_in_band(line.band, exact(line.share)):
            shown = f"{word(BAND, line.band)} {line.share if line.share is not None else ''}"
            yield finding(rule, line.source, f"项目 {line.project} {line.level3}的比例不在所选档次内", actual=shown)


@rule
def falling_progress(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V221: cumulative progress never falls, periods are in order, unless marked as a correction."""
    reports = grouped(some(subject.year.progress, "季度自评"), lambda p: (p.indicator, p.evaluated_unit))
    for own in reports.values():
        ordered = sorted(own, key=lambda p: (p.period, p.correction, p.reported_on))
        for record in ordered:
            if not re.fullmatch(r"\d{4}(Q[1-4]|H[12]|M(0[1-9]|1[0-2]))?", record.period):
                yield finding(rule, record.source, "期间写法不对", f"{subject.year.year}Q1", record.period)
        for first, second in pairwise(ordered):
            label = f"{subject.name(second.evaluated_unit)} {second.indicator} {second.period}"
            if first.period == second.period and not second.correction:
                yield finding(rule, second.source, f"{label} 重复填报，没有标明更正", detail="twice")
            before, now = first.cumulative_actual, second.cumulative_actual
            if before is not None and now is not None and now < before and not second.correction:
                yield finding(rule, second.source, f"{label} 累计数小于上期，没有标明更正", before, now)


@rule
def behind_plan(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V222: no indicator is behind plan for two periods in a row."""
    some(subject.year.progress, "季度自评")
    for pace in paces(subject.year):
        if pace.late_periods == 2:
            record = pace.record
            shown = "" if pace.pace is None else f"{written(rounded(pace.pace, 2, 'half_up'))}%"
            message = f"{subject.name(record.evaluated_unit)} {record.indicator} 连续两期落后于计划"
            yield finding(rule, record.source, message, "100%", shown)


@rule
def missing_reviews(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V223: every unit has reported by the deadline of a period."""
    deadlines = subject.scheme.deadlines
    if not deadlines:
        raise NotApplicableError("方案没有写明季度自评的截止日期")
    if not subject.as_of:
        raise NotCheckableError("不知道今天的日期")
    reported = {(item.evaluated_unit, item.period) for item in subject.year.progress}
    for period, deadline in sorted(deadlines.items()):
        for unit in subject.index.leaves_of if deadline < subject.as_of else ():
            if (unit, period) not in reported and unit in subject.index.units:
                message = f"{subject.name(unit)}没有报送 {period} 季度自评"
                yield finding(rule, subject.index.units[unit].source, message, deadline, detail=period)
