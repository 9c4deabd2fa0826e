"""A table turned on its side: its body column by column, with what each cell prints.

Layout and XML both ask the same things of a whole column; asking cell by cell takes several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from kpi_cli.exporters.docx.text import clean
from kpi_cli.tables.table import State

if TYPE_CHECKING:
    from kpi_cli.tables.table import Cell, Column, Table


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
    """

    cells: tuple[Cell, ...]
    texts: list[str]
    is_figures: bool
    is_single: bool
    indent: int

    @classmethod
    def of(cls, column: Column, cells: tuple[Cell, ...]) -> Strip:
        """Read a column."""
        # A cell with words prints just them; asking first is quicker than working out what any cell prints.
        texts = [cell.text or cell.printed for cell in cells]
        spans = (max(map(attrgetter(side), cells), default=1) for side in ("columns", "rows"))
        indent = max(map(attrgetter("indent"), cells), default=0)
        return cls(cells, texts, column.kind in ("amount", "percent"), set(spans) == {1}, indent)


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
        return cls(table, heads, tuple(map(Strip.of, table.columns, columns)))
