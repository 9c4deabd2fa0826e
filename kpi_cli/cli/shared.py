"""Options that several commands share, declared once."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi_cli.completion import values

Year = Annotated[int | None, typer.Option(metavar="年份", help="预算年度；缺省为台账最新的年度"), values.YEAR]
TableSetName = Annotated[str, typer.Option(metavar="表套", help="表套；缺省为台账设置的表套"), values.TABLE_SET]
Unit = Annotated[str, typer.Option(metavar="编码", help="只看一个预算单位；缺省为全部门汇总"), values.UNIT]
Format = Annotated[str, typer.Option(metavar="格式", help="输出格式"), values.words("text", "json")]
ListFormat = Annotated[str, typer.Option(metavar="格式", help="输出格式"), values.words("text", "csv", "json")]
