"""The engine that evaluates every rule on a Disclosure. Pure: from values to findings and receipts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi_cli.checks import arithmetic
from kpi_cli.checks.causes import with_causes
from kpi_cli.checks.conditions import require
from kpi_cli.checks.finding import CheckResult, Finding, NotApplicableError, NotCheckableError, Receipt
from kpi_cli.checks.functions import FUNCTIONS
from kpi_cli.checks.rules import bundled_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kpi_cli.checks.rule import RuleFunction, TieOutRule
    from kpi_cli.disclosure import Disclosure

_KINDS: Mapping[str, RuleFunction] = {
    "coverage": arithmetic.coverage,
    "sum": arithmetic.sums,
    "compare": arithmetic.compare,
    "zero": arithmetic.zero,
    "function": lambda rule, disclosure: (rule.run or FUNCTIONS[rule.function])(rule, disclosure),
    "listed": lambda rule, _: _listed(rule),
}


def check(disclosure: Disclosure, rules: Iterable[TieOutRule] | None = None) -> CheckResult:
    """Evaluate all rules.

    Args:
      disclosure: All tables of a set, computed or read from elsewhere.
      rules: The rules; the bundled ones where not given.
    Returns:
      Findings in the order of the rules, each with its root cause where it shares one, and one receipt per rule id.
    """
    findings: list[Finding] = []
    states: dict[str, list[Receipt]] = {}
    for rule in bundled_rules() if rules is None else rules:
        found, receipt = _run(rule, disclosure)
        findings += found
        states.setdefault(rule.id, []).append(receipt)
    return CheckResult(with_causes(findings, disclosure), tuple(_merged(receipts) for receipts in states.values()))


def _run(rule: TieOutRule, disclosure: Disclosure) -> tuple[list[Finding], Receipt]:
    """Evaluate one rule. One that finds something and then cannot check the rest has failed."""
    found: list[Finding] = []
    state, reason = "passed", ""
    try:
        found.extend(_evaluate(rule, disclosure))  # keeps what it yields before it raises
    except NotApplicableError as error:
        state, reason = "not_applicable", str(error)
    except NotCheckableError as error:
        state, reason = "not_checked", str(error)
    if not disclosure.is_computed:
        found = [_elsewhere(finding, rule) for finding in found]
    return found, Receipt(rule.id, "failed" if found else state, reason)


def _elsewhere(finding: Finding, rule: TieOutRule) -> Finding:
    """Give a finding on a disclosure read from elsewhere the severity that the rule has there."""
    if rule.elsewhere and finding.severity == rule.severity:
        return replace(finding, severity=rule.elsewhere)
    return finding


def _listed(rule: TieOutRule) -> Iterator[Finding]:
    raise NotApplicableError(rule.reason)


def _merged(receipts: list[Receipt]) -> Receipt:
    """Join the receipts of definitions that share an id: the worst counts, "not checked" before "passed"."""
    for state in ("failed", "not_checked", "passed"):
        for receipt in receipts:
            if receipt.state == state:
                return receipt
    return receipts[0]


def _evaluate(rule: TieOutRule, disclosure: Disclosure) -> Iterator[Finding]:
    require(rule, disclosure)
    return _KINDS[rule.kind](rule, disclosure)
