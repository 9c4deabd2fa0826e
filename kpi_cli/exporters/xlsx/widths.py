"""Widths of columns and heights of rows, so that nothing is clipped and no amount shows as ####.

Widths are pixels at 96 dpi, heights points, texts half-width characters (see `text.display_width`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.exporters.xlsx.page import PIXELS_WIDE
from kpi_cli.exporters.xlsx.text import clean, display_width, line_count
from kpi_cli.tables.table import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.tables.table import Cell, Table

BODY_HEIGHT = 24
TITLE_HEIGHT = 32
SPACER_HEIGHT = 9
NOTE_PADDING = 8
_LINE_HEIGHT = 16
_PADDING = 12
_CHAR = 8
_DIGIT = 9
"""A half-width character of 宋体 12 takes 8 pixels; digits get one more, since many stand-ins for 宋体 and all bold
faces draw them wider, and an amount that does not fit shows as ####."""

TARGET_WIDTH = PIXELS_WIDE * 8 // 7
"""A table this wide is printed at seven eighths, 10.5 points: still as large as the published ones."""

NARROWEST_LABEL = 22
_NARROWEST_AMOUNT = 8
_NARROWEST_CODE = 4
_HEADER_LINES = 3
_WIDEST_WITHOUT_ASKING = 1.3
"""How far a label column grows beyond its preferred width before its texts wrap."""


class WidthNeeds:
    """What the cells of a table need, gathered while they are written.

    Args:
      columns: How many columns the table has.

    Attributes:
      longest: Width of the longest words of each column.
      high: Greatest amount of each column, at least 0.
    """

    def __init__(self, columns: int) -> None:
        self.longest = [0] * columns
        self._long: list[tuple[int, int, Cell]] = []
        self._low = [0.0] * columns
        self.high = [0.0] * columns
        self._extremes: dict[tuple[int, bool], Cell] = {}

    def words(self, row: int, column: int, width: int, long: Cell | None) -> None:
        """Note words of a body cell.

        Args:
          row: 0-based sheet row.
          column: 0-based column.
          width: Of the longest line with indent; 0 for words that span cells, which ask for no width.
          long: The cell, where its words may have to wrap.
        """
        self.longest[column] = max(width, self.longest[column])
        if long is not None:
            self._long.append((row, column, long))

    def amount(self, column: int, number: float, cell: Cell) -> None:
        """Note an amount; only the greatest and the least of a column are ever turned into text."""
        if number > self.high[column]:
            self.high[column] = number
            self._extremes[column, True] = cell
        elif number < self._low[column]:
            self._low[column] = number
            self._extremes[column, False] = cell

    def digits(self, column: int) -> int:
        """Return the width of the longest amount of a column."""
        cells = [self._extremes[column, side] for side in (True, False) if (column, side) in self._extremes]
        return max((len(cell.printed) for cell in cells), default=0)

    def heights(self, table: Table, widths: list[int]) -> Iterator[tuple[int, float]]:
        """Yield (0-based sheet row, height) of each row that needs another height than the usual one."""
        for row, height in enumerate(_header_heights(table, widths), table.first_row - 1):
            if height > BODY_HEIGHT:
                yield row, height
        rows: dict[int, int] = {}
        for row, column, cell in self._long:
            width = sum(widths[column : column + cell.columns])
            lines = -(-line_count(clean(cell.text), _chars(width) - 2 * cell.indent) // cell.rows)
            if lines > 1:
                rows[row] = max(lines, rows.get(row, 0))
        for row, lines in rows.items():
            yield row, max(BODY_HEIGHT, lines * _LINE_HEIGHT + 8)


def fitted(table: Table, needs: WidthNeeds) -> list[int]:
    """Return the width of each column.

    A column gets its preferred width, or more where its texts need it. Where the page is too narrow for all of
    them, first amounts and codes and then names give up what their texts do not need, in proportion; what is
    still too wide is printed smaller.
    """
    lowest = _lowest_headers(table)
    preferred, minimum = [], []
    for c, column in enumerate(table.columns):
        header, words = lowest[c], needs.longest[c]
        if column.kind == "label":
            least = max(-(-header // _HEADER_LINES), min(words, max(NARROWEST_LABEL, column.chars * 3 // 4))) * _CHAR
            wanted = max(least, max(column.chars, min(words, int(column.chars * _WIDEST_WITHOUT_ASKING))) * _CHAR)
        else:
            narrowest = _NARROWEST_CODE if column.kind == "code" else _NARROWEST_AMOUNT
            least = max(max(narrowest, -(-header // _HEADER_LINES)) * _CHAR, max(words, needs.digits(c) + 1) * _DIGIT)
            wanted = max(least, column.chars * _CHAR)
        minimum.append(least + _PADDING)
        preferred.append(wanted + _PADDING)
    for names in (False, True):
        group = [c for c, column in enumerate(table.columns) if (column.kind == "label") is names]
        _shrink(preferred, minimum, group, sum(preferred) - TARGET_WIDTH)
    return preferred


def _shrink(widths: list[int], minimum: list[int], group: list[int], excess: int) -> None:
    """Take `excess` pixels from the columns of a group, in proportion to what they can spare."""
    spare = sum(widths[c] - minimum[c] for c in group)
    if excess > 0 and spare:
        share = min(excess, spare)
        for c in group:
            widths[c] -= (widths[c] - minimum[c]) * share // spare


def height_of(text: str, width: int, height: int, *, scale: float = 1.0, padding: int = 0) -> float:
    """Return the height of a row of one wrapped text.

    Args:
      text: The text.
      width: Of the merged cells.
      height: Of a row with one line.
      scale: How much larger than the body its font is.
      padding: Added where there are several lines.
    """
    lines = line_count(text, int(_chars(width) / scale))
    return height if lines == 1 else lines * _LINE_HEIGHT * scale + padding


def _chars(width: int) -> int:
    return max((width - _PADDING // 2) // _CHAR, 1)


def _lowest_headers(table: Table) -> list[int]:
    """Return the width of the header text right above each column; one that spans columns leaves them free."""
    widths = [0] * len(table.columns)
    for row in table.rows[: table.header_rows]:
        for c, cell in enumerate(row):
            if cell.state is State.TEXT and cell.columns == 1:
                widths[c] = display_width(clean(cell.text))
    return widths


def _header_heights(table: Table, widths: list[int]) -> list[float]:
    heights = [float(BODY_HEIGHT)] * table.header_rows
    cells = [
        (r, c, cell)
        for r, row in enumerate(table.rows[: table.header_rows])
        for c, cell in enumerate(row)
        if cell.state is State.TEXT
    ]
    for r, c, cell in sorted(cells, key=lambda found: found[2].rows):
        # Bold type is a little wider, so a text that only just fits counts as one that does not.
        lines = line_count(clean(cell.text), _chars(sum(widths[c : c + cell.columns])) - 1)
        missing = lines * _LINE_HEIGHT + 8 - sum(heights[r : r + cell.rows])
        if missing > 0:
            heights[r + cell.rows - 1] += missing
    return heights
