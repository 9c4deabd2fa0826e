"""When rules apply: the records tell it, or, in a document read from elsewhere, what its tables print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kpi_cli.checks.conditions import has_carry_forward, has_fund, is_all_general

from .conftest import INCOMES, LINES, income, line

if TYPE_CHECKING:
    from kpi_cli.disclosure import Disclosure

SETS = ("shanghai", "mof", "guangxi-2017")
FUND = "government_fund_budget"


def both(made: Disclosure) -> tuple[Disclosure, Disclosure]:
    """A disclosure as computed, and the same one read from elsewhere."""
    return made, replace(made, book=None, settings=None, lines=(), incomes=(), sangong=())


@pytest.mark.parametrize("table_set", SETS)
def test_funds(written, table_set: str) -> None:
    for made in both(written.computed(table_set)):
        assert has_fund(made, "general_public_budget")
        assert not has_fund(made, FUND)
        assert is_all_general(made)
    lines = (*LINES, line("2120801", "", "50000", project="p1", fund=FUND))
    for made in both(written.computed(table_set, lines, (*INCOMES, income("2120801", "50000", FUND)))):
        assert has_fund(made, FUND)
        assert not is_all_general(made)


@pytest.mark.parametrize("table_set", SETS)
def test_money_that_is_no_fiscal_appropriation(written, table_set: str) -> None:
    own = "undertaking_income"
    lines = (*LINES, line("2010601", "30299", "50000", fund=own))
    for made in both(written.computed(table_set, lines, (*INCOMES, income("2010601", "50000", own)))):
        assert not is_all_general(made)


@pytest.mark.parametrize("table_set", ["mof", "guangxi-2017"])
def test_money_carried_forward(written, table_set: str) -> None:
    for made in both(written.computed(table_set)):
        assert not has_carry_forward(made)
    carried = (INCOMES[0]._replace(carried_forward=True), *INCOMES[1:])
    for made in both(written.computed(table_set, LINES, carried)):
        assert has_carry_forward(made)


@pytest.mark.parametrize(
    ("rule", "table_set", "reason"),
    [
        ("X-05", "mof", "本表套没有这项要求"),
        ("X-03", "mof", "本表套没有这项要求"),
        ("X-13", "shanghai", "本表套没有这张表"),
        ("IN-00", "shanghai", "没有台账记录"),
    ],
)
def test_the_reason_is_told(written, receipt, rule: str, table_set: str, reason: str) -> None:
    _, foreign = both(written.computed(table_set))
    state = receipt(foreign, rule)
    assert (state.state, state.reason) == ("not_applicable", reason)


def test_without_tables_nothing_about_them_is_checked(written, receipt) -> None:
    made = written.text(written.claim("income", "1.00"))
    for rule in ("IN-09", "X-01", "IN-11", "IN-14", "IN-15", "IN-16", "IN-17", "IN-18", "X-14", "E-01", "X-17"):
        assert (receipt(made, rule).state, receipt(made, rule).reason) == ("not_checked", "没有报表")
