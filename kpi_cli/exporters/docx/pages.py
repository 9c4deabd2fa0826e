"""How many pages text and tables take: an estimate for the contents, from the heights that their styles fix.

Heights are points. The count is exact where the reader's fonts are as wide as those that the styles name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.exporters.docx import styles
from kpi_cli.exporters.docx.grid import INDENT
from kpi_cli.exporters.docx.text import line_count

if TYPE_CHECKING:
    from kpi_cli.exporters.docx.grid import Grid
    from kpi_cli.exporters.docx.page import PageSetup
    from kpi_cli.exporters.docx.widths import Fit

_TWIPS = 20
_RULE = 0.5
"""What the line under a row adds to its texts; the least height of a row includes it."""

_EPSILON = 0.01

_LEAST = 2
"""Lines of a paragraph that stand together at the end of a page and at the beginning of one (widow control)."""


def least_lines(lines: int) -> int:
    """Return how many lines of a paragraph stand on the page of the heading above it."""
    return _LEAST if lines >= 2 * _LEAST else lines


class TextPages:
    """Where on its pages a section of text has arrived.

    Args:
      room: Height of a page, in points.
      page: Number of the first page, in the numbers of the document.

    Attributes:
      page: Number of the page that is being filled.
      used: Points of it that are.
    """

    def __init__(self, room: float, page: int) -> None:
        self.page = page
        self._room = room
        self.used = 0.0

    def add(self, lines: int, size: styles.Lines, *, keep: float = 0, new_page: bool = False) -> int:
        """Fill the height of a paragraph; returns the page that it begins on.

        Args:
          lines: How many it has.
          size: Their size.
          keep: Points of what follows that must stand on the same page.
          new_page: It begins a page.
        """
        height = size.before + lines * size.line + size.after
        if keep or new_page:
            self._fit(height + keep, turn=new_page)
        here = int((self._room - self.used - size.before + _EPSILON) / size.line)
        if lines <= here:
            self.used += height
            return self.page
        here = min(here, lines - _LEAST)
        if here < _LEAST:
            here = 0
            self._fit(self._room)
        begins = self.page
        more, last = divmod(lines - here - 1, max(int(self._room / size.line), 1))
        self.page += more + bool(here)
        self.used = (last + 1) * size.line + size.after
        return begins

    def add_solid(self, height: float) -> None:
        """Fill the height of something that no page end divides."""
        self._fit(height)
        self.used += height

    def _fit(self, height: float, *, turn: bool = False) -> None:
        if self.used and (turn or self.used + height > self._room + _EPSILON):
            self.page, self.used = self.page + 1, 0.0


def paragraph_height(style: str, text: str, width: int) -> float:
    """Return the height of a paragraph around a table, between margins `width` twips apart."""
    lines = styles.AROUND[style]
    count = line_count(text, int(width / (lines.points * 10)))
    return lines.before + count * lines.line + lines.after


def page_count(grid: Grid, fit: Fit, setup: PageSetup, *, above: float, below: float) -> int:
    """Return how many pages the table takes.

    Args:
      grid: The table.
      fit: How it is set.
      setup: The pages.
      above: Height of what stands above it on its first page.
      below: Height of what stands below it on its last one.
    """
    room = setup.text_height / _TWIPS
    header = _header_height(grid, fit)
    usual, higher = fit.step.row, _higher_rows(grid, fit)
    pages, used = 1, above + header
    for r in range(len(grid.table.body)):
        row = higher.get(r, usual)
        if used + row > room:
            pages, used = pages + 1, header
        used += row
    return pages + (used + below > room)


def _header_height(grid: Grid, fit: Fit) -> float:
    heights = [fit.step.row] * grid.table.header_rows
    for head in sorted(grid.heads, key=lambda head: head.rows):
        lines = line_count(head.text, fit.chars(head.column, head.columns))
        last = head.row + head.rows
        heights[last - 1] += max(lines * fit.step.line + _RULE - sum(heights[head.row : last]), 0)
    return sum(heights)


def _higher_rows(grid: Grid, fit: Fit) -> dict[int, float]:
    """Return the heights of the rows in which a name wraps to more than fits in the usual height."""
    higher: dict[int, float] = {}
    for c, strip in enumerate(grid.strips):
        if strip.is_figures or (strip.is_single and strip.widest <= fit.chars(c) and "\n" not in "".join(strip.texts)):
            continue
        known: dict[tuple[str, int, int], float] = {}  # names repeat, and measuring them is what takes time
        for r, (cell, text) in enumerate(zip(strip.cells, strip.texts, strict=True)):
            if cell.rows != 1:
                continue
            look = (text, cell.columns, cell.indent)
            height = known.get(look)
            if height is None:
                lines = line_count(text, fit.chars(c, cell.columns) - INDENT * cell.indent)
                height = known[look] = lines * fit.step.line + _RULE
            if height > fit.step.row and height > higher.get(r, 0):
                higher[r] = height
    return higher
