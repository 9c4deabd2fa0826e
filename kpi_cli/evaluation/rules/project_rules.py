"""V501–V507: the self-evaluation of budget projects."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.index import grouped
from kpi_cli.evaluation.methods.method import MethodError
from kpi_cli.evaluation.methods.project import goal
from kpi_cli.evaluation.project_self import project_money, usual_sections
from kpi_cli.evaluation.rules.subject import finding, rule, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.rules.subject import Subject

ZERO = Fraction(0)
EXECUTION = "预算执行"


def _projects(subject: Subject) -> list[str]:
    lines = some(subject.year.goal_indicators, "项目绩效指标")
    return list(dict.fromkeys(line.project for line in lines))


@rule
def execution_rates(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V501: the execution rate is known; a budget of zero is handled by decision."""
    decided = {each.project for each in subject.year.project_goals if each.execution_decision}
    for project in _projects(subject):
        money = project_money(subject.year, project)
        if project in decided:
            continue
        if money.budget is None or money.executed is None:
            yield finding(rule, money.source, f"项目 {project} 没有预算数或执行数", detail=project)
        elif not money.budget:
            yield finding(rule, money.source, f"项目 {project} 的全年预算数为 0，执行率无法计算", detail=project)
        elif money.executed > money.budget:
            message = f"项目 {project} 执行率超过 100%"
            yield finding(rule, money.source, message, money.budget, money.executed, project)


@rule
def section_points(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V502: the points of a section equal its weight; with the execution rate 100 together."""
    scheme = subject.year.scheme
    sections = (scheme.project_sections if scheme else {}) or usual_sections()
    own = scheme is not None and bool(scheme.project_sections)
    for project in _projects(subject):
        lines = [line for line in subject.year.goal_indicators if line.project == project]
        total = sum((exact(line.points) for line in lines), ZERO)
        if total > 100 or total + exact(sections.get(EXECUTION, 0)) != 100:
            expected = written(100 - exact(sections.get(EXECUTION, 0)))
            message = f"项目 {project} 的指标分值合计不对"
            yield finding(rule, lines[0].source, message, expected, written(total), project)
        if not own and total == 90:
            continue  # a project may divide 90 points in its own way; only a scheme fixes the sections
        for name, group in grouped(lines, lambda line: line.level1.removesuffix("指标")).items():
            points = sum((exact(line.points) for line in group), ZERO)
            if own and name in sections and points != exact(sections[name]):
                message = f"项目 {project} 的“{name}”分值不等于规定"
                yield finding(
                    rule, group[0].source, message, written(sections[name]), written(points), f"{project}:{name}"
                )


@rule
def money_totals(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V503: the row of totals is the sum of its sources."""
    rows = grouped(some(subject.year.project_funds, "项目资金"), lambda row: row.project)
    checked = False
    for project, own in rows.items():
        totals = [row for row in own if row.fund == "total"]
        parts = [row for row in own if row.fund != "total"]
        for total in totals if parts else ():
            checked = True
            for field, label in (
                ("initial_budget", "年初预算数"),
                ("budget", "全年预算数"),
                ("executed", "全年执行数"),
            ):
                stated = getattr(total, field)
                expected = sum((exact(getattr(part, field) or 0) for part in parts), ZERO)
                if stated is not None and exact(stated) != expected:
                    message = f"项目 {project} 资金总额的{label}不等于各来源之和"
                    yield finding(rule, total.source, message, written(expected), stated, field)
    if not checked:
        raise NotApplicableError("没有同时写明总额和来源的项目")


@rule
def deviation_notes(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V504: a missed target has a deviation note."""
    for line in some(subject.year.goal_indicators, "项目绩效指标"):
        try:
            lost = goal(line).score < exact(line.points)
        except MethodError:
            continue  # there is nothing to miss yet
        missed = line.band != "met" if line.op == "qual" else lost
        if missed and not line.deviation_note:
            yield finding(rule, line.source, f"项目 {line.project} {line.level3}未达标，没有说明偏差原因")


@rule
def vague_targets(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V505: a qualitative target has a standard and evidence, not only a vague word."""
    vague = [pattern for pattern, _ in rule.patterns]
    for line in some([each for each in subject.year.goal_indicators if each.op == "qual"], "定性的项目绩效指标"):
        plain = line.standard.strip()
        if not plain or any(plain == word for word in vague):
            message = f"项目 {line.project} {line.level3}的指标值含糊，没有判定标准"
            yield finding(rule, line.source, message, actual=plain)
        elif line.share is not None and not line.evidence:
            yield finding(rule, line.source, f"项目 {line.project} {line.level3}没有佐证材料", detail="evidence")


@rule
def cost_operators(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V506: a cost indicator uses ≤."""
    for line in some([each for each in subject.year.goal_indicators if "成本" in each.level2], "成本指标"):
        if line.op not in ("<=", "qual"):
            yield finding(rule, line.source, f"项目 {line.project} {line.level3}是成本指标，应写“≤”", "≤", line.op)


@rule
def task_budgets(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V507: the budgets of tasks add up to the project budget."""
    projects = some(subject.year.projects, "项目")
    stated = [project.amount for project in projects if project.amount is not None]
    if len(stated) < len(projects):
        raise NotApplicableError("有的项目没有写明预算金额")
    if subject.year.project_budget is None:
        raise NotCheckableError("台账里没有项目支出的预算行")
    total = sum((exact(amount) for amount in stated), ZERO)
    if total != exact(subject.year.project_budget):
        message = "各项任务的预算合计不等于项目支出预算"
        yield finding(rule, projects[0].source, message, written(subject.year.project_budget), written(total))
