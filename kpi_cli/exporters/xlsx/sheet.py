"""A worksheet that skips what this exporter does not need of XlsxWriter's."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from kpi_cli.exporters.xlsx.styles import DRAFT, DRAFT_COLOR, FONT


class Sheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no type information
    """A sheet for cells given by row and column, and for formulas that use functions of Excel 2007 only.

    The three `put_…` are `write_…` without the test for A1 addresses: a tenth of the time of writing many cells.
    Where XlsxWriter should lack what it calls inside, they are `write_…` itself.
    """

    put_number = getattr(Worksheet, "_write_number", Worksheet.write_number)
    put_string = getattr(Worksheet, "_write_string", Worksheet.write_string)
    put_blank = getattr(Worksheet, "_write_blank", Worksheet.write_blank)

    def link(self, row: int, column: int, sheet: str, cells: str, tip: str) -> None:
        """Put a link on a cell without changing what it holds or how it looks.

        Args:
          row: 0-based row of the cell.
          column: 0-based column.
          sheet: Name of the sheet to go to.
          cells: Where on it, such as `A1` or `A5:H9`.
          tip: Shown over the cell.
        """
        before = self.table.get(row, {}).get(column)
        name = sheet.replace("'", "''")
        self.write_url(row, column, f"internal:'{name}'!{cells}", string="", tip=tip)
        if before is not None:
            self.table[row][column] = before

    def stamp(self) -> None:
        """Mark the sheet as a draft: on every printed page and on its tab."""
        word = "　".join(DRAFT)
        self.set_header(f'&C&"{FONT},Bold"&22&K{DRAFT_COLOR[1:]}{word}', {"margin": 0.2})
        self.set_tab_color(DRAFT_COLOR)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Return the formula as it is.

        XlsxWriter passes each formula through some thirty regular expressions that find newer functions, which
        takes a sixth of an export and a third of a live one. Should it stop calling this method, that time comes back.
        """
        del expand_future_functions
        return formula
