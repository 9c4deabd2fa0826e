"""The cells of a block: leaf figures summed in one pass per column, all others made from cells of the same table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.tables.rows import BlockRows, Row, TableFacts
from kpi_cli.tables.table import COVERED, Block, Cell, Difference, Formula, Growth, NumberFormat, Role, State, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.tables.definition import BlockDefinition, ColumnDefinition, RowDefinition
    from kpi_cli.tables.selection import Selection

_PERCENT_PLACES = 2


class BlockCells(BlockRows):
    """One block with the amounts of its leaves and the formulas of its other figures.

    Args:
      definition: The block.
      facts: What the table is computed from.
      number_format: How amounts are printed where a column does not say otherwise.
    """

    def __init__(self, definition: BlockDefinition, facts: TableFacts, number_format: NumberFormat) -> None:
        """Lay out the rows; cells are made when asked for."""
        super().__init__(definition, facts)
        self.format = number_format
        self._grouped: dict[tuple[int, int, int], dict[str, tuple[State, Decimal | None]]] = {}
        self._made: dict[tuple[int, int], Cell] = {}
        self._within: dict[int, Selection] = {}

    def structure(self, height: int) -> Block:
        """Describe the block to rules and trace, in the table's coordinates; to be called after `cells`."""
        top, left = self._top, self._left
        keys = [""] * (top + height)
        for row in self.rows:
            keys[top + row.at] = row.key
        column_sums = {
            left + c: tuple(left + self.index[part] for part in column.parts if part in self.index)
            for c, column in enumerate(self.columns)
            if column.kind == "sum"
        }
        row_sums = {
            top + row.at: tuple(top + child.at for child in self.children_of(row)) for row in self.rows if row.is_sum
        }
        memo = frozenset(left + c for c, column in enumerate(self.columns) if column.memo)
        return Block(self.scope, left, left + len(self.columns) - 1, tuple(keys), column_sums, row_sums, memo)

    def cells(self, top: int, left: int) -> dict[int, list[Cell]]:
        """Make the block's cells, by line; formulas refer to the whole table's rows and columns."""
        self._top, self._left = top, left
        lines: dict[int, list[Cell]] = _Lines(len(self.columns))
        for row in self.rows:
            lines[row.at] = self._line(row)
        return lines

    def _line(self, row: Row) -> list[Cell]:
        cells = [self._cell(row, c) for c in range(len(self.columns))]
        texts = next((i for i, c in enumerate(self.columns) if c.kind not in ("code", "label")), len(self.columns))
        if not row.is_grown and texts > 1:  # 合计 stands across the code and name columns
            cells[:texts] = [
                Cell(State.TEXT, row.label, role=row.role, columns=texts, align="center"),
                *[COVERED] * (texts - 1),
            ]
        return cells

    def _cell(self, row: Row, c: int) -> Cell:
        key = (id(row), c)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(row, c)
        return made

    def _make(self, row: Row, c: int) -> Cell:
        column = self.columns[c]
        if column.kind == "code":
            start, end = column.digits
            text = row.code[start:end] if end else row.code
            return Cell(State.TEXT if text else State.BLANK, text, role=row.role, align="center")
        if column.kind == "label":
            align = "center" if row.role is Role.TOTAL else "left"
            return Cell(State.TEXT, row.label, role=row.role, indent=row.indent, align=align)
        if column.kind in ("difference", "growth"):
            return self._compared(row, c)
        if row.is_sum:
            return self._sum(row, c, [(child, c) for child in self.children_of(row)])
        if column.kind == "sum":
            return self._sum(row, c, [(row, self.index[part]) for part in column.parts if part in self.index])
        return self._leaf(row, c)

    def _format(self, column: ColumnDefinition) -> NumberFormat:
        if column.kind == "growth":
            return NumberFormat("%", _PERCENT_PLACES if column.decimals is None else column.decimals, "0.00")
        if column.decimals is None:
            return self.format
        own = self.format
        return NumberFormat(own.money_unit, column.decimals, own.zero, own.thousands)

    def _figure(
        self,
        row: Row,
        c: int,
        state: State,
        value: Decimal | None,
        formula: Formula | None,
        selection: Selection | None,
    ) -> Cell:
        return Cell(
            state,
            value=value,
            format=self._format(self.columns[c]),
            role=row.role,
            align="right",
            formula=formula,
            selection=selection,
        )

    def _leaf(self, row: Row, c: int) -> Cell:
        column, records = self.columns[c], self.by_column[c]
        if row.selection is None or column.selection is None:
            return Cell(State.BLANK, role=row.role)
        if id(row) not in self._within:
            self._within[id(row)] = self.scope.and_(row.selection)
        selection = self._within[id(row)].and_(column.selection)
        if records is None:
            return self._comparative(row, c, selection)
        if row.exact is not None:
            state, value = self._by_code(c, row.definition, 0).get(row.exact, (State.EMPTY, Decimal(0)))
        elif row.is_grown:
            state, value = self._by_code(c, row.definition, len(row.code)).get(row.code, (State.EMPTY, Decimal(0)))
        else:
            state, value = _total(row.selection.pick(records))
        return self._figure(row, c, state, value, None, selection)

    def _by_code(self, c: int, group: RowDefinition, length: int) -> dict[str, tuple[State, Decimal | None]]:
        """Sum a column's records by the first `length` digits of a code (0: by the whole value), in one pass."""
        key = (c, id(group), length)
        if key not in self._grouped:
            found: dict[str, list[Any]] = {}
            records: Iterable[Any] = self.by_column[c] or ()
            if group.selection and (group.selection.values or group.selection.prefixes):
                records = group.selection.pick(records)
            for record in records:
                code = getattr(record, group.grow)
                found.setdefault(code[:length] if length else code, []).append(record)
            self._grouped[key] = {code: _total(own) for code, own in found.items()}
        return self._grouped[key]

    def _comparative(self, row: Row, c: int, selection: Selection) -> Cell:
        value = self._stated(row, c)
        state = State.UNKNOWN if value is None else State.AMOUNT
        return self._figure(row, c, state, value, None, selection if value is not None else None)

    def _stated(self, row: Row, c: int) -> Decimal | None:
        """Return last year's figure as comparatives.toml states it."""
        figure = row.definition.figure or self.columns[c].figure
        return self.facts.comparatives.get(figure.replace("{code}", row.code)) if figure else None

    def _is_previous(self, c: int) -> bool:
        column = self.columns[c]
        if column.selection is not None:
            return column.selection.year_offset < 0
        return bool(column.parts) and all(self._is_previous(self.index[p]) for p in column.parts if p in self.index)

    def _sum(self, row: Row, c: int, parts: list[tuple[Row, int]]) -> Cell:
        total, state, at, is_unknown = Decimal(0), State.EMPTY, [], False
        for r, k in parts:
            cell = self._cell(r, k)
            if cell.state is State.BLANK:
                continue
            at.append((self._top + r.at, self._left + k))
            if cell.state is State.AMOUNT:
                state = State.AMOUNT
            elif cell.state is State.UNKNOWN:
                is_unknown = True
            if cell.value is not None:
                total += cell.value
        if parts and not at:
            return Cell(State.BLANK, role=row.role)
        if is_unknown:
            value = self._stated(row, c) if self._is_previous(c) else None
            return self._figure(row, c, State.UNKNOWN if value is None else State.AMOUNT, value, None, None)
        return self._figure(row, c, state, total, Sum(tuple(at)) if at else None, None)

    def _compared(self, row: Row, c: int) -> Cell:
        column = self.columns[c]
        current_at, base_at = (self.index[part] for part in column.parts)
        current, base = self._cell(row, current_at), self._cell(row, base_at)
        if State.BLANK in (current.state, base.state):
            return Cell(State.BLANK, role=row.role)
        if current.value is None or base.value is None:
            return self._figure(row, c, State.UNKNOWN, None, None, None)
        refs = self._position(row, current_at), self._position(row, base_at)
        state = State.EMPTY if current.state is base.state is State.EMPTY else State.AMOUNT
        if column.kind == "difference":
            return self._figure(row, c, state, current.value - base.value, Difference(*refs), None)
        if not base.value:
            return Cell(State.BLANK, role=row.role)
        return self._figure(row, c, state, (current.value - base.value) / base.value * 100, Growth(*refs), None)

    def _position(self, row: Row, c: int) -> tuple[int, int]:
        return self._top + row.at, self._left + c


class _Lines(dict[int, list[Cell]]):
    """Lines of a block; a line without a row of its own is blank."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width

    def __missing__(self, line: int) -> list[Cell]:
        return [Cell(State.BLANK, role=Role.FILLER)] * self._width


def _total(records: Any) -> tuple[State, Decimal | None]:
    """Add amounts: no record is EMPTY, an unknown amount makes the sum UNKNOWN."""
    amounts = [record.amount for record in records]
    if None in amounts:
        return State.UNKNOWN, None
    return State.AMOUNT if amounts else State.EMPTY, sum(amounts, Decimal(0))
