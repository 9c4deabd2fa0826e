"""V401–V421: deductions, bonuses, vetoes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.evaluation.arithmetic import exact, written
from kpi_cli.evaluation.components import awards_of, facts_of
from kpi_cli.evaluation.methods.points import deductions, fact_points
from kpi_cli.evaluation.rules.subject import finding, rule, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.rules.subject import Subject


@rule
def deduction_papers(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V401: a deduction has source document, date and clause."""
    names = {"source_doc": "来源文件", "date": "日期", "rule": "依据条款"}
    for item in some(subject.year.inspections, "察访核验记录"):
        absent = [label for field, label in names.items() if not getattr(item, field)]
        if absent:
            yield finding(rule, item.source, f"核验 {item.id} 缺少{'、'.join(absent)}")


@rule
def deduction_amounts(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V402: a stated deduction is count × tariff, within the cap of its clause."""
    rules = {each.id: each for each in subject.scheme.deduction_rule}
    stated = [item for item in subject.year.inspections if item.deduction is not None and item.rule in rules]
    some(stated, "写明扣分的核验记录")
    for unit in subject.index.units:
        facts = {fact.id: fact for fact in facts_of(subject.scores, unit)}
        for item in subject.index.inspections.get(unit, []):
            if item.deduction is None or item.rule not in rules:
                continue  # V104 names the clause
            clause = rules[item.rule]
            expected = fact_points(facts[item.id]._replace(decided=None))
            if clause.cap is not None:
                expected = min(expected, exact(clause.cap))
            if expected != exact(item.deduction):
                message = f"核验 {item.id} 的扣分与条款不符"
                yield finding(rule, item.source, message, written(expected), item.deduction)


@rule
def deduction_cap(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V403: no unit reaches the cap on deductions."""
    cap = subject.scheme.caps.deduction
    if cap is None:
        raise NotApplicableError("方案没有扣分上限")
    some(subject.year.inspections, "察访核验记录")
    for unit in subject.index.units:
        facts = facts_of(subject.scores, unit)
        total = deductions(facts).score
        if facts and total >= exact(cap):
            message = f"{subject.name(unit)}的扣分达到上限"
            yield finding(rule, facts[0].source, message, written(cap), written(total), unit)


@rule
def facts_counted_once(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V404: a fact is not counted twice, in two inspections or in an indicator and an inspection."""
    seen: dict[tuple[str, ...], str] = {}
    reasons = {(item.evaluated_unit, item.reason): item.indicator for item in subject.year.results if item.reason}
    for item in some(subject.year.inspections, "察访核验记录"):
        key = item.evaluated_unit, item.fact, item.date
        if item.fact and key in seen:
            yield finding(rule, item.source, f"核验 {item.id} 与 {seen[key]} 是同一事实", detail="twice")
        seen.setdefault(key, item.id)
        indicator = item.indicator or (item.fact and reasons.get((item.evaluated_unit, item.fact)))
        if indicator:
            yield finding(rule, item.source, f"核验 {item.id} 的事实已在指标 {indicator} 中扣分")


@rule
def rectifications(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V405: no rectification is overdue."""
    open_ = [item for item in some(subject.year.rectifications, "整改记录") if not item.done_on and item.due]
    if open_ and not subject.as_of:
        raise NotCheckableError("不知道今天的日期")
    for item in open_:
        if item.due < subject.as_of:
            yield finding(rule, item.source, f"核验 {item.inspection} 的整改已逾期", item.due)
    for item in subject.year.rectifications:
        if item.done_on and item.due and item.done_on > item.due:
            yield finding(rule, item.source, f"核验 {item.inspection} 的整改逾期完成", item.due, item.done_on)


@rule
def bonus_papers(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V411: a bonus has a document number (which names the issuing body) and a date within the window."""
    first, last = subject.scheme.bonus_window
    for item in some(subject.year.bonuses, "加分记录"):
        if not item.doc_no:
            yield finding(rule, item.source, f"加分 {item.id} 没有文号，不计分", detail="doc_no")
        if not item.date:
            yield finding(rule, item.source, f"加分 {item.id} 没有日期", detail="date")
        elif not first <= item.date <= last:
            message = f"加分 {item.id} 的发文日期不在本年度，转入下一年度"
            yield finding(rule, item.source, message, f"{first} 至 {last}", item.date, "window")


@rule
def matters_counted_once(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V412: a matter counts once, at its highest level."""
    seen: dict[tuple[str, str], str] = {}
    for item in some(subject.year.bonuses, "加分记录"):
        key = item.evaluated_unit, item.matter
        if item.matter and key in seen:
            message = f"加分 {item.id} 与 {seen[key]} 是同一事项，只按最高的一项计"
            yield finding(rule, item.source, message, actual=item.matter)
        seen.setdefault(key, item.id)


@rule
def bonus_cap(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V413: no unit reaches the cap on bonuses."""
    cap = subject.scheme.caps.bonus
    if cap is None:
        raise NotApplicableError("方案没有加分上限")
    some(subject.year.bonuses, "加分记录")
    for unit in subject.index.units:
        awards, _ = awards_of(subject.scores, unit)
        total = sum((award.points for award in awards), exact(0))
        if awards and total >= exact(cap):
            message = f"{subject.name(unit)}的加分达到上限"
            yield finding(rule, awards[0].source, message, written(cap), written(total), unit)


@rule
def veto_papers(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V421: a veto has basis and document."""
    for item in some(subject.year.vetoes, "否决事项"):
        absent = [label for field, label in (("basis", "依据"), ("doc_no", "文号")) if not getattr(item, field)]
        if absent:
            yield finding(rule, item.source, f"{subject.name(item.evaluated_unit)}的否决事项缺少{'、'.join(absent)}")
