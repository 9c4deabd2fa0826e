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
    NARROWEST_LABEL,
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

    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import NumberStyle, Styles
    from kpi_cli.tables.table import Table

LeafFormula = Callable[[Selection, str], str]
"""(selection, money unit) → formula over the ledger's sheet, or "" where the figure stays a value."""

_Written = tuple[str, int, bool, "Format"]
"""What is written for a cell with words, its width, whether it may have to wrap, and its style."""


class TableSheet:
    """Writes one table; an instance is used once.

    Args:
      sheet: Empty sheet.
      table: The table.
      styles: Formats of the workbook.
      leaf_formula: For leaf figures, or None where they stay values.
    """

    def __init__(self, sheet: Sheet, table: Table, styles: Styles, leaf_formula: LeafFormula | None = None) -> None:
        self._sheet = sheet
        self._table = table
        self._styles = styles
        self._leaf_formula = leaf_formula
        self._is_live = leaf_formula is not None
        self._addresses = Addresses(table.first_row, len(table.columns))
        self._top = table.first_row - 1
        self._needs = WidthNeeds(len(table.columns))
        self._longest, self._highest = self._needs.longest, self._needs.high
        # By identity, which is quick and safe while the table lives: hashing a format takes longer than writing a cell.
        self._numbers: dict[tuple[int, Role, str], NumberStyle] = {}
        self._known: dict[tuple[str, State, Role, str, int], _Written] = {}

    def write(self) -> None:
        """Write title, labels, cells and note, and set up widths, heights and print."""
        table = self._table
        self._sheet.set_default_row(BODY_HEIGHT)
        covered = State.COVERED
        for row, cells in enumerate(table.rows, self._top):
            for c, cell in enumerate(cells):
                value = cell.value
                if value is not None:
                    self._figure(row, c, cell, value)
                elif cell.state is not covered:
                    self._words(row, c, cell)
        widths = fitted(table, self._needs)
        for column, width in enumerate(widths):
            self._sheet.set_column_pixels(column, column, width)
        for row, height in self._needs.heights(table, widths):
            self._sheet.set_row(row, height)
        self._headings(sum(widths))
        last_row = self._note(sum(widths))
        self._finish(last_row)

    # around the table

    def _headings(self, width: int) -> None:
        table, styles = self._table, self._styles
        title = styles.titled(table.title)
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

    def _merge(self, row: int, c: int, cell: Cell, style: Format) -> None:
        self._sheet.merge_range(row, c, row + cell.rows - 1, c + cell.columns - 1, "", style)

    def _words(self, row: int, c: int, cell: Cell) -> None:
        key = (cell.text, cell.state, cell.role, cell.align, cell.indent)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._written(cell)
        text, width, is_long, style = known
        if cell.columns > 1 or cell.rows > 1:
            self._merge(row, c, cell, style)
            width = 0
        if is_long or width > self._longest[c]:
            self._needs.words(row, c, width, cell if is_long else None)
        if text:
            self._sheet.put_string(row, c, text, style)
        else:
            self._sheet.put_blank(row, c, None, style)

    def _written(self, cell: Cell) -> _Written:
        text = UNKNOWN_TEXT if cell.state is State.UNKNOWN else clean(cell.text)
        style = self._styles.text(cell.role, cell.align, cell.indent, looks_like_formula=looks_like_formula(text))
        if not text or cell.role is Role.HEAD:  # headers wrap, whatever their length
            return text, 0, False, style
        width = max(display_width(line) for line in text.split("\n")) + 2 * cell.indent
        return text, width, width > NARROWEST_LABEL or "\n" in text, style

    def _figure(self, row: int, c: int, cell: Cell, value: Decimal) -> None:
        key = (id(cell.format), cell.role, cell.align)
        style = self._numbers.get(key)
        if style is None:
            style = self._numbers[key] = self._styles.number(cell)
        number = float(value if style.is_exact else money.in_unit(value, style.money_unit))
        look = style.format
        if number < style.half:  # may be printed as zero, and may be the least of its column
            if not number:
                number = 0.0  # never -0
            elif number > -style.half:
                look = style.tiny
            self._needs.amount(c, number, cell)
        elif number > self._highest[c]:
            self._needs.amount(c, number, cell)
        if cell.columns > 1 or cell.rows > 1:
            self._merge(row, c, cell, look)
        formula = self._formula(cell, style.money_unit) if self._is_live or cell.formula is not None else ""
        if formula:
            self._sheet.put_formula(row, c, formula, look, number)
        elif style.blank_zero and cell.state is State.EMPTY:
            self._sheet.put_blank(row, c, None, look)
        else:
            self._sheet.put_number(row, c, number, look)

    def _formula(self, cell: Cell, unit: str) -> str:
        if cell.formula is not None:
            return self._addresses.text(cell.formula)
        if self._leaf_formula is not None and cell.selection is not None:
            return self._leaf_formula(cell.selection, unit)
        return ""
