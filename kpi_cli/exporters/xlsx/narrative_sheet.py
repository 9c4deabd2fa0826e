"""The sheet 说明: the written parts in one wide column, set for A4 portrait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.exporters.xlsx.page import A4, FOOTER
from kpi_cli.exporters.xlsx.text import clean, line_count, looks_like_formula
from kpi_cli.narrative.document import Heading, Paragraph, TablesPlace

if TYPE_CHECKING:
    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.exporters.xlsx.styles import Styles
    from kpi_cli.narrative.document import Narrative

SHEET = "说明"
_CHARS = 84
"""Half-width characters on a line: 42 汉字 of 宋体 12 fill A4 between the margins."""
_PIXELS = _CHARS * 8 + 16
_LINE = 20
_TABLES = "（报表见各工作表）"
_INDENT = "　　"
_SIZES = {0: 16, 1: 14, 2: 12, 3: 12}
_HEIGHTS = {0: 40, 1: 30, 2: 24, 3: 24}
_HIGHEST = 409
"""The greatest height of a row in points; longer paragraphs go on in the next row."""


class NarrativeSheet:
    """Writes the written parts.

    Args:
      sheet: Empty sheet.
      narrative: What to write.
      styles: Formats of the workbook.
    """

    def __init__(self, sheet: Sheet, narrative: Narrative, styles: Styles) -> None:
        self._sheet = sheet
        self._narrative = narrative
        self._styles = styles
        self._row = 0

    def write(self, title: str) -> None:
        """Write the title of the document and everything below it."""
        self._sheet.set_column_pixels(0, 0, _PIXELS)
        self._put(title, 36, font_size=18, align="center", bold=True)
        for block in self._narrative.blocks:
            if isinstance(block, Heading):
                align = {"align": "center"} if block.level == 0 else {}
                self._put(block.text, _HEIGHTS[block.level], font_size=_SIZES[block.level], bold=True, **align)
            elif isinstance(block, Paragraph):
                for part in _parts(_INDENT + clean(block.text)):
                    self._put(part, line_count(part, _CHARS - 2) * _LINE, valign="top")
            elif isinstance(block, TablesPlace):
                self._put(_INDENT + _TABLES, _LINE, font_color="#595959")
        self._finish()

    def _put(self, text: str, height: float, **look: object) -> None:
        text = clean(text)
        mark = {"quote_prefix": True} if looks_like_formula(text) else {}
        self._sheet.set_row(self._row, height)
        self._sheet.write_string(self._row, 0, text, self._styles.of(text_wrap=True, **look, **mark))
        self._row += 1

    def _finish(self) -> None:
        self._sheet.hide_gridlines(2)
        self._sheet.set_portrait()
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.center_horizontally()
        self._sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self._sheet.set_footer(FOOTER)
        self._sheet.print_area(0, 0, self._row - 1, 0)


def _parts(text: str) -> list[str]:
    """Cut a paragraph that is too high for one row, at the ends of sentences where it has any."""
    most = _HIGHEST // _LINE * (_CHARS - 2) // 2
    parts = []
    while len(text) > most:
        end = max(text.rfind(mark, 0, most) for mark in "。；，") + 1 or most
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]
