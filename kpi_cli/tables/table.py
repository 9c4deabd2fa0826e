"""The neutral table that every output renders: terminal, CSV, JSON, Markdown, XLSX, DOCX and plugins.

Spans, number formats, blanks and notes are decided here once, never again in an exporter. Coordinates are
0-based (row, column) over `Table.rows`, header rows first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli import money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from kpi_cli.tables.selection import Selection

UNKNOWN_TEXT = "—"
"""What is printed for a figure that nobody can know from the ledger; nothing is printed for one that does not apply."""


class Role(StrEnum):
    """What a row or cell is, for its style: header, item, subtotal, total, filler."""

    HEAD = "head"
    ITEM = "item"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    FILLER = "filler"


class State(StrEnum):
    """What a cell holds. Zero, empty and unknown are three different things.

    TEXT: words or a code. AMOUNT: a known amount, zero included. EMPTY: no record is about it, so the amount is
    zero by absence. UNKNOWN: the ledger cannot tell. BLANK: nothing belongs here. COVERED: lies under a span.
    """

    TEXT = "text"
    AMOUNT = "amount"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    BLANK = "blank"
    COVERED = "covered"


class NumberFormat(NamedTuple):
    """How a number is printed.

    Attributes:
      money_unit: 元 or 万元; "%" for a percentage, whose value is then already a percentage.
      places: Decimals.
      zero: `blank`, `0` or `0.00`: how zero is printed.
      thousands: `,` between thousands in print; never in CSV or JSON.
    """

    money_unit: str
    places: int
    zero: str = "blank"
    thousands: bool = True

    def number(self, value: Decimal) -> Decimal:
        """Give the number that is printed for an exact value (yuan, or percent): converted and rounded once."""
        if self.money_unit == "%":
            return money.round_half_up(value, self.places)
        return money.display(value, self.money_unit, self.places)

    def text(self, value: Decimal, *, thousands: bool = False) -> str:
        """Print an exact value; zero according to `zero`."""
        number = self.number(value)
        if not number:
            return {"blank": "", "0": "0"}.get(self.zero, money.plain(number))
        return money.plain(number, thousands=thousands and self.thousands)


class Sum(NamedTuple):
    """A figure that a spreadsheet can recompute as the sum of other cells of its table."""

    cells: tuple[tuple[int, int], ...]


class Difference(NamedTuple):
    """`minuend - subtrahend`, both cells of the same table."""

    minuend: tuple[int, int]
    subtrahend: tuple[int, int]


class Growth(NamedTuple):
    """`(current - base) / base × 100`, both cells of the same table."""

    current: tuple[int, int]
    base: tuple[int, int]


Formula = Sum | Difference | Growth


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
      state: What it holds.
      text: Words, where state is TEXT.
      value: Exact yuan (or percent), where state is AMOUNT or EMPTY; EMPTY has 0.
      format: How `value` is printed.
      role: For its style.
      rows: Rows that it spans, itself included.
      columns: Columns that it spans.
      indent: Steps to the right, for names of lower levels.
      align: `left`, `center` or `right`.
      formula: For a figure that is a sum, difference or rate of other cells.
      selection: The records behind a leaf figure; a formula's records are those of its cells.
    """

    state: State
    text: str = ""
    value: Decimal | None = None
    format: NumberFormat | None = None
    role: Role = Role.ITEM
    rows: int = 1
    columns: int = 1
    indent: int = 0
    align: str = "left"
    formula: Formula | None = None
    selection: Selection | None = None

    @property
    def is_number(self) -> bool:
        """Tell whether the cell has a known amount."""
        return self.value is not None

    @property
    def plain(self) -> str:
        """The text for CSV and JSON: `.` as the point, no separators, "" for blank, — for unknown."""
        return self._shown(thousands=False)

    @property
    def printed(self) -> str:
        """The text for a page: with separators where the table has them."""
        return self._shown(thousands=True)

    def _shown(self, *, thousands: bool) -> str:
        if self.value is not None and self.format is not None:
            return self.format.text(self.value, thousands=thousands)
        return UNKNOWN_TEXT if self.state is State.UNKNOWN else self.text


