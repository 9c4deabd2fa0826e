"""What is computed, printed as CSV and read back is the same, and as silent; one changed figure is found."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from kpi_cli.assembly import disclose, find_table_set
from kpi_cli.checks.engine import check
from kpi_cli.published.numbers import read_number
from tests.random_ledgers import SETS, random_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi_cli.disclosure import Disclosure
    from kpi_cli.tables.table import Cell, Table


def computed(seed: int, table_set: str = "") -> Disclosure:
    settings, current, previous = random_year(seed)
    return disclose(settings, current, previous, find_table_set(table_set or settings.table_set))


def amounts(table: Table) -> Iterator[tuple[int, int, Cell]]:
    return ((r, c, cell) for r, c, cell in table.figures() if table.columns[c].kind == "amount")


def printed(cell: Cell) -> str:
    """The text of a figure; one that rounds to zero is blank."""
    return "" if cell.value is not None and not read_number(cell.plain or "0") else cell.plain


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize("seed", range(20))
def test_what_is_printed_is_read_back_and_silent(foreign, seed: int, table_set: str) -> None:
    made, doubts = computed(seed, table_set), []
    read = foreign(made).read(doubts)
    assert doubts == []
    for own, other in zip(made.tables, read.tables, strict=True):
        assert [c.id for c in other.columns] == [c.id for c in own.columns]
        assert [b.column_sums for b in other.blocks] == [b.column_sums for b in own.blocks]
        figures = {(r, c): printed(cell) for r, c, cell in own.figures()}
        assert {(r, c): printed(other.rows[r][c]) for r, c in figures} == figures
    assert [(f.rule, f.message) for f in check(read).findings if f.severity != "hint"] == []


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize("seed", range(12))
def test_one_changed_figure_is_found(foreign, seed: int, table_set: str) -> None:
    folder = foreign(computed(seed, table_set))
    read, random = folder.read(), Random(seed)
    places = [(t.id, r, c) for t in read.tables for r, c, cell in amounts(t) if cell.plain and cell.value]
    silent = []
    for number, r, c in random.sample(places, min(15, len(places))):
        changed = folder.copy()
        row = changed.tables[number][r]
        row[c] = str(Decimal(row[c]) + 1000)  # beyond what rounding explains
        if not changed.loud():
            silent.append((number, read.table(number).columns[c].id, read.table(number).blocks[0].keys[r]))
    assert not [place for place in silent if not is_alone(*place)]


def is_alone(number: int, column: str, row: str) -> bool:
    """Figures that no other figure of the document is about: last year's, and what there is one of in all tables."""
    return number in (7, 9) and (column.startswith("previous") or column in ("previous", "difference", "general"))
