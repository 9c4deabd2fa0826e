"""From a published table to the neutral Table: its cells as printed, with the structure of the set's definition.

What cannot be matched is kept as text and told as a doubt; no figure of it takes part in a rule.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi_cli import money
from kpi_cli.published.columns import is_same, match_columns, read_headers
from kpi_cli.published.numbers import PrintedPlaces, is_nothing, read_number
from kpi_cli.published.rows import OTHER, PrintedRows, RowMatcher
from kpi_cli.tables.table import UNKNOWN_TEXT, Block, Cell, Column, NumberFormat, Role, State, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kpi_cli.model.subjects import SubjectCatalogue
    from kpi_cli.published.reading import PublishedTable
    from kpi_cli.tables.definition import BlockDefinition, TableDefinition


@dataclass(frozen=True)
class Doubt:
    """Something of a published table that was not recognised: its line, what kind of thing, its text."""

    line: int
    detail: str
    text: str


@dataclass(frozen=True)
class Matched:
    """A table that was matched.

    Attributes:
      table: With blocks, as far as rows and columns were recognised.
      doubts: What was not recognised.
    """

    table: Table
    doubts: tuple[Doubt, ...]


def best_definition(published: PublishedTable, candidates: Iterable[TableDefinition]) -> TableDefinition:
    """Choose the form of a table whose columns fit best; the first one where several do."""
    headers = read_headers(published.rows[: published.header_rows])
    best, most = None, (-1, 0)
    for definition in candidates:
        columns = [column for block in definition.blocks for column in block.columns]
        exact = sum(is_same(columns[i], headers[c]) for i, c in match_columns(headers, columns).items())
        score = (exact, -abs(len(headers) - sum(not column.optional for column in columns)))
        if score > most:
            best, most = definition, score
    assert best is not None
    return best


def match_table(
    published: PublishedTable, definition: TableDefinition, names: SubjectCatalogue, department: str
) -> Matched:
    """Give a published table the structure of its definition.

    Args:
      published: The table as printed.
      definition: Of the same number.
      names: Subject names of the year.
      department: For the table's own label.
    """
    return _Match(published, definition, names).result(department)


class _Match:
    def __init__(self, published: PublishedTable, definition: TableDefinition, names: SubjectCatalogue) -> None:
        self.published = published
        self.definition = definition
        self.names = names
        self.heads = published.rows[: published.header_rows]
        self.headers = read_headers(self.heads)
        self.body = published.rows[published.header_rows :]
        columns = [column for block in definition.blocks for column in block.columns]
        self.places = match_columns(self.headers, columns)
        self.doubts: list[Doubt] = []
        self.kinds = ["text"] * len(self.headers)
        for i, c in self.places.items():
            self.kinds[c] = {"code": "code", "label": "label", "growth": "percent"}.get(columns[i].kind, "amount")
        self.ids = {c: columns[i].id for i, c in self.places.items()}
        self.decimals = PrintedPlaces(self.body, [c for c, kind in enumerate(self.kinds) if kind == "amount"])

    def result(self, department: str) -> Matched:
        own, definition = self.published, self.definition
        blocks = tuple(self._blocks())
        self._doubt_columns()
        rows = [*map(_head, self.heads), *self._cells(blocks)]
        columns = tuple(
            Column(self.ids.get(c, ""), self.kinds[c], 16, header.text) for c, header in enumerate(self.headers)
        )
        table = Table(
            own.number,
            definition.role,
            definition.name,
            own.title or definition.name,
            own.organisation,
            f"单位：{own.unit}",
            own.organisation or department,
            own.unit,
            columns,
            tuple(rows),
            own.header_rows,
            own.note,
            first_row=1,
            source=own.file,
            blocks=tuple(block for block, _ in blocks),
        )
        return Matched(table, tuple(self.doubts))

    # structure

    def _blocks(self) -> Iterator[tuple[Block, PrintedRows]]:
        start = 0
        for definition in self.definition.blocks:
            here = {i: self.places[start + i] for i in range(len(definition.columns)) if start + i in self.places}
            start += len(definition.columns)
            if here:
                yield self._block(definition, here)

    def _block(self, definition: BlockDefinition, here: Mapping[int, int]) -> tuple[Block, PrintedRows]:
        rows = RowMatcher(definition, here, self.names, self.heads).match(self.body)
        top = self.published.header_rows
        first, last = min(here.values()), max(here.values())
        for number in rows.unknown:
            text = "".join(self.body[number][first : last + 1])[:20]
            self.doubts.append(Doubt(top + number + 1, "没有认出该行", text))
        keys = [""] * top + [f"{OTHER}{n}" if key == OTHER else key for n, key in enumerate(rows.keys)]
        row_sums = {top + row: tuple(top + part for part in parts) for row, parts in rows.sums.items()}
        memo = frozenset(here[i] for i, column in enumerate(definition.columns) if column.memo and i in here)
        sums = self._column_sums(definition, here, first, last)
        return Block(definition.scope, first, last, tuple(keys), sums, row_sums, memo), rows

    def _column_sums(
        self, definition: BlockDefinition, here: Mapping[int, int], first: int, last: int
    ) -> dict[int, tuple[int, ...]]:
        """Take over the sums of columns: a part that is not printed was zero.

        Not so where a column with figures was not recognised: it may belong in them.
        """
        known = set(here.values())
        if any(c not in known and self._is_numeric(c) for c in range(first, last + 1)):
            return {}
        index = {column.id: i for i, column in enumerate(definition.columns) if column.id}
        sums = {}
        for i, column in enumerate(definition.columns):
            if column.kind == "sum" and i in here:
                printed = [here[index[name]] for name in column.parts if index[name] in here]
                if printed:
                    sums[here[i]] = tuple(printed)
        return sums

    def _is_numeric(self, c: int) -> bool:
        return any(read_number(row[c]) is not None for row in self.body)

    def _doubt_columns(self) -> None:
        for c, header in enumerate(self.headers):
            if c not in self.ids and self._is_numeric(c):
                self.doubts.append(Doubt(self.published.header_rows, f"没有认出第 {c + 1} 列", header.text))

    # cells

    def _cells(self, blocks: Sequence[tuple[Block, PrintedRows]]) -> Iterator[tuple[Cell, ...]]:
        top = self.published.header_rows
        for number, row in enumerate(self.body):
            cells = [self._words(text, c) for c, text in enumerate(row)]
            for block, rows in blocks:
                if rows.keys[number]:
                    role = Role.TOTAL if rows.keys[number] == "total" else Role.ITEM
                    role = Role.SUBTOTAL if role is Role.ITEM and top + number in block.row_sums else role
                    for c in range(block.first, block.last + 1):
                        if self.kinds[c] in ("amount", "percent"):
                            cells[c] = self._figure(number, c, role)
            yield tuple(cells)

    def _words(self, text: str, c: int) -> Cell:
        if self.kinds[c] == "code":  # full-width digits are digits
            text = unicodedata.normalize("NFKC", text)
        return Cell(State.TEXT if text else State.BLANK, text)

    def _figure(self, number: int, c: int, role: Role) -> Cell:
        text, is_percent = self.body[number][c], self.kinds[c] == "percent"
        value = read_number(text)
        unit = "%" if is_percent else self.published.unit
        places = money.printed_places(value or 0) if is_percent else self.decimals.of(number, c)
        own = NumberFormat(unit, places, "0.00")
        if value is not None:
            return Cell(State.AMOUNT, value=value if is_percent else money.in_yuan(value, unit), format=own, role=role)
        if is_nothing(text):
            return Cell(State.EMPTY, value=Decimal(0), format=own, role=role)
        if text.strip(UNKNOWN_TEXT):
            self.doubts.append(Doubt(self.published.header_rows + number + 1, "不是数字", text))
        return Cell(State.UNKNOWN, text, format=own, role=role)


def _head(row: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Cell(State.TEXT if text else State.BLANK, text, role=Role.HEAD) for text in row)
