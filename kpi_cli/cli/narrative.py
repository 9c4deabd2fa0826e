"""`kpi narrative`: the written parts of the disclosure."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values

EXAMPLES = """
kpi narrative                        全部文字，Markdown
kpi narrative --format text          每段带编号，供 kpi trace narrative 编号
kpi narrative --format json          文字、每个数的出处、与上年比较
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(narrative)


def narrative(
    context: typer.Context,
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: Annotated[
        str,
        typer.Option(metavar="markdown|text|json", help="输出格式"),
        values.words(*actions.NARRATIVE_FORMATS),
    ] = "markdown",
) -> None:
    """写出公开文件的文字部分；句中的数与九张表出自同一本台账。"""
    raise typer.Exit(actions.narrative(context.obj, year=year, tables=tables, unit=unit, format=format))
