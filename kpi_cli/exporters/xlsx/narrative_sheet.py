"""The sheet 说明: the written parts in one wide column, set for A4 portrait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi_cli.exporters.docx.text import wrapped_count
from kpi_cli.exporters.xlsx.page import A4, FOOTER
from kpi_cli.exporters.xlsx.text import clean, line_count
from kpi_cli.narrative.document import Heading, Paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import Styles
    from kpi_cli.narrative.document import Block, Narrative
    from kpi_cli.tables.table import Table

SHEET = "说明"
_PIXELS = 688
_EDGE = 2
"""Width of an empty column beside it: LibreOffice fits several columns to a page, but cuts one that is too wide."""
_CHARS, _CHARS_AT_LEAST = 88, 80
"""Half-width characters on a line of the column: as most programs and fonts draw them, and surely."""
_LINE, _LINE_AT_LEAST, _GAP = 20, 15, 4
"""Points from one line to the next, of a line of 宋体 by itself, and of the row below each paragraph.

Lines are spread over the height of their cell, so that they keep their distance where a program's fonts are lower or
narrower than those reckoned with; without the gap paragraphs would then stand nearer to each other than their lines.
"""
_MOST_LINES = 20
"""A row is at most 409 points high; longer paragraphs go on in the next row."""
_INDENT = "　　"
_LINK_COLOR = "#0563C1"
_TITLE_HEIGHT = 36
_HEADINGS: Mapping[int, dict[str, Any]] = {0: {"font_size": 16, "align": "center"}, 1: {"font_size": 14}}
_HEADING_HEIGHTS = {0: 40, 1: 30}
_LOWEST = 24


class NarrativeSheet:
    """Writes the written parts.

    Args:
      sheet: Empty sheet.
      styles: Formats of the workbook.
      tables: The tables by the name of their sheets.
    """

    def __init__(self, sheet: Sheet, styles: Styles, tables: Mapping[str, Table]) -> None:
        self._sheet = sheet
        self._styles = styles
        self._tables = tables
        self._row = 0

    def write(self, title: str, narrative: Narrative) -> None:
        """Write the title of the document and everything below it."""
        self._sheet.set_column_pixels(0, 0, _PIXELS)
        self._sheet.set_row(0, _TITLE_HEIGHT)
        self._sheet.write_string(0, 0, self._styles.titled(title), self._styles.title)
        self._row = 1
        for block in narrative.blocks:
            self._block(block)
        self._finish()

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            height = _HEADING_HEIGHTS.get(block.level, _LOWEST)
            lines = wrapped_count(block.text, _CHARS_AT_LEAST * _LOWEST // height, 0)
            self._put(block.text, height + (lines - 1) * _LOWEST, bold=True, **_HEADINGS.get(block.level, {}))
        elif isinstance(block, Paragraph):
            for part in _parts(_INDENT + clean(block.text)):
                self._spread(part)
        else:
            for name, table in self._tables.items():
                self._sheet.link(self._row, 0, name, "A1", f"转到工作表“{name}”")
                self._spread(_INDENT + "　".join(filter(None, (table.number, table.title))), font_color=_LINK_COLOR)

    def _spread(self, text: str, **look: object) -> None:
        """Write a text with its lines at even distances, and the gap below it."""
        lines = min(line_count(text, _CHARS), _MOST_LINES)
        at_least = wrapped_count(text, _CHARS_AT_LEAST, 0)
        if at_least > 1:
            look |= {"align": "justify", "valign": "vjustify"}
        self._put(text, max(lines * _LINE - _GAP, at_least * _LINE_AT_LEAST), **look)
        self._sheet.set_row(self._row, _GAP)
        self._row += 1

    def _put(self, text: str, height: float, **look: object) -> None:
        text = clean(text)
        self._sheet.set_row(self._row, height)
        self._sheet.write_string(self._row, 0, text, self._styles.words(text, text_wrap=True, **look))
        self._row += 1

    def _finish(self) -> None:
        self._sheet.hide_gridlines(2)
        self._sheet.set_portrait()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.center_horizontally()
        self._sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self._sheet.set_footer(FOOTER)
        self._sheet.set_column_pixels(1, 1, _EDGE)
        self._sheet.print_area(0, 0, self._row - 1, 1)


def _parts(text: str) -> list[str]:
    """Cut a paragraph that is too high for one row, at the ends of sentences where it has any."""
    most = _CHARS_AT_LEAST // 2 * _MOST_LINES
    parts = []
    while len(text) > most:
        end = max(text.rfind(mark, 0, most) for mark in "。；，") + 1 or most
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]
