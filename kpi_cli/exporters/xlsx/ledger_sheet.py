"""Writes the sheet 台账: what `LedgerList` holds, with a header, sums that follow the filter, and a print set-up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli.exporters.xlsx.ledger_list import FIRST_ROW, AmountColumn, HelperColumn, LedgerList, TextColumn
from kpi_cli.exporters.xlsx.page import set_up_page
from kpi_cli.exporters.xlsx.styles import HEADER_FILL
from kpi_cli.exporters.xlsx.text import display_width, line_count, looks_like_formula
from kpi_cli.tables.table import UNKNOWN_TEXT, address

if TYPE_CHECKING:
    from xlsxwriter.format import Format

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import Styles

_EXPLANATION = (
    "每行一条记录，金额单位：元；“出处”是台账文件与行号；“三公（推算）”由支出行得出，已含在支出之中；合计随筛选变化。"
)
_HELPERS = "；右侧折叠的列供各表公式按编码取数"
_SUMS = "合计"
_TITLE, _NOTE, _TOTALS, _HEADER = range(FIRST_ROW - 1)
_FIRST = FIRST_ROW - 1
_SIZE = 11
_AMOUNT = "#,##0.00_ "
_ROW_HEIGHT = 18
_LINE_HEIGHT = 15
_WIDEST = 28
_CHAR = 8
_PADDING = 8


class LedgerSheet:
    """Writes the list; after the tables, which decide what helper columns there are.

    Args:
      sheet: Empty sheet.
      records: The list.
      styles: Formats of the workbook.
    """

    def __init__(self, sheet: Sheet, records: LedgerList, styles: Styles) -> None:
        self._sheet = sheet
        self._list = records
        self._styles = styles
        self._lines: dict[int, int] = {}
        self._text = styles.of(border=1, font_size=_SIZE, text_wrap=True)
        self._quoted = styles.of(border=1, font_size=_SIZE, text_wrap=True, quote_prefix=True)
        self._amount = styles.of(border=1, font_size=_SIZE, num_format=_AMOUNT)
        self._unknown = styles.of(border=1, font_size=_SIZE, align="right")
        self._total = styles.of(border=1, font_size=_SIZE, num_format=_AMOUNT, bold=True)
        self._head = styles.of(
            border=1, font_size=_SIZE, bold=True, bg_color=HEADER_FILL, align="center", text_wrap=True
        )

    def write(self, disclosure: Disclosure) -> None:
        """Write everything."""
        last = len(self._list.columns) - 1
        title = self._styles.titled(f"{disclosure.department}{disclosure.year}年预算台账")
        self._across(_TITLE, last, title, self._styles.title)
        explanation = _EXPLANATION.rstrip("。") + (_HELPERS if self._list.helpers else "") + "。"
        self._across(_NOTE, last, explanation, self._styles.of(font_size=_SIZE, text_wrap=True))
        self._sheet.set_default_row(_ROW_HEIGHT)
        self._sheet.set_row(_TITLE, 32)
        self._sheet.set_row(_NOTE, 20)
        self._sheet.set_row(_HEADER, 36)
        self._sheet.write_string(_TOTALS, 0, _SUMS, self._styles.of(border=1, font_size=_SIZE, bold=True))
        for c, column in enumerate(self._list.columns):
            self._sheet.write_string(_HEADER, c, column.header, self._head)
            if isinstance(column, AmountColumn):
                self._amounts(c, column)
            else:
                self._texts(c, column)
        for c, helper in enumerate(self._list.helpers, last + 1):
            self._helper(c, helper)
        for row, lines in self._lines.items():
            if lines > 1:
                self._sheet.set_row(row, lines * _LINE_HEIGHT + 4)
        self._finish(last)

    def _across(self, row: int, last_column: int, text: str, style: Format) -> None:
        self._sheet.merge_range(row, 0, row, last_column, "", style)
        self._sheet.write_string(row, 0, text, style)

    def _width(self, column: int, chars: int, header: str) -> None:
        chars = min(max(chars, -(-display_width(header) // 2) + 1, 6), _WIDEST)
        self._sheet.set_column_pixels(column, column, chars * _CHAR + _PADDING)

    def _texts(self, c: int, column: TextColumn) -> None:
        widths = {value: display_width(str(value)) for value in set(column.values)}
        special = (value for value in map(str, widths) if looks_like_formula(value) or "\n" in value)
        is_plain = max(widths.values()) < _WIDEST and not any(special)
        put_string, style = self._sheet.put_string, self._text
        for row, value in enumerate(column.values, _FIRST):
            if isinstance(value, int):
                self._sheet.put_number(row, c, value, style)
            elif not value:
                self._sheet.put_blank(row, c, None, style)
            elif is_plain:
                put_string(row, c, value, style)
            else:
                self._special(row, c, value)
        longest = max(widths.values())
        self._width(c, max(longest, display_width(_SUMS)) if column.name == "kind" else longest, column.header)

    def _special(self, row: int, c: int, value: str) -> None:
        """Write a text that may have to wrap or looks like a formula."""
        self._lines[row] = max(self._lines.get(row, 1), line_count(value, _WIDEST - 1))
        self._sheet.write_string(row, c, value, self._quoted if looks_like_formula(value) else self._text)

    def _amounts(self, c: int, column: AmountColumn) -> None:
        total = Decimal(0)
        start = _FIRST + column.start
        for row in (*range(_FIRST, start), *range(start + len(column.values), self._list.last_row)):
            self._sheet.put_blank(row, c, None, self._amount)
        for row, value in enumerate(column.values, start):
            if value is None:
                self._sheet.write_string(row, c, UNKNOWN_TEXT, self._unknown)
                continue
            total += value
            formula = self._list.derived_from(row - _FIRST)
            if formula:
                self._sheet.put_formula(row, c, formula, self._amount, float(value))
            else:
                self._sheet.put_number(row, c, float(value), self._amount)
        if column.kind != "sangong":  # 机关运行经费 is no part of 三公: their sum would mean nothing
            letters = address(1, c)[:-1]
            cells = f"{letters}{FIRST_ROW}:{letters}{self._list.last_row}"
            self._sheet.write_formula(_TOTALS, c, f"SUBTOTAL(9,{cells})", self._total, float(total))
        self._width(c, len(f"{total:,.2f}") + 2, column.header)

    def _helper(self, c: int, helper: HelperColumn) -> None:
        self._sheet.write_string(_HEADER, c, helper.header, self._head)
        for row, value in enumerate(self._list.helper_values(helper), _FIRST):
            self._sheet.put_formula(row, c, helper.formula(row + 1), self._text, value)
        self._sheet.set_column_pixels(c, c, 100, None, {"level": 1, "hidden": True})

    def _finish(self, last: int) -> None:
        last_row = self._list.last_row - 1
        self._sheet.autofilter(_HEADER, 0, last_row, last)
        set_up_page(self._sheet, last_row=last_row, last_column=last, header=(_HEADER, _HEADER))
        everything = f"A{FIRST_ROW}:{address(self._list.last_row, last + len(self._list.helpers))}"
        self._sheet.ignore_errors({"number_stored_as_text": everything, "formula_differs": everything})
        if self._list.helpers:
            self._sheet.set_column(
                last + 1 + len(self._list.helpers), last + 1 + len(self._list.helpers), None, None, {"collapsed": True}
            )
