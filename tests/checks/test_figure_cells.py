"""Every kind of figure key finds its cells in every set, by role, row and column ids."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.checks.figure_cells import cell_figures

SETS = ("shanghai", "mof", "guangxi-2017")
EVERYWHERE = [
    ("income", "1613395"),
    ("income:general_public_budget", "1613395"),
    ("income:fiscal_appropriation", "1613395"),
    ("income:undertaking_income", "0"),
    ("income:other_income", "0"),
    ("expenditure", "1613395"),
    ("expenditure:basic_expenditure", "1513345"),
    ("expenditure:project_expenditure", "100050"),
    ("expenditure:operating", "0"),
    ("expenditure:fiscal_appropriation", "1613395"),
    ("expenditure:general_public_budget", "1613395"),
    ("expenditure:government_fund_budget", "0"),
    ("expenditure:general_public_budget:basic_expenditure", "1513345"),
    ("expenditure:general_public_budget:project_expenditure", "100050"),
    ("function:201", "1333395"),
    ("function:20106", "1333395"),
    ("function:2010601", "1233345"),
    ("function:2010602:project_expenditure", "100050"),
    ("function:2010601:basic_expenditure", "1233345"),
    ("function:2010601:fiscal_appropriation", "1233345"),
    ("function:2010601:general_public_budget", "1233345"),
    ("function:2050101:fiscal_appropriation", "0"),
    ("economic:301:general_public_budget:basic_expenditure", "1280000"),
    ("economic:30101:basic_expenditure:general_public_budget", "1000000"),
    ("sangong", "0"),
    ("sangong:overseas_travel", "0"),
    ("sangong:vehicle_operation", "0"),
]


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize(("key", "value"), EVERYWHERE)
def test_a_key_finds_its_cell(written, table_set, key, value) -> None:
    found = cell_figures(written.with_tables(table_set=table_set), key)
    assert found, key
    assert {figure.value for figure in found} == {Decimal(value)}, found
    assert all(figure.where.startswith("表") for figure in found)


@pytest.mark.parametrize("table_set", SETS)
@pytest.mark.parametrize(
    "key",
    [
        "function:2010601@2024",
        "function:2010601#executed",
        "function:201060",  # no valid key
        "expenditure:undertaking_income",
        "expenditure:carried_forward",
        "headcount",
        "project:甲",
        "goals:amount",
        "economic:30101",  # all funds and types: no table prints it
    ],
)
def test_a_figure_that_no_table_prints_has_no_cell(written, table_set, key) -> None:
    assert cell_figures(written.with_tables(table_set=table_set), key) == ()


def test_only_shanghai_prints_agency_expenditure_and_others_last_year_s_sangong(written) -> None:
    for table_set in SETS:
        made = written.with_tables(table_set=table_set)
        agency = [figure.value for figure in cell_figures(made, "agency_operating_expenditure")]
        assert agency == ([Decimal(233345)] if table_set == "shanghai" else [])
        assert cell_figures(made, "sangong@2024") == ()  # printed as unknown, or not at all


def test_a_missing_table_leaves_a_figure_unknown(written) -> None:
    made = written.with_tables()
    without = replace(
        made, tables=tuple(t for t in made.tables if t.role not in ("summary", "income", "appropriation"))
    )
    assert cell_figures(without, "income") == ()
    assert cell_figures(without, "expenditure") != ()


def test_what_is_printed_leaves_half_a_place(written) -> None:
    made = written.with_tables(table_set="mof")  # 万元, two places
    assert {figure.slack for figure in cell_figures(made, "income")} == {Decimal(50)}
    assert {figure.slack for figure in cell_figures(written.with_tables(), "income")} == {Decimal(0)}  # 元 and 分
    assert {figure.slack for figure in cell_figures(written.computed("mof"), "income")} == {Decimal(0)}
