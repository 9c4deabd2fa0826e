"""One table as XML text: built row by row, the look of a cell left to the style of its paragraph.

A table may have tens of thousands of rows, so whatever cells share is made once and looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.text import attribute, run
from kpi_cli.exporters.docx.widths import INDENT
from kpi_cli.tables.table import Cell, Role, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.exporters.docx.widths import Fit, Texts
    from kpi_cli.tables.table import Table

_END = "</w:p></w:tc>"


class TableXml:
    """Makes the XML of one table; an instance is used once.

    Args:
      table: The table.
      texts: What its cells print.
      fit: Its size of type and the widths of its columns.
      ids: Style id in the bundled reference document → id in the one that is used.
    """

    def __init__(self, table: Table, texts: Texts, fit: Fit, ids: Mapping[str, str]) -> None:
        self._table = table
        self._texts = texts
        self._fit = fit
        self._ids = ids
        self._below: dict[tuple[int, int], Cell] = {}
        # Openings of the plain amounts of each column, and whole cells of words by what decides them.
        self._amounts = [self._open(c, styles.AMOUNT, "right") for c in range(len(table.columns))]
        self._totals = [self._open(c, styles.TOTAL_AMOUNT, "right") for c in range(len(table.columns))]
        self._words: dict[tuple[int, str, str, str, int], str] = {}

    def build(self) -> str:
        """Return the `w:tbl` element."""
        height = int(self._fit.step.row * 20)
        row = f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}"/>'
        parts = [self._properties()]
        for r in range(len(self._table.rows)):
            parts.append(f"{row}<w:tblHeader/></w:trPr>" if r < self._table.header_rows else f"{row}</w:trPr>")
            self._row(r, parts)
            parts.append("</w:tr>")
        parts.append("</w:tbl>")
        return "".join(parts)

    def _properties(self) -> str:
        width = sum(self._fit.widths)
        grid = "".join(f'<w:gridCol w:w="{column}"/>' for column in self._fit.widths)
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._ids[styles.TABLE_GRID]}"/><w:tblW w:w="{width}" w:type="dxa"/>'
            '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0000" w:firstRow="0" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f'<w:tblCaption w:val="{attribute(self._table.title)}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        )

    def _row(self, r: int, parts: list[str]) -> None:
        covered, total = State.COVERED, Role.TOTAL
        for c, (cell, text) in enumerate(zip(self._table.rows[r], self._texts[r], strict=True)):
            if cell.value is not None and cell.rows == 1 == cell.columns and cell.align == "right":
                opening = self._totals[c] if cell.role is total else self._amounts[c]
                # What a number format prints needs no escaping.
                parts.append(f"{opening}<w:r><w:t>{text}</w:t></w:r>{_END}" if text else opening + _END)
            elif cell.state is not covered:
                parts.append(self._cell(r, c, cell, text))
            elif (r, c) in self._below:
                above = self._below[r, c]
                merge = self._span(above) + "<w:vMerge/>"
                parts.append(self._open(c, styles.cell_kind(above), above.align, above.columns, merge) + _END)

    def _cell(self, r: int, c: int, cell: Cell, text: str) -> str:
        """Return any cell, from its opening tag to its closing one."""
        kind = styles.cell_kind(cell)
        if cell.rows == 1 == cell.columns:
            key = (c, text, kind, cell.align, cell.indent)
            known = self._words.get(key)
            if known is None:
                known = self._open(c, kind, cell.align, indent=cell.indent) + run(text) + _END
                self._words[key] = known
            return known
        for below in range(r + 1, r + cell.rows):
            self._below[below, c] = cell
        merge = self._span(cell) + ('<w:vMerge w:val="restart"/>' if cell.rows > 1 else "")
        return self._open(c, kind, cell.align, cell.columns, merge, cell.indent) + run(text) + _END

    def _span(self, cell: Cell) -> str:
        return f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""

    def _open(self, c: int, kind: str, align: str, columns: int = 1, merge: str = "", indent: int = 0) -> str:
        """Return a cell up to where its text begins."""
        width = sum(self._fit.widths[c : c + columns])
        step = self._fit.step
        look = f'<w:pStyle w:val="{self._ids[kind + step.suffix]}"/>'
        if indent:
            left = int(indent * INDENT * step.points * 10)
            look += f'<w:ind w:leftChars="{indent * INDENT * 50}" w:left="{left}"/>'
        if align != styles.CELL_KINDS[kind]:
            look += f'<w:jc w:val="{align}"/>'
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merge}</w:tcPr><w:p><w:pPr>{look}</w:pPr>'
