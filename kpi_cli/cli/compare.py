"""`kpi compare`: what changed between two years of the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.app import session
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values
from kpi_cli.rendering import terminal

EXAMPLES = """
kpi compare 2024 2025                    总额、功能科目、项目、“三公”经费
kpi compare 2024 2025 --format csv       CSV，金额为元
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(compare)


def compare(
    context: typer.Context,
    first: Annotated[int, typer.Argument(metavar="年份1", help="较早的年度，作为基数"), values.YEAR],
    second: Annotated[int, typer.Argument(metavar="年份2", help="较晚的年度"), values.YEAR],
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    format: shared.ListFormat = "text",
) -> None:
    """比较台账里的两个年度：各科目、项目、“三公”经费增减多少。"""
    from kpi_cli.narrative.years import compare_years
    from kpi_cli.rendering import years

    actions.check_format(format, ("text", "csv", "json"))
    own = session(context)
    then, now = (actions.assembled(own, actions.request(year, [], tables, unit)) for year in (first, second))
    assert then.book is not None
    assert now.book is not None
    assert then.catalogue is not None
    assert now.catalogue is not None
    changes = compare_years(then.book, now.book, now.catalogue, then.catalogue)
    if format == "json":
        terminal.say(years.changes_json((first, second), changes))
    elif format == "csv":
        terminal.say(years.changes_csv(changes))
    else:
        terminal.show(years.changes_lines((first, second), changes), own.color)
