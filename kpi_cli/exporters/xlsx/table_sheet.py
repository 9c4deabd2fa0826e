"""One table on one sheet, at the rows that the table asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.exporters.xlsx.formulas import Addresses
from kpi_cli.exporters.xlsx.page import set_up_page
from kpi_cli.exporters.xlsx.text import clean, display_width, looks_like_formula
from kpi_cli.exporters.xlsx.widths import (
    BODY_HEIGHT,
    NOTE_PADDING,
    SPACER_HEIGHT,
    TITLE_HEIGHT,
    WidthNeeds,
    fitted,
    height_of,
)
from kpi_cli.tables.selection import Selection
from kpi_cli.tables.table import UNKNOWN_TEXT, Cell, Role, State

if TYPE_CHECKING:
    from decimal import Decimal

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from kpi_cli.exporters.xlsx.styles import NumberStyle, Styles
    from kpi_cli.tables.table import Table

LeafFormula = Callable[[Selection, str], str]
"""(selection, money unit) → formula over the ledger's sheet, or "" where the figure stays a value."""


class TableSheet:
    """Writes one table; an instance is used once.

    Args:
      sheet: Empty sheet.
      table: The table.
      styles: Formats of the workbook.
      leaf_formula: For leaf figures, or None where they stay values.
    """

    def __init__(self, sheet: Worksheet, table: Table, styles: Styles, leaf_formula: LeafFormula | None = None) -> None:
        self._sheet = sheet
        self._table = table
        self._styles = styles
        self._leaf_formula = leaf_formula
        self._addresses = Addresses(table.first_row, len(table.columns))
        self._top = table.first_row - 1
        self._needs = WidthNeeds(len(table.columns))
        # By identity, which is quick and safe while the table lives: hashing a format takes longer than writing a cell.
        self._numbers: dict[tuple[int, Role, str], NumberStyle] = {}
        self._texts: dict[tuple[Role, str, int, bool], Format] = {}
        self._known: dict[str, tuple[str, int, bool]] = {}

    def write(self) -> None:
        """Write title, labels, cells and note, and set up widths, heights and print."""
        table = self._table
        self._sheet.set_default_row(BODY_HEIGHT)
        covered = State.COVERED
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row):
                value = cell.value
                if value is not None:
                    self._figure(r, c, cell, value)
                elif cell.state is not covered:
                    self._words(r, c, cell)
        widths = fitted(table, self._needs)
        for column, width in enumerate(widths):
            self._sheet.set_column_pixels(column, column, width)
        for r, height in self._needs.heights(table, widths):
            self._sheet.set_row(self._top + r, height)
        self._headings(sum(widths))
        last_row = self._note(sum(widths))
        self._finish(last_row)

    # around the table

    def _headings(self, width: int) -> None:
        table, styles = self._table, self._styles
        title = clean(table.title)
        self._across(table.title_row - 1, title, styles.title)
        self._sheet.set_row(table.title_row - 1, height_of(title, width, TITLE_HEIGHT, scale=1.5))
        spacers = [row for row in range(1, table.first_row) if row not in (table.title_row, table.label_row)]
        label = clean(table.label)
        if table.number:
            label = self._number_tag(clean(table.number), label, spacers)
        for row in spacers:
            self._sheet.set_row(row - 1, SPACER_HEIGHT)
        last = len(table.columns) - 1
        if last > 0:
            self._sheet.write_string(table.label_row - 1, 0, label, styles.label)
            self._sheet.write_string(table.label_row - 1, last, clean(table.unit_label), styles.unit_label)
        else:
            joined = "　".join(filter(None, (label, clean(table.unit_label))))
            self._sheet.write_string(table.label_row - 1, 0, joined, styles.label)

    def _number_tag(self, number: str, label: str, free: list[int]) -> str:
        """Write 表1 at the top left: in the first free row above the label, else in front of the label."""
        if not free or free[0] > self._table.label_row:
            return f"{number}　{label}"
        self._sheet.write_string(free.pop(0) - 1, 0, number, self._styles.label)
        return label

    def _note(self, width: int) -> int:
        """Write the note; returns the last row of the page (0-based)."""
        row = self._top + len(self._table.rows)
        note = clean(self._table.note)
        if not note:
            return max(row - 1, self._table.label_row - 1)
        self._across(row, note, self._styles.note)
        self._sheet.set_row(row, height_of(note, width, BODY_HEIGHT, padding=NOTE_PADDING))
        return row

    def _across(self, row: int, text: str, style: Format) -> None:
        if len(self._table.columns) > 1:
            self._sheet.merge_range(row, 0, row, len(self._table.columns) - 1, "", style)
        self._sheet.write_string(row, 0, text, style)

    def _finish(self, last_row: int) -> None:
        table = self._table
        last_column = max(len(table.columns) - 1, 0)
        header = (self._top, self._top + table.header_rows - 1) if table.header_rows else None
        set_up_page(self._sheet, last_row=last_row, last_column=last_column, header=header)
        if len(table.rows) > table.header_rows:
            first = self._addresses.at((table.header_rows, 0))
            body = f"{first}:{self._addresses.at((len(table.rows) - 1, last_column))}"
            # Codes are text on purpose, and subtotals skip the rows of other levels on purpose.
            self._sheet.ignore_errors({"number_stored_as_text": body, "formula_range": body, "formula_differs": body})

    # cells

    def _merge(self, r: int, c: int, cell: Cell, style: Format) -> None:
        top = self._top + r
        self._sheet.merge_range(top, c, top + cell.rows - 1, c + cell.columns - 1, "", style)

    def _words(self, r: int, c: int, cell: Cell) -> None:
        shown = UNKNOWN_TEXT if cell.state is State.UNKNOWN else cell.text
        known = self._known.get(shown)
        if known is None:
            text = clean(shown)
            known = self._known[shown] = (text, display_width(text), looks_like_formula(text))
        text, width, is_quoted = known
        key = (cell.role, cell.align, cell.indent, is_quoted)
        style = self._texts.get(key)
        if style is None:
            style = self._texts[key] = self._styles.text(*key[:3], looks_like_formula=is_quoted)
        if cell.columns > 1 or cell.rows > 1:
            self._merge(r, c, cell, style)
        elif width and cell.role is not Role.HEAD:
            self._needs.words(r, c, width + 2 * cell.indent)
        if text:
            self._sheet.write_string(self._top + r, c, text, style)
        else:
            self._sheet.write_blank(self._top + r, c, None, style)

    def _figure(self, r: int, c: int, cell: Cell, value: Decimal) -> None:
        key = (id(cell.format), cell.role, cell.align)
        style = self._numbers.get(key)
        if style is None:
            style = self._numbers[key] = self._styles.number(cell)
        number = float(value if style.is_exact else money.in_unit(value, style.money_unit))
        look = style.tiny if number and -style.half < number < style.half else style.format
        if cell.columns > 1 or cell.rows > 1:
            self._merge(r, c, cell, look)
        formula = ""
        if cell.formula is not None:
            formula = self._addresses.text(cell.formula)
        elif self._leaf_formula is not None and cell.selection is not None:
            formula = self._leaf_formula(cell.selection, style.money_unit)
        if formula:
            self._sheet.write_formula(self._top + r, c, formula, look, number)
        elif cell.state is State.EMPTY and style.blank_zero:
            self._sheet.write_blank(self._top + r, c, None, look)
        else:
            self._sheet.write_number(self._top + r, c, number, look)
        self._needs.amount(c, number, cell)
