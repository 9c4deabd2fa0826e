"""Links from a figure to its records on the sheet 台账, for every figure that records make up."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kpi_cli.exporters.xlsx.ledger_list import FIRST_ROW
from kpi_cli.tables.table import Difference, Growth, Sum, address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.exporters.xlsx.ledger_list import LedgerList
    from kpi_cli.exporters.xlsx.sheet import Sheet
    from kpi_cli.tables.selection import Selection
    from kpi_cli.tables.table import Cell, Formula, Table

WORK_LIMIT = 500_000
"""Figures times records that are looked at; a workbook beyond it gets no links, since finding them would take longer
than writing it, and the sheet's filters answer the same question."""
_TIP_LIMIT = 255


class Links:
    """The links of one workbook.

    Args:
      records: The sheet 台账.
      sheet: Its name.
    """

    def __init__(self, records: LedgerList, sheet: str) -> None:
        self._sheet = sheet.replace("'", "''")
        self._by_kind: dict[str, list[tuple[int, object]]] = {}
        for row, (kind, record) in enumerate(records.records, FIRST_ROW):
            self._by_kind.setdefault(kind, []).append((row, record))
        self._last = address(1, max(len(records.columns) - 1, 0))[:-1]
        self._work = 0

    def add(self, sheet: Sheet, table: Table) -> None:
        """Link the figures of a table; cells keep their numbers, formulas and looks."""
        figures = [(r, c, cell) for r, c, cell in table.figures() if cell.value]
        self._work += len(figures) * max(map(len, self._by_kind.values()), default=0)
        if self._work > WORK_LIMIT:
            return
        known: dict[tuple[int, int], tuple[int, ...]] = {}
        for r, c, cell in figures:
            rows = self._rows(table, (r, c), cell, known)
            if rows:
                runs = _runs(rows)
                first, last = runs[0]
                target = f"internal:'{self._sheet}'!A{first}:{self._last}{last}"
                sheet.link(table.first_row - 1 + r, c, target, _tip(runs))

    def _rows(
        self, table: Table, at: tuple[int, int], cell: Cell, known: dict[tuple[int, int], tuple[int, ...]]
    ) -> tuple[int, ...]:
        """Return the sheet rows of the records behind a figure, of this year."""
        if at not in known:
            known[at] = ()  # also ends a circle, which no table has
            found: set[int] = set()
            if cell.selection is not None and not cell.selection.year_offset:
                found.update(self._selected(cell.selection))
            for r, c in _parts(cell.formula):
                found.update(self._rows(table, (r, c), table.rows[r][c], known))
            known[at] = tuple(sorted(found))
        return known[at]

    def _selected(self, selection: Selection) -> Iterator[int]:
        records = self._by_kind.get(selection.records, [])
        asked = {name for name, _ in (*selection.values, *selection.prefixes)}
        if records and all(hasattr(records[0][1], name) for name in asked):
            is_selected = selection.predicate()
            yield from (row for row, record in records if is_selected(record))


def _parts(formula: Formula | None) -> tuple[tuple[int, int], ...]:
    if isinstance(formula, Sum):
        return formula.cells
    if isinstance(formula, Difference):
        return (formula.minuend, formula.subtrahend)
    return (formula.current, formula.base) if isinstance(formula, Growth) else ()


def _runs(rows: tuple[int, ...]) -> list[tuple[int, int]]:
    ends = [0, *(i for i, (a, b) in enumerate(pairwise(rows), 1) if b != a + 1), len(rows)]
    return [(rows[a], rows[b - 1]) for a, b in pairwise(ends)]


def _tip(runs: list[tuple[int, int]]) -> str:
    """Name the rows, as many as a tip can hold."""
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    count = sum(last - first + 1 for first, last in runs)
    while len(made := f"台账 {count} 条：第 {'、'.join(texts)} 行") > _TIP_LIMIT:
        texts = [*texts[:-2], "…"]
    return made
