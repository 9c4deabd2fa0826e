"""Sums and comparisons: exact where computed, within what rounding explains where published."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kpi_cli.checks.engine import check
from kpi_cli.tables.table import Cell, State

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure


def with_cell(made: Disclosure, number: int, key: str, column: str, cell: Cell | str) -> Disclosure:
    """Replace a cell of the last block of a table, or add to its value."""
    table = made.table(number)
    block = table.blocks[-1]
    r = block.row(key)
    c = next(c for c in range(block.first, block.last + 1) if table.columns[c].id == column)
    assert r is not None
    old = table.rows[r][c]
    if isinstance(cell, str):
        assert old.value is not None
        cell = replace(old, value=old.value + Decimal(cell), state=State.AMOUNT)
    row = (*table.rows[r][:c], cell, *table.rows[r][c + 1 :])
    rows = (*table.rows[:r], row, *table.rows[r + 1 :])
    return replace(made, tables=tuple(replace(t, rows=rows) if t.id == number else t for t in made.tables))


def said(made: Disclosure, rule: str) -> list[tuple[str, str, str]]:
    return [(f.severity, f.expected, f.actual) for f in check(made).findings if f.rule == rule]


@pytest.mark.parametrize(
    ("by", "finding"),
    [
        # 合计 of 基本支出表: 人员经费 + 公用经费, three cells of 万元 with two places: 3 × 50 元
        ("0", []),
        ("150", [("hint", "151.3345", "151.3495")]),
        ("150.01", [("error", "151.3345", "151.349501")]),
        ("-150", [("hint", "151.3345", "151.3195")]),
        ("-150.01", [("error", "151.3345", "151.319499")]),
    ],
)
def test_a_published_sum_may_miss_by_half_a_place_of_each_cell(written, by: str, finding: list) -> None:
    made = with_cell(written.with_tables(table_set="mof"), 6, "total", "total", by)
    along = [f for f in check(made).findings if f.rule == "IN-10" and f.where == "表6 C6"]
    assert [(f.severity, f.expected, f.actual) for f in along][:1] == finding
    assert all("舍入" in f.message for f in along if f.severity == "hint")


def test_a_computed_sum_may_not_miss_at_all(written) -> None:
    made = with_cell(written.computed("mof"), 6, "total", "total", "0.01")
    assert said(made, "IN-10")[0] == ("error", "1513345", "1513345.01")


@pytest.mark.parametrize(("by", "severity"), [("0", []), ("100", ["hint"]), ("100.01", ["error"])])
def test_two_published_figures_may_differ_by_half_a_place_of_each(written, by: str, severity: list[str]) -> None:
    made = with_cell(written.with_tables(table_set="mof"), 3, "total", "total", by)  # 收支总表 against 支出总表
    assert [severity for severity, _, _ in said(made, "X-01")] == severity


def test_a_blank_in_wan_may_be_a_little_but_one_in_yuan_is_nothing(written) -> None:
    for table_set, expected in (("mof", ["hint"]), ("shanghai", ["error"])):
        number = 8 if table_set == "mof" else 6
        made = written.with_tables(table_set=table_set)
        cell = next(c for _, _, c in made.table(number).figures())
        assert cell.state is State.EMPTY
        assert cell.format is not None
        half = Decimal("50") if table_set == "mof" else Decimal("0.02")
        made = with_cell(made, number, "total", "basic", replace(cell, value=half, state=State.AMOUNT))
        assert [severity for severity, _, _ in said(made, "IN-08")] == expected


def test_no_more_than_something_else(written) -> None:
    made = written.with_tables()
    assert said(with_cell(made, 3, "2010601", "total", "1000"), "X-08") == [("error", "1234345.00", "1233345.00")]
    assert ("error", "1234345.00", "1233345.00") not in said(with_cell(made, 5, "2010601", "total", "0"), "X-08")


def test_a_figure_that_nobody_knows_leaves_the_others_checked(written) -> None:
    made = written.with_tables()
    blank = Cell(State.UNKNOWN)
    made = with_cell(with_cell(made, 5, "2080505", "total", blank), 5, "2210201", "total", "7")
    assert said(made, "X-08") == [("error", "120000.00", "120007.00")] * 2
    states = {r.rule: r.state for r in check(with_cell(written.with_tables(), 5, "2080505", "total", blank)).receipts}
    assert states["X-08"] == "not_checked"


def test_money_of_a_missing_row_may_stand_in_a_row_that_nobody_knows(written) -> None:
    made = written.with_tables()
    table = made.table(1)
    blocks = tuple(replace(b, keys=tuple("?3" if key == "208" else key for key in b.keys)) for b in table.blocks)
    made = replace(made, tables=tuple(replace(t, blocks=blocks) if t.id == 1 else t for t in made.tables))
    [receipt] = [r for r in check(made).receipts if r.rule == "X-02"]
    assert (receipt.state, receipt.reason) == ("not_checked", "表1 没有认出 208 行")


def test_rounding_shown_in_a_computed_table_is_one_hint_for_the_table(written) -> None:
    lines = tuple(line._replace(amount=line.amount + Decimal(40)) for line in written.computed().lines)
    incomes = tuple(income._replace(amount=income.amount + Decimal(40)) for income in written.computed().incomes[1:])
    first = written.computed().incomes[0]
    made = written.computed("mof", lines, (first._replace(amount=first.amount + Decimal(80)), *incomes))
    own = [f for f in check(made).findings if f.rule == "F-03"]
    assert own
    assert len({f.where.split()[0] for f in own}) == len(own)
    assert all(f.severity == "hint" for f in own)
    assert not [f for f in check(made).findings if f.rule.startswith("IN-")]


def test_many_roundings_of_a_table_are_one_hint(written) -> None:
    made = written.with_tables(table_set="mof")
    for key in ("201", "20106", "208", "20805"):
        made = with_cell(made, 3, key, "total", "50")
    few = [f for f in check(made).findings if f.rule == "IN-07"]
    assert [(f.severity, f.where) for f in few] == [("hint", f"表3 C{row}") for row in (6, 7, 10, 11)]
    [one] = [f for f in check(with_cell(made, 3, "221", "total", "50")).findings if f.rule == "IN-07"]
    assert (one.severity, one.where) == ("hint", "表3 C6、C7、C10、C11、C13")
    assert "5 格" in one.message
