"""Width of the columns and size of the type of a table, so that no amount wraps and nothing is clipped.

Widths are twips (1/20 point), texts half-width characters (see `text.display_width`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.styles import STEPS, Step
from kpi_cli.exporters.docx.text import clean, display_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.exporters.docx.grid import Grid, Strip

CELL_MARGIN = 70
"""Left and right of the text in a cell, as in the table style of the reference document."""

INDENT = 2
"""Half-width characters that one step of indent takes."""

_SLACK = 1.07
"""Bold type, and many stand-ins for 宋体, draw digits wider than half a character."""

_LINE_SLACK = 0.5
"""Half-width characters that a line of a header has to spare, so that rounding does not break it early."""

_SHORT_HEAD = 8
_NARROWEST = 2
_NARROWEST_LABEL = 20
_LABEL_SHARE = 0.6
_WIDEST_LABEL = 1.5


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

    def head_indent(self, text: str, column: int, columns: int) -> int:
        """Return the indent from both sides with which a header that wraps falls into lines of equal length.

        It turns 政府性基金预|算 into 政府性基|金预算 without a line break in the text.
        """
        room, width = self.chars(column, columns), display_width(text)
        lines = -(-width // room)
        if lines < 2 or "\n" in text:
            return 0
        even = -(-width // (2 * lines)) * 2 + _LINE_SLACK
        return max(int((room - even) * self.step.points * 5), 0)


def fitted(grid: Grid, text_width: int) -> Fit:
    """Choose the size of type and the width of each column.

    The largest size is taken at which every amount and code stands on one line, headers on two, and names have
    room enough to wrap decently. What is left of the page then goes to names, headers and preferred widths.

    Args:
      grid: The table.
      text_width: Between the margins of the page; the table takes all of it.
    """
    longest = [_longest(strip) for strip in grid.strips]
    for step in STEPS:
        least = _least(grid, longest, step)
        if sum(least) <= text_width:
            return Fit(step, _spread(grid, longest, least, step, text_width))
    total = sum(least)
    return Fit(step, _rounded([width * text_width / total for width in least], text_width))


def _longest(strip: Strip) -> int:
    """Return what the widest text of a column needs; texts that span columns are left out."""
    if strip.is_figures:
        return max(map(len, strip.texts), default=0)
    texts = set(strip.texts)
    if not strip.is_single:
        texts = {text for cell, text in zip(strip.cells, strip.texts, strict=True) if cell.columns == 1}
    return max((display_width(clean(text)) for text in texts), default=0) + INDENT * strip.indent


def _least(grid: Grid, longest: Sequence[int], step: Step) -> list[float]:
    """Return the least decent width of each column."""
    chars = []
    for column, words in zip(grid.table.columns, longest, strict=True):
        decent = max(_NARROWEST_LABEL, int(column.chars * _LABEL_SHARE))
        chars.append(float(max(min(words, decent) if column.kind == "label" else words, _NARROWEST)))
    for head in sorted(grid.heads, key=lambda head: head.columns):
        width = display_width(head.text)
        needed = width if width <= _SHORT_HEAD else -(-width // 4) * 2  # two lines, whole Chinese characters
        reach = range(head.column, head.column + head.columns)
        missing = needed - sum(chars[c] for c in reach)
        for c in reach:
            chars[c] += max(missing, 0) / head.columns
    return [_wide(count, step) for count in chars]


def _wide(chars: float, step: Step) -> float:
    return chars * step.points * 10 * _SLACK + 2 * CELL_MARGIN


def _spread(
    grid: Grid, longest: Sequence[int], least: list[float], step: Step, text_width: int
) -> tuple[int, ...]:
    """Give what is left, first to names that would wrap, then to headers, then to all by their preferred widths."""
    widths, columns = list(least), grid.table.columns
    names = [min(words, column.chars * _WIDEST_LABEL) for column, words in zip(columns, longest, strict=True)]
    _grant(widths, [_wide(chars, step) for chars in names], text_width)
    for head in grid.heads:
        reach = range(head.column, head.column + head.columns)
        missing = _wide(display_width(head.text), step) - sum(widths[c] for c in reach)
        if 0 < missing <= text_width - sum(widths):
            for c in reach:
                widths[c] += missing / head.columns
    share = text_width / max(sum(column.chars for column in columns), 1)
    _grant(widths, [column.chars * share for column in columns], text_width)
    return _rounded(widths, text_width)


def _grant(widths: list[float], targets: Sequence[float], text_width: int) -> None:
    """Widen columns towards their targets, in proportion where there is not enough for all."""
    wishes = [max(target - width, 0.0) for target, width in zip(targets, widths, strict=True)]
    total = sum(wishes)
    if total:
        part = min((text_width - sum(widths)) / total, 1.0)
        for c, wish in enumerate(wishes):
            widths[c] += wish * part


def _rounded(widths: Sequence[float], text_width: int) -> tuple[int, ...]:
    """Cut to whole twips; the widest column takes what is missing to the width of the page."""
    whole = [int(width) for width in widths]
    if whole:
        whole[whole.index(max(whole))] += text_width - sum(whole)
    return tuple(whole)
