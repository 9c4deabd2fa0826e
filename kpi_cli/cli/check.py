"""`kpi check`: findings and receipts of the ledger's disclosure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kpi_cli.cli import shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.rendering import terminal

if TYPE_CHECKING:
    from kpi_cli.checks.finding import CheckResult


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi check\nkpi check --year 2025 --format json")(check)


def check(
    context: typer.Context,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.Format = "text",  # the option's name
) -> None:
    """校核勾稽关系；有错误时退出码为 1。"""
    from kpi_cli.assembly import assemble
    from kpi_cli.checks.engine import check as evaluate
    from kpi_cli.rendering.plain import to_json

    shared.check_format(format, ("text", "json"))
    result = evaluate(assemble(session(context).ledger(), shared.request(year, [], tables, unit)))
    if format == "json":
        terminal.say(to_json(as_json(result)))
    else:
        _show(result, session(context).color)
    raise typer.Exit(1 if result.count("error") else 0)


def as_json(result: CheckResult) -> dict[str, object]:
    """Give the result the JSON shape of CONTRACT.md."""
    names = ("rule", "severity", "where", "message", "expected", "actual", "cause")
    return {
        "findings": [{name: getattr(finding, name) for name in names} for finding in result.findings],
        "receipts": [{"rule": r.rule, "state": r.state, "reason": r.reason} for r in result.receipts],
        "errors": result.count("error"),
        "warnings": result.count("warning"),
        "hints": result.count("hint"),
    }


def _show(result: CheckResult, color: str) -> None:
    from kpi_cli.checks.finding import SEVERITIES, STATES

    if result.findings:
        rows = [(f.rule, SEVERITIES[f.severity], f.message, f.expected, f.actual) for f in result.findings]
        terminal.show(terminal.list_lines(("规则", "级别", "问题", "应为", "现为"), rows, right=[3, 4]), color)
    receipts = [(r.rule, STATES[r.state], r.reason) for r in result.receipts]
    terminal.show(terminal.list_lines(("规则", "结果", "说明"), receipts), color)
    terminal.say(result.summary)
