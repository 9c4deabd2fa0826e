"""A table turned on its side: its body column by column, with what each cell prints.

Layout and XML both ask the same things of a whole column; asking cell by cell takes several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.text import clean, display_width
from kpi_cli.tables.table import State

if TYPE_CHECKING:
    from decimal import Decimal

    from kpi_cli.tables.table import Cell, Column, Table


INDENT = 2
"""Half-width characters that one step of indent takes."""


Known = dict[int, dict["Decimal", str]]
"""What an amount prints, by the identity of its number format."""


@dataclass(frozen=True)
class Head:
    """A header cell: its text and the columns that it stands over."""

    text: str
    column: int
    columns: int
    row: int
    rows: int


@dataclass(frozen=True)
class Strip:
    """One column of the body.

    Attributes:
      cells: Its cells.
      texts: What they print.
      is_figures: Whether it holds amounts or rates.
      is_single: Whether no cell of it spans others.
      indent: The greatest indent of its cells.
      widest: What its widest text takes in half-width characters, indent included; spanning cells are left out.
    """

    cells: tuple[Cell, ...]
    texts: list[str]
    is_figures: bool
    is_single: bool
    indent: int
    widest: int

    @classmethod
    def of(cls, column: Column, cells: tuple[Cell, ...], known: Known) -> Strip:
        """Read a column; `known` is what the columns of the same table printed so far."""
        texts = _printed(cells, known)
        is_single = all(max(map(attrgetter(side), cells), default=1) == 1 for side in ("columns", "rows"))
        if column.kind in ("amount", "percent"):
            return cls(cells, texts, True, is_single, 0, max(map(len, texts), default=0))
        indent = max(map(attrgetter("indent"), cells), default=0)
        alone = set(texts)
        if not is_single:
            alone = {text for cell, text in zip(cells, texts, strict=True) if cell.columns == 1}
        widest = max(map(display_width, alone), default=0) + INDENT * indent
        return cls(cells, texts, False, is_single, indent, widest)


@dataclass(frozen=True)
class Grid:
    """The columns of a table.

    Attributes:
      table: The table.
      heads: Its header cells, row by row.
      strips: The columns of its body.
    """

    table: Table
    heads: tuple[Head, ...]
    strips: tuple[Strip, ...]

    @classmethod
    def of(cls, table: Table) -> Grid:
        """Read a table."""
        heads = tuple(
            Head(clean(cell.text), c, cell.columns, r, cell.rows)
            for r, row in enumerate(table.rows[: table.header_rows])
            for c, cell in enumerate(row)
            if cell.state is State.TEXT
        )
        columns = tuple(zip(*table.body, strict=True)) or ((),) * len(table.columns)
        known: Known = {}
        strips = (Strip.of(column, cells, known) for column, cells in zip(table.columns, columns, strict=True))
        return cls(table, heads, tuple(strips))


def _printed(cells: tuple[Cell, ...], known: Known) -> list[str]:
    """Return what the cells print; an amount is printed once, since most stand in several columns or are zero."""
    texts: list[str] = []
    shown: dict[Decimal, str] = {}
    last = None
    for cell in cells:
        if cell.value is None or cell.format is None:
            texts.append(cell.text or cell.printed)  # words print themselves, which is quicker than to ask
            continue
        if cell.format is not last:
            last = cell.format
            shown = known.setdefault(id(last), {})
        text = shown.get(cell.value)
        if text is None:
            text = shown[cell.value] = cell.printed
        texts.append(text)
    return texts
