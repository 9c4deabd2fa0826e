"""TX-01, TX-02, TX-07, TX-09 (tables), F-01, F-03: a claim is what its cell says, rounded half up, once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest


def test_a_claim_that_is_its_cell_is_silent(written, found, receipt) -> None:
    made = written.with_tables(
        written.claim("income", "161.3395"),
        written.claim("expenditure:project_expenditure", "10.01"),  # 10.0050, half up
        written.claim("function:2010601:fiscal_appropriation", "123.33"),
    )
    assert found(made, "TX-01") == found(made, "TX-02") == []
    assert receipt(made, "TX-01").state == receipt(made, "TX-02").state == "passed"


@pytest.mark.parametrize(
    ("figure", "value", "rule", "outcome"),
    [
        ("income", "162.3395", "TX-01", ("error", "161.3395", "162.3395")),
        ("income:fiscal_appropriation", "161.33", "TX-01", ("warning", "161.34", "161.33")),  # cut off
        ("expenditure:project_expenditure", "10.00", "TX-01", ("warning", "10.01", "10.00")),
        ("expenditure:general_public_budget", "161.35", "TX-01", ("error", "161.34", "161.35")),
        ("function:2080505", "160.00", "TX-02", ("error", "16.00", "160.00")),
        ("function:2080505:basic_expenditure", "15.99", "TX-02", ("error", "16.00", "15.99")),
        ("function:2050101", "3.00", "TX-02", ("error", "0.00", "3.00")),  # no such row: nothing was budgeted
        ("agency_operating_expenditure", "23.35", "TX-07", ("error", "23.33", "23.35")),
    ],
)
def test_a_claim_that_differs_is_found_with_both_numbers(written, found, figure, value, rule, outcome) -> None:
    assert found(written.with_tables(written.claim(figure, value)), rule) == [outcome]


def test_the_unit_of_the_claim_counts(written, found) -> None:
    made = written.with_tables(
        written.claim("income", "1613395.00", "元"),
        written.claim("expenditure", "0.0161", "亿元"),
        written.claim("function:2080505", "16", "万"),  # a slip of the pen, the amount is right
    )
    assert found(made, "TX-01") == found(made, "TX-02") == []


def test_a_whole_yuan_table_leaves_half_a_yuan(written, found) -> None:
    """123.3345 万元 prints as 1,233,345 元; a table of 万元 with two places leaves more."""
    made = written.with_tables(written.claim("function:2010601", "123.3345"), table_set="mof")
    tables = tuple(replace(t, rows=tuple(tuple(map(_rounded, row)) for row in t.rows)) for t in made.tables)
    assert found(replace(made, tables=tables), "TX-02") == []
    wrong = replace(made, tables=tables, claims=(replace(made.claims[0], value=Decimal("123.3501")),))
    assert found(wrong, "TX-02") == [("error", "123.3300", "123.3501")]


def _rounded(cell):
    if cell.value is None or cell.format is None:
        return cell
    return replace(cell, value=cell.format.number(cell.value) * 10000)


def test_figures_that_no_table_prints_are_not_checked(written, receipt) -> None:
    own = receipt(written.text(written.claim("income", "1.00")), "TX-01")
    assert (own.state, own.reason) == ("not_checked", "1 处没有可对照的表：C1")
    assert receipt(written.text(), "TX-01").state == "not_applicable"


def test_a_computed_claim_is_compared_with_the_ledger(written, found) -> None:
    made = written.computed()
    assert found(made, "TX-01") == found(made, "TX-02") == found(made, "TX-07") == found(made, "F-01") == []
    first = next(c for c in made.claims if c.figure == "income")
    changed = replace(made, claims=(replace(first, value=first.value + Decimal("0.01")),))
    assert found(changed, "TX-01") == [("error", "161.34", "161.35")]
    project = replace(first, figure="project:p1", value=first.value + Decimal("0.01"))
    assert found(replace(made, claims=(project,)), "F-01") == [("error", "161.34", "161.35")]


def test_goals_do_not_exceed_project_expenditure(written, found) -> None:
    assert found(written.with_tables(written.claim("goals:amount", "10.01")), "TX-09") == []
    assert found(written.with_tables(written.claim("goals:amount", "10.03")), "TX-09") == [("error", "10.01", "10.03")]


def test_displayed_sums_name_their_cells(written, findings) -> None:
    """万元 with two places: 123.33 + 10.01 + 16.00 + 12.00 = 161.34; halves make one displayed sum miss."""
    made = written.computed("mof")
    shown = [(f.severity, f.where) for f in findings(made, "F-03")]
    assert all(severity == "hint" and where.startswith("表") for severity, where in shown)
    assert findings(written.computed("shanghai"), "F-03") == []  # yuan and cents always add up
