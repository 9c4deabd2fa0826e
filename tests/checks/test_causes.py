"""Findings on tables that follow from one wrong cell name that cell."""

from __future__ import annotations

from dataclasses import replace

from kpi_cli.checks.causes import with_causes
from kpi_cli.checks.engine import check
from kpi_cli.checks.finding import Finding


def changed(made, role, key, column, by):
    """The disclosure with one figure of one table changed, and the address of its cell."""
    [table] = [t for t in made.tables if t.role == role]
    [r] = [block.row(key) for block in table.blocks if block.row(key) is not None]
    c = next(c for c, own in enumerate(table.columns) if own.id == column)
    cell = table.rows[r][c]
    row = (*table.rows[r][:c], replace(cell, value=cell.value + by), *table.rows[r][c + 1 :])
    rows = (*table.rows[:r], row, *table.rows[r + 1 :])
    tables = tuple(replace(t, rows=rows) if t.id == table.id else t for t in made.tables)
    return replace(made, tables=tables, claims=(), narrative=None)


def test_a_wrong_leaf_is_the_cause_of_every_sum_that_it_breaks(written) -> None:
    made = changed(written.computed(), "expenditure", "2010601", "basic", 7)
    broken = [f for f in check(made).findings if f.severity != "hint"]
    assert {f.rule for f in broken} >= {"IN-00", "IN-07", "IN-09"}
    assert {f.cause for f in broken} == {"表3 F11"}


def test_a_wrong_total_is_the_cause(written) -> None:
    made = changed(written.computed(), "expenditure", "total", "total", 7)
    broken = [f for f in check(made).findings if f.severity != "hint"]
    assert {f.rule for f in broken} >= {"IN-07", "IN-09", "X-01"}
    assert {f.cause for f in broken} == {"表3 E19"}


def test_one_finding_or_two_gaps_have_no_common_cause(written) -> None:
    made = written.computed()
    one = Finding("X-01", "error", "表1 B17、表3 E17", "", "100", "107")
    other = Finding("X-02", "error", "表1 D9、表3 E17", "", "100", "103")
    assert [f.cause for f in with_causes([one], made)] == [""]
    assert [f.cause for f in with_causes([one, other], made)] == ["", ""]
    same = replace(other, actual="107")
    assert [f.cause for f in with_causes([one, same], made)] == ["表3 E17", "表3 E17"]
