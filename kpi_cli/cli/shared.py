"""Options that several commands share, declared once."""

from __future__ import annotations

from typing import Annotated

import typer

Year = Annotated[int | None, typer.Option(metavar="年份", help="预算年度；缺省为台账最新的年度")]
TableSetName = Annotated[str, typer.Option(metavar="表套", help="表套；缺省为台账设置的表套")]
Unit = Annotated[str, typer.Option(metavar="编码", help="只看一个预算单位；缺省为全部门汇总")]
Format = Annotated[str, typer.Option(metavar="格式", help="输出格式")]
