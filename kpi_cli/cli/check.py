"""`kpi check`: findings and receipts of the ledger's disclosure."""

from __future__ import annotations

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.usage import KpiCommand


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog="kpi check\nkpi check --year 2025 --format json")(check)


def check(
    context: typer.Context,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.Format = "text",
) -> None:
    """校核勾稽关系；有错误时退出码为 1。"""
    raise typer.Exit(actions.check(context.obj, year=year, tables=tables, unit=unit, format=format))
