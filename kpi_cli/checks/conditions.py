"""When a rule applies: told by the records where there are some, else by what the tables print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks.figure_cells import cell_figure
from kpi_cli.checks.finding import NotApplicableError, NotCheckableError
from kpi_cli.model import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kpi_cli.checks.rule import TieOutRule
    from kpi_cli.disclosure import Disclosure

_ON_TABLES = ("coverage", "sum", "compare", "zero")
_TABLES = {
    "general_public_budget": "general",
    "government_fund_budget": "government_fund",
    "state_capital_budget": "state_capital",
}


def require(rule: TieOutRule, disclosure: Disclosure) -> None:
    """Stop where a rule is not about this disclosure.

    Raises:
      NotApplicableError: With the reason.
      NotCheckableError: It is about tables, and there are none.
    """
    if rule.kind in _ON_TABLES and not disclosure.tables:
        raise NotCheckableError("没有报表")
    if rule.sets and disclosure.table_set not in rule.sets:
        raise NotApplicableError("本表套没有这项要求")
    if rule.level and disclosure.level != rule.level:
        raise NotApplicableError("只用于单位预算" if rule.level == "unit" else "只用于部门预算")
    if rule.fund and not has_fund(disclosure, rule.fund):
        raise NotApplicableError("没有这一本预算的收支")
    if rule.when == "all_general" and not is_all_general(disclosure):
        raise NotApplicableError("有一般公共预算以外的资金")
    if rule.when == "no_carry_forward" and has_carry_forward(disclosure):
        raise NotApplicableError("有上年结转")


def has_fund(disclosure: Disclosure, fund: str) -> bool:
    """Tell whether there is income or expenditure of a fund."""
    if disclosure.is_computed:
        return any(line.fund_source == fund for line in disclosure.lines) or any(
            income.fund_source == fund for income in disclosure.incomes
        )
    return any(value != 0 for value in _printed(disclosure, _TABLES.get(fund, fund)))


def _printed(disclosure: Disclosure, fund: str) -> Iterator[Decimal]:
    """Every total that tables print for one fund of 财政拨款."""
    places = ((fund, "total", "total"), ("appropriation", "total", fund), ("appropriation", fund, ""))
    for role, row, column in places:
        found = cell_figure(disclosure, role, row, column)
        if found is not None:
            yield found.value


def is_all_general(disclosure: Disclosure) -> bool:
    """Tell whether all money is 一般公共预算."""
    if disclosure.is_computed:
        funds = {line.fund_source for line in disclosure.lines} | {i.fund_source for i in disclosure.incomes}
        return funds <= {"general_public_budget"}
    spent = cell_figure(disclosure, "expenditure", "total", "total")
    general = cell_figure(disclosure, "general", "total", "total")
    others = [fund for fund in v.FISCAL_APPROPRIATION if fund != "general_public_budget"]
    return bool(spent and general and spent.value == general.value) and not any(has_fund(disclosure, f) for f in others)


def has_carry_forward(disclosure: Disclosure) -> bool:
    """Tell whether money of last year is carried forward."""
    if disclosure.is_computed:
        return any(line.carried_forward for line in disclosure.lines) or any(
            income.carried_forward for income in disclosure.incomes
        )
    places = (("summary", "carried_forward", ""), ("appropriation", "carried", ""), ("income", "total", "carried"))
    found = (cell_figure(disclosure, role, row, column, "income") for role, row, column in places)
    return any(figure is not None and figure.value != 0 for figure in found)
