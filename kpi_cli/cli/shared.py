"""Options that several commands share, declared once, and the small steps around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kpi_cli.errors import UsageError
from kpi_cli.problems import Problem, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.assembly import Request

Year = Annotated[int | None, typer.Option(metavar="年份", help="预算年度；缺省为台账最新的年度")]
TableSetName = Annotated[str, typer.Option(metavar="表套", help="表套；缺省为台账设置的表套")]
Unit = Annotated[str, typer.Option(metavar="编码", help="只看一个预算单位；缺省为全部门汇总")]
Format = Annotated[str, typer.Option(metavar="格式", help="输出格式")]


def check_format(given: str, allowed: Iterable[str]) -> None:
    """Refuse an output format that the command does not have."""
    if given not in allowed:
        facts = {"field": "输出格式", "hint": suggestion(given, allowed)}
        raise UsageError(Problem("unknown-value", value=given, facts=facts))


def request(year: int | None, ids: Iterable[str], table_set: str, unit: str) -> Request:
    """Make the request that a command's options stand for."""
    from kpi_cli.assembly import Request

    numbers = []
    for text in ids:
        if not (text.isascii() and text.isdigit()):
            raise UsageError(Problem("unknown-table-id", value=text, facts={"hint": "表号是 1–9 的数字"}))
        numbers.append(int(text))
    return Request(year, tuple(dict.fromkeys(numbers)), table_set, unit)
