"""`kpi check`: findings and receipts of the ledger's disclosure."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values

EXAMPLES = """
kpi check
kpi check --year 2025 --format json
kpi check --disclosure 某局2025
kpi check --explain TX-03
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(check)


def check(
    context: typer.Context,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.Format = "text",
    disclosure: Annotated[
        str,
        typer.Option(metavar="DIR", help="校核一份公开的文件：表（tables/NN.csv）和文字中的数（claims.json）"),
        values.FOLDER,
    ] = "",
    explain: Annotated[
        str, typer.Option(metavar="规则", help="说明一条规则查什么、为什么、依据和例子，不校核"), values.RULE
    ] = "",
) -> None:
    """校核勾稽关系；有错误时退出码为 1。"""
    status = actions.check(
        context.obj, year=year, tables=tables, unit=unit, disclosure=disclosure, format=format, explain=explain
    )
    raise typer.Exit(status)
