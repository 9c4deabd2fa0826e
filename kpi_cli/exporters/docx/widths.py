"""Width of the columns and size of the type of a table, so that no amount wraps and nothing is clipped.

Widths are twips (1/20 point), texts half-width characters (see `text.display_width`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.styles import STEPS, Step
from kpi_cli.exporters.docx.text import display_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi_cli.exporters.docx.grid import Grid
    from kpi_cli.tables.table import Column

_SLACK = 1.07
"""Bold type, and many stand-ins for 宋体, draw digits wider than half a character."""

_ROOMY = 1.25
"""Where there is room, figures and short words stand on one line in a stand-in font as wide as this too."""
_SHORT_WORDS = 12

_LINE_SLACK = 0.5
"""Half-width characters that a line of a header has to spare, so that rounding does not break it early."""

_SHORT_HEAD = 8
"""A header this short stays on one line where longer ones take two."""
_NARROWEST = 2
_NARROWEST_LABEL = 20
_TIGHT_LABEL = 8
"""What is left to a name in a table that is too wide even so: amounts come before names."""
_LABEL_SHARE = 0.6
_WIDEST_LABEL = 1.5
_EASY = 4


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
        width = sum(self.widths[column : column + columns]) - 2 * self.step.margin
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


def fitted(grid: Grid, text_width: int, steps: Sequence[Step] = STEPS) -> Fit:
    """Choose the size of type and the width of each column.

    The largest size is taken at which every amount and code stands on one line and headers and names have room
    to wrap decently; at that size names get a line of their own before headers do. What is left of the page goes
    to the columns by their preferred widths.

    Args:
      grid: The table.
      text_width: Between the margins of the page; the table takes all of it.
      steps: Sizes of type, the largest first.
    """
    longest = [strip.widest for strip in grid.strips]
    columns = grid.table.columns
    decent = [_decent(column, words) for column, words in zip(columns, longest, strict=True)]
    least: list[float] = []
    for step in steps:
        for words, lines in ((longest, 1), (longest, 2), (decent, 2), (decent, step.head_lines)):
            least = _least(grid, words, lines, step)
            if sum(least) <= text_width:
                return Fit(step, _spread(grid, longest, least, step, text_width))
    tight = [
        min(words, _TIGHT_LABEL) if column.kind == "label" else words
        for column, words in zip(columns, longest, strict=True)
    ]
    least = _least(grid, tight, steps[-1].head_lines, steps[-1])
    total = sum(least)
    if total <= text_width:
        return Fit(steps[-1], _spread(grid, longest, least, steps[-1], text_width))
    return Fit(steps[-1], _rounded([width * text_width / total for width in least], text_width))


def _decent(column: Column, words: int) -> int:
    """Return what a column needs where its names may wrap."""
    if column.kind != "label":
        return words
    return min(words, max(_NARROWEST_LABEL, int(column.chars * _LABEL_SHARE)))


def _least(grid: Grid, words: Sequence[int], lines: int, step: Step) -> list[float]:
    """Return the least width of each column at which its texts and, on so many lines, its headers fit."""
    chars = [float(max(count, _NARROWEST)) for count in words]
    for head in sorted(grid.heads, key=lambda head: head.columns):
        width = display_width(head.text)
        needed = width if width <= _SHORT_HEAD // lines * 2 else -(-width // (2 * lines)) * 2
        reach = range(head.column, head.column + head.columns)
        missing = needed - sum(chars[c] for c in reach)
        for c in reach:
            chars[c] += max(missing, 0) / head.columns
    return [_wide(count, step) for count in chars]


def _wide(chars: float, step: Step) -> float:
    return chars * step.points * 10 * _SLACK + 2 * step.margin


def _spread(grid: Grid, longest: Sequence[int], least: list[float], step: Step, text_width: int) -> tuple[int, ...]:
    """Give what is left, first to figures, then to names that would wrap, then to all by their preferred widths."""
    widths, columns = list(least), grid.table.columns
    short = [
        words * _ROOMY if strip.is_figures or words <= _SHORT_WORDS else 0
        for strip, words in zip(grid.strips, longest, strict=True)
    ]
    _grant(widths, [_wide(chars, step) for chars in short], text_width)
    names = [min(words, column.chars * _WIDEST_LABEL) for column, words in zip(columns, longest, strict=True)]
    _grant(widths, [_wide(chars, step) for chars in names], text_width)
    # More room than its names need does a column no good.
    wanted = [
        min(column.chars, words + _EASY) if column.kind == "label" and words else column.chars
        for column, words in zip(columns, longest, strict=True)
    ]
    share = text_width / max(sum(wanted), 1)
    _grant(widths, [chars * share for chars in wanted], text_width)
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
