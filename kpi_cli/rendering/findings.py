"""Findings and receipts as JSON in the shape of CONTRACT.md, and as lines for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks.finding import SEVERITIES, STATES
from kpi_cli.rendering.plain import to_json
from kpi_cli.rendering.terminal import list_lines

if TYPE_CHECKING:
    from rich.text import Text

    from kpi_cli.checks.finding import CheckResult

_FINDING = ("rule", "severity", "where", "message", "expected", "actual", "cause")


def result_json(result: CheckResult) -> str:
    """Write a result as JSON; figures are decimal text in 元."""
    return to_json(
        {
            "findings": [{name: getattr(finding, name) for name in _FINDING} for finding in result.findings],
            "receipts": [{"rule": r.rule, "state": r.state, "reason": r.reason} for r in result.receipts],
            "errors": result.count("error"),
            "warnings": result.count("warning"),
            "hints": result.count("hint"),
        }
    )


def result_lines(result: CheckResult) -> list[Text]:
    """Lay out findings, then the receipt of every rule, then the counts."""
    from rich.text import Text

    lines = []
    if result.findings:
        rows = [(f.rule, SEVERITIES[f.severity], f.message, f.expected, f.actual) for f in result.findings]
        lines += [*list_lines(("规则", "级别", "问题", "应为", "现为"), rows, right=[3, 4]), Text()]
    receipts = [(r.rule, STATES[r.state], r.reason) for r in result.receipts]
    return [*lines, *list_lines(("规则", "结果", "说明"), receipts), Text(), Text(result.summary)]
