"""One table as XML, in pieces: the look of a cell is left to the style of its paragraph.

A table may have tens of thousands of rows. So its body is made column by column, what cells share is one object
that stands in the list of pieces many times, and all is copied only once, when the document is joined.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.grid import INDENT
from kpi_cli.exporters.docx.text import attribute, clean, run
from kpi_cli.tables.table import Cell, Role, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.exporters.docx.grid import Grid, Strip
    from kpi_cli.exporters.docx.widths import Fit

_END = b"</w:p></w:tc>"
_END_OF_RUN = b"</w:t></w:r></w:p></w:tc>"


class TableXml:
    """Makes the XML of one table; an instance is used once.

    Args:
      grid: The table.
      fit: Its size of type and the widths of its columns.
      ids: Style id in the bundled reference document → id in the one that is used.
    """

    def __init__(self, grid: Grid, fit: Fit, ids: Mapping[str, str]) -> None:
        self._grid = grid
        self._fit = fit
        self._ids = ids
        self._below: dict[tuple[int, int], Cell] = {}

    def pieces(self) -> list[bytes]:
        """Return the `w:tbl` element, in UTF-8, cut into pieces."""
        table = self._grid.table
        opening = f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{int(self._fit.step.row * 20)}"/>'
        head = [self._properties()]
        for r, row in enumerate(table.rows[: table.header_rows]):
            cells = "".join(self._cell(r, c, cell, cell.printed) for c, cell in enumerate(row))
            head.append(f"{opening}<w:tblHeader/></w:trPr>{cells}</w:tr>")
        self._below.clear()  # a merge must end inside the header, or the header is not repeated
        columns: list[list[bytes]] = []
        for c, strip in enumerate(self._grid.strips):
            columns += self._figures(c, strip) if strip.is_figures and strip.is_single else self._words(c, strip)
        rows = zip(repeat(f"{opening}</w:trPr>".encode()), *columns, repeat(b"</w:tr>"), strict=False)
        return ["".join(head).encode(), *chain.from_iterable(rows), b"</w:tbl>"]

    def _properties(self) -> str:
        width = sum(self._fit.widths)
        columns = "".join(f'<w:gridCol w:w="{column}"/>' for column in self._fit.widths)
        sides = "".join(f' w:{name}="0"' for name in ("firstRow", "lastRow", "firstColumn", "lastColumn"))
        margin = self._fit.step.margin
        margins = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in ("left", "right"))
        narrow = "" if margin == styles.CELL_MARGIN else f"<w:tblCellMar>{margins}</w:tblCellMar>"
        look = f'<w:tblLook w:val="0000"{sides} w:noHBand="1" w:noVBand="1"/>'
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self._ids[styles.TABLE_GRID]}"/><w:tblW w:w="{width}" w:type="dxa"/>'
            f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>{narrow}{look}'
            f'<w:tblCaption w:val="{attribute(self._grid.table.title)}"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        )

    def _figures(self, c: int, strip: Strip) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """Return the cells of a column of amounts or rates: openings, texts, endings."""
        blank = self._open(c, styles.AMOUNT, "right").encode()
        filled = blank + b"<w:r><w:t>"
        openings = [filled if text else blank for text in strip.texts]
        texts = [text.encode() for text in strip.texts]  # what a number format prints needs no escaping
        endings = [_END_OF_RUN if text else _END for text in strip.texts]
        is_total = Role.TOTAL
        for r, cell in enumerate(strip.cells):
            if cell.role is is_total or cell.value is None or cell.align != "right":
                openings[r], texts[r], endings[r] = self._cell(r, c, cell, strip.texts[r]).encode(), b"", b""
        return openings, texts, endings

    def _words(self, c: int, strip: Strip) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """Return the cells of a column of codes or names: openings, runs, endings."""
        looks: dict[tuple[int, str, State], bytes] = {}
        known: dict[str, bytes] = {}
        openings, runs, endings = [], [], [_END] * len(strip.texts)
        plain, is_total = (State.TEXT, State.BLANK), Role.TOTAL
        for r, (cell, text) in enumerate(zip(strip.cells, strip.texts, strict=True)):
            if cell.state not in plain or cell.role is is_total or cell.columns > 1 or cell.rows > 1:
                openings.append(self._cell(r, c, cell, text).encode())
                runs.append(b"")
                endings[r] = b""
                continue
            look = (cell.indent, cell.align, cell.state)
            openings.append(looks.get(look) or looks.setdefault(look, self._opening(c, cell).encode()))
            runs.append(known[text] if text in known else known.setdefault(text, run(text).encode()))
        return openings, runs, endings

    def _cell(self, r: int, c: int, cell: Cell, text: str) -> str:
        """Return any cell; "" where a cell to the left spans this one."""
        if cell.state is State.COVERED:
            above = self._below.get((r, c))
            if above is None:
                return ""
            merge = f"{_across(above)}<w:vMerge/>"
            return self._open(c, styles.cell_kind(above), above.align, above.columns, merge) + "</w:p></w:tc>"
        merge = _across(cell)
        if cell.rows > 1:
            self._below.update({(below, c): cell for below in range(r + 1, r + cell.rows)})
            merge += '<w:vMerge w:val="restart"/>'
        return self._opening(c, cell, merge, text) + run(text) + "</w:p></w:tc>"

    def _opening(self, c: int, cell: Cell, merge: str = "", text: str = "") -> str:
        """Return a cell up to where its text begins; only how a header looks depends on the text."""
        kind, indent = styles.cell_kind(cell), self._indent(c, cell, text)
        return self._open(c, kind, cell.align, cell.columns, merge, indent)

    def _indent(self, c: int, cell: Cell, text: str) -> str:
        if cell.role is Role.HEAD:
            both = self._fit.head_indent(clean(text), c, cell.columns)
            return f'<w:ind w:left="{both}" w:right="{both}"/>' if both else ""
        if not cell.indent:
            return ""
        chars = cell.indent * INDENT
        return f'<w:ind w:leftChars="{chars * 50}" w:left="{int(chars * self._fit.step.points * 10)}"/>'

    def _open(self, c: int, kind: str, align: str, columns: int = 1, merge: str = "", indent: str = "") -> str:
        """Return a cell with this look up to where its text begins."""
        width = sum(self._fit.widths[c : c + columns])
        look = f'<w:pStyle w:val="{self._ids[kind + self._fit.step.suffix]}"/>{indent}'
        if align != styles.CELL_KINDS[kind]:
            look += f'<w:jc w:val="{align}"/>'
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merge}</w:tcPr><w:p><w:pPr>{look}</w:pPr>'


def _across(cell: Cell) -> str:
    return f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