COVERED = Cell(State.COVERED)
"""A cell under the span of another."""


class Column(NamedTuple):
    """A column of a table.

    Attributes:
      id: Name within the table.
      kind: `code`, `label`, `amount` or `percent`.
      chars: Preferred width in half-width characters (a Chinese character counts 2).
      title: Its own header text, the lowest one.
    """

    id: str
    kind: str
    chars: int
    title: str


@dataclass(frozen=True)
class Block:
    """A group of neighbouring columns about one kind of record: its structure, for rules and trace.

    Attributes:
      scope: The records that belong in it.
      first: Its first column.
      last: Its last column, inclusive.
      keys: Per row a key that finds it again: a subject code, a fixed row's id, or "".
      column_sums: Column → the columns of the same row that it adds.
      row_sums: Row → the rows of the same column that it adds.
      memo: “其中” columns, which repeat what others count.
    """

    scope: Selection
    first: int
    last: int
    keys: tuple[str, ...]
    column_sums: Mapping[int, tuple[int, ...]]
    row_sums: Mapping[int, tuple[int, ...]]
    memo: frozenset[int] = frozenset()

    def row(self, key: str) -> int | None:
        """Return the row with this key, the first one where several have it."""
        return self._row_of.get(key)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {key: row for row, key in reversed(list(enumerate(self.keys)))}


@dataclass(frozen=True)
class Table:
    """One of the nine tables (or any other): everything that is needed to print it, nothing that computes it.

    Attributes:
      id: 1–9.
      role: Its role, the same in all sets: summary, income, expenditure, appropriation, general, basic, sangong, …
      name: Short name, for a sheet tab or a heading.
      title: Full title as printed above it.
      label: The line at the left above it, such as `编制部门：上海市财政局`.
      unit_label: The line at the right above it, such as `单位：元`.
      department: Name of the department or unit.
      money_unit: 元 or 万元, of its amounts.
      columns: From left to right, of all blocks.
      rows: Cells, header rows first; every row has one cell per column.
      header_rows: How many of `rows` are header.
      note: Note printed below, or "".
      title_row: 1-based sheet row of the title.
      label_row: 1-based sheet row of label and unit.
      first_row: 1-based sheet row of `rows[0]`.
      number: Printed at the top left (`表1`, `公开01表`), or "".
      source: Document that prescribes the form.
      blocks: Its structure, from left to right.
    """

    id: int
    role: str
    name: str
    title: str
    label: str
    unit_label: str
    department: str
    money_unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int
    note: str = ""
    title_row: int = 1
    label_row: int = 2
    first_row: int = 3
    number: str = ""
    source: str = ""
    blocks: tuple[Block, ...] = field(default=(), repr=False)

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows below the header."""
        return self.rows[self.header_rows :]

    @property
    def is_empty(self) -> bool:
        """Tell whether no figure of the table has a record behind it."""
        return not any(cell.state in (State.AMOUNT, State.UNKNOWN) for row in self.body for cell in row)

    def plain_rows(self) -> Iterator[list[str]]:
        """Yield the rows as CSV and JSON show them: rectangular, text of a merged cell in its top-left cell."""
        for row in self.rows:
            yield [cell.plain for cell in row]

    def header_path(self, column: int) -> list[str]:
        """Return the header texts above a column, from the top down."""
        return [
            cell.text
            for row in self.rows[: self.header_rows]
            for c, cell in enumerate(row)
            if cell.state is State.TEXT and cell.text and c <= column < c + cell.columns
        ]

    def figures(self) -> Iterator[tuple[int, int, Cell]]:
        """Yield (row, column, cell) of every figure, unknown ones included."""
        for r, row in enumerate(self.rows):
            for c, cell in enumerate(row):
                if cell.state in (State.AMOUNT, State.EMPTY, State.UNKNOWN):
                    yield r, c, cell


def address(row: int, column: int) -> str:
    """Return the A1 address of a sheet row (1-based) and a column (0-based)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
