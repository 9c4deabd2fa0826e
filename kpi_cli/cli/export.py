"""`kpi export`: documents from the ledger, by the exporters that are installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi_cli.cli import actions, shared
from kpi_cli.cli.usage import KpiCommand
from kpi_cli.completion import values

EXAMPLES = """
kpi export                            DOCX 和 XLSX，写入当前文件夹
kpi export --to xlsx --live           表内公式连到台账
kpi export --to docx --finalize       目录页码与 LibreOffice 的排版一致
kpi export --to docx --reference-doc 本局样式.docx --out 公开
"""


def register(app: typer.Typer, name: str) -> None:
    """Add the command."""
    app.command(name, cls=KpiCommand, epilog=EXAMPLES)(export)


def export(
    context: typer.Context,
    to: Annotated[
        list[str] | None, typer.Option(metavar="格式", help="docx、xlsx 或插件提供的格式"), values.EXPORTER
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="输出文件夹"), values.FOLDER] = Path(),
    year: shared.Year = None,
    tables: shared.TableSetName = "",
    unit: shared.Unit = "",
    option: Annotated[list[str] | None, typer.Option(metavar="格式.名称=值", help="导出格式的选项")] = None,
    live: Annotated[bool, typer.Option("--live", help="即 --option xlsx.live=true：明细也用公式连到台账表")] = False,
    reference_doc: Annotated[
        str,
        typer.Option(metavar="文件", help="即 --option docx.reference_doc=文件：样式取自该文档"),
        values.FILE,
    ] = "",
    finalize: Annotated[
        bool, typer.Option("--finalize", help="即 --option docx.finalize=true：用 LibreOffice 填写目录的页码")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="有错误级问题也导出，每页标注“草稿”")] = False,
) -> None:
    """导出公开文件；先校核，有错误则不写任何文件。"""
    actions.export(
        context.obj,
        to=to,
        out=out,
        year=year,
        tables=tables,
        unit=unit,
        option=option,
        live=live,
        reference_doc=reference_doc,
        finalize=finalize,
        force=force,
    )
