"""`kpi table`: computed tables in the terminal, as CSV, JSON or Markdown."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values

EXAMPLES = """
kpi table                      全部九张表
kpi table 3 --format csv       第 3 张表，CSV
kpi table 1 4 --unit 001       只看一个预算单位
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(table)


def table(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="表号", help="1–9；不写为全部"), values.TABLE] = None,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: Annotated[
        str, typer.Option(metavar="格式", help="输出格式"), values.words(*actions.TABLE_FORMATS)
    ] = "text",
) -> None:
    """计算并显示公开表。"""
    actions.table(context.obj, ids=ids, year=year, tables=tables, unit=unit, format=format)
