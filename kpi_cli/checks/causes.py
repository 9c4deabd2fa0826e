"""Root causes of findings on tables: the one cell that, put right, makes several failed relations hold.

A wrong cell breaks every sum and comparison that it is a term of, all by the same amount. Findings on sentences name
their cause themselves (`judged_lists`); here only those that name cells are linked.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kpi_cli.tables.table import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kpi_cli.checks.finding import Finding
    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Table

_TABLE, _CELL = re.compile(r"表(\d+)"), re.compile(r"表(\d+) ([A-Z]+\d+)")


class _Failed(NamedTuple):
    """A finding on cells: its position, how far it is off, and the cells that could be to blame."""

    position: int
    gap: Decimal
    cells: frozenset[str]


def with_causes(findings: Sequence[Finding], disclosure: Disclosure) -> tuple[Finding, ...]:
    """Give findings that follow from one wrong cell that cell as their cause.

    Args:
      findings: Of all rules.
      disclosure: Its tables tell which cells a sum is made of.
    Returns:
      The same findings in the same order; severities are unchanged, since each shows the error in its own place.
    """
    linked = list(findings)
    left = list(_failed(findings, disclosure))
    while cell := _commonest(left):
        for failed in [own for own in left if cell in own.cells]:
            linked[failed.position] = replace(linked[failed.position], cause=cell, about=cell)
        left = [own for own in left if cell not in own.cells]
    return tuple(linked)


def _commonest(left: Iterable[_Failed]) -> str:
    """The one cell that most failed relations share which are off by the same amount; "" where none stands out."""
    by_gap: dict[Decimal, Counter[str]] = defaultdict(Counter)
    for failed in left:
        by_gap[failed.gap].update(failed.cells)
    for counter in by_gap.values():
        (cell, count), *others = counter.most_common(2)
        if count > max([1, *(other for _, other in others)]):
            return cell
    return ""


def _failed(findings: Iterable[Finding], disclosure: Disclosure) -> Iterator[_Failed]:
    tables = {table.id: table for table in disclosure.tables}
    for position, finding in enumerate(findings):
        match, gap = _TABLE.match(finding.where), _gap(finding)
        table = tables.get(int(match[1])) if match else None
        if table is None or not gap or finding.cause:
            continue
        cells = {f"表{number} {cell}" for number, cell in _CELL.findall(finding.where)}
        if not cells:
            cells = set(_leaves(table))
        elif len(cells) == 1:
            cells |= set(_parts(table, next(iter(cells)).split()[1]))
        yield _Failed(position, gap, frozenset(cells))


def _leaves(table: Table) -> Iterator[str]:
    """Cells that are no sums: one of them is to blame where a table does not hold all records."""
    for r, c, cell in table.figures():
        if cell.selection is not None:
            yield f"表{table.id} {address(table.first_row + r, c)}"


def _gap(finding: Finding) -> Decimal | None:
    try:
        return abs(Decimal(finding.expected) - Decimal(finding.actual))
    except ArithmeticError:
        return None


def _parts(table: Table, cell: str) -> Iterator[str]:
    """Cells that the sum in a cell is made of, along its row and its column."""
    for block in table.blocks:
        for r in range(table.header_rows, len(table.rows)):
            for c in range(block.first, block.last + 1):
                if address(table.first_row + r, c) == cell:
                    parts = [(r, part) for part in block.column_sums.get(c, ())]
                    parts += [(part, c) for part in block.row_sums.get(r, ())]
                    yield from (f"表{table.id} {address(table.first_row + i, j)}" for i, j in parts)
