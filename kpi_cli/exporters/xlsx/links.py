"""Links from a figure to its records on the sheet 台账, for every figure that records make up.

Sets of records are whole numbers with a bit for each record, so that a figure costs a few operations however long
the ledger is.
"""

from __future__ import annotations

import re
from functools import reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING

from kpi_cli.exporters.xlsx.ledger_list import FIRST_ROW
from kpi_cli.tables.table import Difference, Growth, Sum, address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi_cli.exporters.xlsx.ledger_list import LedgerList
    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.tables.selection import Selection
    from kpi_cli.tables.table import Cell, Formula, Table

ROW_LIMIT = 2000
"""A longer table gets no links: a sheet holds 65,530 of them, and each one takes as long as writing its cell."""

_RUNS_NAMED = 15
"""How many blocks of rows a tip names; it holds 255 characters."""

_Position = tuple[int, int]


class Links:
    """The links of one workbook.

    Args:
      records: The sheet 台账.
      sheet: Its name.
    """

    def __init__(self, records: LedgerList, sheet: str) -> None:
        self._records = records.records
        self._sheet = sheet
        self._last_column = address(1, max(len(records.columns) - 1, 0))[:-1]
        self._sets: dict[tuple[str, str], dict[object, int]] = {}
        self._found: dict[tuple[str, str, frozenset[object] | str | None], int] = {}

    def add(self, sheet: Sheet, table: Table) -> None:
        """Link the figures of a table; cells keep their numbers, formulas and looks."""
        if len(table.rows) > ROW_LIMIT or not self._records:
            return
        known: dict[_Position, int] = {}
        for r, c, cell in table.figures():
            found = self._behind(table, (r, c), cell, known) if cell.value else 0
            if found:
                runs = _runs(found)
                cells = f"A{runs[0][0]}:{self._last_column}{runs[0][1]}"
                sheet.link(table.first_row - 1 + r, c, self._sheet, cells, _tip(found.bit_count(), runs))

    def _behind(self, table: Table, at: _Position, cell: Cell, known: dict[_Position, int]) -> int:
        """Return the records of this year behind a figure."""
        if at not in known:
            known[at] = 0  # also ends a circle, which no table has
            own = self._selected(cell.selection) if cell.selection is not None else 0
            parts = (self._behind(table, (r, c), table.rows[r][c], known) for r, c in _parts(cell.formula))
            known[at] = reduce(or_, parts, own)
        return known[at]

    def _selected(self, selection: Selection) -> int:
        if selection.year_offset:
            return 0
        kind = selection.records
        found = self._meeting(kind, "", None)
        for name, allowed in selection.values:
            found &= self._meeting(kind, name, allowed)
        for name, prefix in selection.prefixes:
            found &= self._meeting(kind, name, prefix)
        return found

    def _meeting(self, kind: str, name: str, condition: frozenset[object] | str | None) -> int:
        """Return the records of a kind whose field has one of some values, or begins with a prefix; None is all."""
        key = (kind, name, condition)
        if key not in self._found:
            sets = self._by_value(kind, name)
            if condition is None:
                self._found[key] = _union(sets.values())
            elif isinstance(condition, str):
                self._found[key] = _union(own for value, own in sets.items() if str(value).startswith(condition))
            else:
                self._found[key] = _union(sets.get(value, 0) for value in condition)
        return self._found[key]

    def _by_value(self, kind: str, name: str) -> dict[object, int]:
        """Return the records of a kind by the value of a field."""
        if (kind, name) not in self._sets:
            places: dict[object, list[int]] = {}
            for i, (its_kind, record) in enumerate(self._records):
                if its_kind == kind:
                    places.setdefault(getattr(record, name, None), []).append(i)
            self._sets[kind, name] = {value: _bits(found) for value, found in places.items()}
        return self._sets[kind, name]


def _bits(places: list[int]) -> int:
    octets = bytearray(places[-1] // 8 + 1)
    for place in places:
        octets[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(octets, "little")


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def _parts(formula: Formula | None) -> tuple[_Position, ...]:
    if isinstance(formula, Sum):
        return formula.cells
    if isinstance(formula, Difference):
        return (formula.minuend, formula.subtrahend)
    return (formula.current, formula.base) if isinstance(formula, Growth) else ()


def _runs(records: int) -> list[tuple[int, int]]:
    """Return the first blocks of neighbouring records as (first, last) sheet rows, one more than a tip names."""
    blocks = re.finditer("1+", f"{records:b}"[::-1])
    return [(FIRST_ROW + m.start(), FIRST_ROW + m.end() - 1) for m in islice(blocks, _RUNS_NAMED + 1)]


def _tip(count: int, runs: list[tuple[int, int]]) -> str:
    """Name the rows, as many as a tip can hold."""
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    more = "…" if len(texts) > _RUNS_NAMED else ""
    return f"台账 {count} 条：第 {'、'.join(texts[:_RUNS_NAMED])}{more} 行"
