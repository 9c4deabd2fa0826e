"""V601–V606: the result as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.errors import LedgerError
from kpi_cli.evaluation.arithmetic import exact, rounded
from kpi_cli.evaluation.final import Final, draft_final
from kpi_cli.evaluation.forms import public_faults
from kpi_cli.evaluation.grades import quota_limits
from kpi_cli.evaluation.records import NOWHERE
from kpi_cli.evaluation.rules.subject import finding, rule
from kpi_cli.evaluation.vocabulary import CATEGORY, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.checks.finding import Finding
    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.evaluation.rules.subject import Subject


def _final(subject: Subject) -> Final:
    """Return the result; a year whose result cannot be computed yet cannot be checked."""
    _ = subject.scheme
    final = subject.final
    if not subject.year.units:
        raise NotApplicableError("没有考评对象")
    open_ = [problem for problem in final.problems if problem.code != "eval-undecided-tie"]
    if open_:
        raise NotCheckableError(f"结果还不能计算：{open_[0].text}")
    return final


@rule
def totals_readd(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V601: a total is the sum of its parts, and ranks follow from the totals."""
    final, scheme = _final(subject), subject.scheme
    for result in final.units:
        source = subject.index.units[result.evaluated_unit].source
        printed = scheme.carry == "published"
        parts = [exact(part.points) if printed else part.exact_points for part in result.components.values()]
        total = sum(parts, exact(result.bonus) - exact(result.deduction))
        if scheme.final_cap is not None:
            total = min(total, exact(scheme.final_cap))
        expected = rounded(total, scheme.score_places, scheme.rounding)
        if expected != result.total:
            name = subject.name(result.evaluated_unit)
            yield finding(rule, source, f"{name}的总分不等于各部分之和", expected, result.total)
        others = [other for other in final.units if (other.category, other.series) == (result.category, result.series)]
        rank = 1 + sum(other.total > result.total for other in others)
        if rank != result.rank:
            yield finding(rule, source, f"{subject.name(result.evaluated_unit)}的名次不对", rank, result.rank, "rank")


@rule
def undecided_ties(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V602: no tie across a quota line is undecided."""
    final = _final(subject)
    for group in final.undecided:
        names = "、".join(subject.name(unit) for unit in group)
        source = subject.index.units[group[0]].source
        yield finding(rule, source, f"{names}并列跨越等次名额线，需要会议裁定", detail=group[0])


@rule
def quotas_kept(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V603: no grade has more units than its quota."""
    rules = subject.scheme.grade
    if not any(each.quota is not None for each in rules):
        raise NotApplicableError("方案没有等次名额")
    final = _final(subject)
    for category, units in subject.index.categories.items():
        grades = [result.grade for result in final.units if result.category == category]
        for place, limit in enumerate(quota_limits(rules, len(units))):
            better = {each.name for each in rules[: place + 1]}
            count = sum(grade in better for grade in grades)
            if limit is not None and count > limit:
                message = f"{word(CATEGORY, category)}{rules[place].name}及以上超过名额"
                yield finding(rule, subject.scheme.source, message, limit, count, f"{category}:{place}")


@rule
def minutes_of_results(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V604: results marked as final have the minutes of the meeting that decided them."""
    if not subject.year.is_final:
        raise NotApplicableError("结果还没有定为最终")
    if not any(item.subject == "results" for item in subject.year.minutes):
        yield finding(rule, subject.year.scheme.source if subject.year.scheme else NOWHERE, "没有审定结果的会议纪要")


@rule
def public_columns(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V605: what is published contains only the columns allowed for it."""
    _final(subject)
    try:
        found = list(public_faults(subject.year))
    except LedgerError as error:
        raise NotCheckableError(f"公示表还不能印出：{error.problems[0].text}") from None
    for form, column in found:
        message = f"{form} 公示版含有不许公开的内容"
        yield finding(rule, subject.scheme.source, message, actual=column, detail=f"{form}:{column}")


@rule
def order_of_exact_totals(rule: TieOutRule, subject: Subject) -> Iterator[Finding]:
    """V606: exact and published totals give the same order."""
    final = _final(subject)
    if subject.scheme.carry != "published":
        raise NotApplicableError("总分没有经过逐项取整")
    exactly = draft_final(replace(subject.year, scheme=replace(subject.scheme, carry="exact")))
    ranks = {result.evaluated_unit: result for result in exactly.units}
    for result in final.units:
        other = ranks[result.evaluated_unit]
        if other.rank != result.rank:
            message = f"{subject.name(result.evaluated_unit)}按精确值合计（{other.total}）的名次不同"
            source = subject.index.units[result.evaluated_unit].source
            yield finding(rule, source, message, other.rank, result.rank)
