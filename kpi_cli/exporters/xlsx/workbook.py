"""From a Disclosure to the bytes of a workbook."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from xlsxwriter.workbook import Workbook

from kpi_cli.errors import ExportError
from kpi_cli.exporters.xlsx.chart_sheet import SHEET as CHART_SHEET
from kpi_cli.exporters.xlsx.chart_sheet import ChartSheet
from kpi_cli.exporters.xlsx.ledger_list import SHEET, LedgerList
from kpi_cli.exporters.xlsx.ledger_sheet import LedgerSheet
from kpi_cli.exporters.xlsx.links import Links
from kpi_cli.exporters.xlsx.narrative_sheet import SHEET as NARRATIVE_SHEET
from kpi_cli.exporters.xlsx.narrative_sheet import NarrativeSheet
from kpi_cli.exporters.xlsx.sheet import Sheet
from kpi_cli.exporters.xlsx.styles import DRAFT, WORKBOOK_OPTIONS, Styles
from kpi_cli.exporters.xlsx.table_sheet import TableSheet
from kpi_cli.exporters.xlsx.text import clean, sheet_names
from kpi_cli.problems import Problem

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

ROW_LIMIT = 1_048_576
COLUMN_LIMIT = 16_384
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - no clock and no time zone: the same ledger gives the same bytes


def workbook_bytes(disclosure: Disclosure, *, live: bool) -> bytes:
    """Make the workbook.

    Args:
      disclosure: What to write.
      live: Leaf figures become formulas over the sheet 台账.
    Returns:
      The bytes of an .xlsx file, the same for the same disclosure and option.
    Raises:
      ExportError: A table or the ledger does not fit on a worksheet.
    """
    records = LedgerList(disclosure, live=live)
    _check_size(disclosure, records)
    stream = BytesIO()
    book = Workbook(stream, WORKBOOK_OPTIONS)
    book.set_properties(_properties(disclosure))
    _write_sheets(book, disclosure, records, live=live)
    if disclosure.is_draft:
        for sheet in book.worksheets():
            sheet.stamp()
    book.close()
    return stream.getvalue()


def _properties(disclosure: Disclosure) -> dict[str, object]:
    title, author = clean(disclosure.title), clean(disclosure.department)
    if not disclosure.is_draft:
        return {"title": title, "author": author, "created": CREATED}
    return {"title": f"{title}（{DRAFT}）", "author": author, "created": CREATED, "status": DRAFT}


def _write_sheets(book: Workbook, disclosure: Disclosure, records: LedgerList, *, live: bool) -> None:
    styles, narrative = Styles(book, is_draft=disclosure.is_draft), disclosure.narrative
    wanted = [f"{table.id} {table.name}" for table in disclosure.tables]
    *names, text_name, chart_name, ledger_name = sheet_names([*wanted, NARRATIVE_SHEET, CHART_SHEET, SHEET])
    tables, links = dict(zip(names, disclosure.tables, strict=True)), Links(records, ledger_name)
    if narrative is not None and narrative.blocks:
        NarrativeSheet(book.add_worksheet(text_name, Sheet), styles, tables).write(disclosure.title, narrative)
    for name, table in tables.items():
        sheet = book.add_worksheet(name, Sheet)
        TableSheet(sheet, table, styles, records.formula if live else None).write()
        links.add(sheet, table)
    if narrative is not None and narrative.charts:
        title = f"{disclosure.department}{disclosure.year}年预算图表"
        ChartSheet(book, book.add_worksheet(chart_name, Sheet), styles).write(title, narrative.charts)
    if records.records:
        LedgerSheet(book.add_worksheet(ledger_name, Sheet), records, styles).write(disclosure)


def _check_size(disclosure: Disclosure, records: LedgerList) -> None:
    """Refuse what XlsxWriter would drop without a word."""
    for table in disclosure.tables:
        if table.first_row + len(table.rows) > ROW_LIMIT or len(table.columns) > COLUMN_LIMIT:
            raise _too_large(table.title)
    if records.last_row > ROW_LIMIT:
        raise _too_large(SHEET)


def _too_large(what: str) -> ExportError:
    detail = f"{what}超过一个工作表的 {ROW_LIMIT} 行或 {COLUMN_LIMIT} 列"
    return ExportError(Problem("exporter-failed", facts={"format": "xlsx", "detail": detail}))
