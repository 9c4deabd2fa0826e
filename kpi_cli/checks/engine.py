"""The engine that evaluates every rule on a Disclosure. Pure: from values to findings and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks import arithmetic
from kpi_cli.checks.finding import CheckResult, Finding, NotApplicableError, NotCheckableError, Receipt
from kpi_cli.checks.rules import TieOutRule, bundled_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.model.records import BudgetLine, Income

_KINDS = {
    "coverage": arithmetic.coverage,
    "sum": arithmetic.sums,
    "compare": arithmetic.compare,
    "zero": arithmetic.zero,
}


def check(disclosure: Disclosure, rules: Iterable[TieOutRule] | None = None) -> CheckResult:
    """Evaluate all rules.

    Args:
      disclosure: All tables of a set, computed or read from elsewhere.
      rules: The rules; the bundled ones where not given.
    Returns:
      Findings, worst first within a rule's order, and one receipt per rule id.
    """
    findings: list[Finding] = []
    states: dict[str, list[Receipt]] = {}
    for rule in bundled_rules() if rules is None else rules:
        try:
            found = list(_evaluate(rule, disclosure))
            receipt = Receipt(rule.id, "failed" if found else "passed")
        except NotApplicableError as reason:
            found, receipt = [], Receipt(rule.id, "not_applicable", str(reason))
        except NotCheckableError as reason:
            found, receipt = [], Receipt(rule.id, "not_checked", str(reason))
        findings += found
        states.setdefault(rule.id, []).append(receipt)
    return CheckResult(tuple(findings), tuple(_merged(receipts) for receipts in states.values()))


def _merged(receipts: list[Receipt]) -> Receipt:
    """Join the receipts of definitions that share an id: the worst counts, "not checked" before "passed"."""
    for state in ("failed", "not_checked", "passed"):
        for receipt in receipts:
            if receipt.state == state:
                return receipt
    return receipts[0]


def _evaluate(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    _gate(rule, disclosure)
    return _KINDS[rule.kind](rule, disclosure)


def _gate(rule: TieOutRule, disclosure: Disclosure) -> None:
    if rule.sets and disclosure.table_set not in rule.sets:
        raise NotApplicableError("本表套没有这项要求")
    if rule.level and disclosure.level != rule.level:
        raise NotApplicableError("只用于单位预算" if rule.level == "unit" else "只用于部门预算")
    records: tuple[BudgetLine | Income, ...] = (*disclosure.lines, *disclosure.incomes)
    if rule.fund and not any(record.fund_source == rule.fund for record in records):
        raise NotApplicableError("没有这一本预算的收支")
    if rule.when == "all_general" and any(r.fund_source != "general_public_budget" for r in records):
        raise NotApplicableError("有一般公共预算以外的资金")
    if rule.when == "no_carry_forward" and any(r.carried_forward for r in records):
        raise NotApplicableError("有上年结转")
