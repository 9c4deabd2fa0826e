"""Random departments: their disclosures have no errors, neither computed nor printed and read back as from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli import money
from kpi_cli.assembly import disclose, find_table_set
from kpi_cli.checks.engine import check
from kpi_cli.disclosure import Disclosure
from kpi_cli.narrative.sources import find_narrative
from kpi_cli.tables.table import Cell
from tests.random_ledgers import random_year


def disclosure(seed: int) -> Disclosure:
    settings, current, previous = random_year(seed)
    current = replace(current, comparatives=())  # invented one by one, they contradict one another
    table_set = settings.table_set
    return disclose(settings, current, previous, find_table_set(table_set), (), find_narrative(table_set, None))


def as_printed(made: Disclosure) -> Disclosure:
    """The disclosure as somebody reads it who has only the pages."""
    rows = [tuple(tuple(map(_printed, row)) for row in table.rows) for table in made.tables]
    tables = tuple(replace(table, rows=own) for table, own in zip(made.tables, rows, strict=True))
    claims = tuple(replace(claim, exact=None, paragraph=0) for claim in made.claims)
    return replace(
        made, book=None, settings=None, narrative=None, lines=(), incomes=(), sangong=(), tables=tables, claims=claims
    )


def _printed(cell: Cell) -> Cell:
    if cell.value is None or cell.format is None or cell.format.money_unit == "%":
        return cell
    unit = cell.format.money_unit
    return replace(cell, value=cell.format.number(cell.value) / money.in_unit(Decimal(1), unit))


def errors(made: Disclosure) -> list[str]:
    return [f"{f.rule} {f.where} {f.message}" for f in check(made).findings if f.severity == "error"]


@pytest.mark.parametrize("seed", range(0, 200, 5))
def test_no_error_on_a_balanced_ledger(seed: int) -> None:
    made = disclosure(seed)
    assert errors(made) == []
    has_state_capital = any(line.fund_source == "state_capital_budget" for line in made.lines)
    if not (made.table_set == "guangxi-2017" and has_state_capital):  # that set knows no state capital
        assert errors(as_printed(made)) == []
