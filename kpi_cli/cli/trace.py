"""`kpi trace`: the ledger records behind one figure of a table, or behind the figures of a paragraph."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.assembly import Request
from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.session import Session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.rendering import terminal

NARRATIVE = "narrative"

EXAMPLES = """
kpi trace 3 E12              第 3 张表 E12 格，地址同导出的工作簿
kpi trace 3 2010601/合计     按编码和列名
kpi trace narrative 5        文字第 5 段的每个数，编号见 kpi narrative --format text
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(trace)


def trace(
    context: typer.Context,
    table: Annotated[str, typer.Argument(metavar="表号", help="表号，或 narrative"), values.TABLE],
    cell: Annotated[str, typer.Argument(metavar="格", help="地址（E12），或 行/列：编码或文字；文字的段号")],
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.Format = "text",
) -> None:
    """追溯一个数：由哪些台账记录构成，怎样算出。"""
    from kpi_cli.rendering import traces
    from kpi_cli.tables.trace import find_cell, trace_cell

    actions.check_format(format, ("text", "json"))
    own = session(context)
    if table == NARRATIVE:
        _trace_paragraph(own, cell, actions.request(year, [], tables, unit, narrative=True), format)
        return
    disclosure = actions.assembled(own, actions.request(year, [table], tables, unit))
    found = disclosure.tables[0]
    records = {"line": disclosure.lines, "income": disclosure.incomes, "sangong": disclosure.sangong}
    traced = trace_cell(found, *find_cell(found, cell), records)
    if format == "json":
        terminal.say(traces.trace_json(traced))
    else:
        terminal.show(traces.trace_lines(traced), own.color)


def _trace_paragraph(own: Session, number: str, wanted: Request, format: str) -> None:
    from kpi_cli.narrative.trace import trace_paragraph
    from kpi_cli.rendering import traces

    disclosure = actions.assembled(own, wanted)
    assert disclosure.book is not None
    traced = trace_paragraph(actions.written(disclosure), number, disclosure.book)
    if format == "json":
        terminal.say(traces.paragraph_json(traced))
    else:
        terminal.show(traces.paragraph_lines(traced), own.color)
