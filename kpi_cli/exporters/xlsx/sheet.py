"""A worksheet that skips what this exporter does not need of XlsxWriter's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from xlsxwriter.worksheet import Worksheet

from kpi_cli.exporters.xlsx.styles import DRAFT, DRAFT_COLOR, FONT
from kpi_cli.tables.table import address

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_MARKUP = re.compile('[&<>"]')
_NEEDED = ("table", "row_info", "row_spans", "dim_rowmin", "dim_rowmax", "dim_colmax", "fh")
"""What XlsxWriter's sheets have inside, as of 3.3; one that lacks any of it writes its rows itself."""
_MOST_LINKS = 65_530
"""Excel repairs a sheet with more."""


class Sheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no type information
    """A sheet for cells given by row and column, and for formulas that use functions of Excel 2007 only.

    The `put_…` are `write_…` without the test for A1 addresses: a tenth of the time of writing many cells.
    Where XlsxWriter should lack what it calls inside, they are `write_…` itself.
    """

    put_number = getattr(Worksheet, "_write_number", Worksheet.write_number)
    put_string = getattr(Worksheet, "_write_string", Worksheet.write_string)
    put_blank = getattr(Worksheet, "_write_blank", Worksheet.write_blank)
    put_formula = getattr(Worksheet, "_write_formula", Worksheet.write_formula)

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[tuple[int, int], str] = {}

    def link(self, row: int, column: int, sheet: str, cells: str, tip: str) -> None:
        """Put a link on a cell without changing what it holds or how it looks.

        Args:
          row: 0-based row of the cell.
          column: 0-based column.
          sheet: Name of the sheet to go to.
          cells: Where on it, such as `A1` or `A5:H9`.
          tip: Shown over the cell.
        """
        if len(self._links) < _MOST_LINKS:
            place = "'{}'!{}".format(sheet.replace("'", "''"), cells)
            self._links[row, column] = f'location="{_escaped(place)}" tooltip="{_escaped(tip)}"'

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

    def _write_hyperlinks(self) -> None:
        """Write the links of `link`, each in one piece: XlsxWriter takes as long for one as for writing three cells."""
        if self._links:
            parts = [f'<hyperlink ref="{address(r + 1, c)}" {self._links[r, c]}/>' for r, c in sorted(self._links)]
            self.fh.write(f"<hyperlinks>{''.join(parts)}</hyperlinks>")

    def _write_rows(self) -> None:
        """Write rows as texts: the same bytes as XlsxWriter's, which makes several calls for each cell.

        What this exporter seldom writes is left to XlsxWriter. Should that stop calling this method, its time returns.
        """
        self._calculate_spans()
        if not all(hasattr(self, name) for name in _NEEDED):
            super()._write_rows()
            return
        letters = [address(1, column)[:-1] for column in range((self.dim_colmax or 0) + 1)]
        styles: dict[int, str] = {}
        for row in range(self.dim_rowmin, self.dim_rowmax + 1):
            cells, info = self.table.get(row), self.row_info.get(row)
            if cells or info is not None:
                self._write_row(row, self.row_spans.get(row // 16), info, empty_row=not cells)
            if cells:
                self._write_cells(row, cells, letters, styles)
                self.fh.write("</row>")

    def _write_cells(self, row: int, cells: dict[int, Any], letters: list[str], styles: dict[int, str]) -> None:
        end, parts = f'{row + 1}"', []
        for column in sorted(cells):
            cell = cells[column]
            kind, form = type(cell).__name__, cell.format
            style = styles.get(id(form)) or self._style(form, styles)
            start = f'<c r="{letters[column]}{end}{style}'
            if kind == "Blank" and style:
                parts.append(start + "/>")
            elif kind == "String" and style:
                parts.append(f'{start} t="s"><v>{cell.string}</v></c>')
            elif kind == "Number" and style:
                parts.append(f"{start}><v>{cell.number:.16G}</v></c>")
            elif kind == "Formula" and style and type(cell.value) is float:
                parts.append(f"{start}><f>{_escaped(cell.formula, False)}</f><v>{cell.value}</v></c>")
            else:
                self.fh.write("".join(parts))
                parts.clear()
                self._write_cell(row, column, cell)
        self.fh.write("".join(parts))

    @staticmethod
    def _style(form: Format | None, styles: dict[int, str]) -> str:
        """Return the attribute for a cell's style, "" for a cell without a format."""
        if form is None:
            return ""
        text = styles[id(form)] = f' s="{form._get_xf_index()}"'  # noqa: SLF001 - no public name for it
        return text


def _escaped(text: str, is_attribute: bool = True) -> str:
    """Escape a text where it has to be, which is seldom."""
    if not _MARKUP.search(text):
        return text
    return escape(text, {'"': "&quot;"} if is_attribute else {})
