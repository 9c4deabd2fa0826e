"""Widths of columns, size of type and number of pages of a table, so that no amount wraps and nothing is clipped.

Widths are twips (1/20 point), texts half-width characters (see `text.display_width`), heights points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.styles import STEPS, Step
from kpi_cli.exporters.docx.text import clean, display_width, line_count
from kpi_cli.tables.table import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpi_cli.tables.table import Table

Texts = list[list[str]]
"""The printed text of each cell, row by row."""

CELL_MARGIN = 70
"""Left and right of the text in a cell, as in the table style of the reference document."""

INDENT = 2
"""Half-width characters that one step of indent takes."""

_SLACK = 1.07
"""Bold type, and many stand-ins for 宋体, draw digits wider than half a character."""

_SHORT_HEAD = 8
_NARROWEST_LABEL = 20
_LABEL_SHARE = 0.6
_WIDEST_LABEL = 1.5
_RULE = 0.5


@dataclass(frozen=True)
class Fit:
    """How a table is set.

    Attributes:
      step: Size of its type.
      widths: Width of each column.
    """

    step: Step
    widths: tuple[int, ...]

    def chars(self, column: int, columns: int = 1) -> int:
        """Return how many half-width characters fit on a line of a cell over these columns."""
        width = sum(self.widths[column : column + columns]) - 2 * CELL_MARGIN
        return max(int(width / (self.step.points * 10)), 1)


def fitted(table: Table, texts: Texts, text_width: int) -> Fit:
    """Choose the size of type and the width of each column.

    The largest size is taken at which every amount and code stands on one line, headers on two, and names have
    room enough to wrap decently. What is left of the page then goes to the columns by their preferred widths.

    Args:
      table: The table.
      texts: What its cells print.
      text_width: Width between the margins of the page; the table takes all of it.
    """
    longest = _longest(table, texts)
    for step in STEPS:
        least = _least(table, longest, step)
        if sum(least) <= text_width:
            break
    else:
        total = sum(least)
        return Fit(step, _rounded([width * text_width / total for width in least], text_width, 0))
    return Fit(step, _spread(table, longest, least, text_width))


def _longest(table: Table, texts: Texts) -> list[int]:
    """Return what the widest text of each column needs; texts that span columns are left out."""
    body = texts[table.header_rows :]
    longest = []
    for c, (column, cells) in enumerate(zip(table.columns, zip(*body, strict=True), strict=False)):
        if column.kind in ("amount", "percent"):
            longest.append(max(map(len, cells)))
            continue
        rows = table.rows[table.header_rows :]
        spanning = {r for r, row in enumerate(rows) if row[c].columns > 1}
        indent = max((row[c].indent for row in rows), default=0)
        words = {text for r, text in enumerate(cells) if r not in spanning}
        longest.append(max((display_width(clean(text)) for text in words), default=0) + INDENT * indent)
    return longest or [0] * len(table.columns)


def _least(table: Table, longest: Sequence[int], step: Step) -> list[float]:
    """Return the least decent width of each column."""
    unit = step.points * 10 * _SLACK
    chars = []
    for column, words in zip(table.columns, longest, strict=True):
        if column.kind == "label":
            words = min(words, max(_NARROWEST_LABEL, int(column.chars * _LABEL_SHARE)))  # noqa: PLW2901
        chars.append(float(max(words, 2)))
    for c, columns, text in _heads(table):
        width = display_width(clean(text))
        needed = width if width <= _SHORT_HEAD else -(-width // 4) * 2  # two lines, whole Chinese characters
        missing = needed - sum(chars[c : c + columns])
        if missing > 0:
            for k in range(c, c + columns):
                chars[k] += missing / columns
    return [count * unit + 2 * CELL_MARGIN for count in chars]


def _heads(table: Table) -> Iterator[tuple[int, int, str]]:
    """Yield (column, columns, text) of the header cells, the narrow ones first."""
    cells = [
        (c, cell.columns, cell.text)
        for row in table.rows[: table.header_rows]
        for c, cell in enumerate(row)
        if cell.state is State.TEXT
    ]
    yield from sorted(cells, key=lambda cell: cell[1])


def _spread(table: Table, longest: Sequence[int], least: list[float], text_width: int) -> tuple[int, ...]:
    """Give what is left to the columns that are narrower than their share of the page."""
    preferred = []
    for column, words in zip(table.columns, longest, strict=True):
        wanted = column.chars
        if column.kind == "label":
            wanted = max(wanted, min(words + 1, int(wanted * _WIDEST_LABEL)))
        preferred.append(wanted)
    share = text_width / max(sum(preferred), 1)
    wishes = [max(wanted * share - width, 0.0) for wanted, width in zip(preferred, least, strict=True)]
    spare = text_width - sum(least)
    total = sum(wishes)
    widths = [width + spare * wish / total if total else width for width, wish in zip(least, wishes, strict=True)]
    return _rounded(widths, text_width, max(range(len(widths)), key=widths.__getitem__, default=0))


def _rounded(widths: Sequence[float], text_width: int, rest: int) -> tuple[int, ...]:
    """Cut to whole twips; the column `rest` takes what is missing to the width of the page."""
    whole = [int(width) for width in widths]
    if whole:
        whole[rest] += text_width - sum(whole)
    return tuple(whole)


def page_count(table: Table, texts: Texts, fit: Fit, *, height: float, first: float) -> int:
    """Estimate how many pages the table takes.

    Args:
      table: The table.
      texts: What its cells print.
      fit: How it is set.
      height: Of the page between its margins, in points.
      first: What stands above the table on its first page, in points.
    """
    heights = list(_row_heights(table, texts, fit))
    header = sum(heights[: table.header_rows])
    pages, used = 1, first + header
    for row in heights[table.header_rows :]:
        if used + row > height:
            pages += 1
            used = header
        used += row
    return pages


def _row_heights(table: Table, texts: Texts, fit: Fit) -> Iterator[float]:
    step = fit.step
    words = [c for c, column in enumerate(table.columns) if column.kind not in ("amount", "percent")]
    room = [fit.chars(c) for c in range(len(table.columns))]
    usual = step.row + _RULE
    for r, (row, shown) in enumerate(zip(table.rows, texts, strict=True)):
        lines = 1
        for c in range(len(row)) if r < table.header_rows else words:
            text, cell = shown[c], row[c]
            if len(text) * 2 + INDENT * cell.indent > room[c] and cell.rows == 1:
                chars = fit.chars(c, cell.columns) - INDENT * cell.indent
                lines = max(lines, line_count(clean(text), chars))
        yield max(usual, lines * step.line + _RULE)
