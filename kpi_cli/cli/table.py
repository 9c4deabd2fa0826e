"""`kpi table`: computed tables in the terminal, as CSV, JSON or Markdown."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem

EXAMPLES = """
kpi table                      全部九张表
kpi table 3 --format csv       第 3 张表，CSV
kpi table 1 4 --unit 001       只看一个预算单位
"""
FORMATS = ("text", "csv", "json", "markdown")


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(table)


def table(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="表号", help="1–9；不写为全部")] = None,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.Format = "text",  # the option's name
) -> None:
    """计算并显示公开表。"""
    from kpi_cli.assembly import assemble
    from kpi_cli.rendering import plain, terminal

    shared.check_format(format, FORMATS)
    if format == "csv" and len(ids or ()) != 1:
        raise UsageError(Problem("one-table"))
    disclosure = assemble(session(context).ledger(), shared.request(year, ids or [], tables, unit))
    if format == "text":
        for table_ in disclosure.tables:
            terminal.show(terminal.table_lines(table_, terminal.screen_width()), session(context).color)
    elif format == "json":
        terminal.say(plain.tables_json(disclosure))
    elif format == "csv":
        terminal.say(plain.table_csv(disclosure.tables[0]))
    else:
        terminal.say("\n".join(map(plain.table_markdown, disclosure.tables)))
